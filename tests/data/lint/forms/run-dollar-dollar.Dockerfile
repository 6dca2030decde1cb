FROM alpine
RUN echo $$ $(date) `date` ${X}
