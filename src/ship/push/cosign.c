#include "ship/push/cosign.h"

#include <stdlib.h>

#include "base/process.h"

enum { SIGN_SECONDS = 300, ENVIRONMENT_MAX = 5, SAID_MAX = 400 };

#define NEXT                                                                                       \
    "Next: cosign takes key and options from the environment (COSIGN_KEY, COSIGN_PASSWORD); "      \
    "without a key it asks sigstore.dev"

struct environment {
    const char *words[ENVIRONMENT_MAX];
    size_t count;
    struct arena *arena;
    bool failed;
};

static void tell(struct environment *environment, const char *name, struct slice value)
{
    const char *told = getenv(name);
    if (!value.len || (told && *told))
        return;
    const char *word = arena_printf(environment->arena, "%s=%.*s", name, SLICE_ARG(value)).at;
    environment->failed = environment->failed || !word;
    environment->words[environment->count++] = word;
}

/* A user and a password belong together: neither when cosign has one of them already. */
static void tell_login(struct environment *environment, const struct session *session)
{
    const char *user = getenv("COSIGN_REGISTRY_USERNAME");
    const struct credentials *login = &session->credentials;
    if (!session->credentials_known || !login->password.len || (user && *user))
        return;
    tell(environment, "COSIGN_REGISTRY_USERNAME", login->user);
    tell(environment, "COSIGN_REGISTRY_PASSWORD", login->password);
}

static void tell_transport(struct environment *environment, const struct session *session)
{
    if (slice_starts(session->base, SLICE("http://")))
        tell(environment, "COSIGN_ALLOW_HTTP_REGISTRY", SLICE("true"));
    if (session->http.insecure)
        tell(environment, "COSIGN_ALLOW_INSECURE_REGISTRY", SLICE("true"));
}

/* Its last line says why, behind a few words that say nothing. */
static struct slice reason(struct slice said)
{
    struct slice line = {"", 0}, last = slice_trim(said),
                 noise = SLICE("error during command execution: ");
    while (last.len)
        line = slice_cut_line(&last);
    if (slice_starts(line, noise))
        line = slice_from(line, noise.len);
    return slice_upto(slice_trim(line), SAID_MAX);
}

bool cosign_sign(const struct destination *destination, const struct digest *digest,
                 struct arena *arena, struct error *err)
{
    const struct session *session = &destination->session;
    const struct reference *reference = &session->reference;
    struct environment environment = {.arena = arena};
    struct slice name = arena_printf(arena, "%.*s/%.*s@%s", SLICE_ARG(reference->host),
                                     SLICE_ARG(reference->repository), digest->text);
    const char *argv[] = {"cosign", "sign", "--yes", name.at, NULL};
    struct process_options options = {
        .argv = argv, .environment = environment.words, .seconds = SIGN_SECONDS};
    struct process_result done;
    tell_login(&environment, session);
    tell_transport(&environment, session);
    if (!name.at || environment.failed)
        return arena_error(err);
    if (!process_run(&options, arena, &done, err))
        return error_add(err, "signing");
    if (done.timed_out)
        return error_set(err, ERROR_IO, "cosign did not end within %d seconds. " NEXT,
                         SIGN_SECONDS);
    return done.exit_code == 0 || error_set(err, ERROR_IO, "cosign ended with %d: %.*s. " NEXT,
                                            done.exit_code, SLICE_ARG(reason(done.errors)));
}
