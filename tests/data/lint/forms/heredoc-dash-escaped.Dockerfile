FROM alpine
RUN cat <<-\EOT
	a
	EOT
