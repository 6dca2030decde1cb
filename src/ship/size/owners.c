#include "ship/size/owners.h"

#include "base/json.h"
#include "image/path.h"

/* ---- apk: lib/apk/db/installed, records of "X:value" lines (apk-tools, doc/apk-v2.5.scd) ---- */

static void read_apk(struct slice path, struct slice bytes, struct builder *builder,
                     struct arena *scratch)
{
    struct listing_package package = {.manager = SLICE("apk")};
    struct slice folder = {"", 0};
    uint32_t index = UINT32_MAX;
    (void)path;
    while (bytes.len && !builder->failed) {
        struct slice line = slice_cut_line(&bytes), value = slice_from(line, 2);
        if (!line.len) {
            package = (struct listing_package){.manager = SLICE("apk")};
            index = UINT32_MAX;
            continue;
        }
        if (line.len < 2 || line.at[1] != ':')
            continue;
        switch (line.at[0]) {
        case 'P':
            package.name = value;
            break;
        case 'V':
            package.version = value;
            break;
        case 'I':
            (void)slice_u64(value, &package.declared);
            break;
        case 'F': /* behind all that describes the package */
            folder = value;
            if (index == UINT32_MAX && package.name.len)
                index = builder_package(builder, &package);
            break;
        case 'R': {
            arena_reset(scratch);
            struct slice file =
                arena_printf(scratch, "%.*s/%.*s", SLICE_ARG(folder), SLICE_ARG(value));
            struct slice clean = file.at ? path_clean(scratch, file) : file;
            if (clean.at)
                builder_own(builder, clean, index);
            break;
        }
        default:
            break;
        }
    }
}

/* ---- dpkg: var/lib/dpkg/status (deb-control(5)), info/NAME.list ---- */

static bool field(struct slice line, const char *name, struct slice *value)
{
    struct slice label = slice_str(name);
    if (!slice_starts(line, label))
        return false;
    *value = slice_trim(slice_from(line, label.len));
    return true;
}

static void end_stanza(struct listing_package *package, bool installed, struct builder *builder)
{
    if (package->name.len && installed)
        builder_package(builder, package);
    *package = (struct listing_package){.manager = SLICE("deb")};
}

static void read_dpkg_status(struct slice path, struct slice bytes, struct builder *builder,
                             struct arena *scratch)
{
    struct listing_package package = {.manager = SLICE("deb")};
    bool installed = true;
    (void)path;
    (void)scratch;
    while (bytes.len && !builder->failed) {
        struct slice line = slice_cut_line(&bytes), value;
        uint64_t kibibytes;
        if (!line.len) {
            end_stanza(&package, installed, builder);
            installed = true;
        } else if (field(line, "Package:", &value)) {
            package.name = value;
        } else if (field(line, "Version:", &value)) {
            package.version = value;
        } else if (field(line, "Status:", &value)) {
            installed = slice_ends(value, SLICE(" installed"));
        } else if (field(line, "Installed-Size:", &value)) {
            if (slice_u64(value, &kibibytes) && kibibytes < UINT64_MAX / 1024)
                package.declared = kibibytes * 1024;
        }
    }
    end_stanza(&package, installed, builder);
}

/* "curl" of "curl.list", "libc6" of "libc6:amd64.list". */
static struct slice dpkg_name(struct slice path, struct slice suffix)
{
    struct slice base = path_base(path);
    base = slice_upto(base, base.len - suffix.len);
    return slice_upto(base, slice_find(base, ':'));
}

static void read_dpkg_list(struct slice path, struct slice bytes, struct builder *builder,
                           struct arena *scratch)
{
    bool sums = slice_ends(path, SLICE(".md5sums"));
    struct listing_package package = {
        .manager = SLICE("deb"),
        .name = dpkg_name(path, sums ? SLICE(".md5sums") : SLICE(".list"))};
    uint32_t index = builder_package(builder, &package);
    enum { BEHIND_SUM = 34 };
    while (bytes.len && !builder->failed) {
        struct slice line = slice_cut_line(&bytes);
        arena_reset(scratch);
        struct slice clean = path_clean(scratch, sums ? slice_from(line, BEHIND_SUM) : line);
        if (clean.at)
            builder_own(builder, clean, index);
    }
}

/* ---- Python: NAME-VERSION.dist-info/RECORD, "path,hash,size" a line (PEP 376, 627) ---- */

static void read_record(struct slice path, struct slice bytes, struct builder *builder,
                        struct arena *scratch)
{
    struct slice folder = path_folder(path), site = path_folder(folder);
    struct slice name = path_base(folder);
    name = slice_upto(name, name.len - (sizeof ".dist-info" - 1));
    size_t dash = slice_find(name, '-');
    struct listing_package package = {.manager = SLICE("pypi"),
                                      .name = slice_upto(name, dash),
                                      .version = slice_from(name, dash + 1)};
    uint32_t index = builder_package(builder, &package);
    while (bytes.len && !builder->failed) {
        struct slice line = slice_cut_line(&bytes), file = line;
        if (slice_starts(line, SLICE("\"")))
            file = slice_upto(slice_from(line, 1), slice_find(slice_from(line, 1), '"'));
        else
            file = slice_upto(line, slice_find(line, ','));
        if (!file.len)
            continue;
        arena_reset(scratch);
        struct slice joined =
            slice_starts(file, SLICE("/"))
                ? file
                : arena_printf(scratch, "%.*s/%.*s", SLICE_ARG(site), SLICE_ARG(file));
        struct slice clean = joined.at ? path_clean(scratch, joined) : joined;
        if (clean.at)
            builder_own(builder, clean, index);
    }
}

/* ---- npm: node_modules/NAME/package.json; node_modules/.package-lock.json (npm 7 and later) ----
 */

static struct slice npm_name(struct slice folder)
{
    struct slice mark = SLICE("node_modules/"), name = folder;
    for (size_t at; (at = slice_search(name, mark)) < name.len;)
        name = slice_from(name, at + mark.len);
    return name;
}

static void read_package_json(struct slice path, struct slice bytes, struct builder *builder,
                              struct arena *scratch)
{
    struct json_reader reader;
    struct slice member, value;
    struct listing_package package = {.manager = SLICE("npm"), .folder = path_folder(path)};
    package.name = npm_name(package.folder);
    json_reader_init(&reader, bytes, scratch);
    if (json_enter_object(&reader))
        while (json_member(&reader, &member)) {
            if (!slice_equal_str(member, "version"))
                json_skip(&reader);
            else if (json_string(&reader, &value))
                package.version = value;
        }
    builder_package(builder, &package);
}

static void read_locked(struct json_reader *reader, struct listing_package *package)
{
    struct slice member, value;
    bool dev = false;
    if (!json_enter_object(reader))
        return;
    while (json_member(reader, &member)) {
        if (slice_equal_str(member, "version")) {
            if (json_string(reader, &value))
                package->version = value;
        } else if (slice_equal_str(member, "dev")) {
            if (json_bool(reader, &dev))
                package->build_only = dev;
        } else {
            json_skip(reader);
        }
    }
}

static void read_lock(struct slice path, struct slice bytes, struct builder *builder,
                      struct arena *scratch)
{
    struct slice root = path_folder(path_folder(path)), member;
    struct json_reader reader;
    json_reader_init(&reader, bytes, scratch);
    if (!json_enter_object(&reader))
        return;
    while (json_member(&reader, &member)) {
        if (!slice_equal_str(member, "packages")) {
            json_skip(&reader);
            continue;
        }
        if (!json_enter_object(&reader))
            continue;
        while (json_member(&reader, &member) && !builder->failed) {
            struct listing_package package = {.manager = SLICE("npm"), .name = npm_name(member)};
            package.folder = arena_printf(scratch, "%.*s%s%.*s", SLICE_ARG(root),
                                          root.len ? "/" : "", SLICE_ARG(member));
            read_locked(&reader, &package);
            if (package.folder.at && package.build_only)
                builder_package(builder, &package);
        }
    }
}

/* ---- the table ---- */

static bool is_apk(struct slice path)
{
    return slice_equal(path, SLICE("lib/apk/db/installed")) ||
           slice_equal(path, SLICE("usr/lib/apk/db/installed"));
}

static bool is_dpkg_status(struct slice path)
{
    struct slice folder = SLICE("var/lib/dpkg/status.d/");
    return slice_equal(path, SLICE("var/lib/dpkg/status")) ||
           (slice_starts(path, folder) && !slice_ends(path, SLICE(".md5sums")));
}

static bool is_dpkg_list(struct slice path)
{
    return (slice_starts(path, SLICE("var/lib/dpkg/info/")) && slice_ends(path, SLICE(".list"))) ||
           (slice_starts(path, SLICE("var/lib/dpkg/status.d/")) &&
            slice_ends(path, SLICE(".md5sums")));
}

static bool is_record(struct slice path)
{
    return slice_ends(path, SLICE(".dist-info/RECORD"));
}

/* Of a package, not of a folder inside one. */
static bool is_package_json(struct slice path)
{
    if (!slice_ends(path, SLICE("/package.json")))
        return false;
    struct slice folder = path_folder(path), name = npm_name(folder);
    size_t slash = slice_find(name, '/');
    bool scoped = slice_starts(name, SLICE("@"));
    if (name.len == folder.len || !name.len)
        return false;
    if (!scoped)
        return slash == name.len;
    return slash < name.len && slice_find(slice_from(name, slash + 1), '/') == name.len - slash - 1;
}

static bool is_lock(struct slice path)
{
    return slice_ends(path, SLICE("node_modules/.package-lock.json"));
}

static const struct owner_row {
    bool (*wants)(struct slice path);
    void (*read)(struct slice path, struct slice bytes, struct builder *builder,
                 struct arena *scratch);
} rows[] = {
    {is_apk, read_apk},       {is_dpkg_status, read_dpkg_status},   {is_dpkg_list, read_dpkg_list},
    {is_record, read_record}, {is_package_json, read_package_json}, {is_lock, read_lock},
};

static const struct owner_row *row_of(struct slice path)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].wants(path))
            return &rows[i];
    return NULL;
}

bool owners_wants(struct slice clean_path, uint64_t size)
{
    return size <= OWNERS_FILE_MAX && row_of(clean_path);
}

void owners_read(struct slice clean_path, struct slice bytes, struct builder *builder,
                 struct arena *scratch)
{
    const struct owner_row *row = row_of(clean_path);
    if (row)
        row->read(clean_path, bytes, builder, scratch);
}
