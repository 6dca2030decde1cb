FROM alpine
RUN --mount=type=cache,target=/a \
    # second cache
    --mount=type=cache,target=/b \
    true
