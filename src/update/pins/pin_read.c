/* Pins in RUN instructions. */
#include "base/ascii.h"
#include "lint/rules/run.h"
#include "update/pins/pin.h"

struct reading {
    struct pins *pins;
    const struct lint_file *file;
    const struct dockerfile *dockerfile;
    const struct dockerfile_model *model;
};

/* What asks for packages, and its options whose value is a word of its own. */
static const struct manager {
    enum package_type type;
    const char *programs, *verb, *with_values;
    const char *elsewhere; /* options that name another release or repository */
} managers[] = {
    {PACKAGE_APK, "apk", "add",
     "-t --virtual -X --repository -p --root --arch --keys-dir --repositories-file --cache-dir "
     "--wait --timeout --cache-max-age",
     "-X --repository --repositories-file -p --root --arch"},
    {PACKAGE_DEB, "apt-get apt aptitude", "install",
     "-t --target-release --default-release -o --option -c --config-file -a --host-architecture",
     "-t --target-release --default-release"},
};

static bool is_exact(struct slice name, struct slice word)
{
    for (size_t i = 0; i < name.len; i++)
        if (strchr("<>~=!*?[", name.at[i])) /* "curl>=8", "curl~8" */
            return false;
    return name.len && !ascii_among(name.at[0], ".-:") && name.len + 1 < word.len &&
           word.at[name.len + 1] != '~'; /* apk's "curl=~8" */
}

/* The word as it stands, without quotes around all of it. */
static struct slice unquoted(struct slice raw)
{
    bool quoted =
        raw.len > 1 && (raw.at[0] == '"' || raw.at[0] == '\'') && raw.at[raw.len - 1] == raw.at[0];
    return quoted ? slice_from(slice_upto(raw, raw.len - 1), 1) : raw;
}

/* Finds the version's bytes; what hinders that is the pin's problem. */
static void place(const struct reading *reading, const struct run_body *body,
                  const struct shell_word *word, struct pin *pin)
{
    struct slice raw = unquoted(word->raw);
    size_t equals = slice_find(raw, '=');
    struct slice version = slice_from(raw, equals + 1);
    if (body->exec || !raw.at || !slice_equal(version, pin->version)) {
        pin->problem = slice_find(pin->version, '$') < pin->version.len
                           ? SLICE("its version is a variable")
                           : SLICE("its bytes could not be found");
        return;
    }
    pin->version = version;
    if (body->heredoc && body->heredoc->content.at) {
        pin->start = (size_t)(version.at - reading->file->bytes.at);
        if (version.at < reading->file->bytes.at ||
            pin->start + version.len > reading->file->bytes.len)
            pin->problem = SLICE("its bytes could not be found");
        return;
    }
    if (!dockerfile_is_whole(reading->dockerfile, body->instruction, version)) {
        pin->problem = SLICE("its version is broken over two lines");
        return;
    }
    pin->start = dockerfile_offset(reading->dockerfile, body->instruction, version.at);
}

static struct slice base_of(const struct stage *stage)
{
    for (unsigned depth = 0; stage && stage->parent && depth < 1000; depth++)
        stage = stage->parent;
    return stage ? stage->base : (struct slice){0};
}

/* The file's bytes and what was parsed of them go when it was read. */
static bool keep(struct arena *arena, struct pin *pin)
{
    pin->name = arena_copy(arena, pin->name);
    pin->version = arena_copy(arena, pin->version);
    pin->base = arena_copy(arena, pin->base);
    return pin->name.at && pin->version.at && pin->base.at;
}

static bool add_pin(const struct reading *reading, const struct run_body *body,
                    const struct manager *manager, const struct shell_command *command,
                    const struct shell_word *word, struct error *err)
{
    struct slice version = word->value, name = slice_cut(&version, '=');
    if (name.len == word->value.len || !is_exact(name, word->value) ||
        slice_find(version, '*') < version.len)
        return true;
    name = slice_upto(name, slice_find(name, ':')); /* "libc6:amd64" */
    struct pin pin = {.type = manager->type,
                      .path = reading->file->path,
                      .line = body->instruction->start_line,
                      .name = name,
                      .version = version,
                      .base = base_of(model_stage(reading->model, body->instruction))};
    place(reading, body, word, &pin);
    if (!pin.problem.len && slice_find(version, '$') < version.len)
        pin.problem = SLICE("its version is a variable");
    if (!pin.problem.len && run_has_any_option(command, manager->elsewhere))
        pin.problem = SLICE("another repository or release is asked for");
    if (reading->pins->count >= PINS_MAX)
        return error_set(err, ERROR_LIMIT, "over %d pinned packages", PINS_MAX);
    if (!keep(reading->pins->arena, &pin))
        return arena_error(err);
    return ARENA_PUSH(reading->pins->arena, reading->pins->items, reading->pins->count,
                      reading->pins->room, pin) ||
           arena_error(err);
}

static bool read_command(const struct reading *reading, const struct run_body *body,
                         const struct shell_command *command, struct error *err)
{
    for (size_t i = 0; i < sizeof managers / sizeof *managers; i++) {
        const struct manager *manager = &managers[i];
        struct operands operands = operands_of(command, manager->with_values);
        const struct shell_word *word;
        if (!run_is(command, manager->programs, manager->verb, manager->with_values))
            continue;
        operands_verb(&operands);
        while ((word = operands_next(&operands)))
            if (!add_pin(reading, body, manager, command, word, err))
                return false;
    }
    return true;
}

static bool read_instruction(const struct reading *reading, size_t index, struct error *err)
{
    const struct run_body *body = reading->model->bodies[index];
    for (; body && body->instruction; body++) {
        if (!body->is_shell || !run_is_build(body))
            continue;
        for (size_t i = 0; i < body->script.count; i++)
            if (!read_command(reading, body, &body->script.commands[i], err))
                return false;
    }
    return true;
}

bool pins_read_dockerfile(struct pins *pins, struct slice path, struct slice bytes,
                          struct error *err)
{
    struct arena *arena = pins->scratch ? pins->scratch : pins->arena;
    struct lint_file *file = arena_new(arena, struct lint_file);
    struct dockerfile *dockerfile = arena_new(arena, struct dockerfile);
    struct dockerfile_model *model = arena_new(arena, struct dockerfile_model);
    unsigned line;
    if (!file || !dockerfile || !model ||
        !lint_file_init(file, path, bytes, LINT_DOCKERFILE, arena))
        return arena_error(err);
    if (!dockerfile_parse(file, arena, dockerfile, &line, err) ||
        !dockerfile_model_make(dockerfile, NULL, arena, model, err))
        return false;
    struct reading reading = {pins, file, dockerfile, model};
    for (size_t i = 0; i < dockerfile->count; i++)
        if (!read_instruction(&reading, i, err))
            return false;
    return true;
}
