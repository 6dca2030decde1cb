/* Exceptions: their file, what they match, and other programs' files. */
#include "scan/exceptions.h"

#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "test.h"

#include "base/clock.h"
#include "scan/exceptions_import.h"
#include "scan/glob.h"

static void test_globs(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        char separator;
        bool match;
    } rows[] = {
        {"", "", 0, true},
        {"a", "", 0, false},
        {"*", "", 0, true},
        {"*", "a/b", 0, true},
        {"*", "a/b", '/', false},
        {"**", "a/b", '/', true},
        {"a*c", "abbc", 0, true},
        {"a*c", "abbd", 0, false},
        {"a?c", "abc", '/', true},
        {"a?c", "a/c", '/', false},
        {"usr/*/lib", "usr/local/lib", '/', true},
        {"usr/*/lib", "usr/local/x/lib", '/', false},
        {"usr/**/lib", "usr/local/x/lib", '/', true},
        {"usr/**", "usr/local/x/lib", '/', true},
        {"**/*.jar", "opt/a/b.jar", '/', true},
        {"**/a*/b", "x/ay/c/az/b", '/', true},
        {"*/app:*", "registry.example/team/app:1", 0, true},
        {"*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (glob_match(slice_str(rows[i].pattern), slice_str(rows[i].text), rows[i].separator) !=
            rows[i].match)
            fail_msg("%s on %s", rows[i].pattern, rows[i].text);
}

static struct exceptions parse(const char *text)
{
    struct exceptions exceptions = {NULL};
    struct error err;
    if (!exceptions_parse(slice_str(text), "e.yaml", &arena, &exceptions, &err))
        fail_msg("%s", err.text);
    return exceptions;
}

static void refuse(const char *text, const char *message)
{
    struct exceptions exceptions;
    struct error err;
    assert_false(exceptions_parse(slice_str(text), "e.yaml", &arena, &exceptions, &err));
    if (!strstr(err.text, message))
        fail_msg("\"%s\" is not in: %s", message, err.text);
}

static void test_file(void **state)
{
    (void)state;
    struct exceptions e = parse("# ours\n"
                                "- id: CVE-2023-0286\n"
                                "  package: openssl\n"
                                "  reason: not reachable\n"
                                "  owner: web\n"
                                "  expires: 2026-12-31\n"
                                "- rule: DL3008\n"
                                "  path: Dockerfile\n"
                                "  reason: pinned by digest\n");
    assert_int_equal(e.count, 2);
    assert_true(slice_equal_str(e.items[0].location, "e.yaml:2"));
    assert_true(slice_equal_str(e.items[0].expires, "2026-12-31"));
    assert_true(slice_equal_str(e.items[1].rule, "DL3008"));
    assert_int_equal(parse("").count, 0);
    assert_int_equal(parse("exceptions:\n  - id: CVE-1\n    reason: x\n").count, 1);
    assert_int_equal(parse("exceptions:\n").count, 0);
}

static void test_errors_name_the_line(void **state)
{
    (void)state;
    refuse("- id: CVE-1\n", "e.yaml:1: an exception needs a reason");
    refuse("- id: CVE-1\n  reason: x\n- reason: y\n", "e.yaml:3: an exception needs either");
    refuse("- id: CVE-1\n  rule: DL1\n  reason: x\n", "either id or rule");
    refuse("- id: CVE-1\n  reason: x\n  until: 2026-01-01\n", "e.yaml:3: until is no known key");
    refuse("- id: CVE-1\n  resaon: x\n", "e.yaml:2: resaon is no known key; did you mean reason?");
    refuse("- id: CVE-1\n  reason: x\n  expires: soon\n", "expires is no date");
    refuse("- id: '*'\n  reason: x\n", "needs a package");
    refuse("- id: [a]\n  reason: x\n", "e.yaml:1: id must be a text");
    refuse("- just words\n", "e.yaml:1: an exception is a map");
    refuse("just words\n", "a list of exceptions is expected");
    refuse("other: 1\n", "a list of exceptions is expected");
    refuse("- id: [\n", "e.yaml");
}

static int64_t day(const char *text)
{
    int64_t epoch = 0;
    assert_true(clock_parse(slice_str(text), &epoch));
    return epoch;
}

static struct scan_finding finding(const char *id, const struct package *package)
{
    return (struct scan_finding){.finding = {.id = slice_str(id), .package = package}};
}

static void test_apply(void **state)
{
    (void)state;
    const struct package openssl = {.name = SLICE("libcrypto3"),
                                    .source = SLICE("openssl"),
                                    .path = SLICE("lib/apk/db/installed")};
    const struct package haproxy = {.name = SLICE("haproxy"),
                                    .source = SLICE("haproxy"),
                                    .path = SLICE("usr/local/sbin/haproxy")};
    struct slice alias = SLICE("GHSA-1");
    struct scan_finding findings[] = {finding("CVE-1", &openssl), finding("CVE-2", &openssl),
                                      finding("CVE-3", &haproxy), finding("CVE-4", &haproxy),
                                      finding("CVE-5", &haproxy)};
    findings[4].finding.aliases = &alias;
    findings[4].finding.alias_count = 1;
    struct scan_result result = {.findings = findings, .finding_count = 5};
    result.image.name = SLICE("registry.example/app:1");
    struct exceptions e =
        parse("- {id: cve-1, package: openssl, reason: by source, owner: me, expires: 2026-06-30}\n"
              "- {id: CVE-2, reason: old, expires: 2026-06-29}\n"
              "- {id: 'CVE-*', package: haproxy, path: /usr/**/haproxy, image: '*/other:*', "
              "reason: other image}\n"
              "- {id: CVE-3, path: /usr/*/haproxy, reason: star stops}\n"
              "- {id: CVE-4, path: /usr/**/haproxy, image: '*/app:*', reason: all}\n"
              "- {id: GHSA-1, reason: by alias}\n"
              "- {id: CVE-9, reason: matches nothing}\n");
    int64_t now = day("2026-06-30T23:59:00Z");
    exceptions_apply(&e, now, &result);
    assert_true(findings[0].suppressed);
    assert_true(slice_equal_str(findings[0].reason, "by source"));
    assert_true(slice_equal_str(findings[0].exception_source, "e.yaml:1"));
    assert_false(findings[1].suppressed || findings[2].suppressed);
    assert_true(findings[3].suppressed && findings[4].suppressed);

    struct note *notes = NULL;
    size_t count = 0, room = 0;
    assert_true(exceptions_notes(&e, now, result.image.name, false, &arena, &notes, &count, &room));
    assert_int_equal(count, 3);
    assert_true(slice_equal_str(notes[0].text,
                                "exception for CVE-2 expired on 2026-06-29 and counts no more"));
    assert_true(slice_equal_str(notes[0].path, "e.yaml:2"));
    assert_true(slice_equal_str(notes[1].text, "exception for CVE-3 matches nothing here"));
    assert_true(slice_equal_str(notes[2].text, "exception for CVE-9 matches nothing here"));
    assert_int_equal(exception_days_left(&e.items[0], now), 0);
    assert_int_equal(exception_days_left(&e.items[1], now), -1);
}

static void test_apply_to_secrets(void **state)
{
    (void)state;
    struct scan_secret secrets[] = {
        {.kind = secret_kind_find(SLICE("jwt")), .place = SLICE("srv/a/.env")},
        {.kind = secret_kind_find(SLICE("jwt")), .place = SLICE("srv/b/.env")},
        {.kind = secret_kind_find(SLICE("npm-token")), .place = SLICE("srv/a/.npmrc")}};
    struct scan_result result = {.secrets = secrets, .secret_count = 3};
    struct exceptions e = parse("- {rule: secrets/jwt, path: /srv/a/*, reason: a test's}\n"
                                "- {rule: secrets/npm-*, reason: old, expires: 2026-06-29}\n"
                                "- {rule: secrets/age-key, reason: matches nothing}\n"
                                "- {rule: DL3008, reason: of lint}\n");
    int64_t now = day("2026-06-30T23:59:00Z");
    exceptions_apply(&e, now, &result);
    assert_true(secrets[0].suppressed && slice_equal_str(secrets[0].reason, "a test's"));
    assert_false(secrets[1].suppressed || secrets[2].suppressed);
    struct note *notes = NULL;
    size_t count = 0, room = 0;
    assert_true(exceptions_notes(&e, now, SLICE("x"), false, &arena, &notes, &count, &room));
    assert_int_equal(count, 0);
    assert_true(exceptions_notes(&e, now, SLICE("x"), true, &arena, &notes, &count, &room));
    assert_int_equal(count, 2);
    assert_true(
        slice_equal_str(notes[1].text, "exception for secrets/age-key matches nothing here"));
}

/* Imports, and gives what came of it in the form of our file, then the notes. */
static const char *import(const char *text)
{
    struct imported imported;
    struct error err;
    if (!exceptions_import(slice_str(text), "f", &arena, &imported, &err))
        fail_msg("%s", err.text);
    char *out = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&out, &len);
    assert_true(exceptions_write_yaml(&imported.exceptions, file, &err));
    for (size_t i = 0; i < imported.note_count; i++)
        fprintf(file, "! %.*s: %.*s\n", SLICE_ARG(imported.notes[i].path),
                SLICE_ARG(imported.notes[i].text));
    fclose(file);
    const char *copy = arena_string(&arena, slice_of(out, len));
    free(out);
    return copy;
}

static void test_import_trivyignore(void **state)
{
    (void)state;
    assert_string_equal(import("# accepted by security\n"
                               "CVE-2022-40897 exp:2026-09-01\n"
                               "CVE-2022-1 # never called\n"
                               "\n"
                               "GHSA-xxxx\r\n"
                               "AVD-DS-0002\n"
                               "CVE-3 exp:tomorrow\n"),
                        "- id: CVE-2022-40897\n"
                        "  reason: \"accepted by security\"\n"
                        "  expires: \"2026-09-01\"\n"
                        "- id: CVE-2022-1\n"
                        "  reason: \"never called\"\n"
                        "- id: GHSA-xxxx\n"
                        "  reason: \"imported from f, which gives no reason\"\n"
                        "! f:6: AVD-DS-0002 is not the id of a vulnerability, left out\n"
                        "! f:7: not understood, left out: exp:tomorrow\n");
}

static void test_import_trivyignore_yaml(void **state)
{
    (void)state;
    assert_string_equal(import("vulnerabilities:\n"
                               "  - id: CVE-1\n"
                               "    statement: \"say \\\"no\\\"\"\n"
                               "    expired_at: 2026-01-02\n"
                               "    paths: [usr/a, usr/b]\n"
                               "  - id: CVE-2\n"
                               "misconfigurations:\n"
                               "  - id: AVD-DS-0001\n"),
                        "- id: CVE-1\n"
                        "  path: usr/a\n"
                        "  reason: \"say \\\"no\\\"\"\n"
                        "  expires: \"2026-01-02\"\n"
                        "- id: CVE-1\n"
                        "  path: usr/b\n"
                        "  reason: \"say \\\"no\\\"\"\n"
                        "  expires: \"2026-01-02\"\n"
                        "- id: CVE-2\n"
                        "  reason: \"imported from f, which gives no reason\"\n"
                        "! f:7: misconfigurations are no vulnerabilities, left out\n");
}

static void test_import_grype(void **state)
{
    (void)state;
    assert_string_equal(import("ignore:\n"
                               "  - vulnerability: CVE-1\n"
                               "    reason: fine\n"
                               "    package:\n"
                               "      name: curl\n"
                               "  - vulnerability: CVE-2\n"
                               "    fix-state: unknown\n"
                               "  - package: {location: \"/usr/**\", name: linux-libc-dev}\n"),
                        "- id: CVE-1\n"
                        "  package: curl\n"
                        "  reason: fine\n"
                        "- id: \"*\"\n"
                        "  package: linux-libc-dev\n"
                        "  path: \"/usr/**\"\n"
                        "  reason: \"imported from f, which gives no reason\"\n"
                        "! f:6: a rule with fix-state has no equal here, left out\n");
}

static void test_openvex_there_and_back(void **state)
{
    (void)state;
    struct exceptions e = parse("- {id: CVE-1, package: curl, image: app, reason: not called}\n"
                                "- {id: CVE-2, package: musl, reason: not called}\n"
                                "- {rule: DL3008, reason: no vulnerability}\n"
                                "- {id: CVE-3, reason: over, expires: 2020-01-01}\n");
    char *out = NULL;
    size_t len = 0;
    struct error err;
    FILE *file = open_memstream(&out, &len);
    assert_true(exceptions_write_openvex(&e, day("2026-01-01"), file, &err));
    fclose(file);
    assert_non_null(strstr(out, "\"@context\": \"https://openvex.dev/ns/v0.2.0\""));
    assert_null(strstr(out, "DL3008"));
    assert_null(strstr(out, "CVE-3"));
    assert_string_equal(import(out), "- id: CVE-1\n"
                                     "  package: curl\n"
                                     "  image: app\n"
                                     "  reason: \"not called\"\n"
                                     "- id: CVE-2\n"
                                     "  package: musl\n"
                                     "  reason: \"not called\"\n");
    free(out);
}

static void test_import_openvex(void **state)
{
    (void)state;
    assert_string_equal(
        import("{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"statements\":["
               "{\"vulnerability\":{\"name\":\"CVE-1\"},\"products\":[{\"@id\":"
               "\"pkg:oci/app@sha256%3Aab?repository_url=r.example/app\",\"subcomponents\":"
               "[{\"@id\":\"pkg:apk/alpine/curl@8.0-r0\"}]}],\"status\":\"not_affected\","
               "\"justification\":\"vulnerable_code_not_in_execute_path\"},"
               "{\"vulnerability\":\"CVE-2\",\"status\":\"affected\"}]}"),
        "- id: CVE-1\n"
        "  package: curl\n"
        "  image: \"*app*\"\n"
        "  reason: vulnerable_code_not_in_execute_path\n"
        "! f: CVE-2 is affected there, left out\n");
}

static void test_import_refuses_others(void **state)
{
    (void)state;
    struct imported imported;
    struct error err;
    assert_false(exceptions_import(SLICE("{\"a\": 1}"), "f", &arena, &imported, &err));
    assert_int_equal(err.kind, ERROR_UNSUPPORTED);
    assert_false(exceptions_import(SLICE("a: 1\n"), "f", &arena, &imported, &err));
    assert_int_equal(err.kind, ERROR_UNSUPPORTED);
    assert_false(exceptions_import(SLICE("{\"statements\": [{"), "f", &arena, &imported, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_globs),
        ARENA_TEST(test_file),
        ARENA_TEST(test_errors_name_the_line),
        ARENA_TEST(test_apply),
        ARENA_TEST(test_apply_to_secrets),
        ARENA_TEST(test_import_trivyignore),
        ARENA_TEST(test_import_trivyignore_yaml),
        ARENA_TEST(test_import_grype),
        ARENA_TEST(test_openvex_there_and_back),
        ARENA_TEST(test_import_openvex),
        ARENA_TEST(test_import_refuses_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
