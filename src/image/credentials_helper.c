/* The conversation with a credential helper: the server's name on its standard input, JSON on its
   standard output. See credentials.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/clock.h"
#include "base/file.h"
#include "image/credentials.h"
#include "image/document.h"

enum { HELPER_SECONDS = 30, HELPER_OUTPUT_MAX = 64 * 1024 };

struct helper {
    pid_t process;
    int input, output; /* our ends */
};

static bool is_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_alnum(name.at[i]) && !strchr("-_.", name.at[i]))
            return false;
    return name.len > 0 && name.len < 100;
}

static bool start_with(const char *program, int input, int output, pid_t *process,
                       struct error *err)
{
    posix_spawn_file_actions_t actions;
    char *arguments[] = {(char *)(uintptr_t)program, (char *)(uintptr_t) "get", NULL};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(process, program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed == 0 || error_set(err, ERROR_IO, "%s: %s", program, strerror(failed));
}

static bool helper_start(struct helper *helper, const char *program, struct error *err)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0)
        return error_errno(err, "a pipe for %s", program);
    CLEANUP_FD int child_input = in[0];
    if (pipe2(out, O_CLOEXEC) != 0) {
        close(in[1]);
        return error_errno(err, "a pipe for %s", program);
    }
    CLEANUP_FD int child_output = out[1];
    helper->input = in[1];
    helper->output = out[0];
    if (start_with(program, child_input, child_output, &helper->process, err))
        return true;
    close(helper->input);
    close(helper->output);
    return false;
}

/* Reads to the end of its output, until `deadline`. */
static bool helper_read(struct helper *helper, char *to, size_t *len, struct error *err)
{
    double deadline = clock_monotonic() + HELPER_SECONDS;
    for (*len = 0;;) {
        struct pollfd ready = {.fd = helper->output, .events = POLLIN};
        double left = deadline - clock_monotonic();
        if (left <= 0 || poll(&ready, 1, (int)(left * 1000) + 1) == 0)
            return error_set(err, ERROR_IO, "no answer within %d seconds", HELPER_SECONDS);
        ssize_t got = read(helper->output, to + *len, HELPER_OUTPUT_MAX - *len);
        if (got <= 0)
            return true;
        *len += (size_t)got;
        if (*len == HELPER_OUTPUT_MAX)
            return error_set(err, ERROR_LIMIT, "an answer of over %d bytes", HELPER_OUTPUT_MAX);
    }
}

static bool helper_talk(struct helper *helper, struct slice server, char *to, size_t *len,
                        struct error *err)
{
    struct error ignored = {0};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignore, &before); /* a helper may end without reading its input */
    file_write_fd(helper->input, server.at, server.len, &ignored);
    close(helper->input);
    sigaction(SIGPIPE, &before, NULL);
    bool fine = helper_read(helper, to, len, err);
    close(helper->output);
    if (!fine)
        kill(helper->process, SIGKILL);
    int status;
    while (waitpid(helper->process, &status, 0) < 0 && errno == EINTR)
        ;
    if (!fine || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
        return fine;
    struct slice said = slice_of(to, *len);
    if (slice_search(said, SLICE("not found")) < said.len)
        return error_set(err, ERROR_NOT_FOUND, "knows no credentials of that registry");
    return error_set(err, ERROR_IO, "ended with status %d",
                     WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
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
    struct helper helper;
    size_t len;
    char *output = arena_alloc(arena, HELPER_OUTPUT_MAX);
    struct slice program = arena_printf(arena, "docker-credential-%.*s", SLICE_ARG(name));
    if (!output || !program.at)
        return arena_error(err);
    if (!is_name(name))
        return error_set(err, ERROR_FORMAT, "\"%.*s\" is not a credential helper's name",
                         SLICE_ARG(name));
    if (!helper_start(&helper, program.at, err))
        return false;
    if (!helper_talk(&helper, server, output, &len, err) ||
        !parse_answer(slice_of(output, len), arena, credentials, err))
        return error_add(err, "%.*s", SLICE_ARG(program));
    return true;
}
