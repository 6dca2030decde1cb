FROM alpine AS my/base
