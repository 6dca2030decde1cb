FROM node:lts-alpine AS a
FROM debian:stable-slim AS b
FROM nginx:mainline AS c
FROM python:alpine3.20 AS d
FROM alpine:edge AS e
