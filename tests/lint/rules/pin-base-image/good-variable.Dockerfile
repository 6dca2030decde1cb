# Who builds says which image, tag and all.
ARG BASE
FROM ${BASE}
