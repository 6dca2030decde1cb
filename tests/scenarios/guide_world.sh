# Shared by guide_registry.sh and guide_ship.sh: a network and a mount namespace of one's own, in which the names that the
# guide's page and its images have lead to loopback. Sourced behind lib.sh, with the script's arguments: it starts the
# script again inside. After it: $registry (plimsoll serve, with TLS, account 123456789), the AWS_… variables, and a
# `docker` on PATH, which is podman with a store of its own.
[ "$(id -u)" = 0 ] || skip "needs root: network and mount namespaces"
if [ "${1-}" != inside ]; then
    unshare --mount --net true 2>/dev/null || skip "namespaces cannot be made here"
    unshare --mount --net sh "$0" inside # it counts and cleans up itself
    exit $?
fi
registry=123456789.dkr.ecr.us-east-1.amazonaws.com
cd "$work" || exit 1
ip link set lo up || skip "no ip command (iproute2)"

# Docker Hub's names are loopback addresses of their own: docker.io is a second plimsoll, see world_hub.
printf '127.0.0.1 localhost %s\n127.0.0.2 registry-1.docker.io index.docker.io docker.io auth.docker.io\n127.0.0.3 hub.docker.com\n' \
    "$registry" >hosts
mount --bind hosts /etc/hosts
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout key.pem -out cert.pem \
    -subj "/CN=$registry" \
    -addext "subjectAltName=DNS:$registry,DNS:registry-1.docker.io,DNS:docker.io,DNS:index.docker.io,DNS:hub.docker.com" 2>/dev/null

export PLIMSOLL_BOOTSTRAP_ACCESS_KEY=AKIAEXAMPLEEXAMPLE00 PLIMSOLL_BOOTSTRAP_SECRET_KEY=a-secret-of-the-test-only-0123456789abcd
start "$PLIMSOLL" serve --data data --listen 127.0.0.1:443 --tls-cert cert.pem --tls-key key.pem --account 123456789 \
    --uri-template '{account}.dkr.ecr.{region}.amazonaws.com/{repository}'
for _ in $(seq 600); do
    curl -s -o /dev/null --cacert cert.pem "https://$registry/v2/" && break
    sleep 0.1
done
curl -s -o /dev/null --cacert cert.pem "https://$registry/v2/" || { fail "serve does not listen"; cat server.*.log; exit 1; }
export AWS_ACCESS_KEY_ID=$PLIMSOLL_BOOTSTRAP_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$PLIMSOLL_BOOTSTRAP_SECRET_KEY
export AWS_ENDPOINT_URL=https://$registry AWS_CA_BUNDLE=$work/cert.pem AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=
export AWS_CONFIG_FILE=$work/none AWS_SHARED_CREDENTIALS_FILE=$work/none SSL_CERT_FILE=$work/cert.pem

# docker: podman with a store of its own.
mkdir -p bin auth
export HOME=$work REGISTRY_AUTH_FILE=$work/auth/auth.json BUILDAH_ISOLATION=chroot
printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >policy.json
cat >bin/docker <<EOF
#!/bin/sh
command=\$1
shift
case \$command in build) set -- --pull=never --signature-policy "$work/policy.json" "\$@" ;; esac
exec podman --root "$work/store" --runroot "$work/runroot" --storage-driver vfs --events-backend none "\$command" "\$@"
EOF
chmod +x bin/docker
PATH=$work/bin:$PATH

# world_base NAME [PACKAGE=VERSION…]: NAME.tar, an image with the package list of a real Alpine, in which openssl is set
# back so that there is something to be found; VERSION "" leaves it as it is.
world_base() {
    awk -v openssl="$2" '/^P:/ { name = $0 } /^V:/ && openssl && name ~ /lib(crypto|ssl)1\.1/ { $0 = "V:" openssl } { print }' \
        "$PLIMSOLL_SHARED/data/apkdb/3.16.9-x86_64.installed" >installed
    printf 'ID=alpine\nVERSION_ID=3.16.9\n' >os-release
    printf 'layer FROM %s\nfile etc/os-release 0644 < os-release\nfile lib/apk/db/installed 0644 < installed\n' "$1" >spec
    "$BUILD/tests/tools/make-image" -o base.tar --tag "docker.io/library/$1" spec
}
