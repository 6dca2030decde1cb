#pragma once
/*
 * One run: a registry over simulated disks, clients that use it, and the judge. The clients' calls
 * are in client.c, what they do in actors.c, what must hold when all is quiet in verdict.c.
 */
#include "meta.h"
#include "model.h"
#include "registry/core/core.h"
#include "registry/core/manifest.h"
#include "registry/core/repository.h"
#include "registry/core/upload.h"
#include "world.h"

enum { UPLOADS_KNOWN = 64, REQUESTS_MAX = 4000 };

/* The registry's limits in a run, in seconds; small beside what the clock may jump. */
enum { GRACE = 60, RECYCLE = 150, UPLOAD = 100 };

struct settings {
    uint64_t seed;
    unsigned actors, steps; /* 0: by the seed */
    bool no_faults, no_crashes, no_jumps, trace, sqlite;
    unsigned planted; /* a fault of the world that the judge must find: 1 = sync does nothing */
};

struct known_upload {
    char id[UPLOAD_ID_MAX];
    int repository, blob;
};

/* What a client did under a request id: so the journal must tell it, or must not. */
struct request {
    bool happened, failed;
};

struct simulation {
    struct settings settings;
    struct schedule schedule;
    struct sim_world world;
    struct sim_meta meta;
    struct meta *rows;
    struct blobs *blobs;
    struct registry registry;
    struct model model;
    struct known_upload uploads[UPLOADS_KNOWN];
    unsigned upload_count;
    struct request requests[REQUESTS_MAX];
    unsigned request_count;
    unsigned steps;    /* of each actor in this epoch */
    bool faults;       /* errors are injected: a call may fail without reason */
    char verdict[600]; /* what was violated; empty: nothing yet */
    /* counts, to see that the run was about something */
    unsigned pulls, pushes, failures, crashes;
};

/* What there is to push. */
struct goods {
    struct slice blobs[BLOBS], manifests[MANIFESTS];
    struct digest blob_digests[BLOBS], manifest_digests[MANIFESTS];
    struct slice media_types[MANIFESTS];
};
extern struct goods goods;
extern const char *const repository_names[REPOSITORIES];
extern const char *const tag_names[TAGS];
void goods_make(struct arena *arena);

/* The first violation is kept; all go on. Returns false. */
__attribute__((format(printf, 2, 3))) bool violated(struct simulation *simulation,
                                                    const char *format, ...);
__attribute__((format(printf, 2, 3))) void trace(struct simulation *simulation, const char *format,
                                                 ...);

/* client.c: one call each, judged. True: it did what was asked. */
bool client_create(struct simulation *simulation, int repository);
bool client_delete_repository(struct simulation *simulation, int repository);
bool client_head(struct simulation *simulation, int repository, int blob);
bool client_mount(struct simulation *simulation, int repository, int from, int blob);
bool client_upload(struct simulation *simulation, int repository, int blob);
void client_resume(struct simulation *simulation);
bool client_delete_blob(struct simulation *simulation, int repository, int blob);
bool client_put(struct simulation *simulation, int repository, int manifest, int tag);
void client_pull(struct simulation *simulation, int repository, int manifest, int tag);
void client_tag(struct simulation *simulation, int repository, int manifest, int tag);
void client_untag(struct simulation *simulation, int repository, int tag);
void client_delete(struct simulation *simulation, int repository, int manifest, bool recycle);
void client_restore(struct simulation *simulation, int repository, int manifest);
void client_lifecycle(struct simulation *simulation, int repository);
void client_collect(struct simulation *simulation);

void actor_act(struct simulation *simulation, unsigned actor);
/* When nobody acts: `last` after everything has had its time. */
void verdict_quiet(struct simulation *simulation, bool last);
struct scope scope_of(int repository);
