/* The conversation with a credential helper: the server's name on its standard input, JSON on its
   standard output. See credentials.h. */
#include "base/ascii.h"
#include "base/process.h"
#include "image/credentials.h"
#include "image/document.h"

enum { HELPER_SECONDS = 30, HELPER_OUTPUT_MAX = 64 * 1024 };

static bool is_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_alnum(name.at[i]) && !ascii_among(name.at[i], "-_."))
            return false;
    return name.len > 0 && name.len < 100;
}

/* The name of the server on its input; what it says to that. A helper that is not there is no
   answer: whoever configured it expects to be told. */
static bool helper_ask(const char *program, struct slice server, struct arena *arena,
                       struct slice *said, struct error *err)
{
    const char *const argv[] = {program, "get", NULL};
    struct process_options options = {
        .argv = argv, .input = server, .seconds = HELPER_SECONDS, .output_max = HELPER_OUTPUT_MAX};
    struct process_result result;
    if (!process_run(&options, arena, &result, err)) {
        err->kind = err->kind == ERROR_NOT_FOUND ? ERROR_IO : err->kind;
        return false;
    }
    if (result.timed_out)
        return error_set(err, ERROR_IO, "no answer within %d seconds", HELPER_SECONDS);
    if (result.output.len == HELPER_OUTPUT_MAX)
        return error_set(err, ERROR_LIMIT, "an answer of over %d bytes", HELPER_OUTPUT_MAX);
    *said = result.output;
    if (result.exit_code == 0)
        return true;
    if (slice_search(*said, SLICE("not found")) < said->len)
        return error_set(err, ERROR_NOT_FOUND, "knows no credentials of that registry");
    return error_set(err, ERROR_IO, "ended with status %d", result.exit_code);
}

static bool parse_answer(struct slice answer, struct arena *arena, struct credentials *credentials,
                         struct error *err)
{
    struct slice user, secret;
    CLEANUP_JSON json_t *document = document_parse(answer, err);
    if (!document)
        return false;
    if (!document_text(document, "Username", arena, &user) ||
        !document_text(document, "Secret", arena, &secret))
        return arena_error(err);
    if (!secret.len)
        return error_set(err, ERROR_NOT_FOUND, "knows no credentials of that registry");
    if (slice_equal_str(user, "<token>"))
        credentials->identity_token = secret;
    else {
        credentials->user = user;
        credentials->password = secret;
    }
    return true;
}

bool credentials_of_helper(struct slice name, struct slice server, struct arena *arena,
                           struct credentials *credentials, struct error *err)
{
    struct slice program = arena_printf(arena, "docker-credential-%.*s", SLICE_ARG(name)), said;
    if (!program.at)
        return arena_error(err);
    if (!is_name(name))
        return error_set(err, ERROR_FORMAT, "\"%.*s\" is not a credential helper's name",
                         SLICE_ARG(name));
    if (!helper_ask(program.at, server, arena, &said, err) ||
        !parse_answer(said, arena, credentials, err))
        return error_add(err, "%.*s", SLICE_ARG(program));
    return true;
}
