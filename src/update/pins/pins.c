#include "update/pins/pins.h"

#include "advisory/match.h"
#include "base/ascii.h"
#include "update/pins/pin_fetch.h"
#include "version/version.h"

enum { NAMED_MAX = 5 };

const char *pin_state_name(enum pin_state state)
{
    static const char *const names[] = {"current", "behind", "gone", "left-alone"};
    return names[state];
}

/* A release, and what its lists say. */
struct known_release {
    struct pin_release release;
    struct pin_index index;
    bool failed;
    struct error why;
};

/* An image that was asked for its release. */
struct known_image {
    bool known;
    bool failed; /* it could not be read */
    struct pin_release release;
    struct slice why;
};

struct judging {
    const struct pins *pins;
    const struct pins_options *options;
    struct arena *arena;
    struct pins_result *result;
    struct table images;             /* name → known_image */
    struct known_release **releases; /* of each pin; NULL: not known */
    struct known_release **all;
    size_t count, room;
    struct store_reader *store;
};

/* ---- which release ---- */

static bool ask_image(struct judging *work, struct slice image, struct known_image *known,
                      struct error *err)
{
    struct distribution found = {0};
    struct error why = {0};
    known->known = pin_release_of_name(image, &known->release);
    if (known->known)
        return true;
    known->why = SLICE("its name does not tell the release");
    if (!image.len)
        known->why = SLICE("the base image is not known");
    else if ((known->failed =
                  work->options->look &&
                  !work->options->look(work->options->context, image, work->arena, &found, &why)))
        known->why = arena_printf(work->arena,
                                  "its name does not tell the release, and it cannot "
                                  "be read: %s",
                                  why.text);
    else if (work->options->look && !pin_release_of_system(&found, &known->release))
        known->why = SLICE("its distribution is neither Alpine nor Debian");
    else
        known->known = work->options->look != NULL;
    return known->why.at || arena_error(err);
}

static struct known_image *image_of(struct judging *work, struct slice image, struct error *err)
{
    struct known_image *known = table_get(&work->images, image);
    if (known)
        return known;
    known = arena_new(work->arena, struct known_image);
    if (!known || !table_put(&work->images, image, known)) {
        arena_error(err);
        return NULL;
    }
    return ask_image(work, image, known, err) ? known : NULL;
}

static struct known_release *release_of(struct judging *work, const struct pin_release *release,
                                        struct error *err)
{
    for (size_t i = 0; i < work->count; i++) {
        const struct pin_release *other = &work->all[i]->release;
        if (other->type == release->type && slice_equal(other->version, release->version) &&
            slice_equal(other->codename, release->codename))
            return work->all[i];
    }
    struct known_release *made = arena_new(work->arena, struct known_release);
    if (!made || !ARENA_PUSH(work->arena, work->all, work->count, work->room, made)) {
        arena_error(err);
        return NULL;
    }
    made->release = *release;
    pin_index_init(&made->index, release->type, work->arena);
    return made;
}

static bool leave(struct judging *work, struct pin_row *row, struct slice why, struct error *err)
{
    row->state = PIN_LEFT;
    row->why = why;
    work->result->left++;
    return why.at || arena_error(err);
}

static bool sort_pin(struct judging *work, size_t i, struct error *err)
{
    const struct pin *pin = &work->pins->items[i];
    struct pin_row *row = &work->result->rows[i];
    row->pin = pin;
    if (pin->problem.len)
        return leave(work, row, pin->problem, err);
    struct known_image *image = image_of(work, pin->base, err);
    if (!image)
        return false;
    work->result->unasked += image->failed;
    if (!image->known)
        return leave(work, row, image->why, err);
    if (image->release.type != pin->type)
        return leave(work, row, SLICE("the base image is of another distribution"), err);
    work->releases[i] = release_of(work, &image->release, err);
    return work->releases[i] && pin_index_want(&work->releases[i]->index, pin->name, err);
}

static bool fetch_all(struct judging *work, struct error *err)
{
    /* A mirror that is away must not hold up what is asked of registries. */
    struct http_options options = {.attempts = 2, .connect_seconds = 10};
    struct pin_fetch fetch = {.client = http_client_new(&options),
                              .keep_in = work->options->keep_in,
                              .offline = work->options->offline,
                              .arena = work->arena};
    if (!fetch.client)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < work->count; i++)
        work->all[i]->failed = !pin_fetch_release(&fetch, &work->all[i]->release,
                                                  &work->all[i]->index, &work->all[i]->why);
    work->result->requests = fetch.requests;
    http_client_free(fetch.client);
    return true;
}

/* ---- judging ---- */

static const struct version_scheme *scheme_of(const struct pin *pin)
{
    return pin->type == PACKAGE_APK ? &version_apk : &version_deb;
}

static bool has_version(const struct indexed *indexed, const struct pin *pin)
{
    int order;
    for (size_t i = 0; i < indexed->count; i++)
        if (version_compare(scheme_of(pin), indexed->versions[i], pin->version, &order) &&
            order == 0)
            return true;
    return false;
}

static struct distribution system_of(const struct pin_release *release)
{
    bool alpine = release->type == PACKAGE_APK;
    return (struct distribution){.id = alpine ? SLICE("alpine") : SLICE("debian"),
                                 .version_id = release->version,
                                 .codename = release->codename};
}

/* Vulnerabilities that the pinned version has, and the newest has not. */
static bool find_mended(struct judging *work, const struct known_release *known,
                        const struct indexed *indexed, struct pin_row *row, struct error *err)
{
    const struct pin *pin = row->pin;
    struct distribution found = system_of(&known->release);
    struct package package = {.type = pin->type,
                              .name = pin->name,
                              .version = pin->version,
                              .source = indexed->source,
                              .source_version = pin->version};
    struct match_result match = {0};
    size_t room = 0;
    if (!match_packages(work->store, &found, &package, 1, work->arena, &match, err))
        return false;
    for (size_t i = 0; i < match.finding_count; i++) {
        int order;
        const struct finding *finding = &match.findings[i];
        if (!finding->fixed.len ||
            !version_compare(scheme_of(pin), finding->fixed, row->newest, &order) || order > 0)
            continue;
        if (!ARENA_PUSH(work->arena, row->mended, row->mended_count, room, finding->id))
            return arena_error(err);
    }
    work->result->vulnerable += row->mended_count > 0;
    return true;
}

static struct slice words_of(const struct pin_row *row, struct arena *arena)
{
    const char *text = row->state == PIN_GONE ? "no longer in the repository: a build fails"
                                              : "a newer one is there";
    size_t named = row->mended_count < NAMED_MAX ? row->mended_count : NAMED_MAX;
    struct slice names = arena_join(arena, row->mended, named, ", ");
    if (!named || !names.at)
        return names.at ? slice_str(text) : names;
    if (named == row->mended_count)
        return arena_printf(arena, "%s; mends %.*s", text, SLICE_ARG(names));
    return arena_printf(arena, "%s; mends %.*s and %zu more", text, SLICE_ARG(names),
                        row->mended_count - named);
}

static bool judge_found(struct judging *work, const struct known_release *known,
                        const struct indexed *indexed, struct pin_row *row, struct error *err)
{
    int order;
    bool here = has_version(indexed, row->pin);
    row->newest = indexed->newest;
    if (!version_compare(scheme_of(row->pin), row->pin->version, row->newest, &order))
        return leave(work, row, SLICE("its version cannot be compared"), err);
    if (order > 0)
        return leave(work, row,
                     SLICE("newer than what the distribution has: of another repository?"), err);
    if (order == 0)
        return true;
    row->state = here ? PIN_BEHIND : PIN_GONE;
    work->result->behind += here;
    work->result->gone += !here;
    if (!find_mended(work, known, indexed, row, err))
        return false;
    row->why = words_of(row, work->arena);
    return row->why.at || arena_error(err);
}

static bool judge_pin(struct judging *work, size_t i, struct error *err)
{
    const struct known_release *known = work->releases[i];
    struct pin_row *row = &work->result->rows[i];
    if (!known)
        return true;
    struct slice word =
        known->release.type == PACKAGE_APK ? known->release.version : known->release.codename;
    row->release =
        arena_printf(work->arena, "%s %.*s",
                     known->release.type == PACKAGE_APK ? "alpine" : "debian", SLICE_ARG(word));
    if (!row->release.at)
        return arena_error(err);
    work->result->unasked += known->failed;
    if (known->failed)
        return leave(work, row, slice_str(known->why.text), err);
    const struct indexed *indexed = pin_index_find(&known->index, row->pin->name);
    if (!indexed || !indexed->newest.len)
        return leave(work, row, SLICE("the distribution has no such package"), err);
    return judge_found(work, known, indexed, row, err);
}

/* ---- changes ---- */

/* The number of a version's first or second part: "1:8.5.0-r0" → 8, 5. */
static struct slice part_of(struct slice version, unsigned number)
{
    size_t colon = slice_find(version, ':');
    if (colon < version.len)
        version = slice_from(version, colon + 1);
    while (number--)
        slice_cut(&version, '.');
    size_t end = 0;
    while (end < version.len && ascii_digit(version.at[end]))
        end++;
    return slice_upto(version, end);
}

static enum change_level level_of(struct slice from, struct slice to)
{
    if (!slice_equal(part_of(from, 0), part_of(to, 0)))
        return CHANGE_MAJOR;
    return slice_equal(part_of(from, 1), part_of(to, 1)) ? CHANGE_PATCH : CHANGE_MINOR;
}

static struct slice summary_of(const struct pin_row *row, struct arena *arena)
{
    return arena_printf(arena, "`%.*s` in %.*s: %.*s.", SLICE_ARG(row->pin->name),
                        SLICE_ARG(row->release), SLICE_ARG(row->why));
}

static bool begin_change(struct judging *work, const struct pin_row *row,
                         struct update_change *change, struct error *err)
{
    *change = (struct update_change){
        .name = arena_printf(work->arena, "package %.*s", SLICE_ARG(row->pin->name)),
        .from = row->pin->version,
        .to = row->newest,
        .level = level_of(row->pin->version, row->newest),
        .summary = summary_of(row, work->arena),
        .edits = arena_array(work->arena, work->pins->count, sizeof(struct update_edit))};
    return (change->name.at && change->summary.at && change->edits) || arena_error(err);
}

static bool is_change_of(const struct update_change *change, const struct pin_row *row)
{
    return slice_equal(slice_from(change->name, strlen("package ")), row->pin->name) &&
           slice_equal(change->from, row->pin->version) && slice_equal(change->to, row->newest);
}

static bool add_change(struct judging *work, const struct pin_row *row, struct error *err)
{
    struct pins_result *result = work->result;
    struct update_change *change = NULL;
    for (size_t i = 0; i < result->change_count && !change; i++)
        if (is_change_of(&result->changes[i], row))
            change = &result->changes[i];
    if (!change) {
        change = &result->changes[result->change_count++];
        if (!begin_change(work, row, change, err))
            return false;
    }
    change->edits[change->edit_count++] =
        (struct update_edit){.path = row->pin->path,
                             .start = row->pin->start,
                             .end = row->pin->start + row->pin->version.len,
                             .old_text = row->pin->version,
                             .new_text = row->newest};
    return true;
}

static bool run(struct judging *work, struct error *err)
{
    size_t count = work->pins->count;
    for (size_t i = 0; i < count; i++)
        if (!sort_pin(work, i, err))
            return false;
    if (work->count && !fetch_all(work, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!judge_pin(work, i, err))
            return false;
    for (size_t i = 0; i < count; i++) {
        const struct pin_row *row = &work->result->rows[i];
        bool moves = row->state == PIN_BEHIND || row->state == PIN_GONE;
        if (moves && !add_change(work, row, err))
            return false;
    }
    return true;
}

/* Ids of findings point into the store's map: copied before it is closed. */
static bool copy_ids(struct pins_result *result, struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < result->count; i++)
        for (size_t j = 0; j < result->rows[i].mended_count; j++) {
            struct slice *id = &result->rows[i].mended[j];
            *id = arena_copy(arena, *id);
            if (!id->at)
                return arena_error(err);
        }
    return true;
}

bool pins_judge(const struct pins *pins, const struct pins_options *options, struct arena *arena,
                struct pins_result *result, struct error *err)
{
    struct judging work = {.pins = pins, .options = options, .arena = arena, .result = result};
    *result = (struct pins_result){.count = pins->count};
    result->rows = arena_array(arena, pins->count + 1, sizeof *result->rows);
    result->changes = arena_array(arena, pins->count + 1, sizeof *result->changes);
    work.releases = arena_array(arena, pins->count + 1, sizeof(void *));
    table_init(&work.images, arena);
    if (!result->rows || !result->changes || !work.releases)
        return arena_error(err);
    if (pins->count == 0)
        return true;
    if (!store_reader_open(&work.store, options->store, err))
        return false;
    bool fine = run(&work, err) && copy_ids(result, arena, err);
    store_reader_close(work.store);
    return fine;
}
