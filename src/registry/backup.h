#pragma once
/*
 * A copy of a data folder, complete and of one moment, while a server runs on it. Backup and
 * restore are the same copy, one way and the other.
 *
 * First the metadata as of now (meta_backup), then every blob that it names. A blob that was
 * removed between the two (its image was deleted meanwhile) makes the metadata be taken once more,
 * which then does not name it. The copy's registry.db gets its name last: a folder without one is a
 * copy that did not come to its end. What the target has already is not copied again.
 */
#include "registry/data_folder.h"

struct backup_options {
    /* One line for each blob that cannot be copied: it is missing, or damaged. */
    void (*lost)(void *context, const struct digest *digest, const char *why);
    /* Blobs that are done; `all` 0: not known. Any thread, one at a time. May be NULL. */
    void (*progress)(void *context, uint64_t done, uint64_t all);
    void *context;
};

struct backup_report {
    uint64_t blobs, bytes; /* that the copy has */
    uint64_t copied, copied_bytes;
    uint64_t lost;
    uint64_t removed; /* blobs of an earlier copy that nothing names any more */
};

/* Into `target`, made when absent. Bytes are verified while they are copied; what is damaged is not
   copied and told as lost. */
bool backup_run(const struct data_folder *source, const char *target,
                const struct backup_options *options, struct backup_report *report,
                struct error *err);

/*
 * The same as one file: a tar archive that unpacks to such a folder, registry.db last in it. It is
 * written beside and renamed when it is whole. What is damaged is in it all the same (its bytes
 * were on their way when that was seen); restoring leaves it out.
 */
bool backup_to_file(const struct data_folder *source, const char *path,
                    const struct backup_options *options, struct backup_report *report,
                    struct error *err);
/* A data folder of it; the target must not be one yet. */
bool backup_from_file(const char *path, const char *target, const struct backup_options *options,
                      struct backup_report *report, struct error *err);
