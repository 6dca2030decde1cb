#pragma once
/*
 * How a rule about built images is written: a row with its words and a function that looks at what
 * a scan found. Rows stand in image_rules[] of rules.c, functions in the file of their family:
 *
 *   config.c    the image's configuration: user, health check, ports, volumes, environment
 *   files.c     what stands in its layers (catalog's observations)
 *   history.c   the instructions that made it
 *   secrets.c   values that are secrets (catalog/secret.h)
 */
#include "lint/finding.h"
#include "lint/shell/shell.h"
#include "scan/pipeline.h"

struct image_check {
    const struct scan *scan;
    const struct scan_image *seen; /* the one under the rules */
    const struct image *image;
    struct lint_report *report;
    struct arena *arena;
    const struct image_rule *rule; /* the one being asked */
    /* Beside image->history: RUN bodies as shell; without commands for all else. */
    struct shell_script *bodies;
    struct slice *instructions; /* the history in the words of a Dockerfile, "RUN apk add curl" */
};

struct image_rule {
    struct lint_rule rule;
    void (*check)(struct image_check *check);
};

/* Ended by a row without an id. */
extern const struct image_rule image_rules[];

/* Asks all rules about each image of a scan (scan_options.without_match is enough), by `enabled` as
   for dockerfile_check_run. */
bool image_lint(const struct scan *scan, struct lint_report *report, struct arena *arena,
                bool (*enabled)(void *context, const struct lint_rule *rule), void *context,
                struct error *err);

/* A finding of the current rule; `path` inside the image, empty for the configuration. */
__attribute__((format(printf, 3, 4))) struct lint_finding *
image_report(struct image_check *check, struct slice path, const char *format, ...);

/* "layer 3, RUN apk add curl": where something comes from; the instruction is cut when long. */
struct slice image_layer_words(const struct image_check *check, size_t layer);
/* The uid that USER stands for; false when it is a name that the image's passwd has not. */
bool image_user_id(const struct image_check *check, struct slice user, uint64_t *id);
/* "1.2 MB" */
struct slice image_bytes_words(const struct image_check *check, uint64_t bytes);

void image_check_user(struct image_check *check);
void image_check_health(struct image_check *check);
void image_check_health_shell(struct image_check *check);
void image_check_ports(struct image_check *check);
void image_check_volumes(struct image_check *check);
void image_check_labels(struct image_check *check);
void image_check_command_form(struct image_check *check);
void image_check_tls(struct image_check *check);
void image_check_tag(struct image_check *check);

void image_check_setid(struct image_check *check);
void image_check_world_writable(struct image_check *check);
void image_check_caches(struct image_check *check);
void image_check_keys(struct image_check *check);
void image_check_credentials(struct image_check *check);
void image_check_environment_files(struct image_check *check);
void image_check_repositories(struct image_check *check);
void image_check_leftovers(struct image_check *check);
void image_check_passwords(struct image_check *check);
void image_check_duplicate_ids(struct image_check *check);
void image_check_root_accounts(struct image_check *check);
void image_check_packages(struct image_check *check);
void image_check_sudo(struct image_check *check);

/* secrets.c: what scan --secrets finds. */
void image_check_secrets(struct image_check *check);

void image_check_update_alone(struct image_check *check);
void image_check_dist_upgrade(struct image_check *check);
void image_check_add(struct image_check *check);
void image_check_removed_packages(struct image_check *check);
