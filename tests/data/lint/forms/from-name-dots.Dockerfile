FROM alpine AS build-1.2_x
