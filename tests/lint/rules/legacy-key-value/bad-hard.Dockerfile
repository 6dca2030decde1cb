# Too easy to get wrong: said, not mended.
FROM alpine:3.23.1
ENV TEXT it\ is "so"
