/*
 * `db search`: what the store says, unjudged. The asked word is tried as an id (and everything that
 * has it as an alias), then as a package's name in every scope there is.
 */
#include "advisory/lookup.h"
#include "advisory/match.h"
#include "advisory/range.h"
#include "advisory/severity.h"
#include "base/json.h"
#include "base/terminal.h"
#include "cli/db.h"

enum { RANGES_SHOWN = 4 };

/* One entry that was found. */
struct hit {
    struct slice feed, scope, name;
    struct advisory_entry entry;
};

/* What a feed says of one vulnerability. */
struct fact {
    struct slice feed, id;
    struct advisory_facts facts;
};

struct search {
    struct store_reader *reader;
    struct arena *arena;
    struct error *err;
    struct slice wanted; /* only entries of this id; empty: all */
    struct slice id;     /* whose facts are collected */
    struct slice scope, name;
    struct hit *hits;
    size_t hit_count, hit_room;
    struct fact *facts;
    size_t fact_count, fact_room;
    struct slice *scopes; /* without doubles */
    size_t scope_count, scope_room;
    struct id_ref *places;
    size_t place_count, place_room;
    bool failed;
};

static bool take_entries(void *context, struct slice feed, struct slice value)
{
    struct search *search = context;
    struct hit hit = {.feed = feed, .scope = search->scope, .name = search->name};
    while (entry_decode(&value, search->arena, &hit.entry)) {
        if (search->wanted.len && !slice_equal(hit.entry.id, search->wanted))
            continue;
        if (!ARENA_PUSH(search->arena, search->hits, search->hit_count, search->hit_room, hit))
            search->failed = true;
    }
    return !search->failed;
}

static bool look_up(struct search *search, struct slice scope, struct slice name)
{
    search->scope = scope;
    search->name = name;
    return store_lookup(search->reader, scope, name, take_entries, search, search->err);
}

static bool take_facts(void *context, struct slice feed, struct slice value)
{
    struct search *search = context;
    struct fact fact = {.feed = feed, .id = search->id};
    if (facts_decode(value, search->arena, &fact.facts) &&
        !ARENA_PUSH(search->arena, search->facts, search->fact_count, search->fact_room, fact))
        search->failed = true;
    return !search->failed;
}

static bool take_place(void *context, struct slice feed, const struct id_ref *ref)
{
    struct search *search = context;
    (void)feed;
    if (ref->id.len)
        return true;
    for (size_t i = 0; i < search->place_count; i++)
        if (slice_equal(search->places[i].name, ref->name) &&
            slice_equal(search->places[i].scope, ref->scope))
            return true;
    if (!ARENA_PUSH(search->arena, search->places, search->place_count, search->place_room, *ref))
        search->failed = true;
    return !search->failed;
}

static bool take_scope(void *context, struct slice feed, struct slice scope)
{
    struct search *search = context;
    (void)feed;
    for (size_t i = 0; i < search->scope_count; i++)
        if (slice_equal(search->scopes[i], scope))
            return true;
    if (!ARENA_PUSH(search->arena, search->scopes, search->scope_count, search->scope_room, scope))
        search->failed = true;
    return !search->failed;
}

static bool search_id(struct search *search, struct slice id)
{
    search->id = search->wanted = id;
    search->place_count = 0;
    if (!store_facts(search->reader, id, take_facts, search, search->err) ||
        !store_named(search->reader, id, take_place, search, search->err))
        return false;
    for (size_t i = 0; i < search->place_count; i++)
        if (!look_up(search, search->places[i].scope, search->places[i].name))
            return false;
    return true;
}

static bool search_ids(struct search *search, struct slice asked, struct error *err)
{
    struct slice *ids;
    size_t count;
    if (!store_aliases(search->reader, asked, search->arena, &ids, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!search_id(search, ids[i]))
            return false;
    return true;
}

static bool search_package(struct search *search, struct slice name)
{
    search->wanted = (struct slice){0};
    store_scopes(search->reader, take_scope, search);
    for (size_t i = 0; i < search->scope_count; i++)
        if (!look_up(search, search->scopes[i], name))
            return false;
    return true;
}

static void print_facts(const struct search *search)
{
    for (size_t i = 0; i < search->fact_count; i++) {
        const struct fact *fact = &search->facts[i];
        terminal_style(stdout, STYLE_BOLD);
        terminal_put(stdout, fact->id);
        terminal_style(stdout, STYLE_PLAIN);
        fputs(" (", stdout);
        terminal_put(stdout, fact->feed);
        fputs(") ", stdout);
        terminal_put(stdout, fact->facts.title.len ? fact->facts.title : fact->facts.description);
        putchar('\n');
        for (size_t r = 0; r < fact->facts.rating_count; r++) {
            const struct fact_rating *stored = &fact->facts.ratings[r];
            struct rating rating = {stored->source, stored->version, stored->vector, stored->score,
                                    stored->severity};
            rating_complete(&rating);
            printf("  %-8s %4.1f  ", severity_name(rating.severity), rating.score);
            terminal_put(stdout, rating.vector);
            fputs("  ", stdout);
            terminal_put(stdout, rating.source);
            putchar('\n');
        }
        if (fact->facts.url.len) {
            fputs("  ", stdout);
            terminal_put(stdout, fact->facts.url);
            putchar('\n');
        }
    }
}

static void print_scores(struct search *search, struct slice id)
{
    double score, percentile;
    struct slice added, due;
    if (store_kev(search->reader, id, &added, &due)) {
        terminal_style(stdout, STYLE_RED);
        fputs("known to be exploited", stdout);
        terminal_style(stdout, STYLE_PLAIN);
        fputs(" since ", stdout);
        terminal_put(stdout, added);
        putchar('\n');
    }
    if (store_epss(search->reader, id, &score, &percentile))
        printf("exploit prediction %.1f %%, more than %.0f %% of all\n", score * 100,
               percentile * 100);
}

static unsigned column_width(const struct search *search, unsigned column)
{
    unsigned width = 0;
    for (size_t i = 0; i < search->hit_count; i++) {
        const struct hit *hit = &search->hits[i];
        const struct slice texts[] = {hit->entry.id, hit->scope, hit->name, hit->feed};
        unsigned columns = terminal_columns(texts[column]);
        width = columns > width ? columns : width;
    }
    return width;
}

static void print_padded(struct slice text, unsigned width)
{
    terminal_put(stdout, text);
    printf("%*s  ", (int)(width - terminal_columns(text)), "");
}

static void print_hits(const struct search *search)
{
    unsigned widths[4];
    for (unsigned i = 0; i < 4; i++)
        widths[i] = column_width(search, i);
    for (size_t i = 0; i < search->hit_count; i++) {
        const struct hit *hit = &search->hits[i];
        const struct advisory_entry *entry = &hit->entry;
        print_padded(entry->id, widths[0]);
        print_padded(hit->scope, widths[1]);
        print_padded(hit->name, widths[2]);
        print_padded(hit->feed, widths[3]);
        printf("%-12s", fix_state_name(entry->state));
        for (size_t r = 0; r < entry->range_count && r < RANGES_SHOWN; r++) {
            fputs(r ? " or " : "  ", stdout);
            terminal_put(stdout, range_text(&entry->ranges[r], search->arena));
        }
        if (entry->range_count > RANGES_SHOWN)
            printf(" and %zu more", entry->range_count - RANGES_SHOWN);
        if (entry->platform.len) {
            fputs(" on ", stdout);
            terminal_put(stdout, entry->platform);
        }
        if (entry->note.len) {
            fputs("  ", stdout);
            terminal_put(stdout, entry->note);
        }
        putchar('\n');
    }
}

static void json_hit(struct json_writer *json, const struct hit *hit, struct arena *arena)
{
    json_begin_object(json);
    json_field(json, "id", hit->entry.id);
    json_field(json, "feed", hit->feed);
    json_field(json, "scope", hit->scope);
    json_field(json, "package", hit->name);
    json_field(json, "state", slice_str(fix_state_name(hit->entry.state)));
    json_name(json, "ranges");
    json_begin_array(json);
    for (size_t i = 0; i < hit->entry.range_count; i++)
        json_put_string(json, range_text(&hit->entry.ranges[i], arena));
    json_end_array(json);
    json_field_text(json, "platform", hit->entry.platform);
    json_field_text(json, "note", hit->entry.note);
    json_end_object(json);
}

static void json_fact(struct json_writer *json, const struct fact *fact)
{
    json_begin_object(json);
    json_field(json, "id", fact->id);
    json_field(json, "feed", fact->feed);
    json_field_text(json, "title", fact->facts.title);
    json_field_text(json, "description", fact->facts.description);
    json_field_text(json, "published", fact->facts.published);
    json_field_text(json, "url", fact->facts.url);
    json_field_strings(json, "aliases", fact->facts.aliases, fact->facts.alias_count);
    json_name(json, "ratings");
    json_begin_array(json);
    for (size_t i = 0; i < fact->facts.rating_count; i++) {
        const struct fact_rating *stored = &fact->facts.ratings[i];
        struct rating rating = {stored->source, stored->version, stored->vector, stored->score,
                                stored->severity};
        rating_complete(&rating);
        json_begin_object(json);
        json_field(json, "source", rating.source);
        json_field_text(json, "version", rating.version);
        json_field_text(json, "vector", rating.vector);
        json_field_number(json, "score", rating.score);
        json_field(json, "severity", slice_str(severity_name(rating.severity)));
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

static void print_json(const struct search *search)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field_int(&json, "schemaVersion", 1);
    json_name(&json, "vulnerabilities");
    json_begin_array(&json);
    for (size_t i = 0; i < search->fact_count; i++)
        json_fact(&json, &search->facts[i]);
    json_end_array(&json);
    json_name(&json, "entries");
    json_begin_array(&json);
    for (size_t i = 0; i < search->hit_count; i++)
        json_hit(&json, &search->hits[i], search->arena);
    json_end_array(&json);
    json_end_object(&json);
    putchar('\n');
}

static bool search_all(struct search *search, struct invocation *call, struct error *err)
{
    struct slice asked = slice_str(call->operands[0]);
    if (!search_ids(search, asked, err) || !search_package(search, asked))
        return false;
    if (search->failed)
        return arena_error(err);
    if (slice_equal_str(slice_str(option_text(call, "format")), "json")) {
        print_json(search);
        return true;
    }
    print_facts(search);
    print_scores(search, asked);
    print_hits(search);
    return search->hit_count || search->fact_count ||
           error_set(err, ERROR_NOT_FOUND,
                     "no feed knows %s as an id or a package (programs are named vendor:product)",
                     call->operands[0]);
}

bool db_search_run(struct invocation *call, struct error *err)
{
    struct search search = {.arena = call->arena, .err = err};
    if (!store_reader_open(&search.reader, option_text(call, "db"), err))
        return false;
    bool ok = search_all(&search, call, err);
    store_reader_close(search.reader);
    return ok;
}
