/* Conditions: {comparison: {key: values}}. All of them must hold; of the values of one, any (of a
   negated one: none may match). */
#include <stdlib.h>

#include "base/clock.h"
#include "image/document.h"
#include "registry/auth/policy_parts.h"

static const struct policy_comparison comparisons[] = {
    {"StringEquals", TEST_TEXT, false, false, 0, 0},
    {"StringNotEquals", TEST_TEXT, true, false, 0, 0},
    {"StringEqualsIgnoreCase", TEST_TEXT, false, true, 0, 0},
    {"StringNotEqualsIgnoreCase", TEST_TEXT, true, true, 0, 0},
    {"StringLike", TEST_PATTERN, false, false, 0, 0},
    {"StringNotLike", TEST_PATTERN, true, false, 0, 0},
    {"ArnEquals", TEST_PATTERN, false, false, 0, 0}, /* as AWS: like ArnLike */
    {"ArnNotEquals", TEST_PATTERN, true, false, 0, 0},
    {"ArnLike", TEST_PATTERN, false, false, 0, 0},
    {"ArnNotLike", TEST_PATTERN, true, false, 0, 0},
    {"IpAddress", TEST_ADDRESS, false, false, 0, 0},
    {"NotIpAddress", TEST_ADDRESS, true, false, 0, 0},
    {"Bool", TEST_BOOL, false, true, 0, 0},
    {"DateEquals", TEST_DATE, false, false, 0, 0},
    {"DateNotEquals", TEST_DATE, true, false, 0, 0},
    {"DateLessThan", TEST_DATE, false, false, -1, -1},
    {"DateLessThanEquals", TEST_DATE, false, false, -1, 0},
    {"DateGreaterThan", TEST_DATE, false, false, 1, 1},
    {"DateGreaterThanEquals", TEST_DATE, false, false, 0, 1},
    {"Null", TEST_NULL, false, true, 0, 0},
};

static const struct {
    const char *name;
    enum policy_key key;
    bool trust_only;
    unsigned kinds; /* comparisons that make sense, as bits of policy_comparison_kind */
} keys[] = {
#define TEXTS (1u << TEST_TEXT | 1u << TEST_PATTERN | 1u << TEST_NULL)
    {"aws:SourceIp", KEY_SOURCE_IP, false, 1u << TEST_ADDRESS | 1u << TEST_NULL},
    {"aws:SecureTransport", KEY_SECURE, false, 1u << TEST_BOOL | 1u << TEST_NULL},
    {"aws:username", KEY_USER_NAME, false, TEXTS},
    {"aws:PrincipalArn", KEY_PRINCIPAL_ARN, false, TEXTS},
    {"aws:PrincipalAccount", KEY_PRINCIPAL_ACCOUNT, false, TEXTS},
    {"aws:PrincipalType", KEY_PRINCIPAL_TYPE, false, TEXTS},
    {"aws:CurrentTime", KEY_CURRENT_TIME, false, 1u << TEST_DATE | 1u << TEST_NULL},
    {"sts:ExternalId", KEY_EXTERNAL_ID, true, TEXTS},
};

static const struct policy_comparison *find_comparison(struct slice name, bool *if_exists)
{
    *if_exists = slice_ends(name, SLICE("IfExists"));
    if (*if_exists)
        name.len -= sizeof "IfExists" - 1;
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++)
        if (slice_equal_str(name, comparisons[i].name))
            return *if_exists && comparisons[i].kind == TEST_NULL ? NULL : &comparisons[i];
    return NULL;
}

static bool find_key(struct slice name, bool trust, const struct policy_comparison *comparison,
                     enum policy_key *key, struct error *err)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!slice_equal_nocase(name, slice_str(keys[i].name)) || (keys[i].trust_only && !trust))
            continue;
        if (!(keys[i].kinds >> comparison->kind & 1))
            return error_set(err, ERROR_FORMAT, "the condition key %s does not go with %s",
                             keys[i].name, comparison->name);
        *key = keys[i].key;
        return true;
    }
    return error_set(err, ERROR_FORMAT, "unknown condition key %.*s",
                     SLICE_ARG(slice_upto(name, 80)));
}

static bool is_bool(struct slice value)
{
    return slice_equal_nocase(value, SLICE("true")) || slice_equal_nocase(value, SLICE("false"));
}

static bool read_values(struct policy_test *test, struct arena *arena, struct error *err)
{
    size_t count = test->values.count;
    test->networks = arena_array(arena, count + 1, sizeof *test->networks);
    test->times = arena_array(arena, count + 1, sizeof *test->times);
    if (!test->networks || !test->times)
        return arena_error(err);
    for (size_t i = 0; i < count; i++) {
        struct slice value = test->values.items[i];
        enum policy_comparison_kind kind = test->comparison->kind;
        if ((kind == TEST_ADDRESS && !network_parse(value, &test->networks[i])) ||
            (kind == TEST_DATE && !clock_parse(value, &test->times[i])) ||
            ((kind == TEST_BOOL || kind == TEST_NULL) && !is_bool(value)))
            return error_set(err, ERROR_FORMAT, "%s: bad value \"%.*s\"", test->comparison->name,
                             SLICE_ARG(slice_upto(value, 80)));
    }
    return true;
}

static bool parse_test(const struct policy_comparison *comparison, bool if_exists,
                       struct slice name, const json_t *value, bool trust, struct arena *arena,
                       struct policy_statement *statement, struct error *err)
{
    struct policy_test test = {.comparison = comparison, .if_exists = if_exists};
    if (!find_key(name, trust, comparison, &test.key, err))
        return false;
    if (json_is_boolean(value)) { /* {"Bool": {"aws:SecureTransport": true}} is taken, too */
        test.values.items = arena_new(arena, struct slice);
        if (!test.values.items)
            return arena_error(err);
        test.values.items[0] = json_is_true(value) ? SLICE("true") : SLICE("false");
        test.values.count = 1;
    } else if (!policy_words_parse(value, "a condition's value", arena, &test.values, err)) {
        return false;
    }
    if (!read_values(&test, arena, err))
        return false;
    if (statement->test_count >= POLICY_VALUES_MAX)
        return error_set(err, ERROR_FORMAT, "too many conditions");
    return ARENA_PUSH(arena, statement->tests, statement->test_count, statement->test_room, test) ||
           arena_error(err);
}

bool policy_conditions_parse(const json_t *condition, bool trust, struct arena *arena,
                             struct policy_statement *statement, struct error *err)
{
    const char *name, *key;
    json_t *block, *value;
    if (!json_is_object(condition))
        return error_set(err, ERROR_FORMAT, "Condition must be an object");
    json_object_foreach((json_t *)(uintptr_t)condition, name, block)
    {
        bool if_exists;
        const struct policy_comparison *comparison = find_comparison(slice_str(name), &if_exists);
        if (!comparison)
            return error_set(err, ERROR_FORMAT, "unknown condition operator %.80s", name);
        if (!json_is_object(block) || json_object_size(block) == 0)
            return error_set(err, ERROR_FORMAT, "%s must be an object of keys", name);
        json_object_foreach(block, key,
                            value) if (!parse_test(comparison, if_exists, slice_str(key), value,
                                                   trust, arena, statement, err)) return false;
    }
    return true;
}

/* The ARN that aws:PrincipalArn names: of a role its own, not the session's. The role's path is not
   known here: policies compare the name. */
static struct slice principal_arn(const struct caller *who, char *room, size_t size)
{
    if (who->kind != CALLER_ROLE)
        return who->arn;
    struct slice name = slice_upto(who->name, slice_find(who->name, '/'));
    int len = snprintf(room, size, "arn:aws:iam::%.*s:role/%.*s", SLICE_ARG(who->account),
                       SLICE_ARG(name));
    return len > 0 && (size_t)len < size ? slice_of(room, (size_t)len) : (struct slice){0};
}

static struct slice principal_type(const struct caller *who)
{
    if (who->kind == CALLER_ROLE)
        return SLICE("AssumedRole");
    return who->kind == CALLER_USER ? SLICE("User") : SLICE("Anonymous");
}

/* False: the request has no such thing. */
static bool value_of(enum policy_key key, const struct policy_question *question, char *room,
                     size_t size, struct slice *value)
{
    const struct caller *who = question->who;
    switch (key) {
    case KEY_SOURCE_IP:
        *value = who->address;
        break;
    case KEY_SECURE:
        *value = question->secure ? SLICE("true") : SLICE("false");
        break;
    case KEY_USER_NAME:
        *value = who->kind == CALLER_USER ? who->name : (struct slice){0};
        break;
    case KEY_PRINCIPAL_ARN:
        *value = principal_arn(who, room, size);
        break;
    case KEY_PRINCIPAL_ACCOUNT:
        *value = who->account;
        break;
    case KEY_PRINCIPAL_TYPE:
        *value = principal_type(who);
        break;
    case KEY_CURRENT_TIME:
        *value = SLICE("now");
        break;
    case KEY_EXTERNAL_ID:
        *value = question->external_id;
        break;
    }
    return value->len > 0;
}

static bool matches_one(const struct policy_test *test, size_t index, struct slice value,
                        double now)
{
    struct slice wanted = test->values.items[index];
    double difference;
    int sign;
    switch (test->comparison->kind) {
    case TEST_PATTERN:
        return policy_match(wanted, value, false);
    case TEST_ADDRESS:
        return network_holds(&test->networks[index], value);
    case TEST_DATE:
        difference = now - (double)test->times[index];
        sign = difference < 0 ? -1 : difference > 0;
        return sign >= test->comparison->least && sign <= test->comparison->most;
    case TEST_TEXT:
    case TEST_BOOL:
    case TEST_NULL:
        break;
    }
    return test->comparison->fold_case ? slice_equal_nocase(wanted, value)
                                       : slice_equal(wanted, value);
}

static bool holds(const struct policy_test *test, const struct policy_question *question)
{
    enum { ARN_MAX = 512 };
    char room[ARN_MAX];
    struct slice value = {0};
    bool there = value_of(test->key, question, room, sizeof room, &value), any = false;
    if (test->comparison->kind == TEST_NULL) {
        value = there ? SLICE("false") : SLICE("true");
        there = true;
    }
    if (!there) /* as AWS: what is not there equals nothing */
        return test->if_exists || test->comparison->negated;
    for (size_t i = 0; i < test->values.count && !any; i++)
        any = matches_one(test, i, value, question->now);
    return any != test->comparison->negated;
}

bool policy_conditions_hold(const struct policy_statement *statement,
                            const struct policy_question *question)
{
    for (size_t i = 0; i < statement->test_count; i++)
        if (!holds(&statement->tests[i], question))
            return false;
    return true;
}
