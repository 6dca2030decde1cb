#pragma once
/*
 * Where the bytes are, written for somebody. One table of formats; add one: a file with a write
 * function, and a row. Nothing here changes the result. Any thread.
 */
#include <stdio.h>

#include "ship/size/size.h"

struct size_budget {
    uint64_t stored, unpacked, waste; /* 0: none */
};

struct size_report_options {
    size_t top;     /* lines of each list */
    unsigned width; /* of the table, in columns; 0: as wide as the terminal, else not cut */
    struct size_budget budget;
};

struct size_format {
    const char *name;
    bool (*write)(const struct size_result *result, const struct size_report_options *options,
                  FILE *file, struct error *err);
};
/* Ends with a row without a name. */
extern const struct size_format size_formats[];

#define SIZE_WRITER(name)                                                                          \
    bool size_write_##name(const struct size_result *result,                                       \
                           const struct size_report_options *options, FILE *file,                  \
                           struct error *err)
SIZE_WRITER(table);
SIZE_WRITER(json);
SIZE_WRITER(markdown);
SIZE_WRITER(html);

/* "48.2 MB", "512 B": decimal, as engines and registries show sizes. */
struct size_text {
    char at[24];
};
struct size_text size_text(uint64_t bytes);
/* "60MB", "1.5 GB", "64MiB", "1000": bytes; MB and M are 1,000,000, MiB 1,048,576. */
bool size_parse(struct slice text, uint64_t *bytes);

/* Of what is unpacked, the part that is seen: 0 to 1. What dive calls an image's efficiency. */
double size_efficiency(const struct size_result *result);
/* What a row of waste says beyond the title of its kind; empty: nothing. */
struct slice size_waste_label(const struct waste_row *row);

/* What a budget holds for. */
struct size_limit {
    const char *name;      /* "stored", "unpacked", "waste": in JSON */
    const char *what;      /* "to pull" */
    uint64_t size, budget; /* budget 0: none */
};
enum { SIZE_LIMITS = 3 };
void size_limits(const struct size_result *result, const struct size_budget *budget,
                 struct size_limit limits[SIZE_LIMITS]);
/* There is a budget, and it is exceeded. */
bool size_is_over(const struct size_limit *limit);

/* What an estimate of compression can promise: the stored form, and the better one; false: hardly
   anything (1 %) is gained. */
struct size_compression {
    const char *now, *better; /* "gzip", "zstd" */
    uint64_t stored, estimate;
    uint64_t sampled; /* bytes of samples it rests on */
};
bool size_compression(const struct size_result *result, struct size_compression *made);
/* "why" of what a package is told by: "apk", "deb", …, with its version: "gcc 12.2.0". */
struct slice size_package_text(const struct size_package *package, struct arena *arena);
