#include "cli/user_password.h"

#include <errno.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "registry/auth/password.h"

enum { LINE_MAX = 1024, CONTROL_C = 3 };

/* Byte by byte: what follows the line is not ours. */
static bool read_line(char line[LINE_MAX], size_t *len, struct error *err)
{
    for (*len = 0; *len < LINE_MAX; ++*len) {
        ssize_t got = read(STDIN_FILENO, line + *len, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_errno(err, "reading standard input");
        if (got == 0 || line[*len] == '\n')
            return true;
        if (line[*len] == CONTROL_C)
            return error_set(err, ERROR_USAGE, "cancelled");
    }
    return error_set(err, ERROR_USAGE, "a password has one line, of at most %d bytes",
                     PASSWORD_MAX);
}

/* Control-C comes as a byte, so that the terminal is always put back as it was. */
static bool read_unseen(const char *prompt, const char *who, char line[LINE_MAX], size_t *len,
                        struct error *err)
{
    struct termios was, unseen;
    if (tcgetattr(STDIN_FILENO, &was) != 0)
        return error_errno(err, "asking the terminal");
    unseen = was;
    unseen.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    fprintf(stderr, "%s %s: ", prompt, who);
    fflush(stderr);
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen) != 0)
        return error_errno(err, "setting the terminal");
    bool done = read_line(line, len, err);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
    fputc('\n', stderr);
    return done;
}

static bool keep(struct slice line, struct arena *arena, struct slice *password, struct error *err)
{
    if (slice_ends(line, SLICE("\r")))
        line.len--;
    if (!password_check(line, err))
        return false;
    *password = arena_copy(arena, line);
    return password->at || arena_error(err);
}

bool user_password_read(const char *who, struct arena *arena, struct slice *password,
                        struct error *err)
{
    char first[LINE_MAX], again[LINE_MAX];
    size_t len, again_len;
    if (!isatty(STDIN_FILENO))
        return read_line(first, &len, err) && keep(slice_of(first, len), arena, password, err);
    if (!read_unseen("Password of", who, first, &len, err) ||
        !password_check(slice_of(first, len), err) ||
        !read_unseen("Once more, of", who, again, &again_len, err))
        return false;
    if (!slice_equal(slice_of(first, len), slice_of(again, again_len)))
        return error_set(err, ERROR_USAGE, "the two are not the same");
    return keep(slice_of(first, len), arena, password, err);
}
