FROM alpine
LABEL author="Jörg"
RUN echo été
