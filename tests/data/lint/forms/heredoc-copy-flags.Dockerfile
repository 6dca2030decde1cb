FROM alpine
COPY --chmod=0755 --chown=1:1 <<-"EOT" /entry.sh
	#!/bin/sh
	exec "$@"
	EOT
ENTRYPOINT ["/entry.sh"]
