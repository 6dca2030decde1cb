/* Images named in compose files and plimsoll.yaml. */
#include "base/ascii.h"
#include "lint/finding.h"
#include "update/place.h"

enum { BUILDS_MAX = 1000, ARGUMENTS_MAX = 1000 };

struct yaml_file {
    struct update_places *places;
    size_t first;          /* place of this file */
    struct lint_file text; /* for its lines */
    struct slice environment;
    enum place_kind kind;
};

/* ---- bytes of a node ---- */

/* libyaml counts columns in characters, and passes over a byte order mark. */
static size_t offset_of(const struct lint_file *file, unsigned line, unsigned column)
{
    struct slice bytes = file->bytes;
    bool mark = line == 1 && slice_starts(bytes, SLICE("\xEF\xBB\xBF"));
    size_t at = line && line <= file->line_count ? file->lines[line - 1] : bytes.len;
    at += mark ? 3 : 0;
    for (unsigned i = 1; i < column && at < bytes.len; i++) {
        at++;
        while (at < bytes.len && ((unsigned char)bytes.at[at] & 0xC0) == 0x80)
            at++;
    }
    return at;
}

static bool ends_plain(struct slice rest)
{
    return !rest.len || rest.at[0] == '\n' || rest.at[0] == '\r' || rest.at[0] == ' ' ||
           rest.at[0] == '\t' || rest.at[0] == ',' || rest.at[0] == '}' || rest.at[0] == ']';
}

/* Where the text of a scalar stands, if it stands there as it is. */
static bool find_bytes(const struct yaml_file *file, const struct yaml_node *node,
                       unsigned key_line, size_t *start, struct place_text *text, struct error *err)
{
    size_t at = offset_of(&file->text, node->line, node->column);
    struct slice here = slice_from(file->text.bytes, at);
    if (node->line < key_line)
        return place_text_fail(text, err,
                               "it is an alias of YAML; change what the anchor in line %u says",
                               node->line);
    if (here.len && (here.at[0] == '&' || here.at[0] == '!'))
        return place_text_fail(text, err, "it has an anchor or a tag of YAML, others may use it");
    char quote = here.len && (here.at[0] == '"' || here.at[0] == '\'') ? here.at[0] : 0;
    here = slice_from(here, quote != 0);
    struct slice behind = slice_from(here, node->text.len);
    bool closed = quote ? behind.len && behind.at[0] == quote : ends_plain(behind);
    if (!slice_starts(here, node->text) || !closed)
        return place_text_fail(text, err, "it is written with escapes or over several lines");
    *start = at + (quote != 0);
    return true;
}

/* ---- variables of compose ---- */

/* docs.docker.com, "Interpolation": what .env says holds, not the default. */
static bool is_set(struct slice environment, struct slice name)
{
    while (environment.len) {
        struct slice line = slice_trim(slice_cut_line(&environment));
        if (slice_starts(line, SLICE("export ")))
            line = slice_trim(slice_from(line, 7));
        if (slice_equal(slice_trim(slice_cut(&line, '=')), name))
            return true;
    }
    return false;
}

/* The bytes of "${NAME:-default}" behind the "$"; `start` is where `*rest` stands. */
static bool add_variable(const struct yaml_file *file, struct slice *rest, size_t start,
                         struct place_text *text, struct error *err)
{
    struct slice behind = slice_from(*rest, 1);
    size_t close = slice_find(behind, '}'), length = 1;
    if (!slice_starts(behind, SLICE("{")) || close == behind.len)
        return place_text_fail(text, err, "it has a variable without a default");
    struct slice inside = slice_upto(behind, close);
    while (length < inside.len && (ascii_alnum(inside.at[length]) || inside.at[length] == '_'))
        length++;
    struct slice name = slice_from(slice_upto(inside, length), 1);
    struct slice word = slice_from(inside, length);
    size_t mark = slice_starts(word, SLICE(":-")) ? 2 : slice_starts(word, SLICE("-")) ? 1 : 0;
    if (!mark)
        return place_text_fail(text, err, "the variable %.*s has no default", SLICE_ARG(name));
    if (is_set(file->environment, name))
        return place_text_fail(text, err, "the variable %.*s is set in .env", SLICE_ARG(name));
    word = slice_from(word, mark);
    if (slice_find(word, '$') < word.len)
        return place_text_fail(text, err, "the default of %.*s holds another variable",
                               SLICE_ARG(name));
    *rest = slice_from(behind, close + 1);
    return place_text_add(text, word, start + 1 + length + mark, name, err);
}

static bool add_text(const struct yaml_file *file, struct slice written, size_t start,
                     struct place_text *text, struct error *err)
{
    const char *first = written.at;
    bool variables = file->kind == PLACE_COMPOSE;
    while (written.len) {
        size_t dollar = variables ? slice_find(written, '$') : written.len;
        size_t at = start + (size_t)(written.at - first);
        if (!place_text_add(text, slice_upto(written, dollar), at, SLICE(""), err))
            return false;
        written = slice_from(written, dollar);
        if (written.len && !add_variable(file, &written, at + dollar, text, err))
            return false;
    }
    return true;
}

/* ---- keys ---- */

/* `key_line`: of the key that leads to it, which stands behind what an alias means. */
static bool read_image(const struct yaml_file *file, const struct yaml_node *node,
                       unsigned key_line, struct error *err)
{
    struct place_text text = {.arena = places_scratch(file->places), .path = file->text.path};
    size_t start = 0;
    if (node->kind != YAML_TEXT || !node->text.len)
        return true;
    bool added =
        find_bytes(file, node, key_line, &start, &text, err) &&
        add_text(file, slice_of(file->text.bytes.at + start, node->text.len), start, &text, err);
    if (!added && !text.problem.len)
        return false;
    return places_add(file->places, file->kind, file->text.path, key_line, &text, node->text, err);
}

/* ---- builds ---- */

/* `tail` seen from the folder of the file; in the arena. */
static struct slice beside(const struct yaml_file *file, struct slice folder, struct slice tail)
{
    struct slice path = file->text.path;
    size_t slash = slice_find_last(path, '/');
    struct slice own = slash < path.len ? slice_upto(path, slash + 1) : SLICE("");
    bool here = !folder.len || slice_equal_str(folder, ".");
    if (slice_starts(here ? tail : folder, SLICE("/")))
        own = SLICE("");
    return arena_printf(file->places->arena, "%.*s%.*s%s%.*s", SLICE_ARG(own),
                        SLICE_ARG(here ? SLICE("") : folder), here ? "" : "/", SLICE_ARG(tail));
}

/* "${V:-1.2}": its default is what is passed, and where it can be changed. */
static bool follow_variable(const struct yaml_file *file, struct place_argument *argument,
                            struct place_text *text, struct error *err)
{
    struct slice written = slice_of(file->text.bytes.at + argument->start, argument->value.len);
    if (file->kind != PLACE_COMPOSE || slice_find(written, '$') == written.len)
        return true;
    if (!add_text(file, written, argument->start, text, err))
        return false;
    if (text->count != 1)
        return place_text_fail(text, err, "the build argument %.*s is put together",
                               SLICE_ARG(argument->name));
    argument->value = arena_copy(file->places->arena, text->text);
    argument->start = text->pieces[0].start;
    return argument->value.at || arena_error(err);
}

/* `value` is what stands behind `skip` bytes of the node's text. */
static bool add_argument(const struct yaml_file *file, struct place_build *build, struct slice name,
                         const struct yaml_node *node, size_t skip, unsigned line,
                         struct error *err)
{
    struct place_text text = {.arena = places_scratch(file->places)};
    struct arena *arena = file->places->arena;
    struct place_argument argument = {.name = arena_copy(arena, name),
                                      .value = arena_copy(arena, slice_from(node->text, skip)),
                                      .path = file->text.path,
                                      .line = line};
    size_t start = 0;
    if (!argument.name.at || !argument.value.at)
        return arena_error(err);
    if (build->count == ARGUMENTS_MAX)
        return error_set(err, ERROR_LIMIT, "over %d build arguments", ARGUMENTS_MAX);
    bool found = find_bytes(file, node, line, &start, &text, err);
    argument.start = start + skip;
    if (!(found && follow_variable(file, &argument, &text, err)) && !text.problem.len)
        return false;
    argument.problem = arena_copy(arena, text.problem);
    if (!argument.problem.at)
        return arena_error(err);
    return ARENA_PUSH(arena, build->arguments, build->count, build->room, argument) ||
           arena_error(err);
}

/* A map, or a list of NAME=value; what has no value comes from the environment. */
static bool read_arguments(const struct yaml_file *file, const struct yaml_node *arguments,
                           struct place_build *build, struct error *err)
{
    for (size_t i = 0; arguments->kind == YAML_MAP && i < arguments->count; i++) {
        const struct yaml_pair *pair = &arguments->pairs[i];
        if (pair->value->kind == YAML_TEXT && pair->value->text.len &&
            !add_argument(file, build, pair->key, pair->value, 0, pair->line, err))
            return false;
    }
    for (size_t i = 0; arguments->kind == YAML_LIST && i < arguments->count; i++) {
        const struct yaml_node *item = arguments->items[i];
        size_t equals = slice_find(item->text, '=');
        if (item->kind == YAML_TEXT && equals < item->text.len &&
            !add_argument(file, build, slice_upto(item->text, equals), item, equals + 1, item->line,
                          err))
            return false;
    }
    return true;
}

static bool read_build(const struct yaml_file *file, const struct yaml_node *arguments,
                       struct slice folder, struct slice dockerfile, struct error *err)
{
    struct place_build build = {0};
    struct update_places *places = file->places;
    if (!arguments)
        return true;
    build.dockerfile = beside(file, folder, dockerfile.len ? dockerfile : SLICE("Dockerfile"));
    if (!build.dockerfile.at)
        return arena_error(err);
    if (!read_arguments(file, arguments, &build, err))
        return false;
    if (!build.count)
        return true;
    if (places->build_count == BUILDS_MAX)
        return error_set(err, ERROR_LIMIT, "over %d builds", BUILDS_MAX);
    return ARENA_PUSH(places->arena, places->builds, places->build_count, places->build_room,
                      build) ||
           arena_error(err);
}

/* images[] of plimsoll.yaml. */
static bool read_project(const struct yaml_file *file, const struct yaml_node *images,
                         struct error *err)
{
    for (size_t i = 0; images && images->kind == YAML_LIST && i < images->count; i++) {
        const struct yaml_node *image = images->items[i];
        if (!read_build(file, yaml_get(image, "build-args"), SLICE(""),
                        yaml_text(image, "dockerfile"), err))
            return false;
    }
    return true;
}

/* ---- services ---- */

/* What a service says of `key`, or what it merges in ("<<: *common", "<<: [*a, *b]": the first
   that says it; yaml.org/type/merge.html). */
static const struct yaml_pair *find_pair(const struct yaml_node *node, const char *key,
                                         unsigned depth)
{
    const struct yaml_pair *found = NULL;
    const struct yaml_node *merged = yaml_get(node, "<<");
    for (size_t i = 0; node->kind == YAML_MAP && i < node->count; i++)
        if (slice_equal_str(node->pairs[i].key, key))
            return &node->pairs[i];
    if (!merged || depth == PLACE_DEPTH_MAX)
        return NULL;
    if (merged->kind == YAML_MAP)
        return find_pair(merged, key, depth + 1);
    for (size_t i = 0; merged->kind == YAML_LIST && !found && i < merged->count; i++)
        found = find_pair(merged->items[i], key, depth + 1);
    return found;
}

/* Several services may merge the same image: it stands in the file once. */
static bool is_known(const struct yaml_file *file, unsigned line)
{
    for (size_t i = file->first; i < file->places->count; i++)
        if (file->places->items[i].line == line)
            return true;
    return false;
}

static bool read_merged(const struct yaml_file *file, const struct yaml_pair *image,
                        struct error *err)
{
    return is_known(file, image->line) || read_image(file, image->value, image->line, err);
}

/* A service that is built gives its name to what is built: nobody's to move. */
static bool read_service(const struct yaml_file *file, const struct yaml_pair *named,
                         struct error *err)
{
    const struct yaml_node *service = named->value;
    const struct yaml_pair *build = find_pair(service, "build", 0);
    const struct yaml_pair *image = find_pair(service, "image", 0);
    if (build)
        return read_build(file, yaml_get(build->value, "args"), yaml_text(build->value, "context"),
                          yaml_text(build->value, "dockerfile"), err);
    if (!image)
        return true;
    if (yaml_get(service, "image") != image->value)
        return read_merged(file, image, err);
    unsigned line = image->line > named->line ? image->line : named->line;
    return read_image(file, image->value, line, err);
}

static bool read_services(const struct yaml_file *file, const struct yaml_node *services,
                          struct error *err)
{
    for (size_t i = 0; services && services->kind == YAML_MAP && i < services->count; i++)
        if (!read_service(file, &services->pairs[i], err))
            return false;
    return true;
}

static bool read_everywhere(const struct yaml_file *file, const struct yaml_node *node,
                            struct error *err)
{
    for (size_t i = 0; node->kind == YAML_LIST && i < node->count; i++)
        if (!read_everywhere(file, node->items[i], err))
            return false;
    for (size_t i = 0; node->kind == YAML_MAP && i < node->count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];
        bool image = slice_equal_str(pair->key, "image") && pair->value->kind == YAML_TEXT;
        if (image ? !read_image(file, pair->value, pair->line, err)
                  : !read_everywhere(file, pair->value, err))
            return false;
    }
    return true;
}

/* Reads the tree and where its lines begin. */
static bool open_file(struct yaml_file *file, struct slice path, struct slice bytes,
                      struct yaml_node **tree, struct error *err)
{
    struct arena *arena = places_scratch(file->places);
    return (lint_file_init(&file->text, path, bytes, LINT_CONTEXT, arena) || arena_error(err)) &&
           yaml_read(bytes, arena, tree, err);
}

bool places_read_compose(struct update_places *places, struct slice path, struct slice bytes,
                         struct slice environment, struct error *err)
{
    struct yaml_file file = {.places = places,
                             .first = places->count,
                             .environment = environment,
                             .kind = PLACE_COMPOSE};
    struct yaml_node *tree;
    return open_file(&file, path, bytes, &tree, err) &&
           read_services(&file, yaml_get(tree, "services"), err);
}

bool places_read_configuration(struct update_places *places, struct slice path, struct slice bytes,
                               struct error *err)
{
    struct yaml_file file = {.places = places, .kind = PLACE_CONFIGURATION};
    struct yaml_node *tree;
    return open_file(&file, path, bytes, &tree, err) && read_everywhere(&file, tree, err) &&
           read_project(&file, yaml_get(tree, "images"), err);
}
