/* Reports of an audit whose names are hostile; mail headers. */
#include "ship/audit/write.h"

#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "test.h"

#include "base/terminal.h"
#include "ship/audit/run.h"

#define HOSTILE "\"><script>alert(1)</script>&\x1b[31m\xff\xe2\x80\xae|`*_[x](javascript:1)\n# x"

static struct audit_finding findings[] = {{.id = SLICE(HOSTILE),
                                           .package = SLICE(HOSTILE),
                                           .version = SLICE(HOSTILE),
                                           .fixed = SLICE(HOSTILE),
                                           .title = SLICE(HOSTILE),
                                           .url = SLICE("javascript:alert(1)"),
                                           .severity = SEVERITY_CRITICAL,
                                           .overdue = true,
                                           .first_seen = 1793491200,
                                           .due = 1793491200},
                                          {.id = SLICE("CVE-2"),
                                           .url = SLICE("https://x/\"onclick=\"y"),
                                           .severity = SEVERITY_HIGH,
                                           .is_new = true,
                                           .first_seen = 1793491200,
                                           .due = AUDIT_NEVER}};

static struct audit_repository repositories[] = {
    {.name = SLICE(HOSTILE),
     .shown = SLICE(HOSTILE),
     .tag = SLICE(HOSTILE),
     .findings = findings,
     .finding_count = 2,
     .by_severity = {[SEVERITY_CRITICAL] = 1, [SEVERITY_HIGH] = 1},
     .total = 2,
     .overdue = 1,
     .new_count = 1,
     .base = {.state = AUDIT_BASE_MOVED, .name = SLICE(HOSTILE), .digest = SLICE(HOSTILE)}},
    {.name = SLICE("away"), .shown = SLICE("away"), .error = SLICE(HOSTILE)}};

static struct audit_exception exceptions[] = {{.id = SLICE(HOSTILE),
                                               .owner = SLICE(HOSTILE),
                                               .expires = SLICE("2026-11-01"),
                                               .reason = SLICE(HOSTILE),
                                               .days_left = -3}};
static struct audit_point trend[] = {{.when = 1790000000}, {.when = 1793491200}};
static struct slice notes[] = {SLICE(HOSTILE)};

static struct audit sample(void)
{
    struct audit audit = {.when = 1793491200,
                          .repositories = repositories,
                          .count = 2,
                          .failed = 1,
                          .exceptions = exceptions,
                          .exception_count = 1,
                          .trend = trend,
                          .trend_count = 2,
                          .notes = notes,
                          .note_count = 1,
                          .total = 2,
                          .overdue = 1,
                          .by_severity = {[SEVERITY_CRITICAL] = 1, [SEVERITY_HIGH] = 1},
                          .rebuilds = 1};
    audit_deadlines_default(audit.deadlines);
    return audit;
}

static struct slice written(const char *format, const struct audit_write_options *options)
{
    char *text = NULL;
    size_t len = 0;
    struct error err = {0};
    struct audit audit = sample();
    FILE *file = open_memstream(&text, &len);
    if (!audit_write(format, &audit, options, file, &err))
        fail_msg("%s: %s", format, err.text);
    fclose(file);
    struct slice kept = arena_copy(&arena, slice_of(text, len));
    free(text);
    return kept;
}

static bool holds(struct slice text, const char *part)
{
    return slice_search(text, slice_str(part)) < text.len;
}

static void test_html(void **state)
{
    (void)state;
    struct audit_write_options options = {.all = true};
    struct slice page = written("html", &options);
    assert_false(holds(page, "<script"));
    assert_false(holds(page, "href=\"javascript"));
    assert_false(holds(page, "onclick=\"y"));
    assert_false(holds(page, "\x1b"));
    assert_false(holds(page, "\xe2\x80\xae"));
    assert_false(holds(page, "\xff"));
    assert_true(holds(page, "&#60;script&#62;"));
    assert_true(holds(page, "id=\"chart-severities\""));
    assert_true(holds(page, "id=\"chart-trend\""));
    assert_true(holds(page, "id=\"chart-age\""));
    assert_false(holds(page, "src="));
    assert_true(slice_ends(page, SLICE("</body></html>\n")));
}

static void test_text(void **state)
{
    (void)state;
    struct audit_write_options options = {.all = true, .plain = true};
    struct slice table = written("table", &options);
    assert_false(holds(table, "\x1b"));
    assert_false(holds(table, "\xe2\x80\xae"));
    assert_true(holds(table, "could not be audited"));
    struct slice markdown = written("markdown", &options);
    assert_false(holds(markdown, "<script"));
    assert_false(holds(markdown, "\n# x"));
    assert_false(holds(markdown, "[x](javascript"));
    assert_false(holds(markdown, "\xe2\x80\xae"));
    struct slice guide = written("guide", &options);
    assert_false(holds(guide, "\x1b"));
    assert_true(holds(guide, "=== Scanning away ===\n"));
    struct slice json = written("json", &options);
    assert_false(holds(json, "\x1b"));
    assert_true(holds(json, "plimsoll/image-audit/1"));
}

/* At a narrow terminal nothing is cut off but long words: names have lines of their own. */
static void test_narrow(void **state)
{
    (void)state;
    struct audit_write_options options = {.width = 80, .plain = true};
    struct slice table = written("table", &options);
    assert_true(holds(table, "OVER  REBUILD\n"));
    assert_true(holds(table, "base moved\n"));
    for (struct slice rest = table; rest.len;)
        assert_true(terminal_columns(slice_cut(&rest, '\n')) <= 80);
}

static void test_mail(void **state)
{
    (void)state;
    struct slice to[] = {SLICE("J\xc3\xb6rg \xff <j@example.com>"), SLICE("plain@example.com"),
                         SLICE("Quoted \"name\" <q@example.com>")};
    struct audit_write_options options = {
        .mail_from = SLICE("\xf0\x9f\x9a\xa2 a very long name of a sender that is more than one "
                           "encoded word holds <ship@example.com>"),
        .mail_to = to,
        .mail_to_count = 3};
    struct slice mail = written("mail", &options);
    struct slice head = slice_upto(mail, slice_search(mail, SLICE("\n\n")));
    for (size_t i = 0; i < mail.len; i++)
        assert_true((unsigned char)mail.at[i] < 0x80);
    for (struct slice rest = mail; rest.len;)
        assert_true(slice_cut(&rest, '\n').len <= 78);
    assert_true(holds(head, "To: =?UTF-8?B?SsO2cmcg77+9?= <j@example.com>,\n"));
    assert_true(holds(head, "\n plain@example.com,\n"));
    assert_true(holds(head, "\"Quoted \\\"name\\\"\" <q@example.com>"));
    assert_true(holds(head, "Date: Sun, 01 Nov 2026 00:00:00 +0000"));
    assert_true(holds(head, "Subject: Image audit: 1 overdue"));
    assert_false(holds(head, "script"));
    struct error err;
    static const char *const wrong[] = {"", "nobody", "a@b\nBcc: c@d", "a@b\r", "a@b\x7f"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (audit_mail_check(slice_str(wrong[i]), &err))
            fail_msg("taken: %s", wrong[i]);
    assert_true(audit_mail_check(SLICE("A <a@b>"), &err));
}

static void test_no_mail_to_nobody(void **state)
{
    (void)state;
    struct audit audit = sample();
    struct audit_write_options options = {.all = true};
    struct error err = {0};
    char *text = NULL;
    size_t len;
    FILE *file = open_memstream(&text, &len);
    assert_false(audit_write("mail", &audit, &options, file, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    fclose(file);
    free(text);
}

/* ---- which repositories, which image ---- */

/* as cosign names it */
#define SIGNATURE "sha256-17732e4a1dc0a07b3bc25d77acb8c104dbc12e1013c9e5f9bb2d55c97e1ea1e1.sig"

static void test_newest(void **state)
{
    (void)state;
    static const struct {
        struct audit_candidate candidates[4];
        const char *tag, *why;
    } rows[] = {
        {{{SLICE("1.9.0")}, {SLICE("1.10.0")}, {SLICE("1.11.0-rc1")}}, "1.10.0", "highest version"},
        {{{SLICE("1.9.0")}, {SLICE("latest")}}, "latest", "tag latest"},
        {{{SLICE("a"), SLICE("x"), 5}, {SLICE("b"), SLICE("y"), 9}, {SLICE(""), SLICE("z"), 99}},
         "b",
         "pushed last"},
        {{{SLICE("nightly")}}, "nightly", "the only tag"},
        {{{SLICE("nightly")}, {SLICE("edge")}}, NULL, NULL},
        {{{SLICE("v1.2.0")}, {SLICE("1.1.9")}}, "v1.2.0", "highest version"},
        {{{SLICE("1.0.0"), SLICE("x"), 5}, {SLICE(SIGNATURE), SLICE("y"), 9}},
         "1.0.0",
         "pushed last"},
        {{{SLICE(SIGNATURE)}, {SLICE("nightly")}}, "nightly", "the only tag"},
        {{{SLICE(SIGNATURE)}}, NULL, NULL},
        {{{SLICE("sha256-abc"), SLICE("x"), 5}}, "sha256-abc", "pushed last"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *why = NULL;
        size_t count = 0;
        while (count < 4 && (rows[i].candidates[count].tag.len || rows[i].candidates[count].pushed))
            count++;
        const struct audit_candidate *chosen = audit_newest(rows[i].candidates, count, &why);
        if (!chosen != !rows[i].tag || (chosen && !slice_equal_str(chosen->tag, rows[i].tag)))
            fail_msg("row %zu", i);
        if (chosen)
            assert_string_equal(why, rows[i].why);
    }
    const char *why;
    assert_null(audit_newest(NULL, 0, &why));
}

static void test_targets(void **state)
{
    (void)state;
    static const struct {
        const char *name, *registry, *endpoint;
        const char *host, *repository, *tag;
        bool ecr;
    } rows[] = {
        {"app", NULL, NULL, "", "app", "", true},
        {"team/app:v1", NULL, NULL, "", "team/app", "v1", true},
        {"app", "127.0.0.1:5000", NULL, "127.0.0.1:5000", "app", "", false},
        {"app", "127.0.0.1:5000", "http://127.0.0.1:5000", "127.0.0.1:5000", "app", "", true},
        {"localhost:5000/app:1", NULL, NULL, "localhost:5000", "app", "1", false},
        {"1.dkr.ecr.eu-west-1.amazonaws.com/a/b", NULL, NULL, "1.dkr.ecr.eu-west-1.amazonaws.com",
         "a/b", "", true},
        {"registry.example/app", "other.example", NULL, "registry.example", "app", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct audit_options options = {.registry = slice_str(rows[i].registry),
                                        .endpoint = rows[i].endpoint};
        struct audit_target target;
        struct error err = {0};
        if (!audit_target_read(slice_str(rows[i].name), &options, &arena, &target, &err))
            fail_msg("%s: %s", rows[i].name, err.text);
        assert_true(slice_equal_str(target.host, rows[i].host));
        assert_true(slice_equal_str(target.repository, rows[i].repository));
        assert_true(slice_equal_str(target.tag, rows[i].tag));
        assert_int_equal(target.ecr, rows[i].ecr);
    }
    static const char *const wrong[] = {"", "UPPER", "a b", "x@sha256:12", "../x", "\x1b[31m"};
    struct audit_options options = {.api = AUDIT_API_AUTO};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct audit_target target;
        struct error err;
        if (audit_target_read(slice_str(wrong[i]), &options, &arena, &target, &err))
            fail_msg("taken: %s", wrong[i]);
    }
}

static void test_amazon_hosts(void **state)
{
    (void)state;
    struct slice region, account;
    assert_true(audit_ecr_host(SLICE("12.dkr.ecr.us-east-1.amazonaws.com"), &region, &account));
    assert_true(slice_equal_str(region, "us-east-1"));
    assert_true(slice_equal_str(account, "12"));
    static const char *const amazon[] = {"1.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
                                         "1.dkr.ecr.cn-north-1.amazonaws.com.cn"};
    for (size_t i = 0; i < sizeof amazon / sizeof *amazon; i++)
        assert_true(audit_ecr_host(slice_str(amazon[i]), &region, &account));
    static const char *const others[] = {"1.dkr.ecr.us-east-1.amazonaws.com.evil.example",
                                         "dkr.ecr.us-east-1.amazonaws.com",
                                         "x.dkr.ecr.us-east-1.amazonaws.com", "public.ecr.aws", ""};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (audit_ecr_host(slice_str(others[i]), &region, &account))
            fail_msg("taken: %s", others[i]);
        assert_int_equal(region.len + account.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_html),
        ARENA_TEST(test_text),
        ARENA_TEST(test_narrow),
        ARENA_TEST(test_mail),
        ARENA_TEST(test_no_mail_to_nobody),
        ARENA_TEST(test_newest),
        ARENA_TEST(test_targets),
        ARENA_TEST(test_amazon_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
