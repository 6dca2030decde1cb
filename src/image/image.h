#pragma once
/*
 * An image as its source describes it: what is needed to find, verify and read its layers. Made in
 * the broker by one of the sources (source.h); the layers' bytes are then read by the jailed child.
 */
#include "base/arena.h"
#include "base/hash.h"

enum layer_compression {
    COMPRESSION_UNKNOWN,
    COMPRESSION_NONE,
    COMPRESSION_GZIP,
    COMPRESSION_ZSTD
};

struct layer {
    struct digest digest;  /* of the bytes as stored (compressed); empty text when not known */
    struct digest diff_id; /* of the uncompressed tar, from the configuration; may be empty */
    struct slice media_type;
    uint64_t size;           /* as stored; 0 when not known */
    struct slice created_by; /* the instruction that made it, from the history; may be empty */
    bool foreign;            /* not distributable, not there: becomes a note */
    /* Where the stored bytes are, one of: */
    int fd; /* a file, offset..offset+size, for pread (owned by the source); or -1: fetch */
    uint64_t offset;
};

struct image_history {
    struct slice created, created_by, comment;
    bool empty_layer;
};

struct image {
    struct slice name; /* as the user gave it, or the archive's tag */
    const char *kind;  /* "registry", "docker-archive", "oci-layout", "daemon", "folder", "layer",
                          "sbom", "purl" */
    struct slice tag;  /* repository:tag where known */
    struct digest manifest_digest, index_digest, config_digest; /* empty text when none */
    struct slice os, architecture, variant, os_version;
    struct slice created;
    struct slice config_json; /* the configuration, whole (bounded); empty for folders */
    struct slice user, workdir;
    struct slice *env;
    size_t env_count;
    struct slice *entrypoint, *cmd, *labels; /* labels as "key=value" */
    size_t entrypoint_count, cmd_count, label_count;
    struct slice *exposed_ports, *volumes; /* "80/tcp"; "/data" */
    size_t exposed_port_count, volume_count;
    struct slice *shell, *onbuild, *healthcheck; /* healthcheck: "CMD-SHELL", "curl …"; "NONE" */
    size_t shell_count, onbuild_count, healthcheck_count;
    struct image_history *history;
    size_t history_count;
    struct layer *layers; /* lowest first */
    size_t layer_count;
    struct source *source; /* for layers with fd == -1 */
};

/* "linux/arm64/v8" in `arena`. */
struct slice image_platform(const struct image *image, struct arena *arena);
