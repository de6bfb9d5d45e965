# The binary is built on the builder's own platform for whichever one is asked for: Go needs no emulation for that.
FROM --platform=$BUILDPLATFORM golang:1.27.4 AS build
ARG TARGETOS
ARG TARGETARCH
ENV CGO_ENABLED=0 GOTOOLCHAIN=go1.27.4
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod \
    go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags="-s -w" -o /out/lacquer ./cmd/lacquer
# scratch has no mkdir and no chown: the state directory is made here and copied from one level above, because COPY gives
# its owner and mode to what lies inside the directory that it names.
RUN install -d -m 0700 /out/var/lib/lacquer

FROM scratch
LABEL org.opencontainers.image.title="Lacquer" \
      org.opencontainers.image.description="A caching reverse proxy in one binary" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY LICENSE /LICENSE
# Backends over https are verified against these.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build --chown=65532:65532 /out/var /var
COPY --from=build /out/lacquer /lacquer
ENV LACQUER_LISTEN=:8080 LACQUER_STATE=/var/lib/lacquer
USER 65532:65532
VOLUME ["/var/lib/lacquer"]
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["/lacquer"]
CMD ["serve"]
