#pragma once
/* Tags of a resource (Key, Value), as CreateRepository and TagResource take them. */
#include "registry/ecr/operations.h"

enum { RESOURCE_TAGS_MAX = 50, RESOURCE_TAG_KEY_MAX = 128, RESOURCE_TAG_VALUE_MAX = 256 };

struct resource_tags {
    struct slice *keys, *values;
    size_t count;
};

/* Member `name`: InvalidTagParameterException, TooManyTagsException. */
bool resource_tags_read(struct ecr_call *call, const char *name, bool required,
                        struct resource_tags *tags);
