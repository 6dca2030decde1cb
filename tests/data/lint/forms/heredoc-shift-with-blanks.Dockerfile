FROM alpine
RUN echo $((1 << 3))
3))
CMD sh
