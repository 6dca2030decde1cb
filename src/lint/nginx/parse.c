/* Words to nodes: blocks, data blocks (map, geo, types, …), Lua blocks and includes. */
#include <stdarg.h>

#include "base/ascii.h"
#include "lint/nginx/check.h"

void nginx_problem(struct nginx_parse *parse, enum nginx_problem problem,
                   const struct lint_file *file, size_t start, size_t end, const char *format, ...)
{
    char text[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    parse->refused |= problem == NGINX_REFUSED;
    parse->problem(parse->context, problem, file, start, end, text);
}

bool nginx_version(struct slice text, unsigned *version)
{
    uint64_t part[3] = {0, 0, 0};
    if (!text.len) {
        *version = NGINX_NEWEST;
        return true;
    }
    struct slice rest = slice_upto(text, slice_find(text, '-'));
    for (size_t i = 0; i < 3 && rest.len; i++)
        if (!slice_u64(slice_cut(&rest, '.'), &part[i]) || part[i] > 99)
            return false;
    /* "1.29" is the newest 1.29 that there is. */
    bool whole = slice_find(slice_from(text, slice_find(text, '.') + 1), '.') + 1 <
                 slice_from(text, slice_find(text, '.') + 1).len;
    *version = (unsigned)(part[0] * 10000 + part[1] * 100 + (whole ? part[2] : 99));
    return !rest.len && part[0] < 6;
}

bool nginx_is(const struct nginx_node *node, const char *name)
{
    return !node->data && slice_equal_str(node->name, name);
}

struct slice nginx_word(const struct nginx_node *node, size_t i)
{
    return i < node->count ? node->words[i].text : (struct slice){"", 0};
}

static const struct nginx_node *find_from(const struct nginx_node *child, struct slice name)
{
    for (; child; child = child->next)
        if (!child->data && slice_equal(child->name, name))
            return child;
    return NULL;
}

const struct nginx_node *nginx_child(const struct nginx_node *node, const char *name)
{
    struct slice wanted = slice_str(name);
    return node->index ? table_get(node->index, wanted) : find_from(node->first, wanted);
}

const struct nginx_node *nginx_again(const struct nginx_node *child)
{
    return child->parent->index ? child->same : find_from(child->next, child->name);
}

/* Blocks with many children are asked often (http, for each of its servers). */
static bool index_block(struct nginx_parse *parse, struct nginx_node *block)
{
    enum { FEW = 24 };
    size_t count = 0;
    struct table last;
    for (const struct nginx_node *child = block->first; child && count <= FEW; child = child->next)
        count += !child->data;
    if (count <= FEW)
        return true;
    struct table *index = arena_new(parse->arena, struct table);
    if (!index)
        return false;
    table_init(index, parse->arena);
    table_init(&last, parse->arena);
    for (struct nginx_node *child = block->first; child; child = child->next) {
        if (child->data)
            continue;
        struct nginx_node *before = table_get(&last, child->name);
        if (before)
            before->same = child;
        else if (!table_put(index, child->name, child))
            return false;
        if (!table_put(&last, child->name, child))
            return false;
    }
    block->index = index;
    return true;
}

const struct nginx_node *nginx_inherited(const struct nginx_node *node, const char *name)
{
    for (; node; node = node->parent) {
        const struct nginx_node *found = nginx_child(node, name);
        if (found)
            return found;
    }
    return NULL;
}

/* ── blocks ── */

/* One file being read. */
struct reading {
    struct nginx_parse *parse;
    const struct nginx_file *from;
    const struct lint_file *file;
    struct nginx_lexer lexer;
    bool included;
};

static bool parse_file(struct nginx_parse *parse, const struct nginx_file *file,
                       struct nginx_node *parent, bool included);
static void parse_items(struct reading *reading, struct nginx_node *parent, bool nested);

static bool is_data(const struct nginx_node *block)
{
    static const char *const names[] = {"map",           "geo",         "types",
                                        "split_clients", "charset_map", NULL};
    for (size_t i = 0; names[i]; i++)
        if (block->block && block->directive && nginx_is(block, names[i]))
            return true;
    return false;
}

static unsigned context_inside(const struct nginx_node *node)
{
    static const struct {
        const char *name;
        unsigned from, to;
    } blocks[] = {
        {"events", NGINX_MAIN, NGINX_EVENTS},
        {"http", NGINX_MAIN, NGINX_HTTP},
        {"stream", NGINX_MAIN, NGINX_STREAM},
        {"mail", NGINX_MAIN, NGINX_MAIL},
        {"server", NGINX_HTTP, NGINX_SERVER},
        {"upstream", NGINX_HTTP, NGINX_UPSTREAM},
        {"location", NGINX_SERVER | NGINX_LOCATION, NGINX_LOCATION},
        {"if", NGINX_SERVER, NGINX_SERVER_IF},
        {"if", NGINX_LOCATION, NGINX_LOCATION_IF},
        {"limit_except", NGINX_LOCATION, NGINX_LIMIT_EXCEPT},
        {"server", NGINX_STREAM, NGINX_STREAM_SERVER},
        {"upstream", NGINX_STREAM, NGINX_STREAM_UPSTREAM},
        {"server", NGINX_MAIL, NGINX_MAIL_SERVER},
    };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if ((blocks[i].from & node->context) && slice_equal_str(node->name, blocks[i].name))
            return blocks[i].to;
    return 0;
}

static struct nginx_node *add_node(struct reading *reading, struct nginx_node *parent)
{
    struct nginx_parse *parse = reading->parse;
    struct nginx_lexer *lexer = &reading->lexer;
    struct nginx_node *node = arena_new(parse->arena, struct nginx_node);
    if (!node || ++parse->nodes > NGINX_NODES_MAX) {
        reading->lexer.spent |= !node;
        if (node)
            nginx_problem(parse, NGINX_REFUSED, reading->file, lexer->words[0].start,
                          lexer->words[0].end, "more than %d directives are not read",
                          NGINX_NODES_MAX);
        parse->broken = true;
        return NULL;
    }
    node->name = lexer->words[0].text;
    node->words = lexer->words + 1;
    node->count = lexer->count - 1;
    node->file = reading->file;
    node->start = lexer->words[0].start;
    node->end = lexer->at;
    unsigned column;
    lint_file_position(reading->file, node->start, &node->line, &column);
    node->parent = parent;
    node->included = reading->included;
    node->data = is_data(parent);
    node->context = node->data ? 0 : parent->inside;
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    return node;
}

static void lexer_problem(struct reading *reading)
{
    const struct nginx_lexer *lexer = &reading->lexer;
    reading->parse->broken = true;
    if (!lexer->spent)
        nginx_problem(reading->parse, NGINX_REFUSED, reading->file, lexer->error_at,
                      lexer->error_end, "%s", lexer->error);
}

static void parse_block(struct reading *reading, struct nginx_node *node)
{
    struct nginx_parse *parse = reading->parse;
    node->block = true;
    node->open = reading->lexer.at - 1;
    if (parse->depth >= NGINX_DEPTH_MAX) {
        nginx_problem(parse, NGINX_REFUSED, node->file, node->start, node->end,
                      "blocks deeper than %d are not read", NGINX_DEPTH_MAX);
        parse->broken = true;
        return;
    }
    parse->depth++;
    bool included = reading->included;
    reading->included = false; /* said of the outermost node only */
    parse_items(reading, node, true);
    reading->included = included;
    parse->depth--;
    node->close = reading->lexer.at ? reading->lexer.at - 1 : 0;
    node->end = reading->lexer.at;
}

static bool is_lua(struct slice name)
{
    return slice_ends(name, SLICE("_by_lua_block"));
}

static bool has_glob(struct slice pattern)
{
    return slice_find(pattern, '*') < pattern.len || slice_find(pattern, '?') < pattern.len ||
           slice_find(pattern, '[') < pattern.len;
}

/* What comes with nginx, and no repository has: it sets types and parameters, no header. */
static bool comes_with_nginx(struct slice pattern)
{
    static const char *const names[] = {
        "mime.types",   "fastcgi_params", "fastcgi.conf", "uwsgi_params", "scgi_params",
        "proxy_params", "koi-utf",        "koi-win",      "win-utf",      NULL};
    struct slice name = slice_from(pattern, slice_find_last(pattern, '/') == pattern.len
                                                ? 0
                                                : slice_find_last(pattern, '/') + 1);
    for (size_t i = 0; names[i]; i++)
        if (slice_equal_str(name, names[i]))
            return true;
    return false;
}

static bool is_loop(const struct nginx_file *from, const struct lint_file *file)
{
    for (; from; from = from->from)
        if (slice_equal(from->file->path, file->path))
            return true;
    return false;
}

static void include_file(struct reading *reading, struct nginx_node *node, struct lint_file *file)
{
    struct nginx_parse *parse = reading->parse;
    size_t chain = 0;
    for (const struct nginx_file *from = reading->from; from; from = from->from)
        chain++;
    if (is_loop(reading->from, file)) {
        nginx_problem(parse, NGINX_REFUSED, node->file, node->start, node->end,
                      "%.*s includes itself: this include never ends", SLICE_ARG(file->path));
        return;
    }
    if (chain >= NGINX_INCLUDE_DEPTH || ++parse->files > NGINX_FILES_MAX) {
        nginx_problem(parse, NGINX_REFUSED, node->file, node->start, node->end,
                      chain >= NGINX_INCLUDE_DEPTH ? "includes deeper than %d are not read"
                                                   : "more than %d included files are not read",
                      chain >= NGINX_INCLUDE_DEPTH ? NGINX_INCLUDE_DEPTH : NGINX_FILES_MAX);
        parse->unread = true;
        return;
    }
    struct nginx_file link = {file, reading->from};
    reading->lexer.spent |= !parse_file(parse, &link, node->parent, true);
}

static bool ask_include(struct nginx_parse *parse, const struct lint_file *from,
                        struct slice pattern, struct lint_file ***files, size_t *count,
                        struct error *err)
{
    static const char *const homes[] = {"/etc/nginx/", "/usr/local/nginx/conf/",
                                        "/usr/local/openresty/nginx/conf/", "conf/"};
    if (parse->options->include(parse->options->context, from, pattern, files, count, err) &&
        *count)
        return true;
    /* What the image has under /etc/nginx lies beside this file in many repositories. */
    struct error other;
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++)
        if (slice_starts(pattern, slice_str(homes[i])) &&
            parse->options->include(parse->options->context, from,
                                    slice_from(pattern, strlen(homes[i])), files, count, &other) &&
            *count)
            return true;
    *count = 0;
    return has_glob(pattern);
}

static void parse_include(struct reading *reading, struct nginx_node *node)
{
    struct nginx_parse *parse = reading->parse;
    struct slice pattern = nginx_word(node, 0);
    struct lint_file **files = NULL;
    size_t count = 0;
    struct error err = {.kind = ERROR_NONE};
    if (node->count != 1 || slice_find(pattern, '$') < pattern.len)
        return;
    if (!parse->options->include) {
        parse->unread = true;
        nginx_problem(parse, NGINX_ELSEWHERE, node->file, node->start, node->end,
                      "%.*s is not read: included files are read only of files in folders",
                      SLICE_ARG(pattern));
        return;
    }
    if (!ask_include(parse, node->file, pattern, &files, &count, &err)) {
        if (comes_with_nginx(pattern))
            return;
        bool elsewhere = slice_starts(pattern, SLICE("/")) || parse->fragment;
        parse->unread = true;
        nginx_problem(parse, elsewhere ? NGINX_ELSEWHERE : NGINX_MISSING, node->file, node->start,
                      node->end, "included file %.*s is not here%s", SLICE_ARG(pattern),
                      elsewhere ? ": what it sets is not known" : "");
        return;
    }
    parse->unread |= !count && slice_starts(pattern, SLICE("/")) && !comes_with_nginx(pattern);
    for (size_t i = 0; i < count && !parse->broken; i++)
        include_file(reading, node, files[i]);
}

/* modules/ngx_stream_module.so: one whose directives the table has, or one that is not known. */
static void load_module(struct nginx_parse *parse, struct slice path)
{
    static const char *const own[] = {"stream",           "mail",      "http_geoip",
                                      "stream_geoip",     "http_perl", "http_image_filter",
                                      "http_xslt_filter", NULL};
    size_t slash = slice_find_last(path, '/');
    struct slice name = slash < path.len ? slice_from(path, slash + 1) : path;
    if (slice_starts(name, SLICE("ngx_")))
        name = slice_from(name, 4);
    if (slice_ends(name, SLICE("_module.so")))
        name.len -= strlen("_module.so");
    for (size_t i = 0; own[i]; i++)
        if (slice_equal_str(name, own[i]))
            return;
    for (unsigned i = 1; i < nginx_module_count; i++)
        if (slice_equal_str(name, nginx_modules[i])) {
            parse->loaded |= 1ull << i;
            return;
        }
    parse->modules = true;
}

static void parse_directive(struct reading *reading, struct nginx_node *parent, bool open)
{
    struct nginx_node *node = add_node(reading, parent);
    if (!node)
        return;
    struct nginx_parse *parse = reading->parse;
    node->block = open;
    if (node->data && open) {
        nginx_problem(parse, NGINX_REFUSED, node->file, node->end - 1, node->end,
                      "unexpected \"{\"");
        parse->broken = true;
        return;
    }
    nginx_check(parse, node);
    node->inside = open ? context_inside(node) : 0;
    if (open && is_lua(node->name)) {
        node->open = reading->lexer.at - 1;
        if (!nginx_lexer_lua(&reading->lexer, &node->code)) {
            lexer_problem(reading);
            return;
        }
        node->close = reading->lexer.at - 1;
        node->end = reading->lexer.at;
    } else if (open) {
        parse_block(reading, node);
        reading->lexer.spent |= !index_block(parse, node);
        nginx_check_block(parse, node);
    } else if (slice_equal_str(node->name, "include")) {
        parse_include(reading, node);
    } else if (slice_equal_str(node->name, "load_module")) {
        load_module(parse, nginx_word(node, 0));
    }
}

static void parse_items(struct reading *reading, struct nginx_node *parent, bool nested)
{
    struct nginx_parse *parse = reading->parse;
    struct nginx_lexer *lexer = &reading->lexer;
    while (!parse->broken && !lexer->spent) {
        enum nginx_token token = nginx_lexer_next(lexer);
        switch (token) {
        case TOKEN_ERROR:
            lexer_problem(reading);
            return;
        case TOKEN_END:
            if (!nested)
                return;
            nginx_problem(parse, NGINX_REFUSED, reading->file, lexer->bytes.len, lexer->bytes.len,
                          "unexpected end of file, expecting \"}\": \"%.*s\" of line %u is not "
                          "closed",
                          SLICE_ARG(parent->name), parent->line);
            parse->broken = true;
            return;
        case TOKEN_CLOSE:
            if (nested)
                return;
            nginx_problem(parse, NGINX_REFUSED, reading->file, lexer->at - 1, lexer->at,
                          "unexpected \"}\": no block is open here");
            parse->broken = true;
            return;
        default:
            parse_directive(reading, parent, token == TOKEN_OPEN);
        }
    }
    parse->broken |= lexer->spent;
}

static bool parse_file(struct nginx_parse *parse, const struct nginx_file *file,
                       struct nginx_node *parent, bool included)
{
    struct reading reading = {.parse = parse,
                              .from = file,
                              .file = file->file,
                              .lexer = {.arena = parse->arena, .bytes = file->file->bytes},
                              .included = included};
    if (slice_starts(file->file->bytes, SLICE("\xef\xbb\xbf"))) {
        nginx_problem(parse, NGINX_REFUSED, file->file, 0, 3,
                      "the file begins with a byte order mark, which nginx takes for a part of the "
                      "first directive: save it without");
        reading.lexer.at = 3;
    }
    parse_items(&reading, parent, false);
    return !reading.lexer.spent;
}

bool nginx_parse(struct nginx_parse *parse, const struct lint_file *file, struct error *err)
{
    struct nginx_file link = {file, NULL};
    parse->root = (struct nginx_node){.name = SLICE(""),
                                      .file = file,
                                      .end = file->bytes.len,
                                      .close = file->bytes.len,
                                      .line = 1,
                                      .block = true};
    parse->root.inside = nginx_guess_context(file, parse->arena);
    parse->fragment = parse->root.inside != NGINX_MAIN;
    if (!parse_file(parse, &link, &parse->root, false))
        return arena_error(err);
    if (!index_block(parse, &parse->root))
        return arena_error(err);
    nginx_check_block(parse, &parse->root);
    nginx_check_whole(parse);
    return true;
}
