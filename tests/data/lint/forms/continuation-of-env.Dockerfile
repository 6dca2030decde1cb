FROM alpine
ENV A=1 \
    B="two words" \
    # third
    C=3
