/* See discover.h. */
#include "lint/discover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/file.h"

/* ---- by name ---- */

static bool starts_nocase(struct slice text, const char *start)
{
    return slice_equal_nocase(slice_upto(text, strlen(start)), slice_str(start));
}

static bool ends_nocase(struct slice text, const char *end)
{
    size_t len = strlen(end);
    return text.len > len && slice_equal_nocase(slice_from(text, text.len - len), slice_str(end));
}

/* Beside a Dockerfile, of its name, and none: ignore lists, templates, what editors leave. */
static bool is_by_product(struct slice name)
{
    static const char *const ends[] = {".dockerignore", ".j2",   ".jinja", ".jinja2",   ".tmpl",
                                       ".tpl",          ".erb",  ".md",    ".orig",     ".bak",
                                       ".rej",          ".swp",  "~",      ".template", ".mustache",
                                       ".rst",          ".html", ".txt.in"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_nocase(name, ends[i]))
            return true;
    return false;
}

static bool is_dockerfile_name(struct slice name)
{
    if (slice_equal_nocase(name, SLICE("Dockerfile")) ||
        slice_equal_nocase(name, SLICE("Containerfile")))
        return true;
    return (starts_nocase(name, "Dockerfile.") || starts_nocase(name, "Containerfile.") ||
            ends_nocase(name, ".dockerfile") || ends_nocase(name, ".containerfile")) &&
           !is_by_product(name);
}

static bool has_folder(struct slice path, const char *folder)
{
    while (path.len)
        if (slice_equal_str(slice_cut(&path, '/'), folder))
            return true;
    return false;
}

unsigned discover_by_name(struct slice path, bool *sure)
{
    size_t slash = slice_find_last(path, '/');
    struct slice name = slash < path.len ? slice_from(path, slash + 1) : path;
    struct slice folder = slash < path.len ? slice_upto(path, slash) : SLICE("");
    *sure = true;
    if (is_dockerfile_name(name))
        return LINT_DOCKERFILE;
    if (slice_equal_str(name, "haproxy.cfg") || slice_ends(name, SLICE(".haproxy.cfg")))
        return LINT_HAPROXY;
    if (slice_equal_str(name, "nginx.conf") || slice_ends(name, SLICE(".nginx.conf")))
        return LINT_NGINX;
    *sure = false;
    if (slice_ends(name, SLICE(".cfg")))
        return LINT_HAPROXY;
    if (slice_ends(name, SLICE(".conf")) || has_folder(folder, "sites-available") ||
        has_folder(folder, "sites-enabled"))
        return LINT_NGINX;
    return 0;
}

/* ---- by content ---- */

static const char dockerfile_words[] =
    "FROM ARG RUN COPY ADD CMD ENTRYPOINT ENV LABEL USER WORKDIR "
    "EXPOSE VOLUME HEALTHCHECK SHELL STOPSIGNAL ONBUILD";
static const char haproxy_words[] = "global defaults frontend backend listen peers resolvers "
                                    "userlist program mailers cache http-errors ring";
static const char nginx_blocks[] = "http events server stream upstream map geo location mail types";
static const char nginx_words[] =
    "worker_processes user include server_tokens add_header proxy_pass load_module error_log pid "
    "ssl_protocols ssl_certificate gzip root listen server_name limit_req_zone log_format "
    "proxy_set_header resolver more_set_headers";

static bool is_word(const char *words, struct slice word, bool any_case)
{
    for (struct slice rest = slice_str(words); rest.len;) {
        struct slice one = slice_cut(&rest, ' ');
        if (any_case ? slice_equal_nocase(one, word) : slice_equal(one, word))
            return true;
    }
    return false;
}

static struct slice first_word(struct slice line)
{
    size_t end = 0;
    while (end < line.len && !ascii_space(line.at[end]) && line.at[end] != '{')
        end++;
    return slice_upto(line, end);
}

/* One line that is neither empty nor a comment: what it speaks for. */
static unsigned kind_of_line(struct slice line)
{
    struct slice word = first_word(line);
    char last = line.at[line.len - 1];
    if (is_word(nginx_blocks, word, false) && last == '{')
        return LINT_NGINX;
    if (is_word(nginx_words, word, false) && last == ';')
        return LINT_NGINX;
    if (is_word(haproxy_words, word, false) && last != '{' && last != ';' && last != ':')
        return LINT_HAPROXY;
    if (is_word(dockerfile_words, word, true) && word.len < line.len && last != ';')
        return LINT_DOCKERFILE;
    return 0;
}

unsigned discover_by_content(struct slice bytes)
{
    enum { LINES_MAX = 200 };
    if (slice_starts(bytes, SLICE("\xEF\xBB\xBF")))
        bytes = slice_from(bytes, 3);
    for (unsigned i = 0; bytes.len && i < LINES_MAX; i++) {
        struct slice line = slice_trim(slice_cut_line(&bytes));
        if (!line.len)
            continue;
        if (line.at[0] == '#') {
            struct slice text = slice_trim(slice_from(line, 1));
            if (starts_nocase(text, "syntax=") || starts_nocase(text, "escape="))
                return LINT_DOCKERFILE;
            continue;
        }
        unsigned kind = kind_of_line(line);
        if (kind)
            return kind;
        if (i == 0 && (line.at[0] == '<' || line.at[0] == '['))
            return 0; /* Apache's, INI */
    }
    return 0;
}

/* ---- folders ---- */

static bool add(struct discovery *discovery, struct slice path, unsigned kind, bool given,
                const struct stat *info, struct error *err)
{
    struct slice key = arena_printf(discovery->arena, "%llx:%llx", (unsigned long long)info->st_dev,
                                    (unsigned long long)info->st_ino);
    struct discovered item = {path, kind, given};
    if (!key.at)
        return arena_error(err);
    if (table_get(&discovery->seen, key))
        return true;
    return (table_put(&discovery->seen, key, discovery) &&
            ARENA_PUSH(discovery->arena, discovery->items, discovery->count, discovery->room,
                       item)) ||
           arena_error(err);
}

/* Version control, and what package managers put there: not the user's own files. */
static bool is_foreign_folder(const char *name)
{
    static const char *const names[] = {".git",          ".hg",   ".svn",        "node_modules",
                                        "vendor",        ".venv", "__pycache__", "bower_components",
                                        "site-packages", ".tox",  ".terraform",  ".cache"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static unsigned peek(int folder, const char *name)
{
    char bytes[DISCOVER_PEEK];
    struct error ignored;
    size_t got = 0;
    int fd CLEANUP_FD = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || !file_pread(fd, bytes, sizeof bytes, 0, &got, &ignored))
        return 0;
    return discover_by_content(slice_of(bytes, got));
}

struct entry {
    char *name;
    bool folder;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/* Names of a folder that may matter: folders, and files whose name is one. */
static bool list(struct discovery *discovery, DIR *stream, struct slice path,
                 struct entry **entries, size_t *count, struct error *err)
{
    size_t room = 0;
    for (struct dirent *found; (found = readdir(stream));) {
        bool sure;
        const char *name = found->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if (++discovery->entries > DISCOVER_ENTRIES_MAX)
            return error_set(err, ERROR_LIMIT, "more than %d files; name a smaller folder",
                             DISCOVER_ENTRIES_MAX);
        struct stat info;
        bool folder = found->d_type == DT_DIR;
        if (found->d_type == DT_UNKNOWN &&
            fstatat(dirfd(stream), name, &info, AT_SYMLINK_NOFOLLOW) == 0)
            folder = S_ISDIR(info.st_mode);
        struct slice whole = {NULL, 0};
        if (!folder) {
            whole = arena_printf(discovery->arena, "%.*s/%s", SLICE_ARG(path), name);
            if (whole.at && !discover_by_name(whole, &sure))
                continue;
        } else if (is_foreign_folder(name)) {
            continue;
        }
        struct entry entry = {arena_string(discovery->arena, slice_str(name)), folder};
        if (!entry.name || !ARENA_PUSH(discovery->arena, *entries, *count, room, entry))
            return arena_error(err);
    }
    return true;
}

static bool walk(struct discovery *discovery, int fd, struct slice path, unsigned depth,
                 struct error *err);

static bool enter(struct discovery *discovery, int parent, const char *name, struct slice path,
                  unsigned depth, struct error *err)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        return walk(discovery, fd, path, depth, err);
    lint_note(discovery->report, path, "cannot be listed: %s", strerror(errno));
    discovery->unread++;
    return true;
}

static bool take_file(struct discovery *discovery, int folder, const char *name, struct slice path,
                      struct error *err)
{
    struct stat info;
    bool sure;
    if (fstatat(folder, name, &info, 0) != 0 || !S_ISREG(info.st_mode))
        return true; /* a link to nowhere, a socket */
    unsigned kind = discover_by_name(path, &sure);
    if (discovery->as)
        kind = kind == discovery->as ? kind : 0;
    if (kind && !sure && peek(folder, name) != kind)
        kind = 0;
    return !kind || add(discovery, path, kind, false, &info, err);
}

/* Takes over the descriptor. */
static bool walk(struct discovery *discovery, int fd, struct slice path, unsigned depth,
                 struct error *err)
{
    if (depth > DISCOVER_DEPTH_MAX) {
        close(fd);
        lint_note(discovery->report, path, "not looked into: deeper than %d folders",
                  DISCOVER_DEPTH_MAX);
        discovery->unread++;
        return true;
    }
    DIR *stream = fdopendir(fd);
    if (!stream) {
        close(fd);
        return error_errno(err, "%.*s", SLICE_ARG(path));
    }
    struct entry *entries = NULL;
    size_t count = 0;
    bool fine = list(discovery, stream, path, &entries, &count, err);
    if (fine && count)
        qsort(entries, count, sizeof *entries, by_name);
    for (size_t i = 0; fine && i < count; i++) {
        /* "Dockerfile", not "./Dockerfile", when no folder was named. */
        struct slice below =
            slice_equal_str(path, ".")
                ? slice_str(entries[i].name)
                : arena_printf(discovery->arena, "%.*s%s%s", SLICE_ARG(path),
                               slice_ends(path, SLICE("/")) ? "" : "/", entries[i].name);
        if (!below.at)
            fine = arena_error(err);
        else if (entries[i].folder)
            fine = enter(discovery, dirfd(stream), entries[i].name, below, depth + 1, err);
        else
            fine = take_file(discovery, dirfd(stream), entries[i].name, below, err);
    }
    closedir(stream);
    return fine;
}

bool discover_path(struct discovery *discovery, const char *path, struct error *err)
{
    struct stat info = {.st_dev = 0};
    struct slice name = arena_copy(discovery->arena, slice_str(path));
    if (!name.at)
        return arena_error(err);
    if (!discovery->seen.arena)
        table_init(&discovery->seen, discovery->arena);
    if (slice_equal_str(name, "-"))
        return add(discovery, name, discovery->as, true, &info, err);
    if (stat(path, &info) != 0)
        return error_errno(err, "%s", path);
    if (!S_ISDIR(info.st_mode)) {
        bool sure;
        unsigned kind = discover_by_name(name, &sure);
        return add(discovery, name,
                   discovery->as ? discovery->as
                   : sure        ? kind
                                 : 0,
                   true, &info, err);
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, "%s", path);
    return walk(discovery, fd, name, 0, err);
}
