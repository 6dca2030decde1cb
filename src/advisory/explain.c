#include "advisory/explain.h"

#include "base/ascii.h"

enum { MENTIONS_SHOWN = 8 };

/* "alpine secdb v3.16", "debian tracker", "nvd" */
static struct slice feed_label(struct slice feed, struct slice scope, struct arena *arena)
{
    if (slice_equal_str(feed, "alpine")) {
        struct slice release = slice_from(scope, slice_find_last(scope, ':') + 1);
        bool numbered = release.len && ascii_digit(release.at[0]);
        return arena_printf(arena, "alpine secdb %s%.*s", numbered ? "v" : "", SLICE_ARG(release));
    }
    return slice_equal_str(feed, "debian") ? SLICE("debian tracker") : feed;
}

/* "libcrypto1.1 1.1.1s-r0 of openssl (lib/apk/db/installed)" */
static struct slice subject(const struct package *package, struct arena *arena)
{
    bool other = package->source.len && !slice_equal(package->source, package->name);
    struct slice source = other ? package->source : (struct slice){0};
    bool placed = package->path.len != 0;
    return arena_printf(arena, "%.*s %.*s%s%.*s%s%.*s%s", SLICE_ARG(package->name),
                        SLICE_ARG(package->version), other ? " of " : "", SLICE_ARG(source),
                        placed ? " (" : "", SLICE_ARG(package->path), placed ? ")" : "");
}

/* "1.1.1s-r0 < 1.1.1t-r0", "2.0 <= 2.0.5 < 2.0.31" */
static struct slice inside_text(const struct version_range *range, struct slice version,
                                struct arena *arena)
{
    struct slice end = range->fixed.len ? range->fixed : range->last, from = range->introduced;
    const char *more = range->introduced_excluded ? "<" : "<=",
               *less = range->fixed.len ? "<" : "<=";
    if (range->exact)
        return arena_printf(arena, "%.*s is the version named", SLICE_ARG(version));
    if (slice_equal_str(from, "0"))
        from = (struct slice){0};
    if (!from.len && !end.len)
        return arena_printf(arena, "every version is, %.*s too", SLICE_ARG(version));
    return arena_printf(arena, "%.*s%s%s%s%.*s%s%s%s%.*s", SLICE_ARG(from), from.len ? " " : "",
                        from.len ? more : "", from.len ? " " : "", SLICE_ARG(version),
                        end.len ? " " : "", end.len ? less : "", end.len ? " " : "",
                        SLICE_ARG(end));
}

static struct slice after_text(const struct version_range *range, struct slice version,
                               struct arena *arena)
{
    struct slice end = range->fixed.len ? range->fixed : range->last;
    return arena_printf(arena, "%.*s %s %.*s", SLICE_ARG(version), range->fixed.len ? ">=" : ">",
                        SLICE_ARG(end));
}

static struct slice outside_text(const struct claim *claim, const struct version_range *range,
                                 struct slice version, struct arena *arena)
{
    if (range_place(range, claim->order, version) == RANGE_AFTER && !range->exact)
        return after_text(range, version, arena);
    struct slice text = range_text(range, arena);
    return text.at ? arena_printf(arena, "%.*s is not in %.*s", SLICE_ARG(version), SLICE_ARG(text))
                   : text;
}

/* "is affected: …", without the feed. */
static struct slice verdict_text(const struct explained *explained, struct arena *arena)
{
    const struct judgement *judgement = &explained->judgement;
    const struct claim *claim = explained->claim;
    struct slice compared = {0};
    if (judgement->invalid && judgement->verdict != MATCH_AFFECTED)
        return arena_printf(arena,
                            "cannot be compared: \"%.*s\", or what the feed names, is not a "
                            "version in %s order",
                            SLICE_ARG(explained->version), claim->order->name);
    if (judgement->verdict == MATCH_NOT_AFFECTED)
        return arena_copy(arena, SLICE("is not affected: the feed says so"));
    if (!judgement->range)
        return arena_printf(
            arena, "is not affected: the entry is for %.*s",
            SLICE_ARG(claim->entry.platform.len ? claim->entry.platform : SLICE("no version")));
    if (judgement->verdict == MATCH_AFFECTED)
        compared = inside_text(judgement->range, explained->version, arena);
    else if (judgement->verdict == MATCH_FIXED)
        compared = after_text(judgement->range, explained->version, arena);
    else
        compared = outside_text(claim, judgement->range, explained->version, arena);
    if (!compared.at)
        return compared;
    return arena_printf(arena, "is %s: %.*s by %s order",
                        judgement->verdict == MATCH_AFFECTED ? "affected"
                        : judgement->verdict == MATCH_FIXED  ? "fixed"
                                                             : "not in range",
                        SLICE_ARG(compared), claim->order->name);
}

/* What else decides: "; not counted: nginx knows better". */
static struct slice outvoted_text(const struct explained *explained, struct arena *arena)
{
    const struct decision *decision = explained->decision;
    if (explained->judgement.verdict != MATCH_AFFECTED || decision->affected)
        return SLICE("");
    if (decision->claim && decision->claim->rank > explained->claim->rank)
        return arena_printf(arena, "; not counted: %.*s decides", SLICE_ARG(decision->claim->feed));
    return SLICE("; not counted: another feed knows the fix of this version's own branch");
}

struct slice explain_claim(const struct explained *explained, struct slice extra,
                           struct arena *arena)
{
    const struct claim *claim = explained->claim;
    struct slice who = subject(explained->package, arena), what = verdict_text(explained, arena),
                 feed = feed_label(claim->feed, claim->scope, arena),
                 outvoted = outvoted_text(explained, arena), note = claim->entry.note;
    if (!who.at || !what.at || !feed.at || !outvoted.at)
        return (struct slice){0};
    return arena_printf(arena, "%.*s %.*s%.*s; %.*s%s%.*s%s%.*s%s%.*s", SLICE_ARG(who),
                        SLICE_ARG(what), SLICE_ARG(extra), SLICE_ARG(feed),
                        explained->feed_date.len ? " of " : "", SLICE_ARG(explained->feed_date),
                        note.len ? " (" : "", SLICE_ARG(note), note.len ? ")" : "",
                        SLICE_ARG(outvoted));
}

struct slice explain_back_port_text(const struct claim *claim, const struct judgement *judgement,
                                    struct slice upstream, struct arena *arena)
{
    struct slice range = range_text(judgement->range, arena);
    if (!range.at)
        return range;
    return arena_printf(arena, " (by a back-port: upstream's %.*s is in \"%.*s\", %.*s)",
                        SLICE_ARG(upstream), SLICE_ARG(range), SLICE_ARG(claim->feed));
}

/* What the other place says, as far as it is known: ": < 1.1.1t-r0" */
static struct slice claim_ranges(const struct claim *claim, struct arena *arena)
{
    if (!claim || claim->entry.range_count == 0)
        return SLICE("");
    struct slice range = range_text(&claim->entry.ranges[claim->entry.range_count - 1], arena);
    return range.at ? arena_printf(arena, ": %.*s", SLICE_ARG(range)) : range;
}

static struct slice not_covered_text(const struct elsewhere *elsewhere, struct slice who,
                                     struct slice feed, struct slice ranges, struct arena *arena)
{
    const struct distribution *distribution = elsewhere->distribution;
    const struct release *release = elsewhere->release;
    struct slice cycle = release->scope.len ? release->cycle : distribution->version_id;
    struct slice name = distribution->id.len ? distribution->id : SLICE("its distribution");
    return arena_printf(arena, "%.*s is not judged: no feed covers %.*s%s%.*s; %.*s names %.*s%.*s",
                        SLICE_ARG(who), SLICE_ARG(name), cycle.len ? " " : "", SLICE_ARG(cycle),
                        SLICE_ARG(feed), SLICE_ARG(elsewhere->mention->name), SLICE_ARG(ranges));
}

struct slice explain_no_entry(const struct elsewhere *elsewhere, enum match_verdict verdict,
                              struct arena *arena)
{
    const struct mention *mention = elsewhere->mention;
    struct slice who = subject(elsewhere->package, arena),
                 ranges = claim_ranges(elsewhere->claim, arena),
                 feed = feed_label(mention->feed, mention->scope, arena);
    if (!who.at || !ranges.at || !feed.at)
        return (struct slice){0};
    if (verdict == MATCH_NOT_COVERED)
        return not_covered_text(elsewhere, who, feed, ranges, arena);
    if (verdict != MATCH_NO_ENTRY)
        return arena_printf(arena,
                            "%.*s is not in range: its own feed says nothing of it, and upstream's "
                            "%.*s is not affected either (%.*s, %.*s%.*s)",
                            SLICE_ARG(who), SLICE_ARG(elsewhere->version), SLICE_ARG(mention->name),
                            SLICE_ARG(feed), SLICE_ARG(ranges));
    if (slice_equal_str(mention->scope, "cpe"))
        return arena_printf(arena,
                            "%.*s is not reported: its own feed says nothing of it; upstream's "
                            "range (%.*s, %.*s%.*s) is not asked, since back-ports make it wrong",
                            SLICE_ARG(who), SLICE_ARG(mention->name), SLICE_ARG(feed),
                            SLICE_ARG(ranges));
    return arena_printf(arena,
                        "%.*s is not reported: its release's feed has no entry; %.*s names "
                        "%.*s%.*s",
                        SLICE_ARG(who), SLICE_ARG(feed), SLICE_ARG(mention->name),
                        SLICE_ARG(ranges));
}

static bool shown_before(const struct mention *mentions, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (slice_equal(mentions[i].name, mentions[at].name))
            return true;
    return false;
}

struct slice explain_not_installed(struct slice id, const struct mention *mentions, size_t count,
                                   bool known, struct arena *arena)
{
    struct slice names = SLICE("");
    size_t shown = 0, left = 0;
    if (count == 0)
        return arena_printf(arena,
                            known ? "%.*s is known, but no feed in the database names a package"
                                  : "%.*s is in no feed of the database",
                            SLICE_ARG(id));
    for (size_t i = 0; i < count && names.at; i++) {
        if (shown_before(mentions, i))
            continue;
        if (shown == MENTIONS_SHOWN) {
            left++;
            continue;
        }
        shown++;
        arena_list(arena, &names, ", ", "%.*s (%.*s)", SLICE_ARG(mentions[i].name),
                   SLICE_ARG(mentions[i].scope));
    }
    if (!names.at)
        return names;
    return arena_printf(arena, "%.*s concerns nothing in the image; feeds name %.*s%s",
                        SLICE_ARG(id), SLICE_ARG(names), left ? " and others" : "");
}

const struct version_scheme *explain_order(struct slice scope)
{
    static const struct {
        const char *prefix;
        const struct version_scheme *order;
    } orders[] = {
        {"apk:", &version_apk},
        {"deb:", &version_deb},
        {"rpm:", &version_rpm},
        {"pypi", &version_pep440},
        {"npm", &version_npm},
        {"go", &version_go},
        {"cargo", &version_semver},
        {"gem", &version_gem},
        {"maven", &version_maven},
        {"nuget", &version_nuget},
        {"composer", &version_packagist},
    };
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (slice_starts(scope, slice_str(orders[i].prefix)))
            return orders[i].order;
    return &version_generic;
}

struct slice explain_upstream_version(const struct package *package)
{
    struct slice version = package->source_version.len ? package->source_version : package->version;
    size_t epoch = slice_find(version, ':');
    if (epoch < version.len)
        version = slice_from(version, epoch + 1);
    return slice_upto(version, slice_find_last(version, '-'));
}

bool explain_same_product(const struct package *package, struct slice product)
{
    struct slice name = slice_from(product, slice_find(product, ':') + 1);
    return slice_equal(name, package->source.len ? package->source : package->name);
}

bool explain_is_product(const struct package *package, const struct mention *mention)
{
    struct slice scope = mention->scope, kind = slice_cut(&scope, ':');
    if (slice_equal_str(kind, "cpe"))
        return explain_same_product(package, mention->name);
    return slice_equal_str(kind, package_type_name(package->type)) &&
           slice_equal(mention->name, package->source.len ? package->source : package->name);
}
