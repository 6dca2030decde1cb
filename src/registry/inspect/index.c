/* See index.h. */
#include "registry/inspect/index.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"

static const struct slice nobody = {"", 0};

static void hash_text(struct sha256 *hash, struct slice text)
{
    uint64_t len = text.len;
    sha256_add(hash, &len, sizeof len);
    sha256_add(hash, text.at ? text.at : "", text.len);
}

static unsigned hex_value(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

static struct index_key key_finish(struct sha256 *hash)
{
    struct index_key key;
    struct digest digest;
    sha256_finish(hash, &digest);
    sha256_done(hash);
    const char *hex = digest.text + sizeof "sha256:" - 1;
    for (size_t i = 0; i < INDEX_KEY; i++)
        key.bytes[i] = (char)(hex_value(hex[2 * i]) << 4 | hex_value(hex[2 * i + 1]));
    return key;
}

static struct index_key package_key(const struct package *package,
                                    const struct distribution *distribution)
{
    struct sha256 hash;
    uint32_t type = package->type;
    sha256_init(&hash);
    sha256_add(&hash, &type, sizeof type);
    const struct slice texts[] = {
        package->name,           package->version,         package->source,
        package->source_version, package->vendor,          package->cpe,
        distribution->id,        distribution->version_id, distribution->codename};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hash_text(&hash, texts[i]);
    return key_finish(&hash);
}

static struct index_key image_key(struct slice scope, const struct digest *digest)
{
    struct sha256 hash;
    sha256_init(&hash);
    hash_text(&hash, scope);
    hash_text(&hash, digest_slice(digest));
    return key_finish(&hash);
}

static struct slice key_slice(const struct index_key *key)
{
    return slice_of(key->bytes, INDEX_KEY);
}

static struct slice holder_name(const struct index_key *package, const struct index_key *image,
                                char room[2 * INDEX_KEY])
{
    memcpy(room, package->bytes, INDEX_KEY);
    memcpy(room + INDEX_KEY, image->bytes, INDEX_KEY);
    return slice_of(room, 2 * INDEX_KEY);
}

/* "apk/openssl " and the key: all versions of a source stand together. */
static struct slice package_name(const struct package *package, const struct index_key *key,
                                 struct arena *arena)
{
    struct slice source = package->source.len ? package->source : package->name;
    struct slice head = arena_printf(arena, "%s/%.*s ", package_type_name(package->type),
                                     SLICE_ARG(slice_upto(source, 1024)));
    char *at = head.at ? arena_alloc(arena, head.len + INDEX_KEY) : NULL;
    if (!at)
        return (struct slice){NULL, 0};
    memcpy(at, head.at, head.len);
    memcpy(at + head.len, key->bytes, INDEX_KEY);
    return slice_of(at, head.len + INDEX_KEY);
}

static int verdict_compare(const void *a, const void *b)
{
    return slice_compare(((const struct verdict_finding *)a)->id,
                         ((const struct verdict_finding *)b)->id);
}

struct slice verdict_encode(struct verdict_finding *findings, size_t count, struct arena *arena)
{
    size_t size = 0, at = 0;
    if (count)
        qsort(findings, count, sizeof *findings, verdict_compare);
    for (size_t i = 0; i < count; i++)
        size += findings[i].id.len + 6;
    char *text = arena_alloc(arena, size + 1);
    for (size_t i = 0; text && i < count; i++)
        at += (size_t)snprintf(text + at, size + 1 - at, "%.*s %d %c\n", SLICE_ARG(findings[i].id),
                               (int)findings[i].severity, findings[i].kev ? 'k' : '-');
    return slice_of(text, at);
}

bool verdict_next(struct slice *rest, struct verdict_finding *finding)
{
    struct slice line = slice_cut(rest, '\n');
    if (line.len < 5)
        return false;
    size_t id = line.len - 4;
    char severity = line.at[id + 1];
    *finding = (struct verdict_finding){
        .id = slice_upto(line, id),
        .severity = severity >= '0' && severity <= '0' + SEVERITY_CRITICAL
                        ? (enum severity)(severity - '0')
                        : SEVERITY_UNKNOWN,
        .kev = line.at[id + 3] == 'k',
    };
    return true;
}

bool index_package_encode(const struct index_package *row, struct arena *arena, struct slice *bytes,
                          struct error *err)
{
    struct package package = row->package;
    struct distribution distribution = row->distribution;
    size_t layer = 0;
    /* What differs from image to image, and is not looked at. */
    package.path = package.evidence = package.license = (struct slice){"", 0};
    distribution.path = (struct slice){"", 0};
    struct inventory inventory = {
        .packages = &package, .layers = &layer, .package_count = 1, .distribution = distribution};
    struct slice encoded;
    uint32_t len = (uint32_t)row->verdict.len;
    if (!inventory_encode(&inventory, arena, &encoded, err))
        return false;
    char *at = arena_alloc(arena, sizeof len + len + encoded.len);
    if (!at)
        return arena_error(err);
    memcpy(at, &len, sizeof len);
    memcpy(at + sizeof len, row->verdict.at ? row->verdict.at : "", len);
    memcpy(at + sizeof len + len, encoded.at, encoded.len);
    *bytes = slice_of(at, sizeof len + len + encoded.len);
    return true;
}

bool index_package_decode(struct slice bytes, struct arena *arena, struct index_package *row,
                          struct error *err)
{
    uint32_t len = 0;
    struct inventory inventory;
    if (bytes.len >= sizeof len)
        memcpy(&len, bytes.at, sizeof len);
    if (bytes.len < sizeof len || len > bytes.len - sizeof len)
        return error_set(err, ERROR_FORMAT, "a row of a package is damaged");
    /* A copy: path sets want alignment, and the row's bytes go away. */
    struct slice own = arena_copy(arena, slice_from(bytes, sizeof len + len));
    struct slice verdict = arena_copy(arena, slice_of(bytes.at + sizeof len, len));
    if (!own.at || !verdict.at)
        return arena_error(err);
    if (!inventory_decode(own, arena, &inventory, err))
        return false;
    if (inventory.package_count != 1)
        return error_set(err, ERROR_FORMAT, "a row of a package is damaged");
    *row = (struct index_package){verdict, inventory.packages[0], inventory.distribution};
    return true;
}

/* A package of the image: how often it is there, and its findings. */
struct index_part {
    const struct package *package;
    struct index_key key;
    unsigned times;
    size_t position; /* of `package` in the inventory */
    size_t first, count;
};

struct index_parts {
    struct table table; /* key → part */
    struct index_part *items;
    size_t count;
};

static bool parts_make(struct index_parts *parts, const struct inventory *inventory,
                       struct arena *arena)
{
    table_init(&parts->table, arena);
    parts->items = arena_array(arena, inventory->package_count + 1, sizeof *parts->items);
    for (size_t i = 0; parts->items && i < inventory->package_count; i++) {
        struct index_part *part = &parts->items[parts->count];
        part->key = package_key(&inventory->packages[i], &inventory->distribution);
        struct index_part *known = table_get(&parts->table, key_slice(&part->key));
        if (known) {
            known->times++;
            continue;
        }
        part->package = &inventory->packages[i];
        part->position = i;
        part->times = 1;
        if (!table_put(&parts->table, key_slice(&part->key), part))
            return false;
        parts->count++;
    }
    return parts->items != NULL;
}

static struct slice part_verdict(const struct index_part *part, const struct outcome *outcome,
                                 struct arena *arena)
{
    size_t count = 0, room = 0;
    struct verdict_finding *findings = NULL;
    for (size_t i = 0; i < outcome->count; i++)
        if (outcome->packages[i] == part->package &&
            !ARENA_PUSH(arena, findings, count, room, outcome->findings[i]))
            return (struct slice){NULL, 0};
    return verdict_encode(findings, count, arena);
}

static bool package_put(struct meta_txn *txn, const struct index_part *part,
                        const struct inventory *inventory, const struct outcome *outcome,
                        struct arena *arena, struct error *err)
{
    struct slice bytes, name = package_name(part->package, &part->key, arena);
    bool found;
    if (!name.at)
        return arena_error(err);
    if (!meta_get(txn, ROW_PACKAGE, nobody, name, arena, &bytes, &found, err) || found)
        return found;
    struct index_package row = {part_verdict(part, outcome, arena), *part->package,
                                inventory->distribution};
    if (!row.verdict.at)
        return arena_error(err);
    return index_package_encode(&row, arena, &bytes, err) &&
           meta_put(txn, ROW_PACKAGE, nobody, name, bytes, err);
}

bool index_add(struct meta_txn *txn, struct slice scope, const struct digest *digest,
               const struct inventory *inventory, const struct outcome *outcome,
               struct arena *arena, struct error *err)
{
    struct index_parts parts = {.count = 0};
    struct index_key image = image_key(scope, digest);
    struct slice who = arena_printf(arena, "%.*s %s", SLICE_ARG(scope), digest->text);
    if (!who.at || !parts_make(&parts, inventory, arena))
        return arena_error(err);
    if (!meta_put(txn, ROW_INSPECTED, nobody, key_slice(&image), who, err))
        return false;
    for (size_t i = 0; i < parts.count; i++) {
        char room[2 * INDEX_KEY], times[16];
        int len = snprintf(times, sizeof times, "%u", parts.items[i].times);
        struct slice name = holder_name(&parts.items[i].key, &image, room);
        struct slice value = slice_of(times, parts.items[i].times > 1 ? (size_t)len : 0);
        if (!package_put(txn, &parts.items[i], inventory, outcome, arena, err) ||
            !meta_put(txn, ROW_HOLDER, nobody, name, value, err))
            return false;
    }
    return true;
}

static bool note_there(void *context, const struct meta_row *row)
{
    (void)row;
    *(bool *)context = true;
    return false;
}

bool index_remove(struct meta_txn *txn, struct slice scope, const struct digest *digest,
                  const struct inventory *inventory, struct arena *arena, struct error *err)
{
    struct index_parts parts = {.count = 0};
    struct index_key image = image_key(scope, digest);
    if (!parts_make(&parts, inventory, arena))
        return arena_error(err);
    for (size_t i = 0; i < parts.count; i++) {
        char room[2 * INDEX_KEY];
        bool others = false;
        const struct index_part *part = &parts.items[i];
        struct meta_range range = {
            .kind = ROW_HOLDER, .scope = nobody, .prefix = key_slice(&part->key), .limit = 1};
        struct slice name = package_name(part->package, &part->key, arena);
        if (!name.at)
            return arena_error(err);
        if (!meta_remove(txn, ROW_HOLDER, nobody, holder_name(&part->key, &image, room), err) ||
            !meta_scan(txn, &range, note_there, &others, err) ||
            (!others && !meta_remove(txn, ROW_PACKAGE, nobody, name, err)))
            return false;
    }
    return meta_remove(txn, ROW_INSPECTED, nobody, key_slice(&image), err);
}
