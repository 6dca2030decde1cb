#!/bin/sh
# What lint --format json and sarif really write, by independent validators: docs/schema/lint.json, and SARIF's official
# schema, which comes from a module of Go's proxy (skipped, loudly, where that cannot be had). The other formats by what
# reads them.
. "$(dirname "$0")/lib.sh"
need jq
python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"
rules=$here/../lint/rules
cd "$work" || exit 1

cat >validate.py <<'PYTHON'
import json, sys
from jsonschema import validators
schema, document = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:3])
validator = validators.validator_for(schema)
validator.check_schema(schema)
errors = list(validator(schema).iter_errors(document))
for error in errors[:10]:
    print("/".join(map(str, error.absolute_path)), error.message[:300])
sys.exit(bool(errors))
PYTHON

mkdir app
cat >app/Dockerfile <<'DOCKERFILE'
FROM alpine:latest
# plimsoll ignore=DL3018,DL3019 the "newest" <one> is wanted: 100 % ü
RUN apk add curl
RUN cd /tmp && ls
MAINTAINER ü@example.com
DOCKERFILE
printf 'FROM\n' >app/broken.Dockerfile
printf 'http {\n  server {\n    listen 80;\n    location /a { add_header X-Frame-Options DENY; return 200 "]]>"; }\n  }\n}\n' >app/nginx.conf
printf 'defaults\n  mode http\nfrontend www\n  bind :80\n  default_backend app\nbackend app\n  server a 127.0.0.1:1\n' >app/haproxy.cfg
printf -- '- rule: DL4000\n  reason: "<owner>"\n' >plimsoll.exceptions.yaml
lint() { "$PLIMSOLL" lint --offline --no-shellcheck "$@" 2>log; }

lint app --format json=report.json --format sarif=report.sarif --format checkstyle=report.xml --format junit=junit.xml \
    --format gitlab=gitlab.json --format github=github.txt --format table=table.txt
same "findings end with 1" 1 $?
check "json is as its schema says" python3 validate.py "$here/../../docs/schema/lint.json" report.json
check "a comment's reason is told" jq -e '.findings[] | select(.suppressed and (.suppression | startswith("comment in line 2")) and
    (.reason | startswith("the \"newest\" <one>")))' report.json
check "an exception's reason is told" jq -e '.findings[] | select(.suppressed and .reason == "<owner>" and (.codes | index("DL4000")))' report.json
check "headers are told, route by route" jq -e '[.routes[].outcomes | keys[]] | length > 2' report.json
check "files of all kinds" jq -e '[.files[].kind] | unique == ["dockerfile", "haproxy", "nginx"]' report.json
check "numbers of the summary are those of the findings" jq -e '
    (.summary.total == ([.findings[] | select(.suppressed | not)] | length)) and
    (.summary.suppressed == ([.findings[] | select(.suppressed)] | length)) and
    (.summary.fixable == ([.findings[] | select((.suppressed | not) and .fix)] | length))' report.json
lint "$rules" --profile strict --format json=all.json --format sarif=all.sarif >/dev/null
check "json of every rule's cases" python3 validate.py "$here/../../docs/schema/lint.json" all.json

# What is in names, lines and messages stays what it is in every format: control characters, bytes that are no UTF-8,
# what ends a line, an attribute or a CDATA section.
cat >hostile.py <<'PYTHON'
import json, os, re, sys, xml.dom.minidom
prefix, problems = sys.argv[1], []
for name in "json", "sarif", "gitlab", "checkstyle", "junit", "github", "table":
    data = open(prefix + name, "rb").read()
    try:
        text = data.decode("utf-8")
        if name in ("json", "sarif", "gitlab"):
            document = json.loads(text)
        elif name in ("checkstyle", "junit"):
            xml.dom.minidom.parseString(data)
        elif name == "github":
            problems += [line for line in text.split("\n") if line and not re.match("::(error|warning|notice) (file=[^:,]+,|title=)[^:]*::", line)]
    except Exception as error:
        problems.append(f"{name}: {error}")
        continue
    if any(byte < 32 and byte != 10 or byte == 127 for byte in data):
        problems.append(f"{name}: control characters")
    if name == "gitlab":
        problems += [f"no path: {one}" for one in document if not one["location"]["path"]]
        problems += ["fingerprints"] * (len({one["fingerprint"] for one in document}) != len(document))
    if name == "sarif":
        problems += [one["ruleId"] for one in document["runs"][0]["results"] for place in one["locations"]
                     if not re.fullmatch("[!-~]+", place["physicalLocation"]["artifactLocation"]["uri"])]
for problem in problems[:10]:
    print(problem[:200])
sys.exit(bool(problems))
PYTHON
mkdir hostile
python3 - <<'PYTHON'
import os
for name in b"a\nb", b"\xff\xfe", b"]]>x", b"<&\">'", b"::error,x=%0A", b"\x1b[31mred", b"\x01":
    with open(b"hostile/Dockerfile." + name, "wb") as file:
        file.write(b"FROM alpine AS b\xff\nRUN apk add \xff\xfe]]>\x1b[31m curl && cd /x\nENV A=::error::x\n"
                   b"FOO ::set-output name=x::\x07\x01\nEXPOSE 99999]]>\xc3\n# plimsoll ignore=DL3020 reason ]]> \xff\x1b\n"
                   b"ADD x\xff]]> /y\n")
PYTHON
formats() { for name in json sarif gitlab checkstyle junit github table; do printf -- '--format %s=%s%s ' $name "$1" $name; done; }
# shellcheck disable=SC2046 # words
lint hostile $(formats hostile.)
check "hostile bytes in names, lines and messages" python3 hostile.py hostile.
if [ -x "$BUILD/tests/tools/make-image" ]; then
    printf 'image app:latest\nlayer COPY x /\ntext root/.ssh/id_rsa x\ntext app/a\\012b\\033]]>/.env A=1\n' >image.spec
    "$BUILD/tests/tools/make-image" -o image.tar image.spec
    # shellcheck disable=SC2046 # words
    "$PLIMSOLL" lint image image.tar $(formats image.) 2>log
    check "findings of an image, which has no file" python3 hostile.py image.
    check "json of them" python3 validate.py "$here/../../docs/schema/lint.json" image.json
fi

# A secret is in no report, whichever rule speaks of its line. (In two parts, or every secret scanner would stop here.)
value=kR7wq2Z
value=${value}tVb5xQ
mkdir secret
cat >secret/Dockerfile <<DOCKERFILE
FROM alpine:3.20 as x
ENV DB_PASSWORD $value
ADD https://user:$value@example.com/a /x
CMD mysql --password=$value && cd /x
HEALTHCHECK CMD curl -u admin:$value http://localhost/
USER $value
FROM https://user:$value@example.com/x
DOCKERFILE
cat >secret/haproxy.cfg <<CONFIGURATION
userlist u
    user a insecure-password $value
defaults
    mode http
frontend f
    bind :80
    stats auth admin:$value
CONFIGURATION
# shellcheck disable=SC2046 # words
lint secret --profile strict $(formats secret.)
check "findings stand in lines with secrets" sh -c 'jq "[.findings[].line] | length" secret.json | grep -q "[0-9][0-9]"'
check "no report shows one" sh -c "! grep '$value' secret.json secret.sarif secret.gitlab secret.checkstyle secret.junit secret.github secret.table log"
jq 'del(.findings[0].rule)' report.json >broken.json
exits "a finding without a rule is found" 1 python3 validate.py "$here/../../docs/schema/lint.json" broken.json

cat >places.py <<'PYTHON'
import json, sys
report, path = json.load(open(sys.argv[1])), sys.argv[2]
data = open(path, "rb").read()
for finding in report["findings"]:
    for edit in (finding["fix"] or {"edits": []})["edits"]:
        lines = data[: edit["offset"]].split(b"\n")
        assert (len(lines), len(lines[-1]) + 1) == (edit["line"], edit["column"]), (finding["rule"], edit)
PYTHON
lint app/Dockerfile --format json=one.json
check "edits say the same place twice" python3 places.py one.json app/Dockerfile

check "checkstyle and junit are XML, and count alike" python3 - <<'PYTHON'
import json, xml.etree.ElementTree as tree
shown = [f for f in json.load(open("report.json"))["findings"] if not f["suppressed"]]
errors = tree.parse("report.xml").getroot().findall("file/error")
suites = tree.parse("junit.xml").getroot()
assert len(errors) == len(shown), (len(errors), len(shown))
assert [e.get("message") for e in errors] == [f["message"] for f in shown]
assert len(suites.findall("testsuite/testcase/failure")) == len(shown)
assert int(suites.get("tests")) == len(suites.findall("testsuite/testcase"))
PYTHON
check "gitlab: fingerprints differ, and stay when lines move" sh -c '
    jq -e "[.[].fingerprint] | length == (unique | length)" gitlab.json
    jq -S "[.[] | select(.location.path == \"app/Dockerfile\") | .fingerprint] | sort" gitlab.json >before
    { sed 1q app/Dockerfile; echo; echo "# moved"; sed 1d app/Dockerfile; } >moved && mv moved app/Dockerfile
    "$PLIMSOLL" lint --offline --no-shellcheck app --format gitlab=gitlab.json
    jq -S "[.[] | select(.location.path == \"app/Dockerfile\") | .fingerprint] | sort" gitlab.json >after
    cmp before after'
check "github: a line a finding, commas escaped" sh -c '
    [ "$(grep -c "^::\(error\|warning\|notice\) file=app/" github.txt)" = "$(jq .summary.total report.json)" ] &&
    [ "$(wc -l <github.txt)" = "$(jq .summary.total report.json)" ]'
check "the table counts" grep -q "^$(jq .summary.total report.json) findings in 4 files" table.txt

check "sarif: rules are those of the results" jq -e '.runs[0] | ([.results[].ruleId] | unique) == ([.tool.driver.rules[].id] | unique) and
    (. as $run | .results | all(. as $r | $run.tool.driver.rules[$r.ruleIndex].id == $r.ruleId))' report.sarif
check "sarif: what comments suppress is so in the source" jq -e '[.runs[0].results[].suppressions // [] | .[].kind] | unique == ["external", "inSource"]' report.sarif
command -v go >/dev/null || { echo "skip $scenario: go is not installed, so SARIF's schema cannot be had"; exit 0; }
module=github.com/owenrumney/go-sarif/v3@v3.3.1
folder=$(GOMODCACHE=$work/go GOFLAGS=-modcacherw timeout 300 go mod download -json $module 2>/dev/null | jq -r '.Dir // empty')
[ -n "$folder" ] || { echo "skip $scenario: $module cannot be had"; exit 0; }
python3 - "$folder/pkg/report/v210/sarif/schema.go" >sarif-schema.json <<'PYTHON'
import sys
text = open(sys.argv[1], encoding="utf-8").read()
print(text[text.index("`") + 1 : text.rindex("`")])
PYTHON
check "sarif is as OASIS says" python3 validate.py sarif-schema.json report.sarif
check "sarif of every rule's cases" python3 validate.py sarif-schema.json all.sarif
jq 'del(.runs[0].results[0].message)' report.sarif >broken.sarif
exits "a result without a message is found" 1 python3 validate.py sarif-schema.json broken.sarif
