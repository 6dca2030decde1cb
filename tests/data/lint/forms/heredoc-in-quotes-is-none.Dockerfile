FROM alpine
RUN echo "<<EOF"
CMD sh
