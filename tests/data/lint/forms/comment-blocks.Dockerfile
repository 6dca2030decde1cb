FROM alpine

# one
# two
RUN true
# three

RUN false
#
#four
CMD sh
