/*
 * Open Source Vulnerability records, one JSON file each in a zip (or one alone). Ranges of type GIT
 * are left out: commits are in no package. Where a package has no other ranges, its list of
 * versions counts. A record that was withdrawn says nothing.
 *
 * A distribution's record ("ALSA-2024:1234") mends several CVEs at once, which it names as related
 * or upstream: they become an entry each, with the record's id as their note.
 * https://ossf.github.io/osv-schema/
 */
#include "advisory/feed/feed.h"
#include "advisory/feed/osv_record.h"
#include "advisory/feed/zip.h"

enum { RECORD_MAX = 64 * 1024 * 1024, SCRATCH_BUDGET = 512 * 1024 * 1024 };

static bool read_zip(struct feed_input *input, struct feed_sink *sink, struct error *err)
{
    CLEANUP_ARENA struct arena scratch;
    CLEANUP_ZIP struct zip zip = {0};
    struct zip_member member;
    struct slice text;
    arena_init(&scratch, SCRATCH_BUDGET);
    if (!zip_open(&zip, input->bytes, err))
        return false;
    while (zip_next(&zip, &member, err)) {
        arena_reset(&scratch);
        if (!slice_ends(member.name, SLICE(".json")))
            continue;
        if (!zip_read(&zip, &member, RECORD_MAX, &scratch, &text, err) ||
            !osv_record_read(text, &scratch, sink, err))
            return error_add(err, "%.*s", SLICE_ARG(slice_upto(member.name, 200)));
    }
    return err->kind == ERROR_NONE;
}

bool osv_read(struct feed_input *input, struct feed_sink *sink, struct error *err)
{
    if (slice_starts(input->bytes, SLICE("PK")))
        return read_zip(input, sink, err);
    return osv_record_read(input->bytes, input->arena, sink, err);
}

/* What OSV exports and people have in images; a folder's own ecosystems are found by listing it. */
static const char *const ecosystems[] = {
    "PyPI",  "npm",       "Go",          "crates.io", "RubyGems", "Maven", "Packagist",
    "NuGet", "AlmaLinux", "Rocky Linux", "Bitnami",   "Pub",      "Hex",   "SwiftURL",
};

/* "osv/Rocky%20Linux/all.zip": a blank cannot stand in a URL. */
static bool plan_one(const struct feed *feed, struct feed_plan *plan, const char *ecosystem,
                     struct error *err)
{
    bool is_url = !plan->mirror || plan->mirror->is_url;
    char escaped[100];
    size_t len = 0;
    for (const char *c = ecosystem; *c && len < sizeof escaped - 4; c++)
        len += (size_t)snprintf(escaped + len, 4, is_url && *c == ' ' ? "%%20" : "%c", *c);
    struct slice name = arena_printf(plan->arena, "osv/%s", ecosystem);
    struct slice path = arena_printf(plan->arena, "osv/%s/all.zip", escaped);
    struct slice url = arena_printf(
        plan->arena, "https://osv-vulnerabilities.storage.googleapis.com/%s/all.zip", escaped);
    if (!name.at || !path.at || !url.at)
        return arena_error(err);
    return feed_plan_file(plan, feed, name, url.at, path.at, false, err);
}

/* A mirror may call the Rust one "crates", since "crates.io" looks like a file. */
static bool plan_folder(const struct feed *feed, struct feed_plan *plan, struct error *err)
{
    struct mirror_name *names;
    size_t count;
    if (!mirror_list(plan->mirror, "osv/*/all.zip", plan->arena, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct slice ecosystem = slice_from(names[i].path, strlen("osv/"));
        ecosystem = slice_upto(ecosystem, slice_find(ecosystem, '/'));
        struct slice name = arena_printf(plan->arena, "osv/%.*s", SLICE_ARG(ecosystem));
        if (!name.at)
            return arena_error(err);
        if (!feed_plan_file(plan, feed, name, NULL, names[i].path.at, false, err))
            return false;
    }
    return true;
}

/* Ecosystems that were asked for by name ("osv/Hackage") and are not in the list. */
static bool plan_asked(const struct feed *feed, struct feed_plan *plan, struct error *err)
{
    for (size_t i = 0; i < plan->only_count; i++) {
        if (!slice_starts(plan->only[i], SLICE("osv/")))
            continue;
        struct slice name = slice_from(plan->only[i], 4);
        bool listed = false;
        for (size_t k = 0; k < sizeof ecosystems / sizeof *ecosystems; k++)
            listed |= slice_equal_str(name, ecosystems[k]);
        char *text = listed ? NULL : arena_string(plan->arena, name);
        if (!listed && (!text || !plan_one(feed, plan, text, err)))
            return text ? false : arena_error(err);
    }
    return true;
}

bool osv_plan(const struct feed *feed, struct feed_plan *plan, struct error *err)
{
    if (plan->mirror && !plan->mirror->is_url)
        return plan_folder(feed, plan, err);
    for (size_t i = 0; i < sizeof ecosystems / sizeof *ecosystems; i++)
        if (!plan_one(feed, plan, ecosystems[i], err))
            return false;
    struct slice crates = SLICE("osv/crates");
    if (plan->mirror && !feed_plan_file(plan, feed, crates, NULL, "osv/crates/all.zip", false, err))
        return false;
    return plan_asked(feed, plan, err);
}
