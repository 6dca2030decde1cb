ARG TAG
FROM busybox:${TAG:-1.37.0}
