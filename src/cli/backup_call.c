#include "cli/backup_call.h"

#include <dirent.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/terminal.h"
#include "registry/backup.h"

static void print_lost(void *context, const struct digest *digest, const char *why)
{
    (void)context;
    progress_clear();
    printf("lost    %s: %s\n", digest->text, why);
}

static void show_progress(void *context, uint64_t done, uint64_t all)
{
    (void)context;
    if (all)
        progress_show("copying: %" PRIu64 " of %" PRIu64 " blobs", done, all);
    else
        progress_show("copying: %" PRIu64 " blobs", done);
}

/* The real path of what may not be there yet: its folder's, then. */
static bool real_path(const char *path, char *real)
{
    char above[PATH_MAX];
    if (realpath(path, real))
        return true;
    if (snprintf(above, sizeof above, "%s", path) >= (int)sizeof above)
        return false;
    size_t len = strlen(above);
    while (len > 1 && above[len - 1] == '/')
        above[--len] = '\0';
    char *slash = strrchr(above, '/');
    if (!slash)
        return realpath(".", real) != NULL;
    slash[slash == above] = '\0';
    return realpath(above, real) != NULL;
}

/* A copy into itself would never end well. */
static bool are_apart(const char *from, const char *to, struct error *err)
{
    char source[PATH_MAX], target[PATH_MAX];
    if (!real_path(from, source) || !real_path(to, target))
        return true; /* neither is there */
    size_t len = strlen(source);
    if (strncmp(source, target, len) == 0 && (target[len] == '\0' || target[len] == '/'))
        return error_set(err, ERROR_USAGE, "%s is in %s: the copy must lie elsewhere", to, from);
    return true;
}

/* A restore must not mix with what is there. */
static bool is_free(const char *to, struct error *err)
{
    char database[PATH_MAX];
    if (snprintf(database, sizeof database, "%s/registry.db", to) >= (int)sizeof database)
        return error_set(err, ERROR_USAGE, "the path is too long");
    return access(database, F_OK) != 0 ||
           error_set(err, ERROR_USAGE,
                     "%s is a data folder already; restore to another, or move it away", to);
}

static enum data_folder_use use_of(const char *from, enum backup_call_kind kind)
{
    return kind == BACKUP_CALL_RESTORE ? DATA_FOLDER_FROZEN : data_folder_look(from);
}

enum target { TARGET_ABSENT, TARGET_EMPTY, TARGET_USED };

static enum target target_of(const char *to)
{
    DIR *folder = opendir(to);
    enum target target = folder ? TARGET_EMPTY : TARGET_ABSENT;
    const struct dirent *entry;
    while (folder && (entry = readdir(folder)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            target = TARGET_USED;
    if (folder)
        closedir(folder);
    return target;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status, (void)type;
    if (where->level > 0)
        (void)remove(path); /* what stays makes its folder stay, and harms nobody */
    return 0;
}

/* A restore that failed leaves what it found: nothing. Where there was something, it is left alone,
   and another try goes on with what was copied. */
static void take_back(const char *to, enum target before)
{
    if (before == TARGET_USED)
        return;
    (void)nftw(to, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    if (before == TARGET_ABSENT)
        (void)rmdir(to);
}

/* What is there is replaced only where it can have been a backup: a name that ends in .tar, or a
   folder that no server ever had (they have a lock). */
static bool may_replace(const char *to, struct error *err)
{
    struct stat status;
    char lock[PATH_MAX];
    if (stat(to, &status) != 0)
        return true;
    if (S_ISREG(status.st_mode) && !slice_ends(slice_str(to), SLICE(".tar")))
        return error_set(err, ERROR_USAGE,
                         "%s is a file that is no backup; a backup is a folder or ends in .tar",
                         to);
    if (snprintf(lock, sizeof lock, "%s/lock", to) >= (int)sizeof lock)
        return error_set(err, ERROR_USAGE, "the path is too long");
    return access(lock, F_OK) != 0 ||
           error_set(err, ERROR_USAGE,
                     "%s is the data folder of a server; a backup would replace what is in it", to);
}

/* A backup is a file when it is called one, or is one. */
static bool is_file(const char *path, enum backup_call_kind kind)
{
    struct stat status;
    if (stat(path, &status) == 0)
        return S_ISREG(status.st_mode);
    return kind == BACKUP_CALL_BACKUP && slice_ends(slice_str(path), SLICE(".tar"));
}

static bool copy(const char *from, const char *to, enum backup_call_kind kind,
                 const struct backup_options *options, struct backup_report *report,
                 struct error *err)
{
    CLEANUP_DATA_FOLDER struct data_folder folder = {.lock = -1};
    if (kind == BACKUP_CALL_RESTORE && is_file(from, kind))
        return backup_from_file(from, to, options, report, err);
    if (!data_folder_open(&folder, from, use_of(from, kind), NULL, err) ||
        !are_apart(from, to, err))
        return false;
    if (kind == BACKUP_CALL_BACKUP && is_file(to, kind))
        return backup_to_file(&folder, to, options, report, err);
    return backup_run(&folder, to, options, report, err);
}

bool backup_call(struct invocation *call, const char *from, const char *to,
                 enum backup_call_kind kind, struct error *err)
{
    struct backup_options options = {.lost = print_lost, .progress = show_progress};
    struct backup_report report;
    umask(S_IRWXG | S_IRWXO); /* keys are in it */
    if (kind == BACKUP_CALL_RESTORE ? !is_free(to, err) : !may_replace(to, err))
        return false;
    enum target before = target_of(to);
    bool done = copy(from, to, kind, &options, &report, err);
    progress_clear();
    if (!done && kind == BACKUP_CALL_RESTORE)
        take_back(to, before);
    if (!done)
        return error_add(err, "copying %s to %s", from, to);
    printf("%" PRIu64 " blobs of %" PRIu64 " bytes in ", report.blobs, report.bytes);
    terminal_put(stdout, slice_str(to));
    printf(", %" PRIu64 " of %" PRIu64 " bytes copied", report.copied, report.copied_bytes);
    if (report.removed)
        printf(", %" PRIu64 " removed", report.removed);
    printf(report.lost ? ", %" PRIu64 " LOST\n" : "\n", report.lost);
    call->exit_code = report.lost ? 1 : 0;
    return true;
}
