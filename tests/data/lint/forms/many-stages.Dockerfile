FROM alpine AS s0
RUN echo 0
FROM alpine AS s1
RUN echo 1
FROM alpine AS s2
RUN echo 2
FROM alpine AS s3
RUN echo 3
FROM alpine AS s4
RUN echo 4
FROM alpine AS s5
RUN echo 5
FROM alpine AS s6
RUN echo 6
FROM alpine AS s7
RUN echo 7
FROM alpine AS s8
RUN echo 8
FROM alpine AS s9
RUN echo 9
FROM alpine AS s10
RUN echo 10
FROM alpine AS s11
RUN echo 11
FROM alpine AS s12
RUN echo 12
FROM alpine AS s13
RUN echo 13
FROM alpine AS s14
RUN echo 14
FROM alpine AS s15
RUN echo 15
FROM alpine AS s16
RUN echo 16
FROM alpine AS s17
RUN echo 17
FROM alpine AS s18
RUN echo 18
FROM alpine AS s19
RUN echo 19
FROM alpine AS s20
RUN echo 20
FROM alpine AS s21
RUN echo 21
FROM alpine AS s22
RUN echo 22
FROM alpine AS s23
RUN echo 23
FROM alpine AS s24
RUN echo 24
FROM alpine AS s25
RUN echo 25
FROM alpine AS s26
RUN echo 26
FROM alpine AS s27
RUN echo 27
FROM alpine AS s28
RUN echo 28
FROM alpine AS s29
RUN echo 29
