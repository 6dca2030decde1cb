FROM alpine
RUN diff <<A - <<-'B' ; cat 3<<"C"
1
A
	2
	B
3
C
