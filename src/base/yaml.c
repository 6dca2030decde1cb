#include "base/yaml.h"

#include <yaml.h>

#include "base/table.h"

struct builder {
    yaml_parser_t parser;
    struct slice bytes;
    struct arena *arena;
    struct error *err;
    struct table anchors; /* name → finished node */
    size_t nodes;
    unsigned depth;
};

static unsigned line_of(yaml_mark_t mark)
{
    return (unsigned)mark.line + 1;
}

static bool fail(struct builder *builder, enum error_kind kind, yaml_mark_t mark, const char *what)
{
    return error_set(builder->err, kind, "YAML line %u: %s", line_of(mark), what);
}

/* libyaml calls it "character that cannot start any token". */
static bool tab_indents(struct slice bytes, size_t line)
{
    for (; line; line--)
        slice_cut_line(&bytes);
    while (slice_starts(bytes, SLICE(" ")))
        bytes = slice_from(bytes, 1);
    return slice_starts(bytes, SLICE("\t"));
}

static bool next(struct builder *builder, yaml_event_t *event)
{
    yaml_parser_t *parser = &builder->parser;
    if (yaml_parser_parse(parser, event))
        return true;
    if (parser->error == YAML_MEMORY_ERROR)
        return arena_error(builder->err);
    bool bytes = parser->error == YAML_READER_ERROR;
    yaml_mark_t mark = bytes ? parser->mark : parser->problem_mark;
    const char *problem = parser->problem ? parser->problem : "cannot be read";
    if (!bytes && tab_indents(builder->bytes, mark.line))
        problem = "a tab in front of the line, where YAML takes blanks alone";
    return fail(builder, ERROR_FORMAT, mark, problem);
}

static struct yaml_node *read_node(struct builder *builder, const yaml_event_t *event);

/* The next event's node; *end is set, and NULL returned, when it is the end of what encloses. */
static struct yaml_node *read_next(struct builder *builder, bool *end)
{
    yaml_event_t event;
    *end = false;
    if (!next(builder, &event))
        return NULL;
    *end = event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
    struct yaml_node *node = *end ? NULL : read_node(builder, &event);
    yaml_event_delete(&event);
    return node;
}

static struct yaml_node *out_of_memory(struct builder *builder)
{
    arena_error(builder->err);
    return NULL;
}

static struct yaml_node *read_list(struct builder *builder, struct yaml_node *list)
{
    size_t room = 0;
    bool end;
    struct yaml_node *item;
    while ((item = read_next(builder, &end))) {
        if (!ARENA_PUSH(builder->arena, list->items, list->count, room, item))
            return out_of_memory(builder);
        list->weight += item->weight;
    }
    return end ? list : NULL;
}

static bool check_key(struct builder *builder, struct table *keys, const struct yaml_node *key)
{
    yaml_mark_t mark = {.line = key->line - 1};
    if (key->kind != YAML_TEXT)
        return fail(builder, ERROR_UNSUPPORTED, mark, "a key that is not a word");
    if (table_get(keys, key->text))
        return error_set(builder->err, ERROR_FORMAT, "YAML line %u: \"%.*s\" stands here twice",
                         key->line, SLICE_ARG(slice_upto(key->text, 100)));
    return table_put(keys, key->text, (void *)(uintptr_t)key) || arena_error(builder->err);
}

static struct yaml_node *read_map(struct builder *builder, struct yaml_node *map)
{
    size_t room = 0;
    bool end, ignored;
    struct table keys;
    struct yaml_node *key;
    table_init(&keys, builder->arena);
    while ((key = read_next(builder, &end))) {
        if (!check_key(builder, &keys, key))
            return NULL;
        struct yaml_node *value = read_next(builder, &ignored);
        if (!value)
            return NULL;
        struct yaml_pair pair = {key->text, value, key->line};
        if (!ARENA_PUSH(builder->arena, map->pairs, map->count, room, pair))
            return out_of_memory(builder);
        map->weight += 1 + value->weight;
    }
    return end ? map : NULL;
}

static bool count_nodes(struct builder *builder, size_t more, yaml_mark_t mark)
{
    builder->nodes += more;
    if (builder->nodes > YAML_NODES_MAX)
        return fail(builder, ERROR_LIMIT, mark, "more nodes than we take (aliases counted)");
    return true;
}

static struct yaml_node *read_alias(struct builder *builder, const yaml_event_t *event)
{
    struct slice name = slice_str((const char *)event->data.alias.anchor);
    struct yaml_node *node = table_get(&builder->anchors, name);
    if (!node)
        fail(builder, ERROR_FORMAT, event->start_mark, "an alias of what does not stand before it");
    else if (!count_nodes(builder, node->weight, event->start_mark))
        return NULL;
    return node;
}

static struct yaml_node *read_content(struct builder *builder, const yaml_event_t *event,
                                      struct yaml_node *node)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        node->text = arena_copy(builder->arena,
                                slice_of(event->data.scalar.value, event->data.scalar.length));
        return node->text.at ? node : out_of_memory(builder);
    case YAML_SEQUENCE_START_EVENT:
        node->kind = YAML_LIST;
        return read_list(builder, node);
    case YAML_MAPPING_START_EVENT:
        node->kind = YAML_MAP;
        return read_map(builder, node);
    default:
        fail(builder, ERROR_FORMAT, event->start_mark, "a value was expected");
        return NULL;
    }
}

static const yaml_char_t *anchor_of(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor;
    default:
        return NULL;
    }
}

/* Only finished nodes can be meant by an alias, so no node can hold itself. */
static bool keep_anchor(struct builder *builder, const yaml_event_t *event, struct yaml_node *node)
{
    const yaml_char_t *anchor = anchor_of(event);
    if (!anchor)
        return true;
    struct slice name = arena_copy(builder->arena, slice_str((const char *)anchor));
    return (name.at && table_put(&builder->anchors, name, node)) || arena_error(builder->err);
}

static struct yaml_node *read_node(struct builder *builder, const yaml_event_t *event)
{
    if (event->type == YAML_ALIAS_EVENT)
        return read_alias(builder, event);
    if (!count_nodes(builder, 1, event->start_mark))
        return NULL;
    if (builder->depth == YAML_DEPTH_MAX) {
        fail(builder, ERROR_LIMIT, event->start_mark, "nested deeper than 32 levels");
        return NULL;
    }
    struct yaml_node *node = arena_new(builder->arena, struct yaml_node);
    if (!node)
        return out_of_memory(builder);
    node->line = line_of(event->start_mark);
    node->column = (unsigned)event->start_mark.column + 1;
    node->weight = 1;
    builder->depth++;
    node = read_content(builder, event, node);
    builder->depth--;
    return node && keep_anchor(builder, event, node) ? node : NULL;
}

static bool empty_map(struct builder *builder, struct yaml_node **node)
{
    *node = arena_new(builder->arena, struct yaml_node);
    if (!*node)
        return arena_error(builder->err);
    **node = (struct yaml_node){.kind = YAML_MAP, .weight = 1, .line = 1, .column = 1};
    return true;
}

/* The event's type alone, for those that carry nothing. */
static bool next_type(struct builder *builder, yaml_event_type_t *type, yaml_mark_t *mark)
{
    yaml_event_t event;
    if (!next(builder, &event))
        return false;
    *type = event.type;
    *mark = event.start_mark;
    yaml_event_delete(&event);
    return true;
}

static bool read_document(struct builder *builder, struct yaml_node **node)
{
    yaml_event_type_t type;
    yaml_mark_t mark;
    bool end;
    if (!next_type(builder, &type, &mark) || !next_type(builder, &type, &mark))
        return false;
    if (type == YAML_STREAM_END_EVENT)
        return empty_map(builder, node);
    struct yaml_node *root = read_next(builder, &end);
    if (!root || !next_type(builder, &type, &mark) || !next_type(builder, &type, &mark))
        return false;
    if (type != YAML_STREAM_END_EVENT)
        return fail(builder, ERROR_UNSUPPORTED, mark, "a second document in one file");
    *node = root;
    return true;
}

bool yaml_read(struct slice bytes, struct arena *arena, struct yaml_node **node, struct error *err)
{
    struct builder builder = {.bytes = bytes, .arena = arena, .err = err};
    if (!yaml_parser_initialize(&builder.parser))
        return arena_error(err);
    yaml_parser_set_input_string(&builder.parser, (const unsigned char *)bytes.at, bytes.len);
    table_init(&builder.anchors, arena);
    bool done = read_document(&builder, node);
    yaml_parser_delete(&builder.parser);
    return done;
}

const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key)
{
    for (size_t i = 0; node && node->kind == YAML_MAP && i < node->count; i++)
        if (slice_equal_str(node->pairs[i].key, key))
            return node->pairs[i].value;
    return NULL;
}

struct slice yaml_text(const struct yaml_node *node, const char *key)
{
    const struct yaml_node *value = yaml_get(node, key);
    if (!value || value->kind != YAML_TEXT || yaml_is_null(value))
        return (struct slice){0};
    return value->text;
}

bool yaml_is_null(const struct yaml_node *node)
{
    return node->kind == YAML_TEXT && !node->quoted &&
           (node->text.len == 0 || slice_equal_str(node->text, "~") ||
            slice_equal_nocase(node->text, SLICE("null")));
}

bool yaml_bool(const struct yaml_node *node, bool *value)
{
    static const char *const words[] = {"false", "no", "off", "true", "yes", "on"};
    for (size_t i = 0; node && node->kind == YAML_TEXT && i < 6; i++) {
        if (!slice_equal_nocase(node->text, slice_str(words[i])))
            continue;
        *value = i >= 3;
        return true;
    }
    return false;
}
