/* Pins of a Dockerfile: each found one has just its version's bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "update/pins/pin.h"

/* "curl 8.5.0-r0 alpine:3.20;…", with the problem instead of the base where there is one. */
static struct slice read_all(const char *text, struct arena *arena)
{
    struct pins pins = {.arena = arena};
    struct error err;
    struct slice bytes = slice_str(text), all = {"", 0};
    if (!pins_read_dockerfile(&pins, SLICE("Dockerfile"), bytes, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < pins.count; i++) {
        const struct pin *pin = &pins.items[i];
        if (!pin->problem.len &&
            !slice_equal(slice_of(text + pin->start, pin->version.len), pin->version))
            fail_msg("%.*s does not stand at %zu", SLICE_ARG(pin->version), pin->start);
        all = arena_printf(arena, "%.*s%s %.*s %.*s %.*s;", SLICE_ARG(all),
                           pin->type == PACKAGE_APK ? "apk" : "deb", SLICE_ARG(pin->name),
                           SLICE_ARG(pin->version),
                           SLICE_ARG(pin->problem.len ? pin->problem : pin->base));
    }
    return all;
}

static void pins_are_found(void **state)
{
    static const struct {
        const char *text, *pins;
    } cases[] = {
        {"FROM alpine:3.20\nRUN apk add --no-cache curl=8.5.0-r0 jq\n",
         "apk curl 8.5.0-r0 alpine:3.20;"},
        {"FROM alpine:3.20 AS a\nFROM a\nRUN apk update && \\\n  apk add -t .x \\\n  # why\n  "
         "curl=8.5.0-r0 \\\n  \"jq=1.7-r1\"\n",
         "apk curl 8.5.0-r0 alpine:3.20;apk jq 1.7-r1 alpine:3.20;"},
        {"FROM debian:12\nRUN apt-get update && DEBIAN_FRONTEND=x apt-get install -y "
         "--no-install-recommends curl=7.88.1-10+deb12u5 libc6:amd64=2.36-9 vim\n",
         "deb curl 7.88.1-10+deb12u5 debian:12;deb libc6 2.36-9 debian:12;"},
        {"FROM debian:12\nRUN <<EOF\napt-get install -y 'tar=1.34+dfsg-1'\nEOF\n",
         "deb tar 1.34+dfsg-1 debian:12;"},
        {"FROM alpine:3.20\nRUN apk add 'curl>8' curl~8 curl=~8.5 'curl<9' .virtual=1 :curl=8\n",
         ""},
        {"FROM debian:12\nRUN apt-get install curl=7.88.* && echo a=b && apt-get remove x=1\n", ""},
        {"FROM alpine:3.20\nARG V=8\nRUN apk add curl=$V jq=${V}-r0\n",
         "apk curl $V its version is a variable;apk jq ${V}-r0 its version is a variable;"},
        {"FROM alpine:3.20\nRUN apk add -X http://x/edge/main curl=8.5.0-r0\n",
         "apk curl 8.5.0-r0 another repository or release is asked for;"},
        {"FROM debian:12\nRUN apt-get install -t bookworm-backports curl=8.1\n",
         "deb curl 8.1 another repository or release is asked for;"},
        {"FROM alpine:3.20\nRUN [\"apk\", \"add\", \"curl=8.5.0-r0\"]\n",
         "apk curl 8.5.0-r0 its bytes could not be found;"},
        {"FROM alpine:3.20\nRUN apk add curl=8.5.\\\n0-r0\n",
         "apk curl 8.5.0-r0 its version is broken over two lines;"},
        {"FROM alpine:3.20\nCMD apk add curl=8.5.0-r0\n", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP_ARENA struct arena arena;
        arena_init(&arena, 16 << 20);
        struct slice pins = read_all(cases[i].text, &arena);
        if (!slice_equal_str(pins, cases[i].pins))
            fail_msg("case %zu: %.*s", i, SLICE_ARG(pins));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pins_are_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
