FROM alpine:3.23.1
CMD ["a"]
CMD ["b"]
RUN touch /a
CMD ["c"]
