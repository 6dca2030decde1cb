FROM golang:1.25.4 AS build
FROM nginx:1.29.4
