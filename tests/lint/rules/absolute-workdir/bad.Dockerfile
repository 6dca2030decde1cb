FROM scratch
WORKDIR app
