/* How the two programs are called, and whether they take a configuration. */
#include <stdlib.h>

#include "base/ascii.h"
#include "base/file.h"
#include "ship/test/stand_in.h"

enum { JUDGE_SECONDS = 60, LEFT_OUT_MAX = 30, LINES_MAX = 100000 };

static bool nginx_words(const struct stand_in *one, bool check, struct arena *arena,
                        const char **argv)
{
    struct slice prefix = arena_printf(arena, "%s/", one->folder);
    struct slice errors = arena_printf(arena, "%s/error.log", one->folder);
    struct slice global = arena_printf(arena, "daemon off; pid %s/nginx.pid;", one->folder);
    const char *const words[] = {
        "nginx", "-p",      prefix.at,           "-e", errors.at, "-c", one->configuration,
        "-g",    global.at, check ? "-t" : NULL, NULL};
    memcpy(argv, words, sizeof words);
    return prefix.at && errors.at && global.at;
}

static bool haproxy_words(const struct stand_in *one, bool check, struct arena *arena,
                          const char **argv)
{
    (void)arena;
    const char *const words[] = {"haproxy",           "-db", "-f", one->configuration,
                                 check ? "-c" : NULL, NULL};
    memcpy(argv, words, sizeof words);
    return true;
}

/* The number behind "PATH:". */
static unsigned line_behind(struct slice said, const char *path)
{
    size_t at = slice_search(said, slice_str(path));
    struct slice rest = slice_from(said, at + strlen(path));
    size_t digits = 0;
    uint64_t line;
    if (at >= said.len || !rest.len || rest.at[0] != ':')
        return 0;
    rest = slice_from(rest, 1);
    while (digits < rest.len && ascii_digit(rest.at[digits]))
        digits++;
    return slice_u64(slice_upto(rest, digits), &line) && line < LINES_MAX ? (unsigned)line : 0;
}

/* "nginx: [emerg] unknown directive "http2" in /tmp/x/nginx.conf:12" */
static unsigned nginx_refused(struct slice said, const char *path)
{
    bool unknown = slice_search(said, SLICE("unknown directive")) < said.len ||
                   slice_search(said, SLICE("invalid parameter")) < said.len;
    return unknown ? line_behind(said, path) : 0;
}

/* "[ALERT] (1) : config : parsing [/tmp/x/haproxy.cfg:12] : unknown keyword 'x' in 'global'" */
static unsigned haproxy_refused(struct slice said, const char *path)
{
    while (said.len) {
        struct slice line = slice_cut_line(&said);
        if (slice_starts(line, SLICE("[ALERT]")) &&
            slice_search(line, SLICE("unknown keyword")) < line.len && line_behind(line, path))
            return line_behind(line, path);
    }
    return 0;
}

static struct slice line_at(struct slice text, unsigned number)
{
    struct slice line = {NULL, 0};
    for (unsigned i = 0; i < number && text.len; i++)
        line = slice_cut(&text, '\n');
    return line;
}

static bool replace_line(struct slice text, struct slice line, struct slice by, struct arena *arena,
                         struct slice *result)
{
    size_t start = (size_t)(line.at - text.at);
    *result = arena_printf(arena, "%.*s%.*s%.*s", SLICE_ARG(slice_upto(text, start)), SLICE_ARG(by),
                           SLICE_ARG(slice_from(text, start + line.len)));
    return result->at != NULL;
}

/* Only a directive that stands alone in its line: others would take their neighbours with them. */
static bool nginx_leave_out(struct slice text, unsigned number, struct arena *arena,
                            struct slice *left, struct slice *result)
{
    struct slice line = line_at(text, number), bare = slice_trim(line);
    *left = bare;
    return bare.len > 1 && slice_find(bare, ';') == bare.len - 1 &&
           replace_line(text, line, SLICE(""), arena, result);
}

static bool haproxy_leave_out(struct slice text, unsigned number, struct arena *arena,
                              struct slice *left, struct slice *result)
{
    struct slice line = line_at(text, number);
    *left = slice_trim(line);
    return left->len && (line.at[0] == ' ' || line.at[0] == '\t') && /* not a section's head */
           replace_line(text, line, SLICE("    # left out by the test"), arena, result);
}

static const struct stand_in_kind nginx = {.name = "nginx",
                                           .end = ".conf",
                                           .main = "nginx.conf",
                                           .rewrite = ship_rewrite_nginx,
                                           .words = nginx_words,
                                           .refused_line = nginx_refused,
                                           .leave_out = nginx_leave_out};
static const struct stand_in_kind haproxy = {.name = "haproxy",
                                             .end = ".cfg",
                                             .main = "haproxy.cfg",
                                             .rewrite = ship_rewrite_haproxy,
                                             .words = haproxy_words,
                                             .refused_line = haproxy_refused,
                                             .leave_out = haproxy_leave_out};
const struct stand_in_kind *const stand_in_kinds[] = {&nginx, &haproxy, NULL};

/* "HAProxy version 2.6.12-1+deb12u4 2025/…", "nginx version: nginx/1.22.1": the first number with a
   dot. */
struct slice stand_in_version(const char *program, struct arena *arena)
{
    const char *const argv[] = {program, "-v", NULL};
    struct process_result result;
    struct error ignored = {0};
    if (!process_run(&(struct process_options){.argv = argv, .seconds = JUDGE_SECONDS}, arena,
                     &result, &ignored))
        return (struct slice){NULL, 0};
    struct slice said = result.output.len ? result.output : result.errors;
    for (size_t i = 0; i < said.len; i++) {
        size_t end = i;
        while (end < said.len && (ascii_digit(said.at[end]) || said.at[end] == '.'))
            end++;
        struct slice number = slice_of(said.at + i, end - i);
        if (number.len && ascii_digit(number.at[0]) && slice_find(number, '.') < number.len)
            return arena_copy(arena, number);
        i = end > i ? end : i;
    }
    return (struct slice){NULL, 0};
}

struct slice ship_stand_in_tools(struct arena *arena)
{
    struct slice all = {"", 0};
    for (const struct stand_in_kind *const *kind = stand_in_kinds; *kind && all.at; kind++) {
        struct slice version = stand_in_version((*kind)->name, arena);
        if (version.len)
            arena_list(arena, &all, ", ", "%s %.*s", (*kind)->name, SLICE_ARG(version));
    }
    return all;
}

/* "haproxy:3.3.1-alpine" against "2.6.12". */
static bool is_newer(struct slice base, struct slice here, struct slice *version)
{
    size_t colon = slice_find_last(base, ':');
    struct slice there = slice_from(base, colon < base.len ? colon + 1 : base.len), rest = here;
    size_t digits = 0;
    while (digits < there.len && (ascii_digit(there.at[digits]) || there.at[digits] == '.'))
        digits++;
    there = slice_upto(there, digits);
    *version = there;
    while (there.len) {
        uint64_t x = 0, y = 0;
        slice_u64(slice_cut(&there, '.'), &x);
        slice_u64(slice_cut(&rest, '.'), &y);
        if (x != y)
            return x > y;
    }
    return false;
}

/* The line that says why: "[emerg]" of nginx, "[ALERT]" of haproxy; else the last one. */
static struct slice complaint(struct slice said)
{
    struct slice found = {NULL, 0}, last = {NULL, 0};
    while (said.len) {
        struct slice line = slice_trim(slice_cut_line(&said));
        if (!found.len && (slice_search(line, SLICE("[emerg]")) < line.len ||
                           slice_search(line, SLICE("[ALERT]")) < line.len))
            found = line;
        last = line.len ? line : last;
    }
    return found.len ? found : last;
}

static bool refuse(struct stand_ins *all, struct stand_in *one, struct slice said, bool newer,
                   struct slice here, struct slice there, struct error *err)
{
    struct arena *arena = all->test->arena;
    one->unfit = true;
    if (newer)
        return ship_test_note(all->test,
                              "%.*s was not tested: %s %.*s of this machine does not take what is "
                              "written for %.*s: %.*s",
                              SLICE_ARG(one->image->name), one->kind->name, SLICE_ARG(here),
                              SLICE_ARG(there), SLICE_ARG(complaint(said))) ||
               arena_error(err);
    return ship_test_check_add(all->test,
                               arena_printf(arena, "%.*s: %s takes %.*s",
                                            SLICE_ARG(one->image->name), one->kind->name,
                                            SLICE_ARG(one->file->path)),
                               false, arena_printf(arena, "%.*s", SLICE_ARG(complaint(said))), err);
}

static bool say_version(struct stand_ins *all, const struct stand_in *one, bool newer,
                        struct slice here, struct slice there)
{
    return !newer || ship_test_note(all->test,
                                    "%.*s was tested with %s %.*s of this machine, its image has "
                                    "%.*s",
                                    SLICE_ARG(one->image->name), one->kind->name, SLICE_ARG(here),
                                    SLICE_ARG(there));
}

/* Takes out the line that it names, when it may just be too old for it. */
static bool leave_out(struct stand_ins *all, struct stand_in *one, struct slice said)
{
    struct slice left, text;
    unsigned line = one->kind->refused_line(said, one->configuration);
    struct error ignored = {0};
    if (!line || !one->kind->leave_out(one->text, line, all->test->arena, &left, &text) ||
        !file_write(one->configuration, text, &ignored))
        return false;
    ship_rewrite_note(&one->rewrite, "left out, since %s here does not know it: %.*s",
                      one->kind->name, SLICE_ARG(slice_upto(left, 200)));
    one->text = text;
    return true;
}

bool stand_in_judge(struct stand_ins *all, struct stand_in *one, struct error *err)
{
    struct arena *arena = all->test->arena;
    struct slice here = stand_in_version(one->kind->name, arena), there;
    const char *argv[12];
    bool newer = is_newer(one->copies.base, here, &there);
    if (!here.len) {
        one->unfit = true;
        return ship_test_note(all->test, "%.*s was not tested: there is no %s on this machine",
                              SLICE_ARG(one->image->name), one->kind->name) ||
               arena_error(err);
    }
    if (!one->kind->words(one, true, arena, argv))
        return arena_error(err);
    for (int i = 0; i < LEFT_OUT_MAX; i++) {
        struct process_result result;
        if (!process_run(&(struct process_options){.argv = argv, .seconds = JUDGE_SECONDS}, arena,
                         &result, err))
            return false;
        if (result.exit_code == 0)
            return say_version(all, one, newer, here, there) || arena_error(err);
        struct slice said = result.errors.len ? result.errors : result.output;
        if (!newer || !leave_out(all, one, said))
            return refuse(all, one, said, newer, here, there, err);
    }
    return refuse(all, one, SLICE("too much of it is not known here"), newer, here, there, err);
}
