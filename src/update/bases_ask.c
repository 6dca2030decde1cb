/* Which images are there, and what registries say of them: each once, several at a time. */
#include <stdatomic.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/threads.h"
#include "image/registry_write.h"
#include "update/bases_parts.h"

enum { LISTING_BUDGET = 64 << 20, DIGEST_BUDGET = 8 << 20 };

/* ---- collecting ---- */

static struct slice familiar(const struct reference *reference, struct arena *arena)
{
    struct reference bare = {.host = reference->host, .repository = reference->repository};
    return reference_short(&bare, arena);
}

static struct bases_image *add_image(struct bases *bases, const struct reference *reference,
                                     struct error *err)
{
    struct bases_result *result = bases->result;
    struct bases_image image = {.reference = *reference, .name = familiar(reference, bases->arena)};
    if (!image.name.at) {
        arena_error(err);
        return NULL;
    }
    if (result->image_count == BASES_IMAGES_MAX) {
        error_set(err, ERROR_LIMIT, "over %d different images", BASES_IMAGES_MAX);
        return NULL;
    }
    arena_init(&image.arena, LISTING_BUDGET);
    if (!ARENA_PUSH(bases->arena, result->images, result->image_count, result->image_room, image)) {
        arena_error(err);
        return NULL;
    }
    return &result->images[result->image_count - 1];
}

/* Index in the images + 1, as the table keeps it: images move while they grow. */
static bool find_image(struct bases *bases, struct table *known, const struct reference *reference,
                       size_t *index, struct error *err)
{
    struct slice key = arena_printf(bases->arena, "%.*s/%.*s", SLICE_ARG(reference->host),
                                    SLICE_ARG(reference->repository));
    if (!key.at)
        return arena_error(err);
    *index = (size_t)(uintptr_t)table_get(known, key);
    if (*index)
        return true;
    if (!add_image(bases, reference, err))
        return false;
    *index = bases->result->image_count;
    return table_put(known, key, (void *)(uintptr_t)*index) || arena_error(err);
}

/* "device:inode": the same file may be named in many ways. Empty: it is not there. */
static struct slice identity(struct slice path, struct arena *arena)
{
    struct stat info;
    const char *name = arena_string(arena, path);
    if (!name || stat(name, &info) != 0)
        return SLICE("");
    return arena_printf(arena, "%llx:%llx", (unsigned long long)info.st_dev,
                        (unsigned long long)info.st_ino);
}

/* Files of rules, by identity. */
static bool know_rules(const struct bases *bases, struct table *rules, struct error *err)
{
    const struct bases_options *options = bases->options;
    table_init(rules, bases->arena);
    for (size_t i = 0; i < options->rule_count && !options->rules_give_way; i++) {
        struct slice key = identity(options->rules[i].path, bases->arena);
        if (!key.at || (key.len && !table_put(rules, key, (void *)&options->rules[i])))
            return arena_error(err);
    }
    return true;
}

/* The file whose rule counts. */
static struct slice ruled(const struct bases_row *row)
{
    return row->place->dockerfile.len ? row->place->dockerfile : row->place->path;
}

/* Rows come file by file: the last one's rule is `*last` for the same path. */
static void rule_for(const struct bases *bases, const struct table *rules, struct bases_row *row,
                     const struct bases_row *last)
{
    const struct bases_rule *rule = NULL;
    if (last && slice_equal(ruled(last), ruled(row))) {
        row->policy = last->policy;
        row->suffix = last->suffix;
        return;
    }
    if (rules->count)
        rule = table_get(rules, identity(ruled(row), bases->arena));
    if (!rule)
        rule = &bases->options->standard;
    row->policy = rule->policy;
    row->suffix = rule->suffix;
}

static struct slice now_of(const struct update_place *place)
{
    if (!place->known)
        return place->text;
    if (place->reference.tag.len)
        return place->reference.tag;
    return place->reference.digest.len ? place->reference.digest : SLICE("latest");
}

/* Whether there is a version to compare, or (Docker Hub tells digests with the tags) a pin. */
static bool wants_tags(const struct bases_row *row)
{
    struct tag_version version;
    const struct reference *reference = &row->place->reference;
    if (row->policy == POLICY_NONE)
        return false;
    if (row->policy != POLICY_DIGEST &&
        tag_version_parse(reference->tag, &version) == TAG_IS_VERSION)
        return true;
    return reference->digest.len && slice_equal_str(reference->host, "docker.io");
}

bool bases_collect(struct bases *bases, const struct update_places *places, struct error *err)
{
    struct table known, rules;
    struct bases_result *result = bases->result;
    size_t *indices = arena_array(bases->arena, places->count + 1, sizeof *indices);
    result->rows = arena_array(bases->arena, places->count + 1, sizeof *result->rows);
    table_init(&known, bases->arena);
    if (!result->rows || !indices)
        return arena_error(err);
    if (!know_rules(bases, &rules, err))
        return false;
    for (size_t i = 0; i < places->count; i++) {
        struct bases_row *row = &result->rows[result->row_count++];
        row->place = &places->items[i];
        row->now = now_of(row->place);
        rule_for(bases, &rules, row, i ? row - 1 : NULL);
        if (row->place->known &&
            !find_image(bases, &known, &row->place->reference, &indices[i], err))
            return false;
    }
    for (size_t i = 0; i < places->count; i++)
        if (indices[i]) {
            result->rows[i].image = &result->images[indices[i] - 1];
            result->rows[i].image->wanted |= wants_tags(&result->rows[i]);
        }
    return true;
}

/* ---- asking ---- */

struct asking {
    struct bases *bases;
    struct bases_image **images;
    size_t count;
    atomic_size_t done;
};

static void ask_one(void *context, size_t index)
{
    struct asking *asking = context;
    struct bases_image *image = asking->images[index];
    const struct bases_options *options = asking->bases->options;
    struct tag_list_options tags = options->tags;
    double start = clock_monotonic();
    tags.gate = asking->bases->gate;
    image->asked =
        tag_list_fetch(&image->reference, &tags, &image->arena, &image->listing, &image->failure);
    image->seconds = clock_monotonic() - start;
    size_t done = atomic_fetch_add(&asking->done, 1) + 1;
    if (options->progress)
        options->progress(options->context, done, asking->count);
}

static unsigned at_once(const struct bases *bases)
{
    return bases->options->at_once ? bases->options->at_once : BASES_AT_ONCE;
}

bool bases_ask_tags(struct bases *bases, struct error *err)
{
    struct bases_result *result = bases->result;
    struct asking asking = {.bases = bases};
    asking.images = arena_array(bases->arena, result->image_count + 1, sizeof *asking.images);
    if (!asking.images)
        return arena_error(err);
    for (size_t i = 0; i < result->image_count; i++)
        if (result->images[i].wanted)
            asking.images[asking.count++] = &result->images[i];
    threads_run_waiting(at_once(bases), asking.count, ask_one, &asking);
    return true;
}

/* ---- digests ---- */

/* One tag whose digest is to be asked for; rows that want the same share it. */
struct digest_question {
    struct reference reference; /* with the tag */
    struct source_options source;
    struct digest digest; /* empty: not told */
    struct error failure;
};

struct digest_asking {
    struct digest_question *questions;
    size_t count, room;
};

static bool ask_head(struct digest_question *question, struct session *session, struct arena *arena,
                     struct error *err)
{
    CLEANUP_HTTP struct http_client *client = http_client_new(&session->http);
    struct registry_link link = {.session = session, .client = client};
    struct registry_manifest manifest = {0};
    if (!registry_manifest_head(&link, question->reference.tag, arena, &manifest, err))
        return false;
    if (!manifest.digest.text[0] &&
        !registry_manifest_get(&link, question->reference.tag, arena, &manifest, err))
        return false;
    question->digest = manifest.digest;
    return true;
}

static void ask_digest(void *context, size_t index)
{
    struct digest_asking *asking = context;
    struct digest_question *question = &asking->questions[index];
    CLEANUP_ARENA struct arena arena;
    struct session session;
    arena_init(&arena, DIGEST_BUDGET);
    if (question->source.offline) {
        error_set(&question->failure, ERROR_NOT_FOUND, "digests are not asked for offline");
        return;
    }
    if (session_open(&session, &question->reference, SLICE(""), &question->source,
                     &question->failure))
        ask_head(question, &session, &arena, &question->failure);
    session_close(&session);
}

/* The digest that a row's pin has to become, when it is not known yet: of the new tag, or of the
   same. */
static bool wants_digest(const struct bases_row *row)
{
    return row->image && row->place->reference.digest.len && !row->new_digest.len &&
           (row->state == BASES_NEWER || row->state == BASES_CURRENT);
}

static bool question_for(struct bases *bases, const struct bases_row *row,
                         struct digest_asking *asking, size_t *index, struct error *err)
{
    struct digest_question question = {.reference = row->place->reference,
                                       .source = bases->options->tags.source};
    if (row->newest.len)
        question.reference.tag = row->newest;
    if (!question.reference.tag.len)
        question.reference.tag = SLICE("latest");
    question.reference.digest = (struct slice){0};
    for (*index = 0; *index < asking->count; ++*index) {
        const struct reference *other = &asking->questions[*index].reference;
        if (slice_equal(other->host, question.reference.host) &&
            slice_equal(other->repository, question.reference.repository) &&
            slice_equal(other->tag, question.reference.tag))
            return true;
    }
    return ARENA_PUSH(bases->arena, asking->questions, asking->count, asking->room, question) ||
           arena_error(err);
}

static bool take_digest(struct bases_row *row, const struct digest_question *question,
                        struct arena *arena, struct error *err)
{
    if (question->digest.text[0]) {
        row->new_digest = arena_copy(arena, digest_slice(&question->digest));
        return row->new_digest.at || arena_error(err);
    }
    bool newer = row->state == BASES_NEWER;
    row->state = newer ? BASES_LEFT : BASES_UNKNOWN;
    row->why = arena_printf(arena, "%sits digest could not be asked for: %s",
                            newer ? "there is a newer tag, but " : "", question->failure.text);
    return row->why.at || arena_error(err);
}

bool bases_ask_digests(struct bases *bases, struct error *err)
{
    struct bases_result *result = bases->result;
    struct digest_asking asking = {0};
    size_t *indices = arena_array(bases->arena, result->row_count + 1, sizeof *indices);
    if (!indices)
        return arena_error(err);
    for (size_t i = 0; i < result->row_count; i++)
        if (wants_digest(&result->rows[i]) &&
            !question_for(bases, &result->rows[i], &asking, &indices[i], err))
            return false;
    threads_run_waiting(at_once(bases), asking.count, ask_digest, &asking);
    for (size_t i = 0; i < result->row_count; i++)
        if (wants_digest(&result->rows[i]) &&
            !take_digest(&result->rows[i], &asking.questions[indices[i]], bases->arena, err))
            return false;
    return true;
}
