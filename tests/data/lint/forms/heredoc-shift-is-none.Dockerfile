FROM alpine
RUN echo $((1<<3))
CMD sh
