FROM alpine
CMD [["sh"]]
