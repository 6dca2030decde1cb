/*
 * Debian's package database: var/lib/dpkg/status, paragraphs of "Field: value" with continuation
 * lines that start with a space, one for each package; and var/lib/dpkg/status.d/NAME (distroless
 * images), a file for each package, without a Status field. Sources: deb-control(5), dpkg-query(1).
 */
#include "base/ascii.h"
#include "catalog/finder.h"
#include "catalog/vendor.h"

static bool wants(struct slice path)
{
    struct slice folder = SLICE("var/lib/dpkg/status.d/");
    if (slice_equal(path, SLICE("var/lib/dpkg/status")))
        return true;
    return slice_starts(path, folder) && path.len > folder.len &&
           slice_find(slice_from(path, folder.len), '/') == path.len - folder.len &&
           !slice_ends(path, SLICE(".md5sums"));
}

struct paragraph {
    struct package package;
    struct slice maintainer, status;
    bool any;
};

/* "name" or "name (version)". */
static void read_source(struct package *package, struct slice value)
{
    size_t open = slice_find(value, '(');
    package->source = slice_trim(slice_upto(value, open));
    struct slice version = slice_from(value, open + 1);
    package->source_version = slice_trim(slice_upto(version, slice_find(version, ')')));
}

static void add_field(struct paragraph *paragraph, struct slice field, struct slice value)
{
    struct package *package = &paragraph->package;
    paragraph->any = true;
    if (slice_equal_nocase(field, SLICE("Package")))
        package->name = value;
    else if (slice_equal_nocase(field, SLICE("Version")))
        package->version = value;
    else if (slice_equal_nocase(field, SLICE("Architecture")))
        package->arch = value;
    else if (slice_equal_nocase(field, SLICE("Source")))
        read_source(package, value);
    else if (slice_equal_nocase(field, SLICE("Status")))
        paragraph->status = value;
    else if (slice_equal_nocase(field, SLICE("Maintainer")))
        paragraph->maintainer = value;
}

/* "want flag state". In every other state the files are there, if not yet configured. */
static bool has_files(struct slice status)
{
    struct slice state = slice_from(status, slice_find_last(status, ' ') + 1);
    return !slice_equal(state, SLICE("not-installed")) &&
           !slice_equal(state, SLICE("config-files")) &&
           !slice_equal(state, SLICE("half-installed"));
}

static void end_paragraph(struct paragraph *paragraph, struct slice path, size_t line,
                          struct collector *collector)
{
    struct package *package = &paragraph->package;
    package->type = PACKAGE_DEB;
    package->path = path;
    bool gone = paragraph->status.len && !has_files(paragraph->status);
    if (package->name.len && package->version.len && !gone) {
        vendor_recognise(package, paragraph->maintainer);
        collector_add_package(collector, package);
    } else if (paragraph->any && !gone) {
        collector_add_line_note(collector, path, line, "a package without a name or a version");
    }
    *paragraph = (struct paragraph){0};
}

static void read_status(struct slice path, struct slice bytes, struct collector *collector)
{
    struct paragraph paragraph = {0};
    size_t number = 0;
    while (bytes.len && !collector->failed) {
        struct slice line = slice_cut_line(&bytes);
        number++;
        if (slice_trim(line).len == 0) {
            end_paragraph(&paragraph, path, number, collector);
            continue;
        }
        if (line.at[0] == ' ' || line.at[0] == '\t')
            continue;
        size_t colon = slice_find(line, ':');
        if (colon == 0 || colon == line.len || memchr(line.at, 0, line.len))
            collector_add_line_note(collector, path, number, "not a field of a package database");
        else
            add_field(&paragraph, slice_upto(line, colon), slice_trim(slice_from(line, colon + 1)));
    }
    end_paragraph(&paragraph, path, number, collector);
}

const struct finder finder_dpkg = {
    .name = "dpkg",
    .limit = 128 * 1024 * 1024,
    .wants = wants,
    .read = read_status,
};
