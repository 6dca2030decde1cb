FROM alpine
LABEL alone
