/* See keys.h. */
#include "project/keys.h"

#include <stdarg.h>

#include "base/ascii.h"
#include "base/suggest.h"

bool project_fail(struct project_reader *reader, unsigned line, const char *format, ...)
{
    char text[500];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return error_set(reader->err, ERROR_USAGE, "%s line %u: %s", reader->path, line, text);
}

static bool fail_key(struct project_reader *reader, const struct yaml_pair *pair,
                     const struct project_key *keys)
{
    const char *word = arena_string(reader->arena, slice_upto(pair->key, 100));
    if (!word)
        return arena_error(reader->err);
    struct suggestion suggestion = {.word = word};
    struct slice known = SLICE("");
    for (; keys->name; keys++) {
        suggest_offer(&suggestion, keys->name);
        arena_list(reader->arena, &known, ", ", "%s", keys->name);
    }
    if (suggestion.best)
        return project_fail(reader, pair->line, "unknown key %s; did you mean %s?", word,
                            suggestion.best);
    return project_fail(reader, pair->line, "unknown key %s; what can stand here: %.*s", word,
                        SLICE_ARG(known));
}

static const struct project_key *key_find(const struct project_key *keys, struct slice name)
{
    for (; keys->name; keys++)
        if (slice_equal_str(name, keys->name))
            return keys;
    return NULL;
}

bool project_read_map(struct project_reader *reader, const struct yaml_node *map,
                      const struct project_key *keys, bool rest, void *to)
{
    if (map->kind != YAML_MAP)
        return project_fail(reader, map->line, "keys and values are expected here");
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_pair *pair = &map->pairs[i];
        const struct project_key *key = key_find(keys, pair->key);
        if (!key && !rest)
            return fail_key(reader, pair, keys);
        if (!key || !key->take || yaml_is_null(pair->value))
            continue; /* a key without a value says nothing */
        if (!key->take(reader, key, pair->value, (char *)to + key->offset))
            return false;
    }
    return true;
}

/* ---- what stands behind a key ---- */

/* Names and paths end up in argv and on terminals: a control character there is a mistake. */
static bool is_plain(struct slice text, bool lines)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == 0x7f || (c < 0x20 && !(lines && (c == '\n' || c == '\t'))))
            return false;
    }
    return true;
}

static bool take_plain(struct project_reader *reader, const char *name,
                       const struct yaml_node *node, bool lines, struct slice *text)
{
    if (node->kind != YAML_TEXT)
        return project_fail(reader, node->line, "%s: a text is expected", name);
    if (node->text.len > PROJECT_TEXT_MAX)
        return project_fail(reader, node->line, "%s: a text of more than %u bytes", name,
                            PROJECT_TEXT_MAX);
    if (!is_plain(node->text, lines))
        return project_fail(reader, node->line, "%s: a control character in it", name);
    *text = arena_copy(reader->arena, node->text);
    return text->at || arena_error(reader->err);
}

bool project_take_text(struct project_reader *reader, const struct project_key *key,
                       const struct yaml_node *node, void *to)
{
    return take_plain(reader, key->name, node, false, to);
}

bool project_take_name(struct project_reader *reader, const struct project_key *key,
                       const struct yaml_node *node, void *to)
{
    struct slice name = SLICE("");
    if (!take_plain(reader, key->name, node, false, &name))
        return false;
    bool fine = name.len && name.len <= 128 && ascii_alnum(name.at[0]);
    for (size_t i = 0; i < name.len && fine; i++)
        fine = ascii_alnum(name.at[i]) || ascii_among(name.at[i], "._-");
    if (!fine)
        return project_fail(reader, node->line,
                            "%s: a name has letters, digits, dots, dashes and underscores, and "
                            "128 of them at most",
                            key->name);
    *(struct slice *)to = name;
    return true;
}

bool project_take_path(struct project_reader *reader, const struct project_key *key,
                       const struct yaml_node *node, void *to)
{
    struct slice path = SLICE("");
    if (!take_plain(reader, key->name, node, false, &path))
        return false;
    if (!path.len)
        return project_fail(reader, node->line, "%s: an empty path", key->name);
    if (path.at[0] != '/' && strcmp(reader->folder, ".") != 0)
        path = arena_printf(reader->arena, "%s/%.*s", reader->folder, SLICE_ARG(path));
    *(const char **)to = path.at;
    return path.at || arena_error(reader->err);
}

static bool words_add(struct project_reader *reader, struct project_words *words, size_t *room,
                      struct slice word)
{
    struct slice copy = arena_copy(reader->arena, word);
    return (copy.at && ARENA_PUSH(reader->arena, words->items, words->count, *room, copy)) ||
           arena_error(reader->err);
}

static bool words_split(struct project_reader *reader, const char *name,
                        const struct yaml_node *node, struct project_words *words)
{
    struct slice text = SLICE("");
    size_t room = 0;
    if (!take_plain(reader, name, node, false, &text))
        return false;
    while (text.len) {
        struct slice word = slice_trim(slice_cut(&text, ','));
        if (word.len && !words_add(reader, words, &room, word))
            return false;
        if (words->count > PROJECT_WORDS_MAX)
            return project_fail(reader, node->line, "%s: more than %u", name, PROJECT_WORDS_MAX);
    }
    return true;
}

bool project_take_words(struct project_reader *reader, const struct project_key *key,
                        const struct yaml_node *node, void *to)
{
    struct project_words words = {.count = 0};
    size_t room = 0;
    if (node->kind == YAML_TEXT) {
        if (!words_split(reader, key->name, node, &words))
            return false;
    } else if (node->kind != YAML_LIST)
        return project_fail(reader, node->line, "%s: a list is expected", key->name);
    if (node->kind == YAML_LIST && node->count > PROJECT_WORDS_MAX)
        return project_fail(reader, node->line, "%s: more than %u", key->name, PROJECT_WORDS_MAX);
    for (size_t i = 0; node->kind == YAML_LIST && i < node->count; i++) {
        struct slice word = SLICE("");
        if (!take_plain(reader, key->name, node->items[i], false, &word))
            return false;
        if (!word.len)
            return project_fail(reader, node->items[i]->line, "%s: an empty word", key->name);
        if (!words_add(reader, &words, &room, word))
            return false;
    }
    *(struct project_words *)to = words;
    return true;
}

bool project_take_bool(struct project_reader *reader, const struct project_key *key,
                       const struct yaml_node *node, void *to)
{
    return yaml_bool(node, to) ||
           project_fail(reader, node->line, "%s: true or false is expected", key->name);
}

bool project_take_number(struct project_reader *reader, const struct project_key *key,
                         const struct yaml_node *node, void *to)
{
    uint64_t number;
    if (node->kind != YAML_TEXT || !slice_u64(node->text, &number) || number < key->low ||
        number > key->high)
        return project_fail(reader, node->line, "%s: a number from %u to %u is expected", key->name,
                            key->low, key->high);
    *(unsigned *)to = (unsigned)number;
    return true;
}

/* The words of a list, as a person reads them and as they are run. */
static bool take_argv(struct project_reader *reader, const char *name, const struct yaml_node *list,
                      struct project_command *command)
{
    struct slice shown = SLICE("");
    if (!list->count || list->count > PROJECT_WORDS_MAX)
        return project_fail(reader, list->line, "%s: a command of 1 to %u words is expected", name,
                            PROJECT_WORDS_MAX);
    const char **argv = arena_array(reader->arena, list->count + 1, sizeof *argv);
    for (size_t i = 0; argv && i < list->count; i++) {
        struct slice word = SLICE("");
        if (!take_plain(reader, name, list->items[i], true, &word))
            return false;
        argv[i] = word.at;
        arena_list(reader->arena, &shown, " ", "%.*s", SLICE_ARG(word));
    }
    if (!argv || !shown.at)
        return arena_error(reader->err);
    *command = (struct project_command){.text = shown, .argv = argv};
    return *argv[0] || project_fail(reader, list->line, "%s: an empty command", name);
}

bool project_take_command(struct project_reader *reader, const struct project_key *key,
                          const struct yaml_node *node, void *to)
{
    struct slice text = SLICE("");
    if (node->kind == YAML_LIST)
        return take_argv(reader, key->name, node, to);
    if (!take_plain(reader, key->name, node, true, &text))
        return false;
    if (!slice_trim(text).len)
        return project_fail(reader, node->line, "%s: an empty command", key->name);
    const char **argv = arena_array(reader->arena, 4, sizeof *argv);
    if (!argv)
        return arena_error(reader->err);
    argv[0] = "sh";
    argv[1] = "-c";
    argv[2] = text.at;
    *(struct project_command *)to = (struct project_command){.text = text, .argv = argv};
    return true;
}

static const char *const policies[] = {
    [PROJECT_NONE] = "none",   [PROJECT_DIGEST] = "digest", [PROJECT_PATCH] = "patch",
    [PROJECT_MINOR] = "minor", [PROJECT_MAJOR] = "major",
};

bool project_take_policy(struct project_reader *reader, const struct project_key *key,
                         const struct yaml_node *node, void *to)
{
    for (size_t i = PROJECT_NONE; i < sizeof policies / sizeof *policies; i++)
        if (node->kind == YAML_TEXT && slice_equal_str(node->text, policies[i])) {
            *(enum project_policy *)to = (enum project_policy)i;
            return true;
        }
    return project_fail(reader, node->line, "%s: patch, minor, major, digest or none is expected",
                        key->name);
}

bool project_take_map(struct project_reader *reader, const struct project_key *key,
                      const struct yaml_node *node, void *to)
{
    return project_read_map(reader, node, key->keys, false, to);
}
