#FROM x
FROM alpine
#RUN y
RUN z
