FROM alpine:3.23.1
LABEL Image_Name=app
LABEL com.docker.x=1 a..b=2
