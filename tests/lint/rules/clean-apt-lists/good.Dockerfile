# Folders above, other ways to delete, mounts; a stage that is thrown away may keep them.
FROM debian:12 AS build
RUN apt-get update && apt-get install -y gcc=4
FROM debian:12
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
RUN apt-get update && apt-get install -y curl && rm -r /var/lib/apt/lists
RUN apt-get update && apt-get install -y curl && rm -rf /tmp/* /var/cache/apt/* /var/lib/apt/lists/*_*
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/{apt,dpkg,cache,log}/
RUN apt-get update && apt-get install -y curl && find /var/lib/apt/lists -type f -delete
RUN apt-get update && apt-get install -y curl && apt-get dist-clean
RUN --mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y curl
RUN --mount=type=tmpfs,target=/var/lib/apt/lists apt-get update && apt-get install -y curl
RUN apt-get install -y curl
COPY --from=build /app /app
