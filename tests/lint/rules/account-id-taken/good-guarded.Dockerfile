FROM nginx:1.30.4-alpine
RUN getent group 101 || addgroup -g 101 -S app
RUN addgroup -g 101 -S app || true
RUN if ! getent group 101; then addgroup -g 101 -S app; fi
RUN groupadd --non-unique -g 101 app
