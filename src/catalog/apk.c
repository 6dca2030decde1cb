/*
 * Alpine's package database, lib/apk/db/installed (usr/lib on newest): records of "X:value" lines,
 * an empty line between them. P name, V version, A architecture, L license, o origin (the source
 * package, by which advisories are kept), m maintainer; F a folder, R a file in it; after them come
 * lines about that folder or file (M, a, Z), which say nothing here. Source: apk-tools,
 * doc/apk-v2.5.scd, "INSTALLED".
 */
#include "catalog/finder.h"
#include "catalog/vendor.h"
#include "image/path.h"

static bool wants(struct slice path)
{
    return slice_ends(path, SLICE("lib/apk/db/installed")) &&
           (path.len == sizeof "lib/apk/db/installed" - 1 ||
            slice_equal(path, SLICE("usr/lib/apk/db/installed")));
}

/* One record, as far as it was read. */
struct record {
    struct package package;
    struct slice maintainer, folder;
    bool any; /* a line was seen */
};

static void add_file(const struct record *record, struct slice name, struct collector *collector)
{
    struct slice path = name;
    if (record->folder.len)
        path = arena_printf(collector->scratch, "%.*s/%.*s", SLICE_ARG(record->folder),
                            SLICE_ARG(name));
    if (path.at)
        path = path_clean(collector->scratch, path);
    if (path.at)
        collector_add_owned(collector, path);
    else
        collector->failed = true;
}

static void add_field(struct record *record, char key, struct slice value,
                      struct collector *collector)
{
    switch (key) {
    case 'P':
        record->package.name = value;
        break;
    case 'V':
        record->package.version = value;
        break;
    case 'A':
        record->package.arch = value;
        break;
    case 'L':
        record->package.license = value;
        break;
    case 'o':
        record->package.source = value;
        break;
    case 'm':
        record->maintainer = value;
        break;
    case 'F':
        record->folder = value;
        break;
    case 'R':
        add_file(record, value, collector);
        break;
    default:
        break;
    }
}

static void end_record(struct record *record, struct slice path, size_t line,
                       struct collector *collector)
{
    record->package.type = PACKAGE_APK;
    record->package.path = path;
    if (record->package.name.len && record->package.version.len) {
        vendor_recognise(&record->package, record->maintainer);
        collector_add_package(collector, &record->package);
    } else if (record->any) {
        collector_add_line_note(collector, path, line, "a package without a name or a version");
    }
    *record = (struct record){0};
}

static void read_database(struct slice path, struct slice bytes, struct collector *collector)
{
    struct record record = {0};
    size_t number = 0;
    while (bytes.len && !collector->failed) {
        struct slice line = slice_cut_line(&bytes);
        number++;
        if (line.len == 0) {
            end_record(&record, path, number, collector);
        } else if (line.len < 2 || line.at[1] != ':' || memchr(line.at, 0, line.len)) {
            collector_add_line_note(collector, path, number, "not a field of a package database");
        } else {
            record.any = true;
            add_field(&record, line.at[0], slice_from(line, 2), collector);
        }
    }
    end_record(&record, path, number, collector);
}

const struct finder finder_apk = {
    .name = "apk",
    .limit = 64 * 1024 * 1024,
    .wants = wants,
    .read = read_database,
};
