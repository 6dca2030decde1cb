FROM alpine
LABEL description="Größe: 10 µm, 日本語"
RUN echo "naïve café"
