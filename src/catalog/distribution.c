/*
 * Which distribution the layer is of. etc/os-release and usr/lib/os-release are assignments in the
 * shell's quoting (os-release(5)); before them, and on odd images instead of them, each
 * distribution had a file of its own with one line. All that are found are kept: scan takes the
 * best.
 */
#include "base/ascii.h"
#include "catalog/finder.h"

/* Takes the quotes and escapes off a shell word; what stands behind the word is dropped. */
static struct slice unquote(struct arena *scratch, struct slice value)
{
    char *text = arena_alloc(scratch, value.len + 1);
    size_t len = 0;
    char quote = 0;
    if (!text)
        return (struct slice){0};
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        bool escape = c == '\\' && quote != '\'' && i + 1 < value.len;
        if (escape && (!quote || memchr("\"$`\\", value.at[i + 1], 4)))
            text[len++] = value.at[++i];
        else if (quote && c == quote)
            quote = 0;
        else if (!quote && (c == '"' || c == '\''))
            quote = c;
        else if (!quote && ascii_space(c))
            break;
        else
            text[len++] = c;
    }
    return (struct slice){text, len};
}

static struct slice lower(struct arena *scratch, struct slice text)
{
    char *copy = arena_string(scratch, text);
    for (size_t i = 0; copy && i < text.len; i++)
        copy[i] = ascii_lower(copy[i]);
    return (struct slice){copy, copy ? text.len : 0};
}

struct assignment {
    const char *key;
    struct slice *value;
};

static void read_assignments(struct slice path, struct slice bytes,
                             const struct assignment *assignments, struct collector *collector)
{
    for (size_t number = 1; bytes.len; number++) {
        struct slice line = slice_trim(slice_cut_line(&bytes));
        size_t equals = slice_find(line, '=');
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (equals == line.len) {
            collector_add_line_note(collector, path, number, "not an assignment");
            continue;
        }
        for (const struct assignment *a = assignments; a->key; a++)
            if (slice_equal_str(slice_upto(line, equals), a->key))
                *a->value = unquote(collector->scratch, slice_from(line, equals + 1));
    }
}

static void read_os_release(struct slice path, struct slice bytes, struct collector *collector)
{
    struct distribution found = {.path = path};
    const struct assignment assignments[] = {
        {"ID", &found.id},
        {"VERSION_ID", &found.version_id},
        {"VERSION_CODENAME", &found.codename},
        {"PRETTY_NAME", &found.pretty},
        {NULL, NULL},
    };
    read_assignments(path, bytes, assignments, collector);
    found.id = lower(collector->scratch, found.id);
    if (found.id.len)
        collector_add_distribution(collector, &found);
}

static void read_lsb_release(struct slice path, struct slice bytes, struct collector *collector)
{
    struct distribution found = {.path = path};
    const struct assignment assignments[] = {
        {"DISTRIB_ID", &found.id},
        {"DISTRIB_RELEASE", &found.version_id},
        {"DISTRIB_CODENAME", &found.codename},
        {"DISTRIB_DESCRIPTION", &found.pretty},
        {NULL, NULL},
    };
    read_assignments(path, bytes, assignments, collector);
    found.id = lower(collector->scratch, found.id);
    if (found.id.len)
        collector_add_distribution(collector, &found);
}

static struct slice first_line(struct slice bytes)
{
    struct slice line = slice_trim(slice_cut_line(&bytes));
    return line.len && !memchr(line.at, 0, line.len) ? line : (struct slice){0};
}

static void read_alpine(struct slice path, struct slice bytes, struct collector *collector)
{
    struct slice line = first_line(bytes);
    if (line.len)
        collector_add_distribution(
            collector,
            &(struct distribution){.id = SLICE("alpine"), .version_id = line, .path = path});
}

/* "12.5", or "trixie/sid" where there is no number yet. */
static void read_debian(struct slice path, struct slice bytes, struct collector *collector)
{
    struct slice line = first_line(bytes);
    struct distribution found = {.id = SLICE("debian"), .path = path};
    if (line.len == 0)
        return;
    if (ascii_digit(line.at[0]))
        found.version_id = line;
    else
        found.codename = slice_upto(line, slice_find(line, '/'));
    collector_add_distribution(collector, &found);
}

struct red_hat_row {
    const char *start, *id;
};
static const struct red_hat_row red_hats[] = {
    {"Red Hat Enterprise Linux", "rhel"},
    {"CentOS", "centos"},
    {"AlmaLinux", "almalinux"},
    {"Rocky Linux", "rocky"},
    {"Fedora", "fedora"},
    {"Oracle Linux", "ol"},
    {"Amazon Linux", "amzn"},
    {"Scientific", "scientific"},
};

/* "CentOS Linux release 7.9.2009 (Core)" */
static void read_red_hat(struct slice path, struct slice bytes, struct collector *collector)
{
    struct slice line = first_line(bytes);
    size_t release = slice_search(line, SLICE(" release "));
    struct slice version = slice_from(line, release + sizeof " release " - 1);
    struct distribution found = {
        .version_id = slice_upto(version, slice_find(version, ' ')), .pretty = line, .path = path};
    for (size_t i = 0; i < sizeof red_hats / sizeof red_hats[0]; i++)
        if (slice_starts(line, slice_str(red_hats[i].start)))
            found.id = slice_str(red_hats[i].id);
    if (found.id.len && found.version_id.len)
        collector_add_distribution(collector, &found);
    else if (line.len)
        collector_add_note(collector, path, "a distribution that is not known");
}

struct release_file {
    const char *path;
    void (*read)(struct slice path, struct slice bytes, struct collector *collector);
};
static const struct release_file release_files[] = {
    {"etc/os-release", read_os_release},   {"usr/lib/os-release", read_os_release},
    {"etc/alpine-release", read_alpine},   {"etc/debian_version", read_debian},
    {"etc/redhat-release", read_red_hat},  {"etc/system-release", read_red_hat},
    {"etc/lsb-release", read_lsb_release},
};

static const struct release_file *find_file(struct slice path)
{
    for (size_t i = 0; i < sizeof release_files / sizeof release_files[0]; i++)
        if (slice_equal_str(path, release_files[i].path))
            return &release_files[i];
    return NULL;
}

static bool wants(struct slice path)
{
    return find_file(path) != NULL;
}

static void read_release(struct slice path, struct slice bytes, struct collector *collector)
{
    const struct release_file *file = find_file(path);
    if (file)
        file->read(path, bytes, collector);
}

const struct finder finder_distribution = {
    .name = "distribution",
    .limit = 64 * 1024,
    .wants = wants,
    .read = read_release,
};
