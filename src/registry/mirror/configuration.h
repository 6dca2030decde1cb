#pragma once
/*
 * What only the operator of the machine can say, in the file "mirror.json" of the data folder
 * (read again when it changes; without it nothing here is set):
 *
 *   {"credentials":  [{"secret": "ecr-pullthroughcache/hub", "account": "123456789012",
 *                      "username": "ci", "accessToken": "…"}],
 *    "destinations": [{"region": "eu-west-1", "registryId": "123456789012",
 *                      "url": "https://registry.example", "repositoryPrefix": "mirror/",
 *                      "username": "AWS", "accessToken": "…"}],
 *    "rules":        [{"prefix": "docker-hub", "tagSeconds": 3600, "missSeconds": 60}],
 *    "hosts":        [{"host": "registry.example", "caFile": "/etc/ca.pem", "insecure": false}]}
 *
 * `credentials` are what a cache rule's credentialArn names (there is no Secrets Manager here):
 * the part behind ":secret:", with or without the six characters that AWS adds. `destinations` tell
 * where a region and account of a replication rule live. Any thread may call; pure computation.
 */
#include "base/arena.h"

enum { MIRROR_CONFIGURATION_MAX = 1 << 20, MIRROR_ENTRIES_MAX = 1000 };

struct mirror_credentials {
    struct slice secret, account; /* account empty: of all */
    struct slice user, password;
};

struct mirror_destination {
    struct slice region, account;
    struct slice url;    /* "https://host:port" */
    struct slice prefix; /* before each repository's name there */
    struct slice user, password;
};

struct mirror_timing {
    struct slice prefix;                /* of the rule */
    unsigned tag_seconds, miss_seconds; /* how long an answer about a tag, and a 404, is good */
};

struct mirror_host {
    struct slice host; /* "host" or "host:port" */
    struct slice ca_file;
    bool insecure;
};

struct mirror_configuration {
    struct mirror_credentials *credentials;
    struct mirror_destination *destinations;
    struct mirror_timing *timings;
    struct mirror_host *hosts;
    size_t credential_count, destination_count, timing_count, host_count;
};

enum { MIRROR_TAG_SECONDS = 24 * 3600, MIRROR_MISS_SECONDS = 60 };

/* ERROR_FORMAT says where and what. Strings live in `arena`. */
bool mirror_configuration_parse(struct slice text, struct arena *arena,
                                struct mirror_configuration *configuration, struct error *err);

/* Each NULL when there is none. */
const struct mirror_credentials *
mirror_credentials_of(const struct mirror_configuration *configuration, struct slice arn);
const struct mirror_destination *
mirror_destination_of(const struct mirror_configuration *configuration, struct slice region,
                      struct slice account);
const struct mirror_host *mirror_host_of(const struct mirror_configuration *configuration,
                                         struct slice host);
/* Defaults filled in. */
struct mirror_timing mirror_timing_of(const struct mirror_configuration *configuration,
                                      struct slice prefix);

/* "https://host[:port]" of what people write ("host", "http://host:5000/"): ERROR_USAGE for
   anything with a path, a user or another scheme. `scheme` may come out empty: TLS, or on loopback
   whatever answers. */
bool mirror_address_parse(struct slice text, struct arena *arena, struct slice *scheme,
                          struct slice *host, struct error *err);
