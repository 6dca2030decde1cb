#include "image/credentials.h"

#include <stdlib.h>

#include "base/file.h"
#include "image/document.h"
#include "image/ecr_login.h"
#include "net/base64.h"

enum { CONFIG_MAX = 1024 * 1024 };

/* The name under which Docker's own tools keep docker.io, since before there was a v2. */
static const struct slice hub_key = SLICE("https://index.docker.io/v1/");

static bool is_hub(struct slice host)
{
    return slice_equal_str(host, "docker.io") || slice_equal_str(host, "index.docker.io") ||
           slice_equal_str(host, "registry-1.docker.io");
}

/* "https://host/v1/" → "host"; "host/path" stays. */
static struct slice bare_key(struct slice key)
{
    if (slice_starts(key, SLICE("https://")))
        key = slice_from(key, 8);
    else if (slice_starts(key, SLICE("http://")))
        key = slice_from(key, 7);
    while (slice_ends(key, SLICE("/")))
        key.len--;
    if (slice_ends(key, SLICE("/v1")) || slice_ends(key, SLICE("/v2")))
        key.len -= 3;
    return key;
}

/* Length of the key when it stands for the registry (or part of its repositories), else 0: the
   longest decides. */
static size_t key_fits(struct slice key, struct slice host, struct slice repository)
{
    struct slice bare = bare_key(key), path = bare, name = slice_cut(&path, '/');
    bool same = slice_equal_nocase(name, host) || (is_hub(name) && is_hub(host));
    if (!same || !(path.len == 0 || slice_equal(path, repository) ||
                   (slice_starts(repository, path) && repository.at[path.len] == '/')))
        return 0;
    return name.len + path.len + 1;
}

static json_t *best_member(json_t *object, struct slice host, struct slice repository)
{
    const char *key;
    json_t *value, *best = NULL;
    size_t longest = 0;
    json_object_foreach(object, key, value)
    {
        size_t length = key_fits(slice_str(key), host, repository);
        if (length > longest) {
            longest = length;
            best = value;
        }
    }
    return best;
}

static bool of_auth(json_t *entry, struct arena *arena, struct credentials *found,
                    struct error *err)
{
    struct slice coded, pair;
    if (!document_text(entry, "auth", arena, &coded) ||
        !document_text(entry, "username", arena, &found->user) ||
        !document_text(entry, "password", arena, &found->password) ||
        !document_text(entry, "identitytoken", arena, &found->identity_token) ||
        !document_text(entry, "registrytoken", arena, &found->bearer))
        return arena_error(err);
    if (!found->user.len && coded.len) {
        if (!base64_decode(coded, arena, &pair, err))
            return error_add(err, "the \"auth\" of a registry");
        found->user = slice_cut(&pair, ':');
        found->password = pair;
        /* Docker pads with NUL bytes. */
        found->password.len = slice_find(found->password, '\0');
    }
    if (found->user.len || found->identity_token.len || found->bearer.len)
        return true;
    return error_set(err, ERROR_NOT_FOUND, "no credentials"); /* "{}": kept by a helper */
}

/* credHelpers names a helper for this registry, credsStore one for all. */
static bool of_helpers(json_t *config, struct slice host, struct arena *arena,
                       struct credentials *found, struct error *err)
{
    struct slice none = {0};
    json_t *name = best_member(json_object_get(config, "credHelpers"), host, none);
    if (!json_is_string(name))
        name = json_object_get(config, "credsStore");
    if (!json_is_string(name) || !json_string_length(name))
        return error_set(err, ERROR_NOT_FOUND, "no helper");
    return credentials_of_helper(document_view(name), is_hub(host) ? hub_key : host, arena, found,
                                 err);
}

bool credentials_of_config(struct slice json, struct slice host, struct slice repository,
                           bool helpers, struct arena *arena, struct credentials *credentials,
                           struct error *err)
{
    CLEANUP_JSON json_t *config = document_parse(json, err);
    struct credentials found = {0};
    struct error helper_error = {0};
    if (!config)
        return false;
    if (helpers && of_helpers(config, host, arena, &found, &helper_error)) {
        *credentials = found;
        return true;
    }
    json_t *entry = best_member(json_object_get(config, "auths"), host, repository);
    if (entry && of_auth(entry, arena, &found, err)) {
        *credentials = found;
        return true;
    }
    if (helpers && helper_error.kind != ERROR_NOT_FOUND)
        *err = helper_error; /* of the two the one that can be mended */
    else if (!entry)
        error_set(err, ERROR_NOT_FOUND, "no credentials");
    return false;
}

static bool of_file(struct slice path, struct slice host, struct slice repository,
                    struct arena *arena, struct credentials *credentials)
{
    struct slice json;
    struct error err = {0};
    struct credentials found = {.problem = credentials->problem};
    if (file_read(path.at, CONFIG_MAX, arena, &json, &err) &&
        credentials_of_config(json, host, repository, true, arena, &found, &err)) {
        *credentials = found;
        credentials->origin = path;
        return true;
    }
    if (err.kind != ERROR_NOT_FOUND && !credentials->problem.len)
        credentials->problem = arena_printf(arena, "%.*s: %s", SLICE_ARG(path), err.text);
    return false;
}

static bool of_environment(struct slice host, struct credentials *credentials)
{
    const char *user = getenv("PLIMSOLL_REGISTRY_USER");
    const char *password = getenv("PLIMSOLL_REGISTRY_PASSWORD");
    const char *only = getenv("PLIMSOLL_REGISTRY_HOST");
    if (!user || !*user || (only && *only && !slice_equal_nocase(slice_str(only), host)))
        return false;
    *credentials = (struct credentials){.user = slice_str(user),
                                        .password = slice_str(password),
                                        .origin = SLICE("PLIMSOLL_REGISTRY_USER")};
    return true;
}

/* $variable/name, or (when the variable is not set) $HOME/in_home; empty when neither is there. */
static struct slice place(const char *variable, const char *name, const char *in_home,
                          struct arena *arena)
{
    const char *folder = variable ? getenv(variable) : NULL;
    const char *home = getenv("HOME");
    if (folder && *folder)
        return arena_printf(arena, "%s%s", folder, name);
    if (in_home && home && *home)
        return arena_printf(arena, "%s/%s", home, in_home);
    return (struct slice){"", 0};
}

/* What is no ECR is no problem either. */
static void of_ecr(struct slice host, struct arena *arena, struct credentials *credentials)
{
    struct credentials found;
    struct error err = {0};
    if (ecr_login(host, arena, &found, &err))
        *credentials = found;
    else if (err.kind != ERROR_NOT_FOUND && !credentials->problem.len)
        credentials->problem = arena_copy(arena, slice_str(err.text));
}

bool credentials_find(struct slice host, struct slice repository, struct arena *arena,
                      struct credentials *credentials, struct error *err)
{
    const char *file = getenv("REGISTRY_AUTH_FILE");
    struct slice places[] = {
        place("DOCKER_CONFIG", "/config.json", ".docker/config.json", arena),
        file && *file ? place("REGISTRY_AUTH_FILE", "", NULL, arena)
                      : place("XDG_RUNTIME_DIR", "/containers/auth.json", NULL, arena),
        place(NULL, NULL, ".config/containers/auth.json", arena),
    };
    *credentials = (struct credentials){0};
    if (of_environment(host, credentials))
        return true;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (!places[i].at)
            return arena_error(err);
        if (places[i].len && of_file(places[i], host, repository, arena, credentials))
            return true;
    }
    of_ecr(host, arena, credentials);
    return true;
}
