#pragma once
/*
 * Where the bytes of an image are. size_run opens it, has its layers read once by the jailed child
 * (reader.h) and puts them on top of each other; the report writers (size_report.h) only read the
 * result. Runs in the broker; must be called before the process has other threads.
 *
 *   stored     bytes as the image keeps its layers, compressed or not: what is pulled
 *   unpacked   bytes of the regular files of all layers: what an engine unpacks
 *   visible    bytes of those that a container sees
 */
#include "scan/pipeline.h"
#include "ship/size/waste.h"

struct size_layer {
    const struct layer *layer;
    const struct listing *listing; /* NULL: not to be had */
    uint64_t stored, unpacked, tar, files;
    uint64_t hidden;                       /* of `unpacked`: seen no more */
    uint64_t estimate_gzip, estimate_zstd; /* estimates of `stored`; 0: no sample */
    bool stored_known; /* false: the source does not tell, stored is that of the tar */
};

struct size_result {
    struct arena arena; /* all of it */
    struct image image;
    struct size_layer *layers;
    size_t layer_count;
    struct size_files files;
    struct waste waste;
    uint64_t stored, unpacked, visible, tar;
    uint64_t rest_files, rest_bytes;          /* not looked at one by one (listing.h) */
    uint64_t multi_stage, multi_stage_stored; /* what a multi-stage build would save: estimate */
    uint64_t gzip, zstd;            /* estimates of `stored`, all layers compressed so; 0: none */
    bool compressed;                /* some layer is stored compressed */
    struct size_package **packages; /* the largest first, without those that have no byte */
    size_t package_count;
    struct size_file **largest; /* hidden ones, too; the largest first */
    size_t largest_count;
    struct size_node **folders; /* the largest first */
    size_t folder_count;
    struct note *notes;
    size_t note_count, note_room;
    bool partial;
    /* open until size_done */
    struct image_list list;
    struct layer_set set;
};

struct size_options {
    const char *input;
    struct source_options source;
    struct broker_options broker; /* progress only */
};

/* `result` must be given to size_done in any case. */
bool size_run(struct size_result *result, const struct size_options *options, struct error *err);
void size_done(struct size_result *result);
#define CLEANUP_SIZE __attribute__((cleanup(size_done)))

/* What stands in the history for a layer, without the words that engines put around it ("/bin/sh -c
   #(nop) ", "# buildkit"). */
struct slice size_instruction(struct slice created_by);
