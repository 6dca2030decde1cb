FROM node:22-alpine AS a
COPY package*.json ./
RUN npm ci
FROM node:22-alpine AS b
COPY . .
RUN npm ci
FROM node:22-alpine AS c
COPY package.json app ./
RUN npm ci
FROM node:22-alpine AS d
COPY package.json ./
RUN --mount=type=bind,source=package-lock.json,target=package-lock.json npm ci
FROM node:22-alpine AS e
COPY package.json ./
RUN npm install --package-lock-only && npm ci
FROM node:22-alpine AS f
COPY package.json ./
COPY npm-shrinkwrap.json ./
RUN npm ci
FROM example.com/node-with-sources:1 AS g
RUN npm ci
FROM node:22-alpine AS h
COPY package.json ./
RUN npm install
FROM node:22-alpine AS i
RUN git clone https://example.com/app .
COPY package.json ./
RUN npm ci
