/* The table of engines, and command lines put together and shown. */
#include "ship/engine/engine.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/clock.h"
#include "base/shell_word.h"
#include "ship/engine/rows.h"

const struct ship_engine_row *const ship_engine_rows[] = {
    &ship_engine_docker, &ship_engine_podman, &ship_engine_buildah, &ship_engine_nerdctl, NULL,
};

const struct ship_engine_row *ship_engine_row_find(const char *name)
{
    for (const struct ship_engine_row *const *row = ship_engine_rows; *row; row++)
        if (strcmp((*row)->name, name) == 0)
            return *row;
    return NULL;
}

void ship_words_add(struct ship_words *words, const char *word)
{
    /* The array always ends with NULL: it is zeroed, and one longer than what is in it. */
    if (!word || words->failed ||
        !ARENA_PUSH(words->arena, words->argv, words->count, words->room, word) ||
        !ARENA_PUSH(words->arena, words->argv, words->count, words->room, NULL))
        words->failed = true;
    else
        words->count--;
}

void ship_words_printf(struct ship_words *words, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int len = vasprintf(&text, format, arguments);
    va_end(arguments);
    ship_words_add(words, len < 0 ? NULL : arena_string(words->arena, slice_str(text)));
    if (len >= 0)
        free(text);
}

void ship_words_slice(struct ship_words *words, struct slice word)
{
    ship_words_printf(words, "%.*s", SLICE_ARG(word));
}

void ship_words_all(struct ship_words *words, ...)
{
    const char *word;
    va_list arguments;
    va_start(arguments, words);
    while ((word = va_arg(arguments, const char *)))
        ship_words_add(words, word);
    va_end(arguments);
}

void ship_words_option(struct ship_words *words, const char *name, struct slice value)
{
    if (!value.len)
        return;
    ship_words_add(words, name);
    ship_words_slice(words, value);
}

void ship_words_path(struct ship_words *words, const char *path)
{
    ship_words_printf(words, "%s%s", *path == '-' ? "./" : "", path);
}

void ship_words_build(const struct ship_request *request, struct ship_words *words)
{
    const struct ship_build *build = request->build;
    ship_words_add(words, "--file");
    ship_words_path(words, build->dockerfile);
    ship_words_option(words, "--target", slice_str(build->target));
    for (size_t i = 0; i < build->argument_count; i++) {
        ship_words_add(words, "--build-arg");
        ship_words_printf(words, "%.*s=%.*s", SLICE_ARG(build->arguments[i].name),
                          SLICE_ARG(build->arguments[i].value));
    }
    for (size_t i = 0; i < build->label_count; i++) {
        ship_words_add(words, "--label");
        ship_words_printf(words, "%.*s=%.*s", SLICE_ARG(build->labels[i].name),
                          SLICE_ARG(build->labels[i].value));
    }
    if (build->without_cache)
        ship_words_add(words, "--no-cache");
}

void ship_words_platforms(const struct ship_build *build, struct ship_words *words)
{
    struct slice all = arena_join(words->arena, build->platforms, build->platform_count, ",");
    words->failed = words->failed || !all.at;
    ship_words_option(words, "--platform", all);
}

const char *const *ship_engine_words(const struct ship_engine *engine,
                                     const struct ship_request *request, struct arena *arena,
                                     struct error *err)
{
    struct ship_words words = {.arena = arena};
    ship_words_add(&words, engine->program ? engine->program : engine->row->name);
    ship_words_option(&words, "--storage-driver", engine->driver);
    engine->row->words[request->operation](engine, request, &words);
    if (!words.failed)
        return words.argv;
    arena_error(err);
    return NULL;
}

static bool is_secret(struct slice name)
{
    static const char *const marks[] = {"TOKEN", "PASS", "SECRET", "KEY", "CREDENTIAL", "AUTH"};
    char upper[200];
    size_t len = name.len < sizeof upper ? name.len : sizeof upper;
    for (size_t i = 0; i < len; i++)
        upper[i] = ascii_upper(name.at[i]);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (slice_search(slice_of(upper, len), slice_str(marks[i])) < len)
            return true;
    return false;
}

struct slice ship_engine_line(const struct ship_engine *engine, const struct ship_request *request,
                              struct arena *arena)
{
    struct error ignored = {0};
    struct slice line = {"", 0};
    bool argument = false;
    const char *const *argv = ship_engine_words(engine, request, arena, &ignored);
    if (!argv)
        return (struct slice){NULL, 0};
    for (size_t i = 0; argv[i] && line.at; i++) {
        struct slice word = slice_str(i ? argv[i] : engine->row->name), rest = word;
        struct slice name = slice_cut(&rest, '=');
        if (argument && is_secret(name))
            word = arena_printf(arena, "%.*s=***", SLICE_ARG(name));
        argument = slice_equal_str(word, "--build-arg");
        word = shell_word(word, arena);
        arena_list(arena, &line, " ", "%.*s", SLICE_ARG(word));
    }
    return line;
}

bool ship_epoch(int64_t *epoch, struct error *err)
{
    const char *text = getenv("SOURCE_DATE_EPOCH");
    uint64_t value;
    *epoch = -1;
    if (!text || !*text)
        return true;
    if (!slice_u64(slice_str(text), &value) || value > (uint64_t)1 << 40)
        return error_set(err, ERROR_USAGE, "SOURCE_DATE_EPOCH=%s is no number of seconds", text);
    *epoch = (int64_t)value;
    return true;
}

bool ship_labels_standard(struct slice version, struct slice revision, struct slice source,
                          int64_t epoch, struct arena *arena, struct ship_pair **labels,
                          size_t *count)
{
    /* image-spec, annotations.md, "Pre-Defined Annotation Keys" */
    const struct ship_pair all[] = {
        {SLICE("org.opencontainers.image.version"), version},
        {SLICE("org.opencontainers.image.revision"), revision},
        {SLICE("org.opencontainers.image.source"), source},
        {SLICE("org.opencontainers.image.created"),
         clock_format(epoch < 0 ? clock_now() : epoch, arena)},
    };
    size_t room = sizeof all / sizeof *all, kept = 0;
    struct ship_pair *found = arena_array(arena, room, sizeof *found);
    for (size_t i = 0; found && i < room; i++)
        if (all[i].value.len)
            found[kept++] = all[i];
    *labels = found;
    *count = kept;
    return found != NULL;
}
