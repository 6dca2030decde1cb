#include "lint/haproxy/haproxy_effects.h"

static bool is_sent(enum header_reason reason)
{
    return reason <= HEADER_TWICE;
}

void haproxy_answer_put(struct haproxy_answer *answer, const struct header_effect *effect)
{
    if (answer->count >= HAPROXY_EFFECTS_MAX)
        answer->limited = true;
    else if (!ARENA_PUSH(answer->config->arena, answer->effects, answer->count, answer->room,
                         *effect))
        answer->failed = true;
}

static unsigned rank(const struct header_effect *effect)
{
    if (effect->reason == HEADER_UPSTREAM)
        return 1;
    return is_sent(effect->reason) ? (effect->reason == HEADER_CONDITIONAL ? 3 : 4) : 2;
}

struct header_effect *haproxy_answer_find(const struct haproxy_answer *answer, struct slice name)
{
    struct header_effect *best = NULL;
    for (size_t i = 0; i < answer->count; i++)
        if (slice_equal_nocase(answer->effects[i].name, name) &&
            (!best || rank(&answer->effects[i]) >= rank(best)))
            best = &answer->effects[i];
    return best;
}

static void drop_name(struct haproxy_answer *answer, struct slice name)
{
    size_t kept = 0;
    for (size_t i = 0; i < answer->count; i++)
        if (!slice_equal_nocase(answer->effects[i].name, name))
            answer->effects[kept++] = answer->effects[i];
    answer->count = kept;
}

static struct header_effect effect_of(const struct haproxy_line *line, enum haproxy_truth truth)
{
    bool inherited = line->section->kind & (HAPROXY_DEFAULTS | HAPROXY_NAMED);
    struct header_effect effect = {.name = haproxy_word_at(line, 2),
                                   .value = haproxy_word_at(line, 3),
                                   .reason = inherited ? HEADER_INHERITED : HEADER_SENT,
                                   .file = line->file,
                                   .line = line->number};
    if (truth != HAPROXY_TRUE) {
        effect.reason = HEADER_CONDITIONAL;
        effect.condition = haproxy_condition_text(line);
        if (!effect.condition.len)
            effect.condition = SLICE("unless an allow before it ends the rules");
    }
    return effect;
}

static void apply_set(struct haproxy_answer *answer, const struct haproxy_line *line,
                      enum haproxy_truth truth)
{
    struct header_effect effect = effect_of(line, truth);
    if (truth == HAPROXY_TRUE)
        drop_name(answer, effect.name);
    haproxy_answer_put(answer, &effect);
}

static void apply_add(struct haproxy_answer *answer, const struct haproxy_line *line,
                      enum haproxy_truth truth)
{
    struct header_effect effect = effect_of(line, truth);
    for (size_t i = 0; i < answer->count && truth == HAPROXY_TRUE; i++) {
        struct header_effect *other = &answer->effects[i];
        if (slice_equal_nocase(other->name, effect.name) && is_sent(other->reason) &&
            other->reason != HEADER_CONDITIONAL) {
            other->reason = effect.reason = HEADER_TWICE;
            effect.reason_line = other->line;
            other->reason_line = effect.line;
        }
    }
    haproxy_answer_put(answer, &effect);
}

enum matched { MATCH_NO, MATCH_YES, MATCH_MAYBE };

/* del-header NAME [-m str|beg|end|sub|reg] */
static enum matched name_matches(const struct haproxy_line *line, struct slice header)
{
    struct slice name = haproxy_word_at(line, 2), method = SLICE("str");
    if (line->condition > 4 && slice_equal_str(line->words[3].text, "-m"))
        method = line->words[4].text;
    if (slice_equal_str(method, "str"))
        return slice_equal_nocase(name, header) ? MATCH_YES : MATCH_NO;
    if (slice_equal_str(method, "reg"))
        return MATCH_MAYBE;
    bool beg = slice_equal_str(method, "beg"), end = slice_equal_str(method, "end");
    for (size_t at = 0; at + name.len <= header.len; at++)
        if ((!beg || at == 0) && (!end || at + name.len == header.len) &&
            slice_equal_nocase(slice_of(header.at + at, name.len), name))
            return MATCH_YES;
    return MATCH_NO;
}

static void delete_one(struct haproxy_answer *answer, struct header_effect *effect,
                       const struct haproxy_line *line, bool certain)
{
    effect->reason_line = line->number;
    if (certain) {
        if (effect->reason == HEADER_UPSTREAM)
            effect->line = line->number;
        effect->reason = HEADER_DELETED;
        return;
    }
    if (effect->reason != HEADER_UPSTREAM && !is_sent(effect->reason))
        return;
    if (effect->reason != HEADER_UPSTREAM)
        effect->reason = HEADER_CONDITIONAL;
    effect->condition =
        arena_printf(answer->config->arena, "unless line %u removes it", line->number);
    answer->failed |= !effect->condition.at;
}

static void apply_del(struct haproxy_answer *answer, const struct haproxy_line *line,
                      enum haproxy_truth truth)
{
    for (size_t i = 0; i < answer->count; i++) {
        enum matched matched = name_matches(line, answer->effects[i].name);
        if (matched != MATCH_NO)
            delete_one(answer, &answer->effects[i], line,
                       matched == MATCH_YES && truth == HAPROXY_TRUE);
    }
}

/* Replaces in what is there. Only of a pattern that takes all is it known what comes out. */
static void apply_replace(struct haproxy_answer *answer, const struct haproxy_line *line,
                          enum haproxy_truth truth)
{
    struct slice pattern = haproxy_word_at(line, 3);
    if (!slice_equal_str(pattern, ".*") && !slice_equal_str(pattern, "^.*$") &&
        !slice_equal_str(pattern, "^.*") && !slice_equal_str(pattern, ".+"))
        return;
    size_t count = answer->count; /* without what is added below */
    if (answer->from_server && !haproxy_answer_find(answer, haproxy_word_at(line, 2))) {
        struct header_effect effect = effect_of(line, HAPROXY_UNKNOWN);
        effect.value = haproxy_word_at(line, 4);
        effect.condition = SLICE("if the server sends it");
        haproxy_answer_put(answer, &effect);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct header_effect effect = answer->effects[i];
        if (!slice_equal_nocase(effect.name, haproxy_word_at(line, 2)) ||
            (effect.reason != HEADER_UPSTREAM && !is_sent(effect.reason)))
            continue;
        effect.value = haproxy_word_at(line, 4);
        effect.reason_line = line->number;
        if (effect.reason == HEADER_UPSTREAM) {
            effect.condition = SLICE("if the server sends it");
            effect.file = line->file;
            effect.line = line->number;
        } else if (truth != HAPROXY_TRUE)
            effect.condition = haproxy_condition_text(line);
        if (effect.reason == HEADER_UPSTREAM || truth != HAPROXY_TRUE)
            effect.reason = HEADER_CONDITIONAL;
        if (truth == HAPROXY_TRUE)
            answer->effects[i] = effect;
        else {
            answer->effects[i].condition = SLICE("unless a rule changes it");
            haproxy_answer_put(answer, &effect);
        }
    }
}

/* An answer that a rule of http-response puts in place of the server's. */
static bool is_final(const struct haproxy_line *line)
{
    static const char *const actions[] = {"deny", "redirect", "return", "silent-drop", NULL};
    for (size_t i = 0; actions[i]; i++)
        if (slice_equal_str(haproxy_word_at(line, 1), actions[i]))
            return true;
    return false;
}

static void apply_line(struct haproxy_answer *answer, const struct haproxy_line *line,
                       enum haproxy_truth truth)
{
    struct slice action = haproxy_word_at(line, 1);
    if (slice_equal_str(action, "set-header"))
        apply_set(answer, line, truth);
    else if (slice_equal_str(action, "add-header"))
        apply_add(answer, line, truth);
    else if (slice_equal_str(action, "del-header"))
        apply_del(answer, line, truth);
    else if (slice_equal_str(action, "replace-header") || slice_equal_str(action, "replace-value"))
        apply_replace(answer, line, truth);
}

/* What a rule set would do where it does not run: so that it can be said. */
static void note_line(struct haproxy_answer *answer, const struct haproxy_line *line,
                      enum haproxy_truth truth)
{
    struct slice action = haproxy_word_at(line, 1);
    if (!slice_equal_str(action, "set-header") && !slice_equal_str(action, "add-header"))
        return;
    struct header_effect effect = effect_of(line, truth);
    effect.reason = HEADER_NOT_OWN;
    haproxy_answer_put(answer, &effect);
}

typedef void apply_function(struct haproxy_answer *answer, const struct haproxy_line *line,
                            enum haproxy_truth truth);

/* False: an `allow` ended the rules; `maybe_ended`: one may have. */
static bool section_rules(struct haproxy_answer *answer, const struct haproxy_section *section,
                          const char *set, apply_function *apply, bool *maybe_ended)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct haproxy_line *line = section->lines[i];
        if (!haproxy_is(line, set, NULL))
            continue;
        enum haproxy_truth truth = haproxy_condition_holds(line, &answer->facts);
        if (truth == HAPROXY_FALSE)
            continue;
        if (*maybe_ended)
            truth = HAPROXY_UNKNOWN;
        if (slice_equal_str(haproxy_word_at(line, 1), "allow")) {
            if (truth == HAPROXY_TRUE)
                return false;
            *maybe_ended = true;
        } else if (is_final(line) && truth == HAPROXY_TRUE && apply == apply_line) {
            answer->replaced = true;
            return false;
        } else
            apply(answer, line, truth);
    }
    return true;
}

/* A proxy's rules: those of its defaults, unless they ran already, then its own. */
static void proxy_rules(struct haproxy_answer *answer, const struct haproxy_section *proxy,
                        bool defaults, const char *set, apply_function *apply)
{
    bool maybe_ended = false;
    if (!defaults || !proxy->defaults ||
        section_rules(answer, proxy->defaults, set, apply, &maybe_ended))
        section_rules(answer, proxy, set, apply, &maybe_ended);
}

static void run_rules(struct haproxy_answer *answer, const char *set, apply_function *apply)
{
    const struct haproxy_section *back = answer->back, *front = answer->front;
    bool two = back && back != front;
    if (two)
        proxy_rules(answer, back, true, set, apply);
    proxy_rules(answer, front, !two || front->defaults != back->defaults, set, apply);
}

void haproxy_answer_rules(struct haproxy_answer *answer)
{
    static const char *const passing[] = {"Server", "X-Powered-By"};
    if (answer->from_server) {
        const struct haproxy_section *front = answer->front;
        const struct haproxy_line *first = front->head    ? front->head
                                           : front->count ? front->lines[0]
                                                          : NULL;
        for (size_t i = 0; i < 2 && first; i++)
            haproxy_answer_put(answer, &(struct header_effect){.name = slice_str(passing[i]),
                                                               .reason = HEADER_UPSTREAM,
                                                               .file = first->file,
                                                               .line = first->number});
        run_rules(answer, "http-response", apply_line);
    }
    if (answer->config->version >= 202)
        run_rules(answer, "http-after-response", apply_line);
    if (answer->from_server)
        return;
    struct haproxy_answer missed = {.config = answer->config,
                                    .front = answer->front,
                                    .back = answer->back,
                                    .facts = answer->facts};
    run_rules(&missed, "http-response", note_line);
    for (size_t i = 0; i < missed.count; i++)
        if (!haproxy_answer_find(answer, missed.effects[i].name))
            haproxy_answer_put(answer, &missed.effects[i]);
    answer->failed |= missed.failed;
    answer->limited |= missed.limited;
}
