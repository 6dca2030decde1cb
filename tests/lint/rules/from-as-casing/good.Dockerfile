FROM alpine:3.23.1 AS a
from alpine:3.23.1 as b
From alpine:3.23.1 As c
