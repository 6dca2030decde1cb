FROM alpine
ADD --unpack=false a.tar /a.tar
ADD --unpack b.tar /b
