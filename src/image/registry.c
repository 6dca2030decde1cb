#include "image/registry.h"

#include "image/manifest.h"
#include "image/registry_session.h"
#include "image/remote.h"

/* An index of indexes is allowed; more levels are nobody's wish. */
enum { INDEX_DEPTH_MAX = 3, IMAGES_MAX = 64 };

struct registry {
    struct source source;
    struct session session;
    struct http_client *client; /* of the thread that opened us */
};

static const struct slice accepted =
    SLICE("application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
          "application/vnd.docker.distribution.manifest.list.v2+json, "
          "application/vnd.docker.distribution.manifest.v2+json");

/* A layer's way to its bytes. */
struct registry_blob {
    struct registry *registry;
    const char *path; /* "blobs/sha256:…" */
    bool is_manifest;
};

static bool blob_fetch(void *owner, struct http_request *request, struct arena *arena,
                       struct error *err)
{
    const struct registry_blob *blob = owner;
    struct session *session = &blob->registry->session;
    struct http_response response;
    CLEANUP_HTTP struct http_client *client = http_client_new(&session->http);
    if (blob->is_manifest &&
        !http_headers_add(&request->headers, SLICE("Accept"), accepted, arena, err))
        return false;
    request->resumable = true; /* its name is its content */
    request->limit = UINT64_MAX;
    return session_get(session, client, blob->path, request, arena, &response, err);
}

static bool open_content(struct registry *registry, const struct digest *digest, bool is_manifest,
                         struct arena *arena, struct stream **stream, struct error *err)
{
    struct registry_blob *blob = arena_new(arena, struct registry_blob);
    if (!blob)
        return arena_error(err);
    blob->registry = registry;
    blob->path = arena_printf(arena, "%s/%s", is_manifest ? "manifests" : "blobs", digest->text).at;
    blob->is_manifest = is_manifest;
    if (!blob->path)
        return arena_error(err);
    struct stream *made = remote_stream(blob_fetch, blob, arena, err);
    if (made)
        *stream = made;
    return made != NULL;
}

static bool registry_layer_open(struct source *source, const struct image *image,
                                const struct layer *layer, struct arena *arena,
                                struct stream **stream, struct error *err)
{
    (void)image;
    return open_content((struct registry *)source, &layer->digest, false, arena, stream, err);
}

static bool registry_content(struct source *source, const struct digest *digest, bool is_manifest,
                             struct arena *arena, struct stream **stream, struct error *err)
{
    return open_content((struct registry *)source, digest, is_manifest, arena, stream, err);
}

static void registry_close(struct source *source)
{
    struct registry *registry = (struct registry *)source;
    http_client_free(registry->client);
    session_close(&registry->session);
}

static const struct source_ops registry_ops = {.name = "registry",
                                               .layer_open = registry_layer_open,
                                               .close = registry_close,
                                               .content = registry_content};

/* Bytes that have `digest`, when it is given. */
static bool check_digest(struct slice bytes, struct slice digest, struct digest *made,
                         struct error *err)
{
    struct digest wanted;
    sha256_of(bytes, made);
    if (!digest.len)
        return true;
    if (!digest_parse(&wanted, digest, err))
        return false;
    return digest_equal(&wanted, made) ||
           error_set(err, ERROR_DIGEST, "asked for %s, and what came has %s", wanted.text,
                     made->text);
}

static bool fetch_config(struct registry *registry, const struct digest *digest,
                         struct arena *arena, struct slice *bytes, struct error *err)
{
    struct digest made;
    struct http_response response;
    struct http_request request = {.limit = MANIFEST_MAX};
    struct slice path = arena_printf(arena, "blobs/%s", digest->text);
    if (!path.at)
        return arena_error(err);
    if (!session_get(&registry->session, registry->client, path.at, &request, arena, &response,
                     err) ||
        !check_digest(response.body, digest_slice(digest), &made, err))
        return error_add(err, "the image's configuration");
    *bytes = response.body;
    return true;
}

struct fetched {
    struct manifest manifest;
    struct digest digest;
};

/* `name` is a tag, or a digest that the content must have then. */
static bool fetch_manifest(struct registry *registry, struct slice name, struct slice digest,
                           struct arena *arena, struct fetched *fetched, struct error *err)
{
    struct http_response response;
    struct http_request request = {.limit = MANIFEST_MAX};
    struct slice path = arena_printf(arena, "manifests/%.*s", SLICE_ARG(name));
    if (!path.at)
        return arena_error(err);
    if (!http_headers_add(&request.headers, SLICE("Accept"), accepted, arena, err) ||
        !session_get(&registry->session, registry->client, path.at, &request, arena, &response,
                     err))
        return false;
    struct slice told = http_header_get(&response.headers, "Docker-Content-Digest");
    bool fine = check_digest(response.body, digest, &fetched->digest, err);
    if (fine && slice_starts(told, SLICE("sha256:")))
        fine = check_digest(response.body, told, &fetched->digest, err);
    fine = fine && manifest_parse(response.body, http_header_get(&response.headers, "Content-Type"),
                                  arena, &fetched->manifest, err);
    return fine || error_add(err, "manifest %.*s of %.*s", SLICE_ARG(name),
                             SLICE_ARG(registry->session.reference.repository));
}

struct opening {
    struct registry *registry;
    const struct source_options *options;
    struct platform platform;
    struct image_list *list;
    struct arena *arena;
    struct digest index_digest; /* empty when there is none */
};

static bool add_image(struct opening *opening, const struct fetched *fetched, struct error *err)
{
    struct arena *arena = opening->arena;
    const struct reference *reference = &opening->registry->session.reference;
    struct image_list *list = opening->list;
    struct slice config;
    struct image image = {.kind = "registry",
                          .name = reference_short(reference, arena),
                          .tag = reference_text(reference, arena),
                          .manifest_digest = fetched->digest,
                          .index_digest = opening->index_digest,
                          .config_digest = fetched->manifest.config.digest,
                          .source = &opening->registry->source};
    if (!image.name.at || !image.tag.at)
        return arena_error(err);
    if (list->count >= IMAGES_MAX)
        return error_set(err, ERROR_LIMIT, "over %d images in an index", IMAGES_MAX);
    if (!manifest_layers(&fetched->manifest, arena, &image, err) ||
        !fetch_config(opening->registry, &image.config_digest, arena, &config, err) ||
        !manifest_config(config, arena, &image, err))
        return false;
    return ARENA_PUSH(arena, list->images, list->count, list->room, image) || arena_error(err);
}

static bool open_manifest(struct opening *opening, struct slice name, struct slice digest,
                          unsigned depth, struct error *err);

static bool open_index(struct opening *opening, const struct manifest *index, unsigned depth,
                       struct error *err)
{
    if (depth == INDEX_DEPTH_MAX)
        return error_set(err, ERROR_LIMIT, "over %d levels of indexes", INDEX_DEPTH_MAX);
    if (!opening->options->all_platforms) {
        const struct descriptor *chosen = manifest_choose(index, &opening->platform, err);
        struct slice name = chosen ? digest_slice(&chosen->digest) : (struct slice){0};
        return chosen && open_manifest(opening, name, name, depth + 1, err);
    }
    for (size_t i = 0; i < index->manifest_count; i++) {
        struct slice name = digest_slice(&index->manifests[i].digest);
        if (!index->manifests[i].attestation && !open_manifest(opening, name, name, depth + 1, err))
            return false;
    }
    return opening->list->count || error_set(err, ERROR_NOT_FOUND, "no image in the index");
}

static bool open_manifest(struct opening *opening, struct slice name, struct slice digest,
                          unsigned depth, struct error *err)
{
    struct fetched fetched;
    if (!fetch_manifest(opening->registry, name, digest, opening->arena, &fetched, err))
        return false;
    if (fetched.manifest.kind == MANIFEST_IMAGE)
        return add_image(opening, &fetched, err);
    if (depth == 0)
        opening->index_digest = fetched.digest;
    return open_index(opening, &fetched.manifest, depth, err);
}

static bool open_all(struct registry *registry, const struct source_options *options,
                     struct arena *arena, struct image_list *list, struct error *err)
{
    const struct reference *reference = &registry->session.reference;
    struct opening opening = {registry, options, platform_host(), list, arena, {""}};
    struct slice name = reference->digest.len ? reference->digest : reference->tag;
    if (options->platform.len && !platform_parse(options->platform, &opening.platform, err))
        return false;
    registry->client = http_client_new(&registry->session.http);
    return open_manifest(&opening, name, reference->digest, 0, err);
}

bool registry_open(const char *name, const struct source_options *options, struct arena *arena,
                   struct image_list *list, struct error *err)
{
    struct slice text = slice_str(name), scheme = {0};
    struct reference reference;
    struct image_list made = {0};
    struct registry *registry = arena_new(arena, struct registry);
    if (slice_starts(text, SLICE("http://")) || slice_starts(text, SLICE("https://"))) {
        scheme = slice_upto(text, slice_find(text, ':'));
        text = slice_from(text, scheme.len + 3);
    }
    if (!registry)
        return arena_error(err);
    if (!reference_parse(text, arena, &reference, err))
        return false;
    registry->source.ops = &registry_ops;
    made.source = &registry->source;
    if (!session_open(&registry->session, &reference, scheme, options, err) ||
        !open_all(registry, options, arena, &made, err)) {
        registry_close(&registry->source);
        return error_add(err, "%s", name);
    }
    *list = made;
    return true;
}
