#include "advisory/feed/nvd_facts_write.h"

#include <libdeflate.h>

#include "advisory/feed/nvd_record.h"
#include "advisory/match.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/json.h"

static const size_t FACTS_BUDGET = (size_t)4 << 30, FILE_MAX = (size_t)1 << 30;

enum { LEVEL = 9 };

/* What is written of one CVE: lines of both files. */
struct lines {
    struct slice id, ratings, ranges;
};

struct writing {
    struct arena arena;
    struct table seen;
    struct lines *lines;
    size_t count, room;
    struct nvd_facts_count *totals;
};

static bool is_application(const struct cpe_match *match)
{
    return match->part == 'a' && match->vulnerable;
}

/* A severity word in capitals, as the NVD writes it; empty when there is none. */
static struct slice severity_word(uint8_t severity, struct arena *arena)
{
    if (severity == SEVERITY_UNKNOWN)
        return (struct slice){0};
    struct slice word = arena_copy(arena, slice_str(severity_name(severity)));
    for (char *c = (char *)(uintptr_t)word.at; c && c < word.at + word.len; c++)
        *c = ascii_upper(*c);
    return word;
}

static void print_ratings(FILE *file, const struct nvd_record *record, struct arena *arena)
{
    for (size_t i = 0; i < record->rating_count; i++) {
        const struct fact_rating *rating = &record->ratings[i];
        struct slice word = severity_word(rating->severity, arena);
        fprintf(file, "%.*s,%.*s,%.*s,%.*s,%.1f,%.*s\n", SLICE_ARG(record->id),
                SLICE_ARG(rating->version), SLICE_ARG(rating->source), SLICE_ARG(rating->vector),
                rating->score, SLICE_ARG(word));
    }
}

static struct slice version_with_update(const struct cpe_match *match, struct arena *arena)
{
    struct slice update = match->update;
    if (update.len == 0 || slice_equal_str(update, "*") || slice_equal_str(update, "-"))
        return match->version;
    return arena_printf(arena, "%.*s:%.*s", SLICE_ARG(match->version), SLICE_ARG(update));
}

static void put_match(struct json_writer *json, const struct cpe_match *match, struct arena *arena)
{
    struct slice target = match->target_sw;
    if (slice_equal_str(target, "*") || slice_equal_str(target, "-"))
        target = (struct slice){0};
    const struct slice fields[] = {SLICE("a"),
                                   match->vendor,
                                   match->product,
                                   version_with_update(match, arena),
                                   match->start_including,
                                   match->start_excluding,
                                   match->end_including,
                                   match->end_excluding,
                                   target.len ? target : match->platform};
    json_begin_array(json);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        json_put_string(json, fields[i]);
    json_end_array(json);
}

static size_t print_ranges(FILE *file, const struct nvd_record *record, struct arena *arena)
{
    struct json_writer json;
    size_t count = 0;
    for (size_t i = 0; i < record->match_count; i++)
        count += is_application(&record->matches[i]);
    if (count == 0)
        return 0;
    json_writer_init(&json, file, 0);
    json_begin_object(&json);
    json_field(&json, "cve", record->id);
    json_field(&json, "src", SLICE("nvd"));
    json_name(&json, "cpe");
    json_begin_array(&json);
    for (size_t i = 0; i < record->match_count; i++)
        if (is_application(&record->matches[i]))
            put_match(&json, &record->matches[i], arena);
    json_end_array(&json);
    json_end_object(&json);
    fputc('\n', file);
    return count;
}

/* One text by a printing function, in the arena of all. */
static bool print_lines(struct writing *writing, const struct nvd_record *record,
                        struct arena *arena, struct lines *lines)
{
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    if (!file)
        return false;
    print_ratings(file, record, arena);
    long middle = ftell(file);
    writing->totals->ranges += print_ranges(file, record, arena);
    bool ok = fclose(file) == 0 && middle >= 0;
    struct slice copy = ok ? arena_copy(&writing->arena, slice_of(text, len)) : (struct slice){0};
    free(text);
    lines->ratings = slice_upto(copy, (size_t)middle);
    lines->ranges = slice_from(copy, (size_t)middle);
    lines->id = arena_copy(&writing->arena, record->id);
    return copy.at && lines->id.at;
}

static bool take_record(void *context, const struct nvd_record *record, struct arena *arena,
                        struct error *err)
{
    struct writing *writing = context;
    struct lines lines;
    if (table_get(&writing->seen, record->id))
        return true;
    struct slice id = arena_copy(&writing->arena, record->id);
    if (!id.at || !table_put(&writing->seen, id, writing))
        return arena_error(err);
    if (record->rejected)
        return true;
    if (!print_lines(writing, record, arena, &lines) ||
        !ARENA_PUSH(&writing->arena, writing->lines, writing->count, writing->room, lines))
        return arena_error(err);
    writing->totals->vulnerabilities++;
    writing->totals->ratings += record->rating_count;
    return true;
}

static bool read_file(struct writing *writing, const char *path, struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    struct feed_input input = {.where = slice_str(path), .arena = &arena};
    arena_init(&arena, FILE_MAX * 2);
    return (file_read(path, FILE_MAX, &arena, &input.bytes, err) &&
            nvd_each(&input, take_record, writing, err)) ||
           error_add(err, "reading %s", path);
}

static int compare_lines(const void *a, const void *b)
{
    return slice_compare(((const struct lines *)a)->id, ((const struct lines *)b)->id);
}

/* gzip without a name and a time, so that the same facts are the same bytes. */
static bool write_compressed(const char *folder, const char *name, const char *text, size_t len,
                             struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, FACTS_BUDGET);
    struct slice path = arena_printf(&arena, "%s/%s", folder, name);
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(LEVEL);
    size_t bound = compressor ? libdeflate_gzip_compress_bound(compressor, len) : 0;
    char *to = compressor ? arena_alloc(&arena, bound) : NULL;
    size_t size = to ? libdeflate_gzip_compress(compressor, text, len, to, bound) : 0;
    if (compressor)
        libdeflate_free_compressor(compressor);
    if (!path.at || size == 0)
        return arena_error(err);
    return file_write(path.at, slice_of(to, size), err);
}

static bool write_all(const struct writing *writing, const char *folder, bool ratings,
                      struct error *err)
{
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    if (!file)
        return arena_error(err);
    if (ratings)
        fputs("cve,cvss_version,source,vector,score,severity\n", file);
    for (size_t i = 0; i < writing->count; i++) {
        struct slice lines = ratings ? writing->lines[i].ratings : writing->lines[i].ranges;
        fwrite(lines.at, 1, lines.len, file);
    }
    bool ok = fclose(file) == 0 || arena_error(err);
    ok = ok &&
         write_compressed(folder, ratings ? "cvss.csv.gz" : "cpe-ranges.jsonl.gz", text, len, err);
    free(text);
    return ok;
}

bool nvd_facts_write(const char *const *files, size_t file_count, const char *folder,
                     struct nvd_facts_count *count, struct error *err)
{
    struct writing writing = {.totals = count};
    bool ok = file_make_folder(folder, err);
    *count = (struct nvd_facts_count){0};
    arena_init(&writing.arena, FACTS_BUDGET);
    table_init(&writing.seen, &writing.arena);
    for (size_t i = 0; ok && i < file_count; i++)
        ok = read_file(&writing, files[i], err);
    if (ok && writing.count)
        qsort(writing.lines, writing.count, sizeof *writing.lines, compare_lines);
    ok = ok && write_all(&writing, folder, true, err) && write_all(&writing, folder, false, err);
    arena_done(&writing.arena);
    return ok;
}
