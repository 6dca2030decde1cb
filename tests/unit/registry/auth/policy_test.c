/* Verdicts from tests/data/registry/policy_verdicts.txt, refusals from policy_refused.txt. */
#include "data.h"
#include "test.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "registry/auth/policy.h"

static enum policy_kind kind_of(struct slice word)
{
    static const char *const words[] = {"identity", "repository", "registry", "trust"};
    for (size_t i = 0; i < 4; i++)
        if (slice_equal_str(word, words[i]))
            return (enum policy_kind)i;
    fail_msg("no kind %.*s", SLICE_ARG(word));
    return POLICY_OF_IDENTITY;
}

/* "user:ACCOUNT:NAME", "role:ACCOUNT:ROLE/SESSION", "nobody", then "key=value" words. */
static void take_caller(struct slice text, struct arena *arena, struct caller *caller,
                        struct policy_question *question)
{
    struct slice words = text, who = slice_cut(&words, ' '), kind = slice_cut(&who, ':');
    *caller = (struct caller){.address = SLICE("10.1.2.3")};
    if (slice_equal_str(kind, "user") || slice_equal_str(kind, "role")) {
        bool user = kind.at[0] == 'u';
        caller->kind = user ? CALLER_USER : CALLER_ROLE;
        caller->account = slice_cut(&who, ':');
        caller->name = who;
        caller->arn = arena_printf(
            arena, user ? "arn:aws:iam::%.*s:user/%.*s" : "arn:aws:sts::%.*s:assumed-role/%.*s",
            SLICE_ARG(caller->account), SLICE_ARG(caller->name));
    }
    while (words.len) {
        struct slice value = slice_cut(&words, ' '), name = slice_cut(&value, '=');
        int64_t now;
        if (slice_equal_str(name, "tls"))
            question->secure = true;
        else if (slice_equal_str(name, "from"))
            caller->address = value;
        else if (slice_equal_str(name, "external"))
            question->external_id = value;
        else if (slice_equal_str(name, "now") && clock_parse(value, &now))
            question->now = (double)now;
        else
            fail_msg("no word %.*s", SLICE_ARG(name));
    }
}

static void judge_line(struct slice line, struct policy *policy)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    static const char *const verdicts[] = {"silent", "allow", "deny"};
    struct slice rest = slice_upto(line, slice_search(line, SLICE(" -> ")));
    struct slice after = slice_from(line, rest.len + 4), expected = slice_cut(&after, ' ');
    struct policy_question question = {0};
    struct caller caller;
    struct slice who = slice_trim(slice_cut(&rest, '|')),
                 action = slice_trim(slice_cut(&rest, '|'));
    question.action = arena_string(&arena, action);
    question.resource = slice_trim(rest);
    question.who = &caller;
    take_caller(who, &arena, &caller, &question);
    enum policy_verdict verdict = policy_judge(policy, &question);
    if (!slice_equal_str(expected, verdicts[verdict]))
        fail_msg("%.*s: %s", SLICE_ARG(line), verdicts[verdict]);
}

static void test_verdicts(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 16 << 20};
    struct slice text = test_data("registry/policy_verdicts.txt", &arena);
    struct policy *policy = NULL;
    size_t count = 0;
    (void)state;
    while (text.len) {
        struct slice line = slice_trim(slice_cut_line(&text));
        struct error err = {0};
        if (!line.len || line.at[0] == '#')
            continue;
        if (slice_starts(line, SLICE("policy "))) {
            line = slice_from(line, 7);
            enum policy_kind kind = kind_of(slice_cut(&line, ' '));
            if (!access_policy_parse(line, kind, &arena, &policy, &err))
                fail_msg("%.*s: %s", SLICE_ARG(line), err.text);
            continue;
        }
        judge_line(line, policy);
        count++;
    }
    assert_true(count > 60);
}

static void test_refused(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 16 << 20};
    struct slice text = test_data("registry/policy_refused.txt", &arena);
    (void)state;
    while (text.len) {
        struct slice line = slice_trim(slice_cut_line(&text));
        struct policy *policy;
        struct error err = {0};
        if (!line.len || line.at[0] == '#')
            continue;
        size_t arrow = slice_search(line, SLICE(" -> "));
        struct slice rest = slice_upto(line, arrow), why = slice_from(line, arrow + 4);
        enum policy_kind kind = kind_of(slice_cut(&rest, ' '));
        if (access_policy_parse(rest, kind, &arena, &policy, &err))
            fail_msg("taken: %.*s", SLICE_ARG(line));
        if (slice_search(slice_str(err.text), why) == strlen(err.text))
            fail_msg("%.*s: %s", SLICE_ARG(line), err.text);
    }
}

static void test_match(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } rows[] = {
        {"*", "", true},
        {"", "", true},
        {"", "a", false},
        {"a*c", "abbbc", true},
        {"a*c", "abbb", false},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"**a**", "xax", true},
        {"ecr:*", "ecr:Put", true},
        {"ecr:*", "ECR:Put", false},
        {"*b*b*b", "abab", false},
        {"?*", "", false},
    };
    char many[4096];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (policy_match(slice_str(rows[i].pattern), slice_str(rows[i].text), false) !=
            rows[i].matches)
            fail_msg("%s %s", rows[i].pattern, rows[i].text);
    assert_true(policy_match(SLICE("ecr:put*"), SLICE("ECR:PutImage"), true));
    /* What backtracking matchers never end with. */
    memset(many, 'a', sizeof many);
    assert_false(
        policy_match(SLICE("*a*a*a*a*a*a*a*a*a*a*a*a*b"), slice_of(many, sizeof many), false));
}

static void test_limits(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 16 << 20};
    struct policy *policy;
    struct error err = {0};
    static char text[POLICY_TEXT_MAX + 2];
    (void)state;
    memset(text, ' ', sizeof text - 1);
    assert_false(access_policy_parse(slice_str(text), POLICY_OF_IDENTITY, &arena, &policy, &err));
    assert_non_null(strstr(err.text, "over 20480"));
    memset(text, '[', sizeof text - 3);
    assert_false(access_policy_parse(slice_upto(slice_str(text), 20000), POLICY_OF_IDENTITY, &arena,
                                     &policy, &err));
    assert_int_equal(err.kind, ERROR_FORMAT); /* its author's mistake, no want of memory */
    const char *const presets[] = {"admin", "push", "pull"};
    for (size_t i = 0; i < 3; i++)
        if (!access_policy_parse(policy_preset(slice_str(presets[i])), POLICY_OF_IDENTITY, &arena,
                                 &policy, &err))
            fail_msg("%s: %s", presets[i], err.text);
    assert_int_equal(policy_preset(SLICE("other")).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
