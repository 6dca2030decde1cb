FROM alpine
ENV JSON="{\"a\": \"b\"}" SH='it'"'"'s'
