/*
 * Variables: a list, newest first, and beside it a binary tree by the bits of the name's hash. Both
 * only ever grow at the top, and the tree's changed path is copied, so every instruction keeps its
 * own view of them for a few hundred bytes, and ten thousand stages find a name in a few steps.
 */
#include "base/hash.h"
#include "lint/dockerfile/maker.h"

struct variable_index {
    uint64_t hash;
    const struct variable *variable;
    const struct variable_index *child[2];
};

bool variable_put(struct arena *arena, struct stage_state *state, const struct variable *variable)
{
    struct variable *item = arena_new(arena, struct variable);
    if (!item)
        return false;
    *item = *variable;
    item->next = state->variables;
    uint64_t hash = hash64(item->name);
    const struct variable_index **link = &state->index;
    for (unsigned bit = 0;; bit++) {
        const struct variable_index *old = *link;
        struct variable_index *node = arena_new(arena, struct variable_index);
        if (!node)
            return false;
        *node = old ? *old : (struct variable_index){hash, item, {NULL, NULL}};
        *link = node;
        bool same = old && old->hash == hash && slice_equal(old->variable->name, item->name);
        if (same)
            node->variable = item;
        if (!old || same)
            break;
        link = &node->child[(hash >> (bit & 63)) & 1];
    }
    state->variables = item;
    return true;
}

const struct variable *stage_variable(const struct stage_state *state, struct slice name)
{
    uint64_t hash = hash64(name);
    const struct variable_index *node = state->index;
    for (unsigned bit = 0; node; bit++) {
        if (node->hash == hash && slice_equal(node->variable->name, name))
            return node->variable;
        node = node->child[(hash >> (bit & 63)) & 1];
    }
    return NULL;
}

/* The one platform that a build is supposed to be for; findings must not depend on the machine. */
static const char *const predefined[][2] = {
    {"TARGETPLATFORM", "linux/amd64"},
    {"TARGETOS", "linux"},
    {"TARGETARCH", "amd64"},
    {"TARGETVARIANT", ""},
    {"TARGETOSVERSION", ""},
    {"TARGETSTAGE", ""},
    {"BUILDPLATFORM", "linux/amd64"},
    {"BUILDOS", "linux"},
    {"BUILDARCH", "amd64"},
    {"BUILDVARIANT", ""},
    {"BUILDOSVERSION", ""},
};

bool variable_put_predefined(struct arena *arena, struct stage_state *state)
{
    for (size_t i = 0; i < sizeof predefined / sizeof *predefined; i++) {
        struct variable variable = {.name = slice_str(predefined[i][0]),
                                    .value = slice_str(predefined[i][1]),
                                    .has_value = true,
                                    .is_arg = true};
        if (!variable_put(arena, state, &variable))
            return false;
    }
    return true;
}

struct lookup {
    const struct stage_state *state;
    const char *architecture;
    bool partial, has_platform;
    struct slice text;
    char platform[32];
};

static bool is_platform(struct slice name)
{
    return slice_equal_str(name, "TARGETPLATFORM") || slice_equal_str(name, "TARGETARCH") ||
           slice_equal_str(name, "TARGETVARIANT");
}

static void take_platform(struct lookup *lookup, struct slice name, struct slice *value)
{
    static const char os[] = "linux/";
    lookup->has_platform = true;
    if (!lookup->architecture)
        return;
    *value = slice_str(lookup->architecture);
    size_t slash = slice_find(*value, '/');
    if (slice_equal_str(name, "TARGETARCH"))
        *value = slice_upto(*value, slash);
    else if (slice_equal_str(name, "TARGETVARIANT"))
        *value = slice_from(*value, slash + 1);
    else if (value->len + sizeof os <= sizeof lookup->platform) {
        memcpy(lookup->platform, os, sizeof os - 1);
        memcpy(lookup->platform + sizeof os - 1, value->at, value->len);
        *value = slice_of(lookup->platform, value->len + sizeof os - 1);
    }
}

static bool look_up(void *context, struct slice name, struct slice *value)
{
    struct lookup *lookup = context;
    const struct variable *variable = stage_variable(lookup->state, name);
    if (!variable || !variable->has_value)
        return false;
    lookup->partial |= variable->partial;
    *value = variable->value;
    if (variable->is_arg && is_platform(name))
        take_platform(lookup, name, value);
    return true;
}

struct slice state_expand(const struct dockerfile_model *model, const struct stage_state *state,
                          struct slice word, const char *platform, bool *complete,
                          bool *has_platform)
{
    struct lookup lookup = {.state = state, .architecture = platform};
    struct expansion expansion = {.text = word};
    struct error err = {0};
    *complete = false;
    if (*model->expanded > MODEL_EXPANDED_MAX)
        return word;
    bool done = expand_word(word, model->dockerfile->escape, look_up, &lookup, model->arena,
                            &expansion, &err);
    *model->expanded += done ? expansion.text.len : err.kind == ERROR_LIMIT ? EXPAND_SIZE_MAX : 0;
    if (has_platform)
        *has_platform = lookup.has_platform;
    if (!done)
        return word;
    *complete = !expansion.unset_count && !lookup.partial;
    return expansion.text;
}
