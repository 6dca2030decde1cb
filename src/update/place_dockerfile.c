/* Images named in a Dockerfile. */
#include "base/ascii.h"
#include "lint/dockerfile/model.h"
#include "update/place.h"

/* A file being read. */
struct reading {
    struct update_places *places;
    const struct lint_file *file;
    const struct dockerfile *dockerfile;
    const struct dockerfile_model *model;
    const struct place_build *build;     /* whose arguments count; NULL: none */
    const struct place_argument **first; /* beside `build`: the first that was used; NULL so far */
};

/* ---- words with variables ---- */

static bool add_word(const struct reading *reading, const struct instruction *instruction,
                     const struct stage_state *state, struct slice word, struct slice variable,
                     unsigned depth, struct place_text *text, struct error *err);

/* Bytes of a word that stand in one piece in the file. */
static bool add_literal(const struct reading *reading, const struct instruction *instruction,
                        struct slice part, struct slice variable, struct place_text *text,
                        struct error *err)
{
    if (!part.len)
        return true;
    if (!dockerfile_is_whole(reading->dockerfile, instruction, part))
        return place_text_fail(text, err, "the name is broken over two lines");
    return place_text_add(text, part, dockerfile_offset(reading->dockerfile, instruction, part.at),
                          variable, err);
}

static bool is_name(char c)
{
    return ascii_alnum(c) || c == '_';
}

/* "'1.29.4'" → "1.29.4", a slice of it. */
static struct slice without_quotes(struct slice value)
{
    bool quoted = value.len >= 2 && (value.at[0] == '"' || value.at[0] == '\'') &&
                  value.at[value.len - 1] == value.at[0];
    return quoted ? slice_upto(slice_from(value, 1), value.len - 2) : value;
}

/* The default of an ARG as it is written: of `ARG A=1 B=2`, the last of that name. */
static bool find_default(const struct instruction *arg, struct slice name, struct slice *value)
{
    bool found = false;
    for (size_t i = 0; i < arg->argument_count; i++) {
        struct slice rest = arg->arguments[i], key = slice_cut(&rest, '=');
        if (slice_equal(key, name) && key.len < arg->arguments[i].len) {
            *value = rest;
            found = true;
        }
    }
    return found;
}

/* The argument that a build gives for an ARG, or NULL. */
static const struct place_argument *find_given(const struct reading *reading, struct slice name)
{
    for (size_t i = 0; reading->build && i < reading->build->count; i++)
        if (slice_equal(reading->build->arguments[i].name, name))
            return &reading->build->arguments[i];
    return NULL;
}

/* Its bytes stand in another file. */
static bool add_given(const struct reading *reading, const struct place_argument *given,
                      struct place_text *text, struct error *err)
{
    struct slice path = text->path;
    if (!*reading->first)
        *reading->first = given;
    if (given->problem.len)
        return place_text_fail(text, err, "%.*s", SLICE_ARG(given->problem));
    text->path = given->path;
    bool added = place_text_add(text, given->value, given->start, given->name, err);
    text->path = path;
    return added;
}

/* What a variable stands for: the bytes of its ARG. */
static bool add_variable(const struct reading *reading, const struct stage_state *state,
                         struct slice name, unsigned depth, struct place_text *text,
                         struct error *err)
{
    struct slice value;
    const struct variable *variable = stage_variable(state, name);
    const struct place_argument *given =
        variable && variable->is_arg ? find_given(reading, name) : NULL;
    if (given)
        return add_given(reading, given, text, err);
    if (!variable || !variable->has_value)
        return place_text_fail(text, err, "the variable %.*s has no default", SLICE_ARG(name));
    if (!variable->where || variable->where->keyword != KEYWORD_ARG)
        return place_text_fail(text, err, "the variable %.*s is not set by an ARG of this file",
                               SLICE_ARG(name));
    if (depth == PLACE_DEPTH_MAX)
        return place_text_fail(text, err, "variables stand in variables too deeply");
    if (!find_default(variable->where, name, &value))
        return place_text_fail(text, err, "the default of %.*s could not be found",
                               SLICE_ARG(name));
    bool single = value.len && value.at[0] == '\'';
    value = without_quotes(value);
    if (single && slice_find(value, '$') < value.len)
        return place_text_fail(text, err, "the default of %.*s has a $ in quotes", SLICE_ARG(name));
    return add_word(reading, variable->where, model_state(reading->model, variable->where), value,
                    name, depth + 1, text, err);
}

/* What stands in braces: NAME, NAME:-word, NAME-word. */
static bool add_braces(const struct reading *reading, const struct instruction *instruction,
                       const struct stage_state *state, struct slice inside, unsigned depth,
                       struct place_text *text, struct error *err)
{
    size_t length = 0;
    while (length < inside.len && is_name(inside.at[length]))
        length++;
    struct slice name = slice_upto(inside, length), rest = slice_from(inside, length);
    const struct variable *variable = stage_variable(state, name);
    const struct place_argument *given =
        variable && variable->is_arg ? find_given(reading, name) : NULL;
    bool set = given || (variable && variable->has_value);
    if (!rest.len)
        return add_variable(reading, state, name, depth, text, err);
    bool colon = slice_starts(rest, SLICE(":-"));
    if (!name.len || (!colon && rest.at[0] != '-'))
        return place_text_fail(text, err, "${%.*s} is more than a variable with a default",
                               SLICE_ARG(slice_upto(inside, 100)));
    if (set && (given ? given->value.len : variable->value.len || !colon))
        return add_variable(reading, state, name, depth, text, err);
    struct slice word = slice_from(rest, colon ? 2 : 1);
    if (slice_find(word, '$') < word.len)
        return place_text_fail(text, err, "the default of %.*s holds another variable",
                               SLICE_ARG(name));
    return add_literal(reading, instruction, word, name, text, err);
}

/* One "$…" at the front of `*rest`. */
static bool add_dollar(const struct reading *reading, const struct instruction *instruction,
                       const struct stage_state *state, struct slice *rest, unsigned depth,
                       struct place_text *text, struct error *err)
{
    struct slice behind = slice_from(*rest, 1);
    if (slice_starts(behind, SLICE("{"))) {
        size_t close = slice_find(behind, '}');
        if (close == behind.len)
            return place_text_fail(text, err, "a brace is not closed");
        *rest = slice_from(behind, close + 1);
        return add_braces(reading, instruction, state, slice_from(slice_upto(behind, close), 1),
                          depth, text, err);
    }
    size_t length = 0;
    while (length < behind.len && is_name(behind.at[length]))
        length++;
    *rest = slice_from(behind, length);
    return add_variable(reading, state, slice_upto(behind, length), depth, text, err);
}

static bool add_word(const struct reading *reading, const struct instruction *instruction,
                     const struct stage_state *state, struct slice word, struct slice variable,
                     unsigned depth, struct place_text *text, struct error *err)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] == '"' || word.at[i] == '\'' || word.at[i] == reading->dockerfile->escape)
            return place_text_fail(text, err, "there are quotes or escapes in it");
    while (word.len) {
        size_t dollar = slice_find(word, '$');
        if (!add_literal(reading, instruction, slice_upto(word, dollar), variable, text, err))
            return false;
        word = slice_from(word, dollar);
        if (word.len && !add_dollar(reading, instruction, state, &word, depth, text, err))
            return false;
    }
    return true;
}

/* ---- instructions ---- */

/* True when reading may go on: a problem of a text is the place's. */
static bool settle(bool added, const struct place_text *text)
{
    return added || text->problem.len;
}

/* A FROM as a build sees it, when one of the build's arguments is used. */
static bool add_built(const struct reading *reading, const struct stage *stage,
                      const struct place_text *text, struct error *err)
{
    struct update_places *places = reading->places;
    const struct place_argument *first = *reading->first;
    size_t before = places->count;
    if (!first)
        return true;
    if (!places_add(places, PLACE_ARGUMENT, first->path, first->line, text, stage->base_written,
                    err))
        return false;
    for (size_t i = before; i < places->count; i++)
        places->items[i].dockerfile = reading->build->dockerfile;
    return true;
}

static bool read_from(const struct reading *reading, const struct stage *stage, struct error *err)
{
    struct place_text text = {.arena = places_scratch(reading->places),
                              .path = reading->file->path};
    const struct instruction *from = stage->from;
    if (!from || stage->parent || stage->many_parents || !stage->base_written.len)
        return true;
    struct slice word = without_quotes(stage->base_written);
    if (!settle(add_word(reading, from, &reading->model->global, word, SLICE(""), 0, &text, err),
                &text))
        return false;
    if (reading->build)
        return add_built(reading, stage, &text, err);
    if (!text.problem.len && stage->base.len && !slice_equal(text.text, stage->base))
        place_text_fail(&text, err, "it expands to \"%.*s\", whose bytes could not be found",
                        SLICE_ARG(slice_upto(stage->base, 200)));
    return places_add(reading->places, PLACE_FROM, reading->file->path, from->start_line, &text,
                      stage->base_written, err);
}

/* A name that is not expanded by the builder. */
static bool read_plain(const struct reading *reading, const struct instruction *instruction,
                       enum place_kind kind, struct slice name, struct error *err)
{
    struct place_text text = {.arena = places_scratch(reading->places),
                              .path = reading->file->path};
    struct slice stripped = without_quotes(name);
    const struct stage *here = model_stage(reading->model, instruction);
    uint64_t number;
    if (!stripped.len || slice_u64(stripped, &number) ||
        model_find_stage(reading->model, stripped, here))
        return true;
    bool odd = false;
    for (size_t i = 0; i < stripped.len; i++)
        odd = odd || strchr("$\"'\\`", stripped.at[i]);
    bool added = odd ? place_text_fail(&text, err, "variables and quotes in %s are not followed",
                                       place_kind_name(kind))
                     : add_literal(reading, instruction, stripped, SLICE(""), &text, err);
    if (!settle(added, &text))
        return false;
    return places_add(reading->places, kind, reading->file->path, instruction->start_line, &text,
                      name, err);
}

/* from= of "type=bind,from=image,source=/x". */
static bool read_mount(const struct reading *reading, const struct instruction *instruction,
                       struct slice value, struct error *err)
{
    value = without_quotes(value);
    while (value.len) {
        struct slice field = slice_cut(&value, ','), name = field, key = slice_cut(&name, '=');
        if (slice_equal_nocase(slice_trim(key), SLICE("from")) &&
            !read_plain(reading, instruction, PLACE_MOUNT, name, err))
            return false;
    }
    return true;
}

static bool read_instruction(const struct reading *reading, const struct instruction *instruction,
                             struct error *err)
{
    for (size_t i = 0; i < instruction->flag_count; i++) {
        const struct dockerfile_flag *flag = &instruction->flags[i];
        if (instruction->keyword == KEYWORD_COPY && slice_equal_str(flag->name, "from") &&
            !read_plain(reading, instruction, PLACE_COPY, flag->value, err))
            return false;
        if (instruction->keyword == KEYWORD_RUN && slice_equal_str(flag->name, "mount") &&
            !read_mount(reading, instruction, flag->value, err))
            return false;
    }
    return !instruction->onbuild || read_instruction(reading, instruction->onbuild, err);
}

static bool read_syntax(const struct reading *reading, struct error *err)
{
    struct slice bytes = reading->file->bytes;
    for (size_t i = 0; i < reading->dockerfile->directive_count; i++) {
        const struct dockerfile_directive *directive = &reading->dockerfile->directives[i];
        struct place_text text = {.arena = places_scratch(reading->places),
                                  .path = reading->file->path};
        struct slice value = directive->value;
        bool inside = value.at >= bytes.at && value.at + value.len <= bytes.at + bytes.len;
        if (!slice_equal_str(directive->name, "syntax") || !inside)
            continue;
        if (!settle(place_text_add(&text, value, (size_t)(value.at - bytes.at), SLICE(""), err),
                    &text) ||
            !places_add(reading->places, PLACE_SYNTAX, reading->file->path, directive->line, &text,
                        value, err))
            return false;
    }
    return true;
}

static bool open_dockerfile(struct reading *reading, struct slice path, struct slice bytes,
                            struct error *err)
{
    struct arena *arena = places_scratch(reading->places);
    struct lint_file *file = arena_new(arena, struct lint_file);
    struct dockerfile *dockerfile = arena_new(arena, struct dockerfile);
    struct dockerfile_model *model = arena_new(arena, struct dockerfile_model);
    unsigned line;
    if (!file || !dockerfile || !model ||
        !lint_file_init(file, path, bytes, LINT_DOCKERFILE, arena))
        return arena_error(err);
    reading->file = file;
    reading->dockerfile = dockerfile;
    reading->model = model;
    return dockerfile_parse(file, arena, dockerfile, &line, err) &&
           dockerfile_model_make(dockerfile, NULL, arena, model, err);
}

bool places_read_dockerfile(struct update_places *places, struct slice path, struct slice bytes,
                            struct error *err)
{
    struct reading reading = {.places = places};
    if (!open_dockerfile(&reading, path, bytes, err) || !read_syntax(&reading, err))
        return false;
    /* Stages and what stands in them, in the file's order. */
    for (size_t i = 0; i < reading.model->stage_count; i++) {
        const struct stage *stage = &reading.model->stages[i];
        if (!read_from(&reading, stage, err))
            return false;
        for (size_t j = stage->first; j < stage->last; j++)
            if (!read_instruction(&reading, &reading.dockerfile->instructions[j], err))
                return false;
    }
    return true;
}

bool places_read_build(struct update_places *places, const struct place_build *build,
                       struct slice bytes, struct error *err)
{
    struct reading reading = {.places = places, .build = build};
    if (!open_dockerfile(&reading, build->dockerfile, bytes, err))
        return false;
    for (size_t i = 0; i < reading.model->stage_count; i++) {
        const struct place_argument *first = NULL;
        reading.first = &first;
        if (!read_from(&reading, &reading.model->stages[i], err))
            return false;
    }
    return true;
}
