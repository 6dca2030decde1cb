/*
 * in-toto attestations: a statement (in-toto Statement v1: _type, subject[].digest, predicateType,
 * predicate), bare or in a DSSE envelope (payloadType, payload in base64). What counts as "tested"
 * is the test-result predicate v0.1 with result PASSED. Signatures are not verified here: the note
 * says so, and whoever needs that verifies the file with cosign before.
 */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/file.h"
#include "image/document.h"
#include "lint/comply/comply.h"
#include "net/base64.h"

#define ATTESTATION_SIZE_MAX ((size_t)4 << 20)

__attribute__((format(printf, 2, 3))) static bool note(struct comply *comply, const char *format,
                                                       ...)
{
    char text[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct slice copy = arena_copy(comply->arena, slice_str(text));
    if (!copy.at ||
        !ARENA_PUSH(comply->arena, comply->notes, comply->note_count, comply->note_room, copy))
        comply->failed = true;
    return true;
}

/* The subject may be named by the digest of the configuration, the manifest or the index. */
static bool is_subject(const struct comply *comply, const json_t *statement)
{
    const struct image *image = comply->image;
    const json_t *subjects = json_object_get(statement, "subject");
    for (size_t i = 0; image && i < json_array_size(subjects); i++) {
        const json_t *digest = json_object_get(json_array_get(subjects, i), "digest");
        struct slice hex = document_view(json_object_get(digest, "sha256"));
        struct slice names[] = {comply->image_digest, slice_str(image->manifest_digest.text),
                                slice_str(image->index_digest.text)};
        for (size_t j = 0; hex.len && j < sizeof names / sizeof *names; j++)
            if (names[j].len > 7 && slice_equal(slice_from(names[j], 7), hex))
                return true;
    }
    return false;
}

static bool judge(struct comply *comply, const char *path, const json_t *statement)
{
    const json_t *predicate = json_object_get(statement, "predicate");
    struct slice type = document_view(json_object_get(statement, "predicateType"));
    struct slice result = document_view(json_object_get(predicate, "result"));
    if (!is_subject(comply, statement))
        return note(comply, "%s speaks of another image", path);
    if (slice_search(type, SLICE("test-result")) == type.len)
        return note(comply, "%s is no test result (its predicate is %.*s)", path,
                    SLICE_ARG(slice_upto(type, 100)));
    if (!slice_equal_nocase(result, SLICE("PASSED")))
        return note(comply, "%s says \"%.*s\", not PASSED", path,
                    SLICE_ARG(slice_upto(result, 40)));
    struct comply_tested tested = {slice_str(path), {"", 0}};
    if (!ARENA_PUSH(comply->arena, comply->tested, comply->tested_count, comply->tested_room,
                    tested))
        comply->failed = true;
    return true;
}

bool comply_attestation_read(struct comply *comply, const char *path, struct error *err)
{
    struct slice bytes;
    return file_read(path, ATTESTATION_SIZE_MAX, comply->arena, &bytes, err) &&
           comply_attestation_parse(comply, bytes, path, err);
}

bool comply_attestation_parse(struct comply *comply, struct slice bytes, const char *path,
                              struct error *err)
{
    CLEANUP_JSON json_t *document = document_parse(bytes, err);
    if (!document)
        return error_add(err, "%s", path);
    struct slice payload = document_view(json_object_get(document, "payload"));
    if (!payload.len)
        return judge(comply, path, document);
    struct slice inner;
    if (!base64_decode(payload, comply->arena, &inner, err))
        return error_add(err, "%s: payload", path);
    CLEANUP_JSON json_t *statement = document_parse(inner, err);
    return statement ? judge(comply, path, statement) : error_add(err, "%s: payload", path);
}
