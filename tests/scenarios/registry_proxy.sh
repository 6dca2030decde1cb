#!/bin/sh
# `plimsoll serve` behind a proxy: who is believed to name a client, and what follows from it.
. "$(dirname "$0")/lib.sh"
need curl
need jq
cd "$work" || exit 1
status() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
realm() { curl -s -o /dev/null -D - "$@" "$url/v2/" | tr -d '\r' | sed -n 's/^[Ww][Ww][Ww]-[Aa]uthenticate: .*realm="\([a-z]*\):.*/\1/p' | head -n 1; }

exits "a proxy is a network" 2 "$PLIMSOLL" serve --data "$work/data" --trusted-proxy somewhere
check "it says which" grep -q "trusted-proxy somewhere" err

serve --no-scan --access-log "$work/access.log" --trusted-proxy 10.0.0.0/8
same "nobody else names a client" 200 "$(status -H 'X-Other: 1' "$url/metrics")"
same "but whoever does so is no neighbour" 401 "$(status -H 'X-Forwarded-For: 127.0.0.1' "$url/metrics")"
same "nor says that TLS was spoken" http "$(realm -H 'X-Forwarded-Proto: https')"
kill -TERM "$pid"
wait "$pid"
same "in the log is who called" 127.0.0.1 "$(jq -rs 'map(.client) | unique | join(" ")' "$work/access.log")"

rm "$work/access.log"
serve --no-scan --access-log "$work/access.log" --trusted-proxy 10.0.0.0/8 --trusted-proxy 127.0.0.1 --rate-limit 2
same "a proxy that names nobody has no neighbours" 401 "$(status "$url/metrics")"
same "a client on this machine is one" 200 "$(status -H 'X-Forwarded-For: 127.0.0.1' "$url/metrics")"
same "another is not" 401 "$(status -H 'X-Forwarded-For: 192.0.2.1' "$url/metrics")"
same "nor one that says so itself" 401 "$(status -H 'X-Forwarded-For: 127.0.0.1, 192.0.2.1' "$url/metrics")"
same "nor by the other header" 401 "$(status -H 'Forwarded: for=127.0.0.1, for="[2001:db8::1]:80"' "$url/metrics")"
same "two headers, two clients" 400 "$(status -H 'X-Forwarded-For: 192.0.2.1' -H 'Forwarded: for=127.0.0.1' "$url/metrics")"
same "TLS is spoken with the proxy" https "$(realm -H 'X-Forwarded-For: 192.0.2.9' -H 'X-Forwarded-Proto: https')"
slowed=
for _ in $(seq 600); do
    slowed=$(status -H 'X-Forwarded-For: 192.0.2.5, 10.1.1.1' "$url/v2/")
    [ "$slowed" = 429 ] && break
done
same "a client that is too fast is slowed down" 429 "$slowed"
# Each API says so in its own words: the clients of AWS wait and try again only for these.
slowly() { curl -s -o "$work/slow" -D "$work/slow.head" -w '%{http_code}' -H 'X-Forwarded-For: 192.0.2.5, 10.1.1.1' "$@" "$url/"; }
slowed_to() { # WORD CURL-ARGUMENTS
    word=$1
    shift
    for _ in $(seq 600); do
        slowly "$@" >"$work/slow.code"
        ! grep -q "$word" "$work/slow" || break
    done
    echo "$(cat "$work/slow.code") $(grep -c "$word" "$work/slow") $(grep -ci '^x-amzn-requestid: ' "$work/slow.head")"
}
same "ECR's API in its words" "400 1 1" "$(slowed_to '"__type":"ThrottlingException"' -d '{}' \
    -H 'X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.DescribeRepositories')"
same "STS and IAM in theirs" "400 1 1" "$(slowed_to '<Code>Throttling</Code>' -d Action=ListUsers)"
same "others behind the same proxy are not" 401 "$(status -H 'X-Forwarded-For: 192.0.2.6, 10.1.1.1' "$url/v2/")"
kill -TERM "$pid"
wait "$pid"
same "the log has client and proxy" "192.0.2.5 127.0.0.1" \
    "$(jq -rs 'map(select(.status == 429)) | .[0] | "\(.client) \(.proxy)"' "$work/access.log")"
