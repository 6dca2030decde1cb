FROM debian:13.2-slim
RUN apt-get update && apt-get install -y --no-install-recommends gcc=4:14.2.0-1 make
COPY . .
RUN make install
