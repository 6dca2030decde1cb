FROM alpine:3.23.1
ENV MODE=test mode=production
ENV MODE=production
