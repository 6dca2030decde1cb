/*
 * The haproxy and nginx of this machine in place of the images: the configuration that an image
 * gets is made to run here (rewrite_*.c), checked by the program itself, started in the foreground,
 * asked, and ended. nginx is started first, so that haproxy finds it behind itself. What an older
 * program does not know of a configuration for a newer one is left out, line by line, and told.
 */
#include "ship/test/stand_in.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "lint/lint.h"
#include "ship/test/parts.h"

enum { CHECK_SECONDS = 60, LOG_MAX = 256 * 1024, LOG_LINES = 20 };

static unsigned free_port(void *context)
{
    struct stand_ins *all = context;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    /* Held until all are chosen: the next one is another one. */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
        all->held_count == sizeof all->held / sizeof *all->held) {
        file_close_fd(&fd);
        return 1;
    }
    all->held[all->held_count++] = fd;
    return ntohs(address.sin_port);
}

static void release_ports(struct stand_ins *all)
{
    while (all->held_count)
        file_close_fd(&all->held[--all->held_count]);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static bool make_folder(struct stand_ins *all, struct error *err)
{
    const char *base = getenv("TMPDIR");
    struct slice path = arena_printf(all->test->arena, "%s/plimsoll-test.XXXXXX",
                                     base && *base == '/' ? base : "/tmp");
    if (!path.at)
        return arena_error(err);
    char *folder = mkdtemp((char *)(uintptr_t)path.at);
    if (!folder)
        return error_errno(err, "making %s", path.at);
    all->folder = folder;
    return true;
}

/* Who copies it, or what the base is called, tells which program a configuration is of. */
static bool is_for(const struct ship_copies *copies, const struct ship_copy *copy,
                   const struct stand_in_kind *kind)
{
    bool named = slice_search(copies->base, slice_str(kind->name)) < copies->base.len ||
                 slice_search(copy->image, slice_str(kind->name)) < copy->image.len;
    return copy->local.len && !copy->folder && named &&
           slice_ends(copy->image, slice_str(kind->end));
}

static bool read_file(struct arena *arena, struct slice path, struct lint_file **file,
                      struct error *err)
{
    struct slice bytes;
    *file = arena_new(arena, struct lint_file);
    if (!lint_read(path, arena, &bytes, err))
        return false;
    return (*file && lint_file_init(*file, path, bytes, LINT_NGINX, arena)) || arena_error(err);
}

static bool add_program(struct stand_ins *all, const struct ship_test_image *image,
                        const struct stand_in_kind *kind, const struct ship_copies *copies,
                        struct slice main, struct error *err)
{
    struct arena *arena = all->test->arena;
    struct stand_in *one = arena_new(arena, struct stand_in);
    if (!one || !ARENA_PUSH(arena, all->items, all->count, all->room, one))
        return arena_error(err);
    *one = (struct stand_in){.image = image, .kind = kind, .copies = *copies};
    one->folder = arena_printf(arena, "%s/%zu", all->folder, all->count).at;
    struct slice page = arena_printf(arena, "%s/page", one->folder ? one->folder : "");
    struct slice index = arena_printf(arena, "%s/index.html", page.at ? page.at : "");
    return (index.at || arena_error(err)) && file_make_folder(page.at, err) &&
           file_write(index.at, SLICE("<!doctype html><title>stand-in</title>\n"), err) &&
           read_file(arena, main, &one->file, err);
}

/* Of an image: the first configuration that is a whole one, else the first of it. */
static bool find_programs(struct stand_ins *all, const struct ship_test_image *image,
                          struct error *err)
{
    struct ship_copies copies;
    if (!ship_copies_read(image, all->test->arena, &copies, err))
        return false;
    for (const struct stand_in_kind *const *kind = stand_in_kinds; *kind; kind++) {
        struct slice main = {NULL, 0};
        for (size_t i = 0; i < copies.count; i++) {
            struct ship_copy *copy = &copies.items[i];
            if (!is_for(&copies, copy, *kind))
                continue;
            if (!main.len || slice_ends(copy->image, slice_str((*kind)->main)))
                main = copy->local;
            copy->written = true;
        }
        if (main.len && !add_program(all, image, *kind, &copies, main, err))
            return false;
    }
    return true;
}

static bool holds_tls(const struct stand_ins *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (slice_search(all->items[i]->file->bytes, SLICE("ssl")) < all->items[i]->file->bytes.len)
            return true;
    return false;
}

/* A certificate of the day, with its key in the same file; without openssl there is none. */
static void make_certificate(struct stand_ins *all)
{
    struct arena *arena = all->test->arena;
    struct slice path = arena_printf(arena, "%s/test.pem", all->folder);
    const char *const argv[] = {"openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:prime256v1",
                                "-nodes",
                                "-subj",
                                "/CN=localhost",
                                "-days",
                                "2",
                                "-keyout",
                                path.at,
                                "-out",
                                "-",
                                NULL};
    struct process_result result;
    struct error ignored = {0};
    struct slice key;
    if (!path.at || !holds_tls(all) ||
        !process_run(&(struct process_options){.argv = argv, .seconds = CHECK_SECONDS}, arena,
                     &result, &ignored) ||
        result.exit_code != 0 || !file_read(path.at, 1 << 16, arena, &key, &ignored))
        return;
    struct slice both = arena_printf(arena, "%.*s%.*s", SLICE_ARG(result.output), SLICE_ARG(key));
    if (both.at && file_write(path.at, both, &ignored))
        all->certificate = path.at;
}

/* Parts of an nginx configuration lie below "root", where its include looks for them. */
static bool write_parts(struct stand_ins *all, struct stand_in *one, struct error *err)
{
    struct arena *arena = all->test->arena;
    for (size_t i = 0; i < one->copies.count; i++) {
        const struct ship_copy *copy = &one->copies.items[i];
        struct lint_file *file;
        struct slice text;
        if (!copy->written || slice_equal(copy->local, one->file->path))
            continue;
        one->rewrite.edits = NULL;
        one->rewrite.edit_count = one->rewrite.edit_room = 0;
        one->rewrite.part = true;
        struct slice to = arena_printf(arena, "%s/root%.*s", one->folder, SLICE_ARG(copy->image));
        size_t slash = slice_find_last(to, '/');
        char *folder = to.at ? arena_string(arena, slice_upto(to, slash)) : NULL;
        if (!folder)
            return arena_error(err);
        if (!file_make_folder(folder, err) || !read_file(arena, copy->local, &file, err) ||
            !one->kind->rewrite(&one->rewrite, file, &text, err) || !file_write(to.at, text, err))
            return false;
    }
    one->rewrite.edits = NULL;
    one->rewrite.edit_count = one->rewrite.edit_room = 0;
    one->rewrite.part = false;
    return true;
}

static bool rewrite_one(struct stand_ins *all, struct stand_in *one, struct error *err)
{
    struct arena *arena = all->test->arena;
    one->rewrite = (struct ship_rewrite){.arena = arena,
                                         .folder = one->folder,
                                         .copies = &one->copies,
                                         .sites = all->sites,
                                         .site_count = all->site_count,
                                         .free_port = free_port,
                                         .context = all,
                                         .certificate = all->certificate,
                                         .image = one->image->name};
    one->configuration = arena_printf(arena, "%s/%s", one->folder, one->kind->main).at;
    if (!one->configuration)
        return arena_error(err);
    return write_parts(all, one, err) &&
           one->kind->rewrite(&one->rewrite, one->file, &one->text, err) &&
           file_write(one->configuration, one->text, err);
}

/* What it listens on is what the next ones find behind them. */
static bool remember_sites(struct stand_ins *all, const struct stand_in *one, struct error *err)
{
    for (size_t i = 0; i < one->rewrite.port_count; i++)
        if (!ARENA_PUSH(all->test->arena, all->sites, all->site_count, all->site_room,
                        one->rewrite.ports[i]))
            return arena_error(err);
    return true;
}

static bool start_one(struct stand_ins *all, struct stand_in *one, struct error *err)
{
    struct arena *arena = all->test->arena;
    const char *argv[12];
    one->log = arena_printf(arena, "%s/log", one->folder).at;
    if (!one->log)
        return arena_error(err);
    CLEANUP_FD int fd = open(one->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_errno(err, "making %s", one->log);
    if (!one->kind->words(one, false, arena, argv))
        return arena_error(err);
    ship_test_progress(all->test, "%.*s: starting %s", SLICE_ARG(one->image->name),
                       one->kind->name);
    return process_start(&(struct process_options){.argv = argv, .output_fd = fd}, &one->child,
                         err);
}

static void keep_log(struct stand_ins *all, const struct stand_in *one)
{
    struct error ignored = {0};
    struct slice text;
    if (one->log && file_read(one->log, LOG_MAX, all->test->arena, &text, &ignored))
        all->test->result->log = ship_test_last_lines(text, LOG_LINES);
    text = all->test->result->log;
    while (text.len && all->test->options->line) {
        struct slice line = slice_cut_line(&text);
        all->test->options->line(all->test->options->context, true, line);
    }
}

static struct slice url_of(struct stand_ins *all, const struct ship_port *port, struct slice path)
{
    return arena_printf(all->test->arena, "%s://127.0.0.1:%u%.*s", port->tls ? "https" : "http",
                        port->to, SLICE_ARG(path));
}

/* Until it answers at all; what it answers is the checks' matter. */
static bool wait_for(struct stand_ins *all, struct stand_in *one, struct error *err)
{
    struct process_child *children[] = {&one->child};
    struct ship_health health = {.any = true, .children = children, .child_count = 1};
    struct error why = {0};
    if (!one->rewrite.port_count)
        return true;
    health.url = url_of(all, &one->rewrite.ports[0], SLICE("/"));
    if (!health.url.at)
        return arena_error(err);
    if (ship_health_wait(all->test, &health, &why))
        return true;
    if (why.kind != ERROR_NONE) {
        *err = why;
        return false;
    }
    one->dead = true;
    keep_log(all, one);
    struct slice detail = health.ended >= 0
                              ? arena_printf(all->test->arena, "it ended with %d", health.ended)
                              : arena_printf(all->test->arena, "no answer within %u s: %.*s",
                                             all->test->seconds, SLICE_ARG(health.last));
    return ship_test_check_add(all->test,
                               arena_printf(all->test->arena, "%.*s: %s runs",
                                            SLICE_ARG(one->image->name), one->kind->name),
                               false, detail, err);
}

static bool add_notes(struct stand_ins *all, const struct stand_in *one, struct error *err)
{
    for (size_t i = 0; i < one->rewrite.note_count; i++)
        if (!ship_test_note(all->test, "%.*s", SLICE_ARG(one->rewrite.notes[i])))
            return arena_error(err);
    return true;
}

static bool run_one(struct stand_ins *all, struct stand_in *one, struct error *err)
{
    if (!rewrite_one(all, one, err))
        return false;
    release_ports(all);
    if (!stand_in_judge(all, one, err) || !add_notes(all, one, err))
        return false;
    if (one->unfit)
        return true;
    return start_one(all, one, err) && wait_for(all, one, err) && remember_sites(all, one, err);
}

/* nginx before haproxy: the order of the kinds. */
static bool run_all(struct stand_ins *all, struct error *err)
{
    for (const struct stand_in_kind *const *kind = stand_in_kinds; *kind; kind++)
        for (size_t i = 0; i < all->count; i++)
            if (all->items[i]->kind == *kind && !run_one(all, all->items[i], err))
                return false;
    return stand_in_check(all, err);
}

static bool find_all(struct stand_ins *all, struct error *err)
{
    const struct ship_test_options *options = all->test->options;
    for (size_t i = 0; i < options->image_count; i++)
        if (!find_programs(all, &options->images[i], err))
            return error_add(err, "%.*s", SLICE_ARG(options->images[i].name));
    make_certificate(all);
    return true;
}

static void end_all(struct stand_ins *all)
{
    for (size_t i = all->count; i-- > 0;)
        process_stop(&all->items[i]->child);
    release_ports(all);
    if (all->folder)
        nftw(all->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

bool ship_test_stand_in(struct ship_test *test, struct error *err)
{
    struct stand_ins all = {.test = test};
    test->result->way = SHIP_TEST_STAND_IN;
    test->result->tool = ship_stand_in_tools(test->arena);
    bool fine = make_folder(&all, err) && find_all(&all, err) && run_all(&all, err);
    end_all(&all);
    return fine;
}
