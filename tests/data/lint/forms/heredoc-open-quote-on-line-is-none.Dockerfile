FROM alpine
RUN echo "it's <<EOF
CMD sh
