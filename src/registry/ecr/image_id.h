#pragma once
/* ImageIdentifier of the API: a digest, a tag, or both; which image it is, or why it is none. */
#include "registry/core/manifest.h"
#include "registry/ecr/operations.h"

enum { IMAGE_IDS_MAX = 100, IMAGE_TAG_MAX = 300 };

struct image_id {
    struct slice digest, tag; /* as given */
};

struct image_ids {
    struct image_id *items;
    size_t count;
};

/* ImageFailureCode and its reason, in `code` and `why`; both NULL when there is none. */
struct image_trouble {
    const char *code, *why;
};

/* Member `name` (an object) of call->input. */
bool image_id_read(struct ecr_call *call, const char *name, struct image_id *id);
/* A list of 1 to 100. Not there and not required: none. */
bool image_ids_read(struct ecr_call *call, const char *name, bool required, struct image_ids *ids);

/* Which image of call->scope it is. True with trouble->code set: none, and why (for operations that
   answer with failures[]); false: the call failed. */
bool image_id_find(struct ecr_call *call, const struct image_id *id, struct digest *digest,
                   struct image_trouble *trouble);
/* The same for operations that fail: ImageNotFoundException, InvalidParameterException. */
bool image_id_resolve(struct ecr_call *call, const struct image_id *id, struct digest *digest);

/* {"imageDigest", "imageTag"}; empty ones are left out. */
void put_image_id(json_t *object, struct slice digest, struct slice tag);
/* An element of failures[]. */
void put_image_failure(json_t *failures, const struct image_id *id, const char *code,
                       const char *why);
