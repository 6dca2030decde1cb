#include "ship/doctor/answers.h"

#include "image/document.h"
#include "net/base64.h"
#include "net/url.h"

enum { MEMBERS_MAX = 200, TOKEN_MAX = 64 * 1024, RULES_SHOWN = 3 };

bool answer_rate(struct slice value, uint64_t *count, uint64_t *window)
{
    struct slice rest = slice_trim(value), number = slice_trim(slice_cut(&rest, ';'));
    *window = 0;
    if (!slice_u64(number, count))
        return false;
    while (rest.len) {
        struct slice part = slice_trim(slice_cut(&rest, ';'));
        if (slice_starts(part, SLICE("w=")))
            (void)slice_u64(slice_from(part, 2), window);
    }
    return true;
}

/* base64url (RFC 4648 section 5) as base64. */
static struct slice plain_base64(struct slice text, struct arena *arena)
{
    struct slice copy = arena_copy(arena, text);
    for (size_t i = 0; copy.at && i < copy.len; i++) {
        char *at = (char *)(uintptr_t)copy.at + i;
        *at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
    }
    return copy;
}

static bool read_end(struct slice json, const char *name, int64_t *when)
{
    struct error ignored = {0};
    CLEANUP_JSON json_t *document = document_parse(json, &ignored);
    const json_t *value = json_object_get(document, name);
    double seconds = json_is_number(value) ? json_number_value(value) : 0;
    bool found = seconds > 0 && seconds < 1e12;
    *when = found ? (int64_t)seconds : 0;
    return found;
}

bool answer_token_end(struct slice password, struct arena *arena, int64_t *when)
{
    struct error ignored = {0};
    struct slice json, rest = password, head;
    if (password.len < 16 || password.len > TOKEN_MAX)
        return false;
    head = slice_cut(&rest, '.');
    if (rest.len) { /* a JWT: header.payload.signature */
        struct slice payload = plain_base64(slice_cut(&rest, '.'), arena);
        return head.len && payload.at && base64_decode(payload, arena, &json, &ignored) &&
               read_end(json, "exp", when);
    }
    return base64_decode(password, arena, &json, &ignored) && read_end(json, "expiration", when);
}

bool answer_image_status(struct slice json, struct arena *arena, struct slice *status,
                         struct error *err)
{
    CLEANUP_JSON json_t *answer = document_parse(json, err);
    const json_t *first = json_array_get(json_object_get(answer, "imageDetails"), 0);
    *status = SLICE("");
    if (!answer)
        return false;
    return !first || document_text(first, "imageStatus", arena, status) || arena_error(err);
}

bool answer_policy_text(struct slice json, struct arena *arena, struct slice *text,
                        struct error *err)
{
    CLEANUP_JSON json_t *answer = document_parse(json, err);
    return answer && (document_text(answer, "policyText", arena, text) || arena_error(err));
}

static bool element_of(struct slice xml, const char *element, struct slice *inside,
                       struct slice *behind)
{
    char open[100], close[100];
    int opened = snprintf(open, sizeof open, "<%s>", element);
    int closed = snprintf(close, sizeof close, "</%s>", element);
    size_t at = slice_search(xml, slice_of(open, (size_t)opened));
    if (at == xml.len)
        return false;
    struct slice rest = slice_from(xml, at + (size_t)opened);
    size_t end = slice_search(rest, slice_of(close, (size_t)closed));
    if (end == rest.len)
        return false;
    *inside = slice_upto(rest, end);
    *behind = slice_from(rest, end + (size_t)closed);
    return true;
}

bool answer_document(struct slice xml, const char *element, struct arena *arena,
                     struct slice *document)
{
    struct slice inside, behind;
    if (!element_of(xml, element, &inside, &behind))
        return false;
    *document = url_decode(inside, arena);
    return document->at != NULL;
}

bool answer_members(struct slice xml, const char *outer, const char *element, struct arena *arena,
                    struct slice **texts, size_t *count)
{
    struct slice rest, behind, text;
    *count = 0;
    *texts = arena_array(arena, MEMBERS_MAX, sizeof **texts);
    if (!*texts)
        return false;
    if (!element_of(xml, outer, &rest, &behind))
        return true;
    while (*count < MEMBERS_MAX && element_of(rest, element, &text, &rest))
        (*texts)[(*count)++] = text;
    return true;
}

static struct slice rule_text(const json_t *rule, struct arena *arena)
{
    const json_t *selection = json_object_get(rule, "selection");
    struct slice type = document_view(json_object_get(selection, "countType"));
    struct slice status = document_view(json_object_get(selection, "tagStatus"));
    long long number = json_integer_value(json_object_get(selection, "countNumber"));
    long long priority = json_integer_value(json_object_get(rule, "rulePriority"));
    if (slice_equal_str(type, "imageCountMoreThan"))
        return arena_printf(arena, "rule %lld keeps the newest %lld (%.*s)", priority, number,
                            SLICE_ARG(slice_upto(status, 40)));
    return arena_printf(arena, "rule %lld takes what is older than %lld days (%.*s)", priority,
                        number, SLICE_ARG(slice_upto(status, 40)));
}

struct slice answer_lifecycle(struct slice policy, struct arena *arena)
{
    struct error ignored = {0};
    CLEANUP_JSON json_t *document = document_parse(policy, &ignored);
    const json_t *rules = json_object_get(document, "rules");
    struct slice made = {"", 0};
    for (size_t i = 0; i < json_array_size(rules) && i < RULES_SHOWN; i++) {
        struct slice text = rule_text(json_array_get(rules, i), arena);
        arena_list(arena, &made, "; ", "%.*s", SLICE_ARG(text));
        if (!made.at)
            return SLICE("");
    }
    return made;
}

/* A string or an array of strings that has one of these words. */
static bool has_word(const json_t *value, struct slice a, struct slice b)
{
    if (json_is_string(value))
        return slice_equal_nocase(document_view(value), a) ||
               slice_equal_nocase(document_view(value), b);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (json_is_string(json_array_get(value, i)) && has_word(json_array_get(value, i), a, b))
            return true;
    return false;
}

static bool names_service(const json_t *principal, struct slice service)
{
    return json_is_object(principal)
               ? has_word(json_object_get(principal, "Service"), service, service)
               : has_word(principal, SLICE("*"), SLICE("*"));
}

/* What one statement adds. */
static enum answer_trust statement_trust(const json_t *statement, struct slice service)
{
    const json_t *action = json_object_get(statement, "Action");
    struct slice effect = document_view(json_object_get(statement, "Effect"));
    bool conditional = json_object_size(json_object_get(statement, "Condition")) > 0;
    if (!names_service(json_object_get(statement, "Principal"), service) ||
        !(has_word(action, SLICE("sts:AssumeRole"), SLICE("sts:*")) ||
          has_word(action, SLICE("*"), SLICE("sts:Assume*"))))
        return TRUST_NONE;
    if (slice_equal_str(effect, "Deny"))
        return conditional ? TRUST_CONDITIONAL : TRUST_DENIED;
    if (!slice_equal_str(effect, "Allow"))
        return TRUST_NONE;
    return conditional ? TRUST_CONDITIONAL : TRUST_FULL;
}

enum answer_trust answer_trusts(struct slice policy, struct slice service)
{
    struct error ignored = {0};
    CLEANUP_JSON json_t *document = document_parse(policy, &ignored);
    const json_t *statements = json_object_get(document, "Statement");
    enum answer_trust all = TRUST_NONE;
    if (!json_is_object(document))
        return TRUST_UNREADABLE;
    if (json_is_object(statements)) /* one alone may stand without its array */
        return statement_trust(statements, service);
    for (size_t i = 0; i < json_array_size(statements); i++) {
        enum answer_trust one = statement_trust(json_array_get(statements, i), service);
        if (one == TRUST_DENIED)
            return one;
        if (one == TRUST_FULL || (one == TRUST_CONDITIONAL && all == TRUST_NONE))
            all = one;
    }
    return all;
}
