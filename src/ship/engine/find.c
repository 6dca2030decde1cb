/*
 * Which engine is there and works. docker first, since a machine that has it set up is meant to use
 * it; then those without a daemon. One that is there and does not work is passed over and told of,
 * unless it was named.
 */
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ascii.h"
#include "ship/engine/failure.h"
#include "ship/engine/rows.h"

enum { PROBE_SECONDS = 30, PROBE_WORDS_MAX = 16 };

void ship_engine_note(struct ship_engine *engine, struct arena *arena, const char *format, ...)
{
    char text[1200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct slice note = arena_copy(arena, slice_str(text));
    if (note.at && engine->note_count < SHIP_ENGINE_NOTES_MAX)
        engine->notes[engine->note_count++] = note;
}

static bool probe_failed(const struct ship_engine *engine, const struct process_result *result,
                         struct error *err)
{
    struct slice said = result->errors.len ? result->errors : result->output;
    enum ship_failure failure = ship_failure_find(said);
    const struct ship_failure_kind *kind = &ship_failure_kinds[failure];
    struct slice reason = ship_failure_reason(said, failure);
    if (result->timed_out)
        return error_set(err, ERROR_NETWORK,
                         "%s: no answer within %d seconds; is its daemon well? (%s)",
                         engine->row->name, PROBE_SECONDS, "systemctl status");
    if (failure == SHIP_FAILED)
        return error_set(err, ERROR_IO, "%s: %.*s", engine->row->name, SLICE_ARG(reason));
    return error_set(err, kind->kind, "%s: %s (%.*s); %s", engine->row->name, kind->what,
                     SLICE_ARG(reason), kind->next);
}

bool ship_probe_ask(const struct ship_engine *engine, const char *const *words, struct arena *arena,
                    struct slice *output, struct error *err)
{
    static const char *const quiet[] = {"LC_ALL=C", "DOCKER_CLI_HINTS=false", NULL};
    const char *argv[PROBE_WORDS_MAX + 4] = {engine->program};
    size_t count = 1;
    struct process_result result;
    if (engine->driver.len) {
        argv[count++] = "--storage-driver";
        argv[count++] = engine->driver.at;
    }
    while (*words && count < PROBE_WORDS_MAX)
        argv[count++] = *words++;
    if (!process_run(
            &(struct process_options){.argv = argv, .environment = quiet, .seconds = PROBE_SECONDS},
            arena, &result, err))
        return false;
    if (result.exit_code != 0)
        return probe_failed(engine, &result, err);
    *output = slice_trim(result.output);
    return true;
}

/* podman's service takes docker's requests, and tells its own version. */
static void look_behind(struct ship_engine *engine, struct arena *arena)
{
    static const char *const parts[] = {"version", "--format",
                                        "{{range .Server.Components}}{{.Name}};{{end}}", NULL};
    struct slice said;
    struct error ignored = {0};
    if (engine->row == &ship_engine_docker &&
        ship_probe_ask(engine, parts, arena, &said, &ignored) &&
        slice_search(said, SLICE("Podman Engine")) < said.len) {
        engine->behind = &ship_engine_podman;
        ship_engine_note(engine, arena, "docker's command line speaks to a podman %.*s here",
                         SLICE_ARG(engine->version));
    }
}

bool ship_probe_docker(struct ship_engine *engine, struct arena *arena, struct error *err)
{
    static const char *const info[] = {
        "info", "--format", "{{.ServerVersion}}|{{.Driver}}|{{json .SecurityOptions}}", NULL};
    struct slice said;
    if (!ship_probe_ask(engine, info, arena, &said, err))
        return false;
    engine->version = slice_cut(&said, '|');
    engine->storage = slice_cut(&said, '|');
    engine->rootless = slice_search(said, SLICE("rootless")) < said.len;
    if (!engine->version.len)
        return error_set(err, ERROR_NETWORK, "%s: its daemon does not say its version",
                         engine->row->name);
    look_behind(engine, arena);
    return true;
}

/* Whether a user namespace with mounts of its own can be had: what a container is made of. Asked in
   a child, since it would be ours for good. */
static bool has_namespaces(void)
{
    pid_t child = fork();
    int status = 0;
    if (child == 0)
        _exit(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? 0 : 1);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void choose_isolation(struct ship_engine *engine, struct arena *arena)
{
    const char *wanted = getenv("BUILDAH_ISOLATION");
    bool runtime = process_find("crun", arena) || process_find("runc", arena);
    if ((wanted && *wanted) || (runtime && has_namespaces()))
        return; /* it reads the variable itself */
    engine->isolation = SLICE("chroot");
    ship_engine_note(engine, arena,
                     "%s builds with --isolation chroot, since %s; BUILDAH_ISOLATION decides "
                     "otherwise",
                     engine->row->name,
                     runtime ? "user namespaces are not to be had here"
                             : "neither crun nor runc is installed");
}

bool ship_probe_container(struct ship_engine *engine, const char *const *words, struct arena *arena,
                          struct slice *output, struct error *err)
{
    const char *driver = getenv("STORAGE_DRIVER");
    struct error first = {0};
    if (!ship_probe_ask(engine, words, arena, output, &first)) {
        if ((driver && *driver) ||
            ship_failure_find(slice_str(first.text)) != SHIP_FAILED_STORAGE) {
            *err = first;
            return false;
        }
        engine->driver = SLICE("vfs");
        if (!ship_probe_ask(engine, words, arena, output, err))
            return false;
        ship_engine_note(engine, arena,
                         "%s stores with --storage-driver vfs, since its own does not work here; "
                         "STORAGE_DRIVER decides otherwise",
                         engine->row->name);
    }
    choose_isolation(engine, arena);
    return true;
}

/* -1, 0, 1 by numbers between dots; what follows ("-dev", "+azure") does not count. */
static int compare_versions(struct slice a, struct slice b)
{
    while (a.len || b.len) {
        struct slice left = slice_cut(&a, '.'), right = slice_cut(&b, '.');
        unsigned long long x = strtoull(left.len ? left.at : "0", NULL, 10);
        unsigned long long y = strtoull(right.len ? right.at : "0", NULL, 10);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

static bool check_version(const struct ship_engine *engine, struct error *err)
{
    const struct ship_engine_row *row = engine->behind ? engine->behind : engine->row;
    if (!engine->version.len || !ascii_digit(engine->version.at[0]))
        return error_set(err, ERROR_UNSUPPORTED, "%s says \"%.*s\" instead of its version",
                         row->name, SLICE_ARG(slice_upto(engine->version, 60)));
    return compare_versions(engine->version, slice_str(row->minimum)) >= 0 ||
           error_set(err, ERROR_UNSUPPORTED, "%s %.*s is too old: at least %s is needed, %s; %s",
                     row->name, SLICE_ARG(engine->version), row->minimum, row->reason,
                     row->install);
}

static bool try_row(const struct ship_engine_row *row, struct arena *arena,
                    struct ship_engine *engine, struct error *err)
{
    size_t notes = engine->note_count;
    engine->row = row;
    engine->driver = engine->isolation = (struct slice){NULL, 0};
    engine->behind = NULL;
    if (row->probe(engine, arena, err) && check_version(engine, err))
        return true;
    engine->note_count = notes;
    return false;
}

static bool find_named(const char *wanted, struct arena *arena, struct ship_engine *engine,
                       struct error *err)
{
    const struct ship_engine_row *row = ship_engine_row_find(wanted);
    if (!row)
        return error_set(err, ERROR_USAGE,
                         "\"%s\" is no engine: docker, podman, buildah or nerdctl", wanted);
    engine->program = process_find(row->name, arena);
    if (!engine->program)
        return error_set(err, ERROR_NOT_FOUND, "there is no %s in PATH: %s", row->name,
                         row->install);
    return try_row(row, arena, engine, err);
}

static bool find_any(struct arena *arena, struct ship_engine *engine, struct error *err)
{
    struct error why = {0};
    bool seen = false;
    for (const struct ship_engine_row *const *row = ship_engine_rows; *row; row++) {
        struct error each = {0};
        engine->program = process_find((*row)->name, arena);
        if (!engine->program)
            continue;
        if (try_row(*row, arena, engine, &each))
            return true;
        struct slice text = slice_str(each.text), name = slice_cut(&text, ':');
        bool named = slice_equal_str(name, (*row)->name); /* "docker: its daemon …" */
        ship_engine_note(engine, arena, "%s was passed over: %s", (*row)->name,
                         named ? slice_trim(text).at : each.text);
        if (!seen)
            why = each;
        seen = true;
    }
    if (!seen)
        return error_set(err, ERROR_NOT_FOUND,
                         "no engine is here that builds images: docker, podman, buildah and "
                         "nerdctl were looked for in PATH; install one, for example: %s",
                         ship_engine_buildah.install);
    *err = why;
    return error_add(err, "no engine works here (%zu tried)", engine->note_count);
}

bool ship_engine_find(const char *wanted, struct arena *arena, struct ship_engine *engine,
                      struct error *err)
{
    struct ship_engine found = {0};
    bool fine =
        wanted && *wanted ? find_named(wanted, arena, &found, err) : find_any(arena, &found, err);
    if (!fine)
        return false;
    found.version = arena_copy(arena, found.version);
    found.storage = arena_copy(arena, found.storage);
    if (!found.program || !found.version.at || !found.storage.at)
        return arena_error(err);
    *engine = found;
    return true;
}
