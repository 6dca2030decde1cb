FROM debian:12 AS base
RUN apt-get update && apt-get install -y curl=7
FROM base
RUN echo done
