FROM alpine:3.23.1
RUN touch /a # first \
 && touch /b # second \
 && touch /c # last
