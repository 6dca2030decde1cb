#!/bin/sh
# kill -9 at random points of pushes: after each restart every manifest that was acknowledged pulls and verifies, layer
# by layer, and nothing is half there. 20 pushes; 200 with SOAK=1. SEED=n repeats a run (the points are drawn from it;
# what the kernel does in between is its own affair).
. "$(dirname "$0")/lib.sh"
need python3
export PLIMSOLL_BOOTSTRAP_ACCESS_KEY=AKIAEXAMPLEEXAMPLE00
export PLIMSOLL_BOOTSTRAP_SECRET_KEY=a-secret-of-the-test-only-0123456789abcd
rounds=20
[ -z "${SOAK:-}" ] || rounds=200
python3 "$here/registry_kill.py" "$PLIMSOLL" "$work/data" "$rounds" "${SEED:-1}" || fail "ended early"
