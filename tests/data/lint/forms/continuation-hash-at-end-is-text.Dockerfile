FROM alpine
RUN echo a # no comment \
  && echo b
