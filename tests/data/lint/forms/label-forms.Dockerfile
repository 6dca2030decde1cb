FROM alpine
LABEL version=1.0
LABEL "com.example.vendor"="ACME Inc."
LABEL description="This text \
spans lines."
LABEL multi.label1="v1" multi.label2=v2 other='v3'
