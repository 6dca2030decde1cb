/* See program_evidence.h. */
#include "catalog/program_evidence.h"

#include "image/path.h"

enum { SCANNER_LIKE = 12 }; /* a file that knows so many programs is a scanner, not one of them */

void program_evidence_reset(struct program_evidence *evidence)
{
    evidence->candidate_count = evidence->name_count = 0;
    memset(evidence->sightings, 0, sizeof evidence->sightings);
}

/* ---- what is seen ---- */

static void keep_text(struct program_text *text, struct slice from)
{
    text->len = (uint8_t)(from.len < PROGRAM_TEXT_MAX ? from.len : PROGRAM_TEXT_MAX);
    memcpy(text->bytes, from.at, text->len);
}

static struct slice text_slice(const struct program_text *text)
{
    return slice_of(text->bytes, text->len);
}

static bool printable(char c)
{
    return c >= ' ' && c < 0x7f;
}

/* The printable text that the version stands in, or the literal where it is not in the file as
   such: what a person should see as the proof. */
static struct slice proof_around(const struct program_sight *sight, struct slice version)
{
    struct slice window = sight->window;
    bool inside = version.at >= window.at && version.at <= window.at + window.len;
    size_t start = inside ? (size_t)(version.at - window.at) : sight->at;
    size_t end = inside ? start + version.len : sight->end;
    for (size_t room = 80; room && start > 0 && printable(window.at[start - 1]); room--)
        start--;
    while (end < window.len && end - start < PROGRAM_TEXT_MAX && printable(window.at[end]))
        end++;
    return slice_from(slice_upto(window, end), start);
}

static void add_candidate(struct program_evidence *evidence, struct slice version)
{
    for (size_t i = 0; i < evidence->candidate_count; i++)
        if (slice_equal(text_slice(&evidence->candidates[i]), version))
            return;
    if (evidence->candidate_count < PROGRAM_CANDIDATES_MAX)
        keep_text(&evidence->candidates[evidence->candidate_count++], version);
}

/* A library's own name, or one that it needs: only those with ".so" in them. */
static void add_name(struct program_evidence *evidence, const struct program_literal *literal,
                     struct slice window, size_t at, uint64_t offset)
{
    struct slice name = slice_upto(slice_from(window, at), 100);
    name = slice_upto(name, slice_find(name, 0));
    if (slice_search(name, SLICE(".so")) == name.len || evidence->name_count == PROGRAM_NAMES_MAX)
        return;
    evidence->names[evidence->name_count++] = (struct program_name){offset + at, literal->program};
}

static bool follows(const struct program_sight *sight, struct slice version, struct slice next)
{
    const char *behind = version.at + version.len;
    if (behind >= sight->window.at + sight->window.len)
        return false;
    return next.len == 0 ? *behind == 0 : memchr(next.at, *behind, next.len) != NULL;
}

static bool read_version(const struct program_literal *literal, const struct program_sight *sight,
                         struct slice *version)
{
    if (literal->check)
        return literal->check(sight, version);
    struct slice text = slice_from(sight->window, sight->end - literal->inside);
    *version = program_version(text, literal->parts, literal->letters);
    return version->len && follows(sight, *version, literal->next);
}

static void judge_version(struct program_evidence *evidence, const struct program_literal *literal,
                          const struct program_sight *sight)
{
    struct slice version;
    if (!read_version(literal, sight, &version) || version.len >= PROGRAM_VERSION_MAX)
        return;
    if (literal->program == PROGRAM_ANY) {
        add_candidate(evidence, version);
        return;
    }
    struct program_sighting *sighting = &evidence->sightings[literal->program];
    if (sighting->version.len)
        return;
    keep_text(&sighting->version, version);
    keep_text(&sighting->proof, proof_around(sight, version));
}

void program_evidence_see(struct program_evidence *evidence, const struct program_literal *literal,
                          struct slice window, size_t end, uint64_t offset)
{
    size_t at = end - literal->len;
    if (literal->witness == WITNESS_VERSION) {
        char room[PROGRAM_VERSION_MAX];
        judge_version(evidence, literal, &(struct program_sight){window, at, end, room});
    } else if (literal->witness == WITNESS_NAME) {
        add_name(evidence, literal, window, at + 1, offset);
    } else {
        evidence->sightings[literal->program].witnesses |= literal->witness;
    }
}

/* ---- what is believed ---- */

/* By number, then by length: 3.11.2 is higher than 3.9.18. */
static bool higher(struct slice a, struct slice b)
{
    for (unsigned i = 0; i < 4; i++) {
        unsigned left = program_version_part(a, i), right = program_version_part(b, i);
        if (left != right)
            return left > right;
    }
    return false;
}

static struct slice pick_candidate(const struct program_evidence *evidence, struct slice path,
                                   const struct program_row *row)
{
    struct slice best = {0};
    for (size_t i = 0; i < evidence->candidate_count; i++) {
        struct slice version = text_slice(&evidence->candidates[i]);
        if (row->fits(version, path_base(path)) && (!best.len || higher(version, best)))
            best = version;
    }
    return best;
}

static bool believed(const struct program_row *row, uint8_t witnesses)
{
    if (witnesses & WITNESS_BANE)
        return false;
    if (row->needs[0] == 0)
        return true;
    return (witnesses & row->needs[0]) == row->needs[0] ||
           (row->needs[1] && (witnesses & row->needs[1]) == row->needs[1]);
}

void program_evidence_add(const struct program_row *row, struct slice path, struct slice version,
                          struct slice proof, struct collector *collector)
{
    struct package package = {
        .type = PACKAGE_PROGRAM,
        .name = slice_str(row->name),
        .version = version,
        .path = path,
        .evidence = proof,
        .cpe = slice_str(row->cpe),
    };
    collector_add_package(collector, &package);
}

static unsigned count_known(const struct program_evidence *evidence)
{
    unsigned known = 0;
    for (int i = 0; i < PROGRAMS; i++)
        known += evidence->sightings[i].witnesses != 0;
    return known;
}

void program_evidence_end(struct program_evidence *evidence, struct slice path, uint64_t soname,
                          struct collector *collector)
{
    for (size_t i = 0; i < evidence->name_count; i++)
        if (soname && evidence->names[i].offset == soname)
            evidence->sightings[evidence->names[i].program].witnesses |= WITNESS_NAME;
    if (count_known(evidence) >= SCANNER_LIKE)
        return;
    for (int i = 0; i < PROGRAMS; i++) {
        const struct program_row *row = &program_rows[i];
        const struct program_sighting *sighting = &evidence->sightings[i];
        if (!believed(row, sighting->witnesses))
            continue;
        struct slice version =
            row->fits ? pick_candidate(evidence, path, row) : text_slice(&sighting->version);
        struct slice proof = row->fits ? version : text_slice(&sighting->proof);
        if (version.len)
            program_evidence_add(row, path, version, proof, collector);
    }
}
