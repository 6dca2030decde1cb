FROM alpine
ENV A=1 B=2 C="a b" D=a\ b E='$x'
