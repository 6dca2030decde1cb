#pragma once
/* What the checks share: what earlier ones found out. Only files of this folder include it. */
#include "image/ecr_login.h"
#include "image/manifest.h"
#include "image/registry_session.h"
#include "ship/doctor/doctor.h"
#include "ship/doctor/secrets.h"

struct doctor {
    const struct doctor_options *options;
    struct arena *arena;
    struct doctor_result *result;
    struct secrets secrets;
    unsigned seconds;
    /* The target: */
    struct reference reference;
    bool image;          /* a repository was named, not only a registry */
    struct slice server; /* host[:port] that is connected to: docker.io is registry-1.docker.io */
    struct slice host;   /* of it, without the port */
    uint16_t port;
    bool tls;
    struct slice proxy; /* that is used for it; empty: none */
    /* What checks found out: */
    struct session session;
    bool session_open;
    struct http_client *client;
    struct slice date; /* Date header of the first answer; empty: none */
    double date_at;    /* and when it came, seconds since 1970 */
    struct credentials credentials;
    struct http_response manifest; /* of the image */
    bool asked;                    /* `manifest` is an answer */
    struct manifest parsed;
    bool is_parsed;
    struct descriptor chosen; /* the platform's manifest */
    struct aws aws;
    bool aws_open, ecr;     /* it is ECR or speaks its API */
    struct error aws_error; /* why it is ECR and cannot be asked */
    struct slice account;   /* of the registry; empty: not known */
    struct slice role_arn, role_account;
};

/* Both format into the arena and hide secrets; the last call counts. */
__attribute__((format(printf, 4, 5))) void doctor_say(struct doctor *doctor, struct doctor_row *row,
                                                      enum doctor_state state, const char *format,
                                                      ...);
__attribute__((format(printf, 3, 4))) void doctor_fix(struct doctor *doctor, struct doctor_row *row,
                                                      const char *format, ...);

/* network.c */
void check_proxy(struct doctor *doctor, struct doctor_row *row);
void check_dns(struct doctor *doctor, struct doctor_row *row);
void check_tcp(struct doctor *doctor, struct doctor_row *row);
void check_tls(struct doctor *doctor, struct doctor_row *row);
void check_trust(struct doctor *doctor, struct doctor_row *row);
/* registry.c */
void check_api(struct doctor *doctor, struct doctor_row *row);
void check_clock(struct doctor *doctor, struct doctor_row *row);
void check_login(struct doctor *doctor, struct doctor_row *row);
void check_rate(struct doctor *doctor, struct doctor_row *row);
/* image.c */
void check_repository(struct doctor *doctor, struct doctor_row *row);
void check_tag(struct doctor *doctor, struct doctor_row *row);
void check_platform(struct doctor *doctor, struct doctor_row *row);
void check_layers(struct doctor *doctor, struct doctor_row *row);
void check_space(struct doctor *doctor, struct doctor_row *row);
/* login.c */
void check_entries(struct doctor *doctor, struct doctor_row *row);
void check_token(struct doctor *doctor, struct doctor_row *row);
/* amazon.c */
void check_describe(struct doctor *doctor, struct doctor_row *row);
void check_archived(struct doctor *doctor, struct doctor_row *row);
void check_policy(struct doctor *doctor, struct doctor_row *row);
/* role.c */
void check_role_trust(struct doctor *doctor, struct doctor_row *row);
void check_role_actions(struct doctor *doctor, struct doctor_row *row);
/* machine.c */
void check_engines(struct doctor *doctor, struct doctor_row *row);
void check_database(struct doctor *doctor, struct doctor_row *row);
void check_files(struct doctor *doctor, struct doctor_row *row);
void check_proxies(struct doctor *doctor, struct doctor_row *row);
void check_authorities(struct doctor *doctor, struct doctor_row *row);
void check_disk(struct doctor *doctor, struct doctor_row *row);
void check_time(struct doctor *doctor, struct doctor_row *row);

/* Where the engine keeps images: the option's, the engine's own words, or the usual folders that
   are there; NULL: none. *whose says of whom. In the arena. */
const char *doctor_storage(struct doctor *doctor, const char **whose);
/* Free bytes; false: it cannot be told. */
bool doctor_free(const char *folder, uint64_t *bytes, uint64_t *all);
