FROM python:3.12-slim
RUN adduser app
RUN adduser --gecos "" --uid 1000 app
