from  --platform=${TARGETPLATFORM}   alpine:3.23.1 as base
