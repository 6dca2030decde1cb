FROM alpine
COPY a \
     b \
     # c is made later
     d \
     /dest/
