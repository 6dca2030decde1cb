FROM rust:1.81 as build
RUN rustup target add x86_64-unknown-linux-musl
WORKDIR /usr/src/tool
COPY . .
RUN cargo build --release --target x86_64-unknown-linux-musl
FROM scratch
COPY --from=build /usr/src/tool/target/x86_64-unknown-linux-musl/release/tool /tool
USER 65534:65534
ENTRYPOINT ["/tool"]
