#include "advisory/record.h"

#include "advisory/pack.h"

enum { REF_PACKAGE = 'p', REF_ALIAS = 'a', HAS_FACTS = 1, HAS_IDS = 2 };

/* EPSS is published with five decimals. */
static const double EPSS_UNIT = 100000;

bool feed_record_encode(const struct feed_record *record, struct arena *arena, struct slice *value)
{
    const struct feed_status *status = &record->status;
    struct pack pack;
    pack_init(&pack, arena);
    pack_text(&pack, status->date);
    pack_text(&pack, status->updated);
    pack_text(&pack, status->source);
    pack_text(&pack, status->error);
    pack_number(&pack, status->records);
    pack_number(&pack, status->updated_epoch);
    pack_texts(&pack, record->scopes, record->scope_count);
    pack_byte(&pack,
              (uint8_t)((record->has_facts ? HAS_FACTS : 0) | (record->has_ids ? HAS_IDS : 0)));
    pack_texts(&pack, record->validators, record->validator_count);
    return pack_finish(&pack, value);
}

bool feed_record_decode(struct slice value, struct arena *arena, struct feed_record *record)
{
    struct feed_record found = {.status.name = record->status.name};
    struct feed_status *status = &found.status;
    uint8_t flags;
    if (!unpack_text(&value, &status->date) || !unpack_text(&value, &status->updated) ||
        !unpack_text(&value, &status->source) || !unpack_text(&value, &status->error) ||
        !unpack_number(&value, &status->records) ||
        !unpack_number(&value, &status->updated_epoch) ||
        !unpack_texts(&value, arena, &found.scopes, &found.scope_count) ||
        !unpack_byte(&value, &flags) ||
        !unpack_texts(&value, arena, &found.validators, &found.validator_count))
        return false;
    found.has_facts = flags & HAS_FACTS;
    found.has_ids = flags & HAS_IDS;
    *record = found;
    return true;
}

bool affected_key(struct slice scope, struct slice name, char key[STORE_KEY_MAX],
                  struct slice *text)
{
    if (scope.len >= STORE_KEY_MAX || name.len >= STORE_KEY_MAX - scope.len || name.len == 0)
        return false;
    if (scope.len)
        memcpy(key, scope.at, scope.len);
    key[scope.len] = '\0';
    memcpy(key + scope.len + 1, name.at, name.len);
    *text = slice_of(key, scope.len + 1 + name.len);
    return true;
}

bool id_ref_encode(const struct id_ref *ref, struct arena *arena, struct slice *value)
{
    struct pack pack;
    pack_init(&pack, arena);
    pack_raw(&pack, *value);
    pack_byte(&pack, ref->id.len ? REF_ALIAS : REF_PACKAGE);
    pack_text(&pack, ref->id.len ? ref->id : ref->scope);
    if (!ref->id.len)
        pack_text(&pack, ref->name);
    return pack_finish(&pack, value);
}

bool id_ref_decode(struct slice *value, struct id_ref *ref)
{
    struct slice rest = *value;
    struct id_ref found = {0};
    uint8_t kind;
    if (!unpack_byte(&rest, &kind) || (kind != REF_ALIAS && kind != REF_PACKAGE))
        return false;
    if (kind == REF_ALIAS ? !unpack_text(&rest, &found.id)
                          : !unpack_text(&rest, &found.scope) || !unpack_text(&rest, &found.name))
        return false;
    *value = rest;
    *ref = found;
    return true;
}

bool kev_encode(struct slice added, struct slice due, struct arena *arena, struct slice *value)
{
    struct pack pack;
    pack_init(&pack, arena);
    pack_text(&pack, added);
    pack_text(&pack, due);
    return pack_finish(&pack, value);
}

bool kev_decode(struct slice value, struct slice *added, struct slice *due)
{
    return unpack_text(&value, added) && unpack_text(&value, due);
}

bool epss_encode(double score, double percentile, struct arena *arena, struct slice *value)
{
    struct pack pack;
    pack_init(&pack, arena);
    pack_number(&pack, score > 0 && score <= 1 ? (uint64_t)(score * EPSS_UNIT + 0.5) : 0);
    pack_number(&pack,
                percentile > 0 && percentile <= 1 ? (uint64_t)(percentile * EPSS_UNIT + 0.5) : 0);
    return pack_finish(&pack, value);
}

bool epss_decode(struct slice value, double *score, double *percentile)
{
    uint64_t a, b;
    if (!unpack_number(&value, &a) || !unpack_number(&value, &b))
        return false;
    *score = (double)a / EPSS_UNIT;
    *percentile = (double)b / EPSS_UNIT;
    return true;
}
