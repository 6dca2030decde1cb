/*
 * Build tool: data/starter/ in, a C file with the table of starter.h out. Runs on the building
 * machine. The forms of its input are told at the top of each file there; anything else stops the
 * build, since the data is ours.
 *
 * usage: starter_gen sources.txt alpine.txt products.txt vulnerabilities.txt end-of-life.txt OUT.c
 */
#include <stdio.h>
#include <stdlib.h>

#include "advisory/lookup.h"
#include "advisory/match.h"
#include "advisory/starter.h"
#include "base/clock.h"
#include "base/file.h"

enum { INPUT_LIMIT = 4 * 1024 * 1024, ARENA_LIMIT = 512 * 1024 * 1024, WORDS_MAX = 1024 };

/* Rows of one key are one value in the end: entries and references are appended. */
struct row {
    struct slice database, key, value;
    size_t order; /* of appearance */
};

struct feed {
    struct slice name, date, source;
    struct slice *scopes;
    size_t scope_count, scope_room;
    uint64_t records;
    bool has_facts, has_ids;
};

static struct arena arena;
static struct row *rows;
static size_t row_count, row_room;
static struct feed *feeds;
static size_t feed_count, feed_room;
static const char *current_file;
static int current_line;

static _Noreturn void stop(const char *why)
{
    fprintf(stderr, "%s:%d: %s\n", current_file, current_line, why);
    exit(1);
}

static void must(bool ok)
{
    if (!ok)
        stop("not in the form that the file's head describes");
}

static void add_row(struct slice database, struct slice key, struct slice value)
{
    struct row row = {arena_copy(&arena, database), arena_copy(&arena, key), value, row_count};
    must(key.len > 0 && value.at != NULL);
    must(ARENA_PUSH(&arena, rows, row_count, row_room, row));
}

static struct feed *find_feed(struct slice name)
{
    for (size_t i = 0; i < feed_count; i++)
        if (slice_equal(feeds[i].name, name))
            return &feeds[i];
    stop("a feed that sources.txt does not name");
}

static struct slice two(const char *kind, struct slice feed)
{
    return arena_printf(&arena, "%s/%.*s", kind, SLICE_ARG(feed));
}

static void add_scope(struct feed *feed, struct slice scope)
{
    for (size_t i = 0; i < feed->scope_count; i++)
        if (slice_equal(feed->scopes[i], scope))
            return;
    must(ARENA_PUSH(&arena, feed->scopes, feed->scope_count, feed->scope_room, scope));
}

static void add_entry(struct slice feed_name, struct slice scope, struct slice name,
                      const struct advisory_entry *entry)
{
    char room[STORE_KEY_MAX];
    struct slice key = {0}, value = {0}, ref_value = {0};
    struct id_ref ref = {.scope = scope, .name = name};
    struct feed *feed = find_feed(feed_name);
    must(affected_key(scope, name, room, &key) && entry_encode(entry, &arena, &value) &&
         id_ref_encode(&ref, &arena, &ref_value));
    add_row(two("affected", feed_name), key, value);
    add_row(two("ids", feed_name), entry->id, ref_value);
    add_scope(feed, scope);
    feed->records++;
    feed->has_ids = true;
}

/* sources.txt: feed date address */
static void read_source(struct slice *words, size_t count)
{
    struct feed feed = {.name = words[0], .date = words[1], .source = words[2]};
    must(count == 3 && ARENA_PUSH(&arena, feeds, feed_count, feed_room, feed));
}

static void add_alpine(int minor, struct slice origin, struct slice fixed, struct slice id)
{
    struct version_range range = {.fixed = fixed};
    bool never = slice_equal_str(fixed, "0");
    struct advisory_entry entry = {.id = id,
                                   .ranges = &range,
                                   .range_count = never ? 0 : 1,
                                   .state = never ? FIX_NOT_AFFECTED : FIX_FIXED};
    add_entry(SLICE("alpine"), arena_printf(&arena, "apk:alpine:3.%d", minor), origin, &entry);
}

/* "3.16" → 16 */
static int minor_of(struct slice release)
{
    uint64_t minor = 0;
    must(slice_starts(release, SLICE("3.")) && slice_u64(slice_from(release, 2), &minor) &&
         minor < 100);
    return (int)minor;
}

/* alpine.txt: origin fixed releases id… */
static void read_alpine(struct slice *words, size_t count)
{
    must(count >= 4);
    for (struct slice releases = words[2]; releases.len;) {
        struct slice last = slice_cut(&releases, ','), first = slice_cut(&last, '-');
        int end = minor_of(last.len ? last : first);
        for (int minor = minor_of(first); minor <= end; minor++)
            for (size_t i = 3; i < count; i++)
                add_alpine(minor, words[0], words[1], words[i]);
    }
}

/* "[2.0,2.0.31)", "(,1.4]", "=1.4.20" */
static struct version_range parse_range(struct slice text)
{
    struct version_range range = {0};
    if (slice_starts(text, SLICE("="))) {
        range.exact = true;
        range.introduced = slice_from(text, 1);
        return range;
    }
    must(text.len >= 3 && (text.at[0] == '[' || text.at[0] == '('));
    bool open = text.at[text.len - 1] == ')';
    must(open || text.at[text.len - 1] == ']');
    struct slice rest = slice_of(text.at + 1, text.len - 2);
    must(slice_find(rest, ',') < rest.len);
    range.introduced = slice_cut(&rest, ',');
    range.introduced_excluded = text.at[0] == '(' && range.introduced.len;
    *(open ? &range.fixed : &range.last) = rest;
    return range;
}

/* products.txt: product id feed range… */
static void read_product(struct slice *words, size_t count)
{
    struct version_range ranges[WORDS_MAX];
    struct slice product = words[0], name = words[0], scope = SLICE("cpe");
    must(count >= 4);
    if (slice_starts(product, SLICE("bitnami:"))) {
        scope = slice_cut(&product, ':');
        name = product;
    }
    struct advisory_entry entry = {.id = words[1], .ranges = ranges, .range_count = count - 3};
    for (size_t i = 3; i < count; i++)
        ranges[i - 3] = parse_range(words[i]);
    add_entry(words[2], scope, name, &entry);
}

static void add_epss(struct slice id, struct slice text)
{
    struct slice score_text = slice_cut(&text, '/'), value = {0};
    double score, percentile;
    must(slice_double(score_text, &score) && slice_double(text, &percentile) &&
         epss_encode(score, percentile, &arena, &value));
    add_row(SLICE("epss"), id, value);
    find_feed(SLICE("epss"))->records++;
}

static void add_kev(struct slice id, struct slice text)
{
    struct slice added = slice_cut(&text, '/'), value = {0};
    must(kev_encode(added, text, &arena, &value));
    add_row(SLICE("kev"), id, value);
    find_feed(SLICE("kev"))->records++;
}

/* "CVSS:3.1/AV:N…" says its version; a v2 vector has no head. */
static struct fact_rating parse_rating(struct slice source, struct slice vector)
{
    struct fact_rating rating = {.source = source, .version = SLICE("2.0"), .vector = vector};
    if (slice_starts(vector, SLICE("CVSS:")))
        rating.version = slice_upto(slice_from(vector, 5), 3);
    return rating;
}

/* vulnerabilities.txt: id (source=vector | epss=score/percentile | kev=added/due)… */
static void read_vulnerability(struct slice *words, size_t count)
{
    struct fact_rating ratings[WORDS_MAX];
    struct advisory_facts facts = {.ratings = ratings};
    struct slice value = {0};
    for (size_t i = 1; i < count; i++) {
        struct slice word = words[i], key = slice_cut(&word, '=');
        must(key.len && word.len);
        if (slice_equal_str(key, "epss"))
            add_epss(words[0], word);
        else if (slice_equal_str(key, "kev"))
            add_kev(words[0], word);
        else
            ratings[facts.rating_count++] = parse_rating(key, word);
    }
    if (facts.rating_count == 0)
        return;
    must(facts_encode(&facts, &arena, &value));
    add_row(SLICE("facts/nvd-facts"), words[0], value);
    find_feed(SLICE("nvd-facts"))->has_facts = true;
}

/* end-of-life.txt: product cycle date */
static void read_end_of_life(struct slice *words, size_t count)
{
    char room[STORE_KEY_MAX];
    struct slice key = {0};
    must(count == 3 && affected_key(words[0], words[1], room, &key));
    add_row(SLICE("eol"), key, words[2]);
    find_feed(SLICE("eol"))->records++;
}

static void read_lines(const char *path, void (*read)(struct slice *words, size_t count))
{
    struct slice bytes, words[WORDS_MAX];
    struct error err;
    current_file = path;
    current_line = 0;
    if (!file_read(path, INPUT_LIMIT, &arena, &bytes, &err))
        stop(err.text);
    while (bytes.len) {
        struct slice line = slice_cut_line(&bytes);
        size_t count = 0;
        current_line++;
        if (slice_starts(line, SLICE("#")) || line.len == 0)
            continue;
        while (line.len) {
            must(count < WORDS_MAX);
            words[count++] = slice_cut(&line, ' ');
        }
        must(count >= 2);
        read(words, count);
    }
}

static int compare_scopes(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static void add_feeds(void)
{
    for (size_t i = 0; i < feed_count; i++) {
        struct feed *feed = &feeds[i];
        int64_t epoch = 0;
        struct slice value = {0};
        must(clock_parse(feed->date, &epoch));
        if (feed->scope_count)
            qsort(feed->scopes, feed->scope_count, sizeof *feed->scopes, compare_scopes);
        struct feed_record record = {.status = {.date = feed->date,
                                                .updated = feed->date,
                                                .source = feed->source,
                                                .records = feed->records,
                                                .updated_epoch = (uint64_t)epoch},
                                     .scopes = feed->scopes,
                                     .scope_count = feed->scope_count,
                                     .has_facts = feed->has_facts,
                                     .has_ids = feed->has_ids};
        must(feed_record_encode(&record, &arena, &value));
        add_row(SLICE("feeds"), feed->name, value);
    }
}

static int compare_rows(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int order = slice_compare(a->database, b->database);
    if (order == 0)
        order = slice_compare(a->key, b->key);
    return order ? order : (a->order > b->order) - (a->order < b->order);
}

/* Values of equal keys become one, behind each other; a reference that is there already is left
   out. */
static void join_rows(void)
{
    size_t kept = 0;
    qsort(rows, row_count, sizeof *rows, compare_rows);
    for (size_t i = 0; i < row_count; i++) {
        struct row *last = kept ? &rows[kept - 1] : NULL;
        if (!last || !slice_equal(last->database, rows[i].database) ||
            !slice_equal(last->key, rows[i].key)) {
            rows[kept++] = rows[i];
            continue;
        }
        if (slice_starts(last->database, SLICE("ids/")) &&
            slice_search(last->value, rows[i].value) < last->value.len)
            continue;
        must(slice_starts(last->database, SLICE("ids/")) ||
             slice_starts(last->database, SLICE("affected/")));
        char *joined = arena_alloc(&arena, last->value.len + rows[i].value.len);
        must(joined != NULL);
        memcpy(joined, last->value.at, last->value.len);
        memcpy(joined + last->value.len, rows[i].value.at, rows[i].value.len);
        last->value = slice_of(joined, last->value.len + rows[i].value.len);
    }
    row_count = kept;
}

static size_t column;

static void put_bytes(FILE *out, struct slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        fprintf(out, "%d,%s", (signed char)bytes.at[i], ++column % 24 ? "" : "\n");
}

/* Offsets are counted in the order in which put_bytes wrote. */
static void put_rows(FILE *out)
{
    size_t at = 0;
    for (size_t i = 0; i < row_count; i++) {
        if (i == 0 || !slice_equal(rows[i].database, rows[i - 1].database))
            fprintf(out, "%sstatic const struct starter_row rows_%zu[] = {\n", i ? "};\n" : "", i);
        fprintf(out, "{%zu,%zu,%zu,%zu},\n", at, rows[i].key.len, at + rows[i].key.len,
                rows[i].value.len);
        at += rows[i].key.len + rows[i].value.len;
    }
    fprintf(out, "};\n");
}

static void put_databases(FILE *out)
{
    size_t count = 0;
    fprintf(out, "const struct starter_database starter_databases[] = {\n");
    for (size_t i = 0, end; i < row_count; i = end, count++) {
        for (end = i; end < row_count && slice_equal(rows[end].database, rows[i].database);)
            end++;
        fprintf(out, "{\"%.*s\", rows_%zu, %zu},\n", SLICE_ARG(rows[i].database), i, end - i);
    }
    fprintf(out, "};\nconst size_t starter_database_count = %zu;\n", count);
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr, "usage: starter_gen SOURCES ALPINE PRODUCTS VULNERABILITIES EOL OUT.c\n");
        return 2;
    }
    arena_init(&arena, ARENA_LIMIT);
    read_lines(argv[1], read_source);
    read_lines(argv[2], read_alpine);
    read_lines(argv[3], read_product);
    read_lines(argv[4], read_vulnerability);
    read_lines(argv[5], read_end_of_life);
    add_feeds();
    join_rows();
    FILE *out = fopen(argv[6], "w");
    if (!out) {
        perror(argv[6]);
        return 1;
    }
    fprintf(out, "#include \"advisory/starter.h\"\nconst char starter_bytes[] = {\n");
    for (size_t i = 0; i < row_count; i++) {
        put_bytes(out, rows[i].key);
        put_bytes(out, rows[i].value);
    }
    fprintf(out, "0};\n");
    put_rows(out);
    put_databases(out);
    arena_done(&arena);
    return fclose(out) == 0 ? 0 : 1;
}
