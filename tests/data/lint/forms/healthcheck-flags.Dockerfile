FROM alpine
HEALTHCHECK --interval=30s --timeout=10s --start-period=1m30s --start-interval=500ms --retries=3 CMD true
