/* The file of the history: lock, append, sync; see history.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "ship/audit/history.h"

static void put_finding(struct json_writer *json, const struct audit_finding *finding,
                        struct arena *arena)
{
    json_begin_object(json);
    json_field(json, "id", finding->id);
    json_field_text(json, "package", finding->package);
    json_field(json, "severity", slice_str(severity_name(finding->severity)));
    json_field(json, "first_seen", clock_format(finding->first_seen, arena));
    if (finding->excepted)
        json_field_bool(json, "excepted", true);
    json_end_object(json);
}

static void put_repository(struct json_writer *json, const struct audit_repository *repository,
                           struct arena *arena)
{
    json_begin_object(json);
    json_field(json, "name", repository->name);
    json_field_text(json, "error", repository->error);
    if (!repository->error.len) {
        json_field_text(json, "tag", repository->tag);
        json_field_text(json, "digest", repository->digest);
        json_field_int(json, "overdue", (int64_t)repository->overdue);
        json_name(json, "counts");
        json_begin_object(json);
        for (size_t i = AUDIT_SEVERITIES; i-- > 0;)
            if (repository->by_severity[i])
                json_field_int(json, severity_name((enum severity)i),
                               (int64_t)repository->by_severity[i]);
        json_end_object(json);
        if (repository->unchanged)
            json_field_bool(json, "unchanged", true);
        else {
            json_name(json, "findings");
            json_begin_array(json);
            for (size_t i = 0; i < repository->finding_count; i++)
                put_finding(json, &repository->findings[i], arena);
            json_end_array(json);
        }
    }
    json_end_object(json);
}

void history_put(const struct audit *audit, struct arena *arena, FILE *file)
{
    struct json_writer json;
    json_writer_init(&json, file, 0);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/audit-history/1"));
    json_field(&json, "time", clock_format(audit->when, arena));
    json_name(&json, "repositories");
    json_begin_array(&json);
    for (size_t i = 0; i < audit->count; i++)
        put_repository(&json, &audit->repositories[i], arena);
    json_end_array(&json);
    json_end_object(&json);
    fputc('\n', file);
}

static bool make_folder_of(const char *path, struct error *err)
{
    char folder[4096];
    size_t slash = slice_find_last(slice_str(path), '/');
    if (!slash || slash >= sizeof folder || slash >= strlen(path))
        return true;
    memcpy(folder, path, slash);
    folder[slash] = 0;
    return file_make_folder(folder, err);
}

bool history_open(struct history_file *file, const char *path, struct error *err)
{
    *file = (struct history_file){.fd = -1, .path = path};
    if (!make_folder_of(path, err)) {
        struct error said = *err;
        return error_set(err, said.kind,
                         "history of audits: %s; --history FILE names another, --no-history goes "
                         "without",
                         said.text);
    }
    file->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
    if (file->fd < 0)
        return error_errno(err, "history of audits: opening %s", path);
    struct stat info;
    if (fstat(file->fd, &info) == 0 && S_ISREG(info.st_mode) &&
        flock(file->fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (!S_ISREG(info.st_mode))
        error_set(err, ERROR_USAGE, "history of audits: %s is no regular file", path);
    else if (errno == EWOULDBLOCK)
        error_set(err, ERROR_BUSY,
                  "another audit is running with the history %s: wait for its end, or name another "
                  "file by --history",
                  path);
    else
        error_errno(err, "locking %s", path);
    history_close(file);
    return false;
}

bool history_read(const struct history_file *file, int64_t since, struct arena *arena,
                  struct history *history, struct error *err)
{
    struct slice bytes;
    struct stat info;
    if (lseek(file->fd, 0, SEEK_SET) < 0 || fstat(file->fd, &info) < 0)
        return error_errno(err, "reading %s", file->path);
    if (info.st_size > HISTORY_SIZE_MAX)
        return error_set(
            err, ERROR_LIMIT,
            "the history %s is over %d MiB: move it away (first-seen dates begin anew) "
            "or keep its last line only",
            file->path, HISTORY_SIZE_MAX >> 20);
    return (file_read_fd(file->fd, HISTORY_SIZE_MAX, arena, &bytes, err) &&
            history_parse(bytes, since, arena, history, err)) ||
           error_add(err, "history of audits: %s", file->path);
}

static bool write_synced(const struct history_file *file, struct slice bytes, struct error *err)
{
    return file_write_fd(file->fd, bytes.at, bytes.len, err) &&
           (fsync(file->fd) == 0 || error_errno(err, "syncing"));
}

bool history_append(const struct history_file *file, const struct history *history,
                    const struct audit *audit, struct arena *arena, struct error *err)
{
    char *text = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&text, &len);
    if (!memory)
        return error_errno(err, "writing %s", file->path);
    history_put(audit, arena, memory);
    bool fine = fclose(memory) == 0 || error_errno(err, "writing %s", file->path);
    if (fine && history->truncated && ftruncate(file->fd, (off_t)history->whole_size) < 0)
        fine = error_errno(err, "cutting a line without an end off %s", file->path);
    if (fine && !write_synced(file, slice_of(text, len), err)) {
        fine = error_add(err, "history of audits: %s", file->path);
        /* Half a line would only be cut off next time. */
        if (ftruncate(file->fd, (off_t)history->whole_size) < 0)
            error_add(err, "half a line stays");
    }
    free(text);
    return fine;
}

void history_close(struct history_file *file)
{
    file_close_fd(&file->fd);
    file->fd = -1;
}
