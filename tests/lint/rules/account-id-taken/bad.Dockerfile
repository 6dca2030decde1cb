# The guide's own snippet, on the image it is meant for.
FROM nginx:1.30.4-alpine
RUN addgroup -g 101 -S appgroup && adduser -S appuser -G appgroup
USER appuser
