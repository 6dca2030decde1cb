#!/bin/sh
# 100,000 repositories with a million tags (SOAK=1; a hundredth of that otherwise): catalog, tags and images by the
# registry's own calls, then over HTTP (under 5 ms with SOAK=1); how many manifests a second can be put.
. "$(dirname "$0")/lib.sh"
need python3
scale=$BUILD/tests/tools/registry-scale
[ -x "$scale" ] || skip "the build has no registry-scale"
repositories=1000 tags=109000
[ -z "${SOAK:-}" ] || repositories=100000 tags=1000000
data=$work/data
check "make $repositories repositories, $tags tags" "$scale" make "$data" $repositories $tags
if "$scale" measure "$data" >"$work/out" 2>&1; then ok "the registry's own calls"; else fail "the registry's own calls"; fi
sed 's/^/    /' "$work/out"
for threads in 1 8; do
    check "manifests put by $threads" "$scale" commit "$data" $threads 3
    sed 's/^/    /' "$work/check.out"
done
serve
cat >"$work/ask.py" <<'EOF'
import base64, http.client, os, random, sys, time
address, repositories = sys.argv[1], int(sys.argv[2])
user = os.environ["AWS_ACCESS_KEY_ID"] + ":" + os.environ["AWS_SECRET_ACCESS_KEY"]
headers = {"Authorization": "Basic " + base64.b64encode(user.encode()).decode(),
           "Accept": "application/vnd.oci.image.manifest.v1+json"}
connection = http.client.HTTPConnection(address)
dice = random.Random(1)
def name(n): return f"team{n // 1000:03d}/app{n:07d}"
def any_name(): return name(dice.randrange(repositories))
questions = {
    "GET catalog, a page of 100": lambda: f"/v2/_catalog?n=100&last={any_name()}",
    "HEAD manifest by tag": lambda: f"/v2/{any_name()}/manifests/1.{dice.randrange(9)}",
    "GET tags of one, a page of 100": lambda: f"/v2/{name(0)}/tags/list?n=100&last=v{dice.randrange(90000):07d}",
    "GET tags of a repository": lambda: f"/v2/{any_name()}/tags/list",
}
slow = 0
for what, path in questions.items():
    times = []
    for _ in range(1000):
        target = path()
        start = time.perf_counter()
        connection.request("HEAD" if what.startswith("HEAD") else "GET", target, headers=headers)
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - start) * 1000)
        if answer.status != 200:
            sys.exit(f"{target}: {answer.status}")
    times.sort()
    slow += times[500] >= 5
    print(f"{what:32} p50 {times[500]:.3f} ms  p99 {times[990]:.3f} ms")
sys.exit(slow > 0 and "SOAK" in os.environ)
EOF
if python3 "$work/ask.py" "127.0.0.1:$port" $repositories >"$work/out" 2>&1; then ok "over HTTP"; else fail "over HTTP"; fi
sed 's/^/    /' "$work/out"
