FROM alpine AS ${NAME}
