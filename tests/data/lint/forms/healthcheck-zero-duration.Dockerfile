FROM alpine
HEALTHCHECK --interval=0s --timeout= CMD true
