# Never anything but the default: what is not declared cannot be given.
FROM alpine:${OTHER:-3.23.1}
