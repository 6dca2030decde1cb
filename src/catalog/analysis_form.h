#pragma once
/*
 * The encoded form of an analysis, shared by the two halves that write and read it
 * (analysis_encode.c, analysis_decode.c); nobody else includes it. All numbers are little-endian.
 *
 *     header                                       HEADER_BYTES
 *     packages        count × (flag, columns)      each: u32 flag, u32 zero, (u32 offset, u32 len)…
 *     distributions … removals … notes … databases … observations … secrets
 *     pool            bytes the columns refer to   offset 0 is its first byte
 *     zeroes          up to a multiple of 8
 *     owned, written  u64 each, ascending
 */
#include "catalog/analysis.h"

/* "PLAN" and a check for the order of bytes. */
#define FORM_MAGIC 0x4e414c50u

enum form_section {
    FORM_PACKAGES,
    FORM_DISTRIBUTIONS,
    FORM_REMOVALS,
    FORM_NOTES,
    FORM_DATABASES,
    FORM_OBSERVATIONS,
    FORM_SECRETS,
    FORM_SECTIONS
};

/* How a record of a section lies in memory: where its strings are, and its one number. */
struct form_shape {
    size_t size; /* of the struct */
    const uint16_t *columns;
    size_t column_count;
    size_t flag_size; /* 0: none, 1: a bool, 4: an enum; at flag_at */
    size_t flag_at;
    uint32_t flag_least, flag_most;
};

extern const struct form_shape form_shapes[FORM_SECTIONS];

/* Bytes of a record of this shape in the encoded form. */
size_t form_record_size(const struct form_shape *shape);

/* Positions of the header's fields. */
enum {
    HEADER_MAGIC = 0,
    HEADER_VERSION = 4,
    HEADER_PARTIAL = 8,
    HEADER_DIFF_ID = 16, /* offset and length, as in a record */
    HEADER_ENTRIES = 24,
    HEADER_SIZE = 32,
    HEADER_OWNED = 40,
    HEADER_WRITTEN = 48,
    HEADER_POOL = 56,
    HEADER_COUNTS = 64, /* u64 a section */
    HEADER_BYTES = HEADER_COUNTS + 8 * FORM_SECTIONS
};
