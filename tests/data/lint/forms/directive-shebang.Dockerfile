#!/usr/bin/env -S docker build . -f
# syntax=docker/dockerfile:1
# check=skip=all
FROM alpine
