# A release of a distribution gets corrections only.
FROM debian:bookworm-slim AS a
FROM debian:12 AS b
FROM ubuntu:noble AS c
FROM ubuntu:24.04 AS d
FROM fedora:42 AS e
FROM mcr.microsoft.com/windows/servercore:ltsc2022 AS f
FROM registry.example.com/nightly:20260822 AS g
FROM gcr.io/distroless/static-debian12:nonroot AS h
FROM haproxy:alpine@sha256:1e42bbe2508154c9126d48c2b8a75420c3544343bf86fd041fb7527e017a4b4a
