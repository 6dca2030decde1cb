# A port is no tag, and Hadolint cannot parse the variable in front of it.
ARG REGISTRY=registry.example.com
FROM $REGISTRY:8099/img:1.2.3
FROM ${REGISTRY}:8099/other:4.5.6
