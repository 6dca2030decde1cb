FROM alpine:3.23.1 as builder
from alpine:3.23.1 AS other
