FROM alpine
RUN --mount=type=secret,id=token,env=TOKEN curl -H "x: $TOKEN" u
