/*
 * OpenVEX 0.2.0 (openvex.dev, OPENVEX-SPEC): statements that a vulnerability does not affect a
 * product. In: `not_affected` and `fixed` become exceptions. Out: each exception for a
 * vulnerability becomes a `not_affected` with its reason as impact statement. A product is an image
 * (pkg:oci), its subcomponents are packages; without an image the package is the product itself.
 */
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "catalog/cyclonedx.h"
#include "scan/exceptions_import.h"

enum { VEX_PRODUCTS_MAX = 1000 };

/* One statement while it is read. */
struct vex_statement {
    struct slice id, status, reason, justification;
    struct vex_product {
        struct slice id, subcomponent;
    } * products;
    size_t count, room;
};

static void vex_read_vulnerability(struct json_reader *reader, struct slice *id)
{
    struct slice member;
    enum json_token token = json_next(reader);
    if (token == JSON_STRING) /* as in version 0.0 */
        *id = reader->text;
    else if (token == JSON_ARRAY)
        while ((token = json_next(reader)) == JSON_STRING)
            ;
    else if (token == JSON_OBJECT)
        while (json_member(reader, &member)) {
            if (slice_equal_str(member, "name"))
                json_string(reader, id);
            else
                json_skip(reader);
        }
}

static bool vex_add_product(struct vex_statement *statement, struct arena *arena, struct slice id,
                            struct slice subcomponent)
{
    struct vex_product product = {id, subcomponent};
    return statement->count < VEX_PRODUCTS_MAX &&
           ARENA_PUSH(arena, statement->products, statement->count, statement->room, product);
}

struct vex_ids {
    struct slice items[64];
    size_t count;
};

/* A list of identifiers, each a text or an object with "@id". */
static void vex_read_ids(struct json_reader *reader, struct vex_ids *ids)
{
    if (!json_enter_array(reader))
        return;
    for (enum json_token token; (token = json_next(reader)) > JSON_END;) {
        struct slice id = token == JSON_STRING ? reader->text : (struct slice){NULL, 0}, member;
        while (token == JSON_OBJECT && json_member(reader, &member)) {
            if (slice_equal_str(member, "@id"))
                json_string(reader, &id);
            else
                json_skip(reader);
        }
        if (id.len && ids->count < sizeof ids->items / sizeof *ids->items)
            ids->items[ids->count++] = id;
    }
}

static bool vex_read_product(struct json_reader *reader, enum json_token token, struct arena *arena,
                             struct vex_statement *statement)
{
    struct slice id = token == JSON_STRING ? reader->text : (struct slice){NULL, 0}, member;
    struct vex_ids parts = {.count = 0};
    while (token == JSON_OBJECT && json_member(reader, &member)) {
        if (slice_equal_str(member, "@id"))
            json_string(reader, &id);
        else if (slice_equal_str(member, "subcomponents"))
            vex_read_ids(reader, &parts);
        else
            json_skip(reader);
    }
    for (size_t i = 0; i < parts.count; i++)
        if (!vex_add_product(statement, arena, id, parts.items[i]))
            return false;
    return parts.count || vex_add_product(statement, arena, id, (struct slice){NULL, 0});
}

static bool vex_read_products(struct json_reader *reader, struct arena *arena,
                              struct vex_statement *statement)
{
    if (!json_enter_array(reader))
        return true;
    for (enum json_token token; (token = json_next(reader)) > JSON_END;)
        if (!vex_read_product(reader, token, arena, statement))
            return false;
    return true;
}

static bool vex_read_statement(struct json_reader *reader, struct arena *arena,
                               struct vex_statement *statement)
{
    struct slice member;
    bool fine = true;
    while (fine && json_member(reader, &member)) {
        if (slice_equal_str(member, "vulnerability"))
            vex_read_vulnerability(reader, &statement->id);
        else if (slice_equal_str(member, "status"))
            json_string(reader, &statement->status);
        else if (slice_equal_str(member, "impact_statement"))
            json_string(reader, &statement->reason);
        else if (slice_equal_str(member, "justification"))
            json_string(reader, &statement->justification);
        else if (slice_equal_str(member, "products"))
            fine = vex_read_products(reader, arena, statement);
        else
            json_skip(reader);
    }
    return fine;
}

/* "pkg:oci/app@sha256%3A…?repository_url=…/app" and plain names are images, other purls packages.
 */
static bool vex_set_product(struct exception *exception, struct slice id, struct arena *arena)
{
    struct slice oci = SLICE("pkg:oci/");
    struct package package;
    struct distribution distribution;
    struct error err;
    if (!id.len)
        return true;
    if (slice_starts(id, oci)) {
        struct slice name = slice_from(id, oci.len);
        name = slice_upto(name, slice_find(name, '?'));
        name = slice_upto(name, slice_find(name, '@'));
        exception->image = arena_printf(arena, "*%.*s*", SLICE_ARG(name));
        return exception->image.at != NULL;
    }
    if (!slice_starts(id, SLICE("pkg:"))) {
        exception->image = id;
        return true;
    }
    if (!package_from_purl(id, arena, &package, &distribution, &err))
        return false;
    exception->package = package.name;
    return true;
}

static bool vex_take(const struct vex_statement *statement, const char *path, struct arena *arena,
                     struct imported *imported)
{
    if (!slice_equal_str(statement->status, "not_affected") &&
        !slice_equal_str(statement->status, "fixed"))
        return imported_note(imported, arena, path, 0, "%.*s is %.*s there, left out",
                             SLICE_ARG(slice_upto(statement->id, 60)),
                             SLICE_ARG(slice_upto(statement->status, 60)));
    for (size_t i = 0; i < (statement->count ? statement->count : 1); i++) {
        struct exception exception = {.id = statement->id, .reason = statement->reason};
        struct vex_product product =
            statement->count ? statement->products[i] : (struct vex_product){{NULL, 0}, {NULL, 0}};
        if (!exception.reason.len)
            exception.reason = statement->justification;
        bool fine = vex_set_product(&exception, product.id, arena) &&
                    vex_set_product(&exception, product.subcomponent, arena);
        if (!fine || !exception.id.len) {
            if (!imported_note(imported, arena, path, 0,
                               "%.*s: product %.*s is not understood, left out",
                               SLICE_ARG(slice_upto(statement->id, 60)),
                               SLICE_ARG(slice_upto(product.id, 100))))
                return false;
        } else if (!imported_add(imported, arena, &exception, path, 0))
            return false;
    }
    return true;
}

bool openvex_import(struct slice bytes, const char *path, struct arena *arena,
                    struct imported *imported, struct error *err)
{
    struct json_reader reader;
    struct slice member;
    bool found = false, fine = true;
    json_reader_init(&reader, bytes, arena);
    json_enter_object(&reader);
    while (fine && json_member(&reader, &member)) {
        if (!slice_equal_str(member, "statements")) {
            json_skip(&reader);
            continue;
        }
        found = json_enter_array(&reader);
        while (found && fine && json_next(&reader) == JSON_OBJECT) {
            struct vex_statement statement = {{NULL, 0}};
            fine = vex_read_statement(&reader, arena, &statement) &&
                   (reader.failed || vex_take(&statement, path, arena, imported));
        }
    }
    if (fine && !json_finish(&reader, err))
        return error_add(err, "%s", path);
    if (!fine)
        return arena_error(err);
    return found || error_set(err, ERROR_UNSUPPORTED, "%s is no OpenVEX document", path);
}

static void vex_write_package(struct json_writer *writer, struct arena *arena, struct slice package)
{
    json_begin_object(writer);
    json_field(writer, "@id", arena_printf(arena, "pkg:generic/%.*s", SLICE_ARG(package)));
    json_end_object(writer);
}

static void vex_write_products(struct json_writer *writer, struct arena *arena,
                               const struct exception *exception)
{
    if (!exception->image.len && !exception->package.len)
        return;
    json_name(writer, "products");
    json_begin_array(writer);
    if (!exception->image.len)
        vex_write_package(writer, arena, exception->package);
    else {
        json_begin_object(writer);
        json_field(writer, "@id", exception->image);
        if (exception->package.len) {
            json_name(writer, "subcomponents");
            json_begin_array(writer);
            vex_write_package(writer, arena, exception->package);
            json_end_array(writer);
        }
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void vex_write_statement(struct json_writer *writer, struct arena *arena,
                                const struct exception *exception)
{
    json_begin_object(writer);
    json_name(writer, "vulnerability");
    json_begin_object(writer);
    json_field(writer, "name", exception->id);
    json_end_object(writer);
    vex_write_products(writer, arena, exception);
    json_field(writer, "status", SLICE("not_affected"));
    json_field(writer, "impact_statement", exception->reason);
    json_end_object(writer);
}

bool exceptions_write_openvex(const struct exceptions *exceptions, int64_t now, FILE *file,
                              struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    struct json_writer writer;
    struct sha256 hash;
    struct digest digest;
    arena_init(&arena, (size_t)16 << 20);
    sha256_init(&hash);
    for (size_t i = 0; i < exceptions->count; i++) {
        const struct exception *e = &exceptions->items[i];
        struct slice all =
            arena_printf(&arena, "%.*s\n%.*s\n%.*s\n%.*s\n", SLICE_ARG(e->id), SLICE_ARG(e->image),
                         SLICE_ARG(e->package), SLICE_ARG(e->reason));
        sha256_add(&hash, all.at, all.len);
    }
    sha256_finish(&hash, &digest);
    sha256_done(&hash);
    json_writer_init(&writer, file, 2);
    json_begin_object(&writer);
    json_field(&writer, "@context", SLICE("https://openvex.dev/ns/v0.2.0"));
    json_field(&writer, "@id",
               arena_printf(&arena, "https://openvex.dev/docs/public/vex-%s",
                            digest.text + strlen("sha256:")));
    json_field(&writer, "author",
               exceptions->count && exceptions->items[0].owner.len ? exceptions->items[0].owner
                                                                   : SLICE("unknown"));
    json_field(&writer, "timestamp", clock_format(now, &arena));
    json_field_int(&writer, "version", 1);
    json_field(&writer, "tooling", SLICE("plimsoll " PLIMSOLL_VERSION));
    json_name(&writer, "statements");
    json_begin_array(&writer);
    for (size_t i = 0; i < exceptions->count; i++)
        if (exceptions->items[i].id.len && !exception_expired(&exceptions->items[i], now))
            vex_write_statement(&writer, &arena, &exceptions->items[i]);
    json_end_array(&writer);
    json_end_object(&writer);
    fputc('\n', file);
    return fflush(file) == 0 && !ferror(file) ? true : error_errno(err, "writing OpenVEX");
}
