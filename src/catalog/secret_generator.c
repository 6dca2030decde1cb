/*
 * Runs at build time: reads data/secrets.yaml, compiles its patterns into steps, and writes them as
 * C; where hyperscan is there, its database of all keywords, too (for the plainest processor, as
 * literals_generator.c does). A row that is wrong ends the build and names its line.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/yaml.h"
#include "catalog/secret_pattern.h"
#ifdef SECRET_HYPERSCAN
#include "catalog/literal_compile.h"
#endif

enum { KEYWORDS_MAX = 1000, LIST_MAX = 32, TABLE_SIZE_MAX = 1 << 20 };

static struct arena arena;
static struct secret_program program;
static struct {
    struct slice text;
    bool nocase;
    size_t row;
} keywords[KEYWORDS_MAX];
static size_t keyword_count;

static void fail(unsigned line, const char *what)
{
    fprintf(stderr, "secrets.yaml:%u: %s\n", line, what);
    exit(1);
}

static void put_text(FILE *out, struct slice text)
{
    putc('"', out);
    for (size_t i = 0; i < text.len; i++)
        if (ascii_alnum(text.at[i]) || text.at[i] == ' ')
            putc(text.at[i], out);
        else
            fprintf(out, "\\%03o", (unsigned char)text.at[i]);
    putc('"', out);
}

static bool flag(const struct yaml_node *row, const char *key, bool standard)
{
    const struct yaml_node *node = yaml_get(row, key);
    bool value = standard;
    if (node && !yaml_bool(node, &value))
        fail(node->line, "neither true nor false");
    return value;
}

/* A text or a list of texts; pieces of a list inside a list are joined. */
static size_t list_of(const struct yaml_node *row, const char *key, struct slice items[LIST_MAX])
{
    const struct yaml_node *node = yaml_get(row, key);
    if (!node)
        return 0;
    if (node->kind == YAML_TEXT) {
        items[0] = node->text;
        return 1;
    }
    if (node->kind != YAML_LIST || node->count > LIST_MAX)
        fail(node->line, "not a list, or too long a one");
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *item = node->items[i];
        items[i] = item->text;
        if (item->kind == YAML_LIST && item->count == 2)
            items[i] = arena_printf(&arena, "%.*s%.*s", SLICE_ARG(item->items[0]->text),
                                    SLICE_ARG(item->items[1]->text));
    }
    return node->count;
}

static void write_list(FILE *out, const struct yaml_node *row, const char *key, size_t index)
{
    struct slice items[LIST_MAX];
    size_t count = list_of(row, key, items);
    if (!count)
        return;
    fprintf(out, "static const char *const %s_%zu[] = {", key, index);
    for (size_t i = 0; i < count; i++) {
        put_text(out, items[i]);
        fprintf(out, ", ");
    }
    fprintf(out, "NULL};\n");
}

static size_t compile(const struct yaml_node *row, struct slice pattern, bool nocase)
{
    struct error err;
    size_t first;
    if (!secret_pattern_compile(&program, pattern, nocase, &first, &err))
        fail(row->line, err.text);
    return first;
}

/* An assigned value stands behind the rest of its name, quotes, and = or : or the like. */
static size_t compile_row(const struct yaml_node *row)
{
    struct slice assigned = yaml_text(row, "assigned"), pattern = yaml_text(row, "pattern");
    if (!assigned.len)
        return compile(row, pattern, flag(row, "nocase", false));
    struct slice all =
        arena_printf(&arena,
                     "[A-Za-z0-9_. -]{0,40}[\"'`\\]]{0,2}[ \\t]{0,4}(=>|:=|=|:|>)[ \\t]{0,4}[\"'`]?"
                     "(?<v>%.*s)",
                     SLICE_ARG(assigned));
    return compile(row, all, true);
}

static const char *check_of(const struct yaml_node *row)
{
    static const char *const names[][2] = {{"", "SECRET_CHECK_NONE"},
                                           {"crc32", "SECRET_CHECK_CRC32"},
                                           {"colon", "SECRET_CHECK_COLON"},
                                           {"jwt", "SECRET_CHECK_JWT"},
                                           {"password", "SECRET_CHECK_PASSWORD"},
                                           {"assignment", "SECRET_CHECK_ASSIGN"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_equal_str(yaml_text(row, "check"), names[i][0]))
            return names[i][1];
    fail(row->line, "an unknown check");
    return NULL;
}

/* `before: '[0-9]{8,10}'`: one class and its numbers. */
static struct secret_step compile_before(const struct yaml_node *row)
{
    struct slice before = yaml_text(row, "before");
    if (!before.len)
        return (struct secret_step){.kind = SECRET_BYTES};
    size_t first = compile(row, before, false) + 1;
    if (program.steps[first].kind != SECRET_BYTES || program.steps[first].most > 255)
        fail(row->line, "before is not one class and its number");
    return program.steps[first];
}

static void check_texts(const struct yaml_node *row)
{
    static const char *const known[] = {
        "id",      "title",  "severity", "advice", "keyword", "pattern", "assigned", "before",
        "edge",    "nocase", "entropy",  "check",  "known",   "paths",   "loose",    "named",
        "letters", "digits", "key",      "true",   "false",   NULL};
    static const char *const severities[] = {"critical", "high", "medium", "low", NULL};
    bool severe = false;
    for (size_t i = 0; i < row->count; i++) {
        size_t k = 0;
        while (known[k] && !slice_equal_str(row->pairs[i].key, known[k]))
            k++;
        if (!known[k])
            fail(row->pairs[i].line, "an unknown key");
    }
    for (size_t i = 0; severities[i]; i++)
        severe |= slice_equal_str(yaml_text(row, "severity"), severities[i]);
    if (!severe || !yaml_text(row, "id").len || !yaml_text(row, "title").len)
        fail(row->line, "no id, no title, or no severity");
    if (!yaml_get(row, "true") || !yaml_get(row, "false"))
        fail(row->line, "no true example, or no false one");
    if (!yaml_get(row, "keyword") && !yaml_get(row, "paths"))
        fail(row->line, "neither a keyword nor paths");
}

static void take_keywords(const struct yaml_node *row, size_t index)
{
    struct slice items[LIST_MAX];
    size_t count = list_of(row, "keyword", items);
    bool nocase = flag(row, "nocase", yaml_get(row, "assigned") != NULL);
    for (size_t i = 0; i < count; i++) {
        if (items[i].len < 2 || items[i].len > 60 || keyword_count == KEYWORDS_MAX)
            fail(row->line, "a keyword of less than 2 bytes or more than 60, or too many");
        keywords[keyword_count].text = items[i];
        keywords[keyword_count].nocase = nocase;
        keywords[keyword_count++].row = index;
    }
}

static void write_name(FILE *out, const struct yaml_node *row, const char *key, size_t index)
{
    if (yaml_get(row, key))
        fprintf(out, " .%s = %s_%zu,", key, key, index);
}

static void write_row(FILE *out, const struct yaml_node *row, size_t index)
{
    static const char *const advice =
        "Revoke it, make a new one, and give that to the container when it runs, or to the build "
        "by RUN --mount=type=secret.";
    struct slice text = yaml_text(row, "advice"), edge = yaml_text(row, "edge");
    double entropy = 0;
    bool assigned = yaml_get(row, "assigned") != NULL;
    if (yaml_text(row, "entropy").len && !slice_double(yaml_text(row, "entropy"), &entropy))
        fail(row->line, "entropy is no number");
    struct secret_step before = compile_before(row);
    fprintf(out, "    {.kind = {");
    put_text(out, yaml_text(row, "id"));
    fprintf(out, ", ");
    put_text(out, yaml_text(row, "title"));
    fprintf(out, ", ");
    put_text(out, yaml_text(row, "severity"));
    fprintf(out, ", ");
    put_text(out, text.len ? text : slice_str(advice));
    fprintf(out,
            "},\n     .first = %zu, .check = %s, .entropy = %d, .before_set = %d, .before_least = "
            "%d, .before_most = %d,\n",
            compile_row(row), check_of(row), (int)(entropy * 10 + 0.5), before.set, before.least,
            before.most);
    fprintf(out,
            "     .nocase = %d, .left = %d, .right = %d, .loose = %d, .named = %d, .letters = %d, "
            ".digits = %d, .key = %d,",
            flag(row, "nocase", assigned),
            !assigned && (!edge.len || slice_equal_str(edge, "left")),
            !edge.len || slice_equal_str(edge, "right"), flag(row, "loose", assigned),
            flag(row, "named", assigned), flag(row, "letters", false), flag(row, "digits", false),
            flag(row, "key", false));
    write_name(out, row, "known", index);
    write_name(out, row, "paths", index);
    fprintf(out, "},\n");
}

static void write_rows(FILE *out, const struct yaml_node *list)
{
    for (size_t i = 0; i < list->count; i++) {
        check_texts(list->items[i]);
        take_keywords(list->items[i], i);
        write_list(out, list->items[i], "known", i);
        write_list(out, list->items[i], "paths", i);
    }
    fprintf(out, "const struct secret_row secret_rows[] = {\n");
    for (size_t i = 0; i < list->count; i++)
        write_row(out, list->items[i], i);
    fprintf(out, "};\nconst size_t secret_row_count = %zu;\n", list->count);
    fprintf(out, "const struct secret_kind *const secret_kinds[] = {\n");
    for (size_t i = 0; i < list->count; i++)
        fprintf(out, "    &secret_rows[%zu].kind,\n", i);
    fprintf(out, "    NULL};\n");
}

static void write_keywords(FILE *out)
{
    fprintf(out, "const struct secret_keyword secret_keywords[] = {\n");
    for (size_t i = 0; i < keyword_count; i++) {
        fprintf(out, "    {");
        put_text(out, keywords[i].text);
        fprintf(out, ", %zu, %d, %zu},\n", keywords[i].text.len, keywords[i].nocase,
                keywords[i].row);
    }
    fprintf(out, "};\nconst size_t secret_keyword_count = %zu;\n", keyword_count);
}

static void write_program(FILE *out)
{
    fprintf(out, "const struct secret_step secret_steps[] = {\n");
    for (size_t i = 0; i < program.step_count; i++) {
        const struct secret_step *step = &program.steps[i];
        fprintf(out, "    {%d, %d, %d, %d, %d},\n", step->kind, step->set, step->to, step->least,
                step->most);
    }
    fprintf(out, "};\nconst struct secret_set secret_sets[] = {\n");
    for (size_t i = 0; i < program.set_count; i++) {
        const uint64_t *bits = program.sets[i].bits;
        fprintf(out,
                "    {{UINT64_C(%" PRIu64 "), UINT64_C(%" PRIu64 "), UINT64_C(%" PRIu64
                "), UINT64_C(%" PRIu64 ")}},\n",
                bits[0], bits[1], bits[2], bits[3]);
    }
    fprintf(out, "};\n");
}

#ifdef SECRET_HYPERSCAN
static void write_database(FILE *out)
{
    const char *texts[KEYWORDS_MAX];
    size_t lens[KEYWORDS_MAX];
    unsigned flags[KEYWORDS_MAX];
    for (unsigned i = 0; i < keyword_count; i++) {
        texts[i] = keywords[i].text.at;
        lens[i] = keywords[i].text.len;
        flags[i] = keywords[i].nocase ? HS_FLAG_CASELESS : 0;
    }
    if (!literal_compile(
            &(struct literal_list){"secret_keywords", texts, lens, flags, (unsigned)keyword_count},
            out))
        fail(1, "the keywords cannot be compiled");
}
#else
static void write_database(FILE *out)
{
    (void)out;
}
#endif

int main(int argc, char **argv)
{
    struct slice bytes;
    struct yaml_node *list = NULL;
    struct error err = {0};
    arena_init(&arena, (size_t)256 << 20);
    if (argc != 3 || !file_read(argv[1], TABLE_SIZE_MAX, &arena, &bytes, &err) ||
        !yaml_read(bytes, &arena, &list, &err))
        fail(0, argc == 3 ? err.text : "usage: secret_generator TABLE OUT");
    if (list->kind != YAML_LIST || !list->count)
        fail(1, "not a list of kinds");
    FILE *out = fopen(argv[2], "w");
    if (!out)
        return 1;
    fprintf(out, "#include \"catalog/secret_table.h\"\n\n");
    write_rows(out, list);
    write_keywords(out);
    fprintf(out, "const unsigned secret_table_mark = 0x%08xU;\n", (unsigned)hash64(bytes));
    write_program(out);
    write_database(out);
    arena_done(&arena);
    return fclose(out) == 0 ? 0 : 1;
}
