/*
 * secdb JSON, as Alpine, Wolfi and Chainguard publish it: for each origin package the versions that
 * fixed something, with the ids of what they fixed. Version "0" says that the package never was
 * affected. Alpine's text holds several ids in one string at times ("CVE-2017-8904 XSA-214": the
 * second is another name of the first); Wolfi and Chainguard list a GHSA behind its CVE.
 * https://gitlab.alpinelinux.org/alpine/infra/docker/secdb
 */
#include "advisory/feed/feed.h"
#include "advisory/match.h"
#include "base/json.h"

struct secdb {
    struct json_reader json;
    struct feed_sink *sink;
    struct slice scope;
    bool pairs; /* a GHSA behind a CVE is the same */
    struct error *err;
};

static bool is_cve(struct slice id)
{
    return slice_starts(id, SLICE("CVE-"));
}

static bool put_entry(struct secdb *secdb, struct slice package, struct slice version,
                      struct slice id, struct slice alias)
{
    struct version_range range = {.fixed = version};
    bool never = slice_equal_str(version, "0");
    struct advisory_entry entry = {.id = id,
                                   .aliases = &alias,
                                   .alias_count = alias.len != 0,
                                   .ranges = &range,
                                   .range_count = never ? 0 : 1,
                                   .state = never ? FIX_NOT_AFFECTED : FIX_FIXED};
    return sink_entry(secdb->sink, secdb->scope, package, &entry, secdb->err);
}

/* An id and the alias that may follow it, in the order of the document. */
struct id_pair {
    struct slice id;
    struct slice alias;
};

/* True when `id` is another name of what stands in `pair`, and not a vulnerability of its own. */
static bool is_alias(const struct secdb *secdb, const struct id_pair *pair, struct slice id,
                     bool same_text)
{
    return is_cve(pair->id) && !pair->alias.len && !is_cve(id) &&
           (same_text || (secdb->pairs && slice_starts(id, SLICE("GHSA-"))));
}

static bool put_pair(struct secdb *secdb, struct slice package, struct slice version,
                     const struct id_pair *pair)
{
    return !pair->id.len || put_entry(secdb, package, version, pair->id, pair->alias);
}

static bool read_ids(struct secdb *secdb, struct slice package, struct slice version)
{
    struct slice text;
    struct id_pair pair = {0};
    if (!json_enter_array(&secdb->json))
        return true;
    while (json_more(&secdb->json)) {
        json_string(&secdb->json, &text);
        for (bool same_text = false; (text = slice_trim(text)).len; same_text = true) {
            struct slice id = slice_cut(&text, ' ');
            if (is_alias(secdb, &pair, id, same_text)) {
                pair.alias = id;
                continue;
            }
            if (!put_pair(secdb, package, version, &pair))
                return false;
            pair = (struct id_pair){.id = id};
        }
    }
    return put_pair(secdb, package, version, &pair);
}

static bool read_fixes(struct secdb *secdb, struct slice package)
{
    struct slice version;
    if (!json_enter_object(&secdb->json))
        return true;
    while (json_member(&secdb->json, &version))
        if (!read_ids(secdb, package, version))
            return false;
    return true;
}

/* {"pkg": {"name": …, "secfixes": {…}}}; the name comes first wherever this is published, and a
   copy of the reader goes back for the fixes where it does not. */
static bool read_package(struct secdb *secdb)
{
    struct slice member, name = {0};
    struct json_reader fixes = {0};
    if (!json_enter_object(&secdb->json))
        return true;
    while (json_member(&secdb->json, &member)) {
        if (slice_equal_str(member, "name"))
            json_string(&secdb->json, &name);
        else if (slice_equal_str(member, "secfixes") && name.len) {
            if (!read_fixes(secdb, name))
                return false;
        } else if (slice_equal_str(member, "secfixes"))
            fixes = secdb->json;
    }
    if (!fixes.document.len || !name.len)
        return true;
    struct json_reader after = secdb->json;
    secdb->json = fixes;
    bool ok = read_fixes(secdb, name);
    secdb->json = after;
    return ok;
}

static bool read_packages(struct secdb *secdb)
{
    struct slice member;
    if (!json_enter_array(&secdb->json))
        return true;
    while (json_more(&secdb->json)) {
        if (!json_enter_object(&secdb->json))
            continue;
        while (json_member(&secdb->json, &member))
            if (slice_equal_str(member, "pkg") && !read_package(secdb))
                return false;
    }
    return true;
}

/* "v3.16" or "edge" → apk:alpine:3.16; Wolfi and Chainguard have no releases. */
static bool find_scope(struct secdb *secdb, const struct feed_input *input, struct slice release)
{
    struct arena *arena = input->arena;
    bool numbered = release.len > 1 && release.at[0] == 'v';
    if (release.len)
        secdb->scope =
            arena_printf(arena, "apk:alpine:%.*s", SLICE_ARG(slice_from(release, numbered)));
    else if (slice_search(input->where, SLICE("chainguard")) < input->where.len)
        secdb->scope = SLICE("apk:chainguard");
    else
        secdb->scope = SLICE("apk:wolfi");
    secdb->pairs = release.len == 0;
    if (!secdb->scope.at)
        return arena_error(secdb->err);
    return sink_scope(secdb->sink, secdb->scope, secdb->err);
}

/* The release stands before or behind the packages: a first pass over the top level finds it. */
static bool find_release(const struct feed_input *input, struct slice *release, struct error *err)
{
    struct json_reader json;
    struct slice member;
    bool packages = false;
    json_reader_init(&json, input->bytes, input->arena);
    if (!json_enter_object(&json))
        return json_finish(&json, err) && error_set(err, ERROR_FORMAT, "not a secdb document");
    while (json_member(&json, &member)) {
        packages |= slice_equal_str(member, "packages");
        if (slice_equal_str(member, "distroversion"))
            json_string(&json, release);
    }
    if (!json_finish(&json, err))
        return false;
    return packages || error_set(err, ERROR_FORMAT, "not a secdb document: it has no packages");
}

bool secdb_read(struct feed_input *input, struct feed_sink *sink, struct error *err)
{
    struct secdb secdb = {.sink = sink, .err = err};
    struct slice release = {0}, member;
    if (!find_release(input, &release, err) || !find_scope(&secdb, input, release))
        return false;
    json_reader_init(&secdb.json, input->bytes, input->arena);
    bool ok = json_enter_object(&secdb.json);
    while (ok && json_member(&secdb.json, &member))
        if (slice_equal_str(member, "packages"))
            ok = read_packages(&secdb);
    return ok && json_finish(&secdb.json, err);
}

enum { ALPINE_FIRST = 10, ALPINE_LAST = 28 };

/* A release that is not there (not yet, or no more) is none: a scan of it says "not covered". */
static bool plan_release(const struct feed *feed, struct feed_plan *plan, const char *release,
                         const char *repository, struct error *err)
{
    struct slice url =
        arena_printf(plan->arena, "https://secdb.alpinelinux.org/%s/%s.json", release, repository);
    struct slice path = arena_printf(plan->arena, "alpine/%s/%s.json", release, repository);
    if (!url.at || !path.at)
        return arena_error(err);
    return feed_plan_file(plan, feed, slice_str(feed->name), url.at, path.at, true, err);
}

/* A folder is listed (testing and *.delta.json come along); elsewhere releases are tried, some
   years of them ahead. */
bool secdb_plan_alpine(const struct feed *feed, struct feed_plan *plan, struct error *err)
{
    bool listed;
    if (!feed_plan_folder(plan, feed, slice_str(feed->name), "alpine/*/*.json", &listed, err))
        return false;
    if (listed)
        return true;
    for (int minor = ALPINE_FIRST; minor <= ALPINE_LAST; minor++) {
        struct slice release = arena_printf(plan->arena, "v3.%d", minor);
        if (!release.at)
            return arena_error(err);
        if (!plan_release(feed, plan, release.at, "main", err) ||
            !plan_release(feed, plan, release.at, "community", err) ||
            (plan->mirror && !plan_release(feed, plan, release.at, "main.delta", err)))
            return false;
    }
    return plan_release(feed, plan, "edge", "main", err) &&
           plan_release(feed, plan, "edge", "community", err) &&
           plan_release(feed, plan, "edge", "testing", err);
}
