#include "ship/push/push.h"

#include "ship/push/contents.h"

struct pushing {
    struct destination destination;
    struct push_contents contents;
    const struct push_options *options;
    struct arena *arena;
    struct push_result *result;
    struct slice name; /* the tag or digest it gets */
};

static void pushing_done(struct pushing *pushing)
{
    contents_close(&pushing->contents);
    destination_close(&pushing->destination);
}
#define CLEANUP_PUSHING __attribute__((cleanup(pushing_done)))

static const struct push_document *top_of(const struct push_contents *contents)
{
    return &contents->documents[contents->document_count - 1];
}

/* Who names a digest must get it. */
static bool find_name(struct pushing *pushing, const char *to, struct error *err)
{
    const struct reference *reference = &pushing->destination.session.reference;
    const struct push_document *top = top_of(&pushing->contents);
    pushing->name = digest_slice(&top->digest);
    if (reference->digest.len && !slice_equal(reference->digest, pushing->name))
        return error_set(err, ERROR_DIGEST, "%s: the image has the digest %s", to,
                         top->digest.text);
    if (!reference->digest.len && destination_names_image(slice_str(to)))
        pushing->name = reference->tag;
    return true;
}

/* Whether the name is this image there already. */
static bool is_known(struct pushing *pushing, const struct registry_link *link, bool *known,
                     struct error *err)
{
    struct registry_manifest head = {0};
    *known = false;
    if (registry_manifest_head(link, pushing->name, pushing->arena, &head, err)) {
        *known = digest_equal(&head.digest, &top_of(&pushing->contents)->digest);
        return true;
    }
    if (err->kind != ERROR_NOT_FOUND)
        return false;
    *err = (struct error){0};
    return true;
}

static void count_all(struct pushing *pushing)
{
    const struct push_contents *contents = &pushing->contents;
    for (size_t i = 0; i < contents->blob_count; i++) {
        pushing->result->there.blobs++;
        pushing->result->there.bytes += contents->blobs[i].size;
    }
}

static bool put_documents(struct pushing *pushing, const struct registry_link *link,
                          struct error *err)
{
    const struct push_contents *contents = &pushing->contents;
    for (size_t i = 0; i < contents->document_count; i++) {
        const struct push_document *document = &contents->documents[i];
        bool top = i + 1 == contents->document_count;
        struct slice name = top ? pushing->name : digest_slice(&document->digest);
        struct registry_manifest manifest = {.bytes = document->bytes,
                                             .media_type = document->media_type};
        if (!registry_manifest_put(link, name, &manifest, NULL, NULL, pushing->arena, err))
            return error_add(err, "manifest %.*s", SLICE_ARG(name));
        pushing->result->manifests++;
    }
    return true;
}

static bool explain(const struct pushing *pushing, struct error *err)
{
    const struct push_result *result = pushing->result;
    struct error why = *err;
    size_t done = result->sent.blobs + result->there.blobs + result->mounted.blobs;
    if (why.kind == ERROR_NOT_FOUND && strstr(why.text, "blobs/uploads"))
        return error_set(err, why.kind,
                         "%s. Does the repository exist? plimsoll ship init makes those of "
                         "plimsoll.yaml at ECR",
                         why.text);
    return error_set(err, why.kind,
                     "%s. %zu of %zu blobs are at the registry; the same command again sends only "
                     "what is missing",
                     why.text, done, pushing->contents.blob_count);
}

static bool send_all(struct pushing *pushing, struct error *err)
{
    CLEANUP_LINK struct registry_link link = destination_link(&pushing->destination);
    bool known;
    if (!is_known(pushing, &link, &known, err))
        return false;
    if (known) {
        count_all(pushing);
        return true;
    }
    return (blobs_send(&pushing->destination, &pushing->contents, pushing->options, pushing->result,
                       err) &&
            put_documents(pushing, &link, err)) ||
           explain(pushing, err);
}

bool push_image(const char *image, const char *to, const struct push_options *options,
                struct arena *arena, struct push_result *result, struct error *err)
{
    CLEANUP_PUSHING struct pushing pushing = {.options = options, .arena = arena, .result = result};
    *result = (struct push_result){0};
    if (!destination_open(&pushing.destination, to, &options->destination, arena, err) ||
        !contents_open(&pushing.contents, image, options, arena, err) ||
        !find_name(&pushing, to, err))
        return false;
    result->digest = top_of(&pushing.contents)->digest;
    result->media_type = top_of(&pushing.contents)->media_type;
    bool fine = send_all(&pushing, err);
    struct slice login = arena_copy(arena, pushing.destination.session.credentials.origin);
    result->login = login.at ? login : (struct slice){"", 0};
    return fine || error_add(err, "pushing to %s", to);
}
