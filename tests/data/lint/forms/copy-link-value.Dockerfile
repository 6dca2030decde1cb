FROM alpine
COPY --link=true --parents=FALSE a /b
COPY --link=yes a /b
