#pragma once
/*
 * Files: cleanup attributes for descriptors and streams, whole-file reads with a limit, mapped
 * files, atomic writes. Any thread may call.
 */
#include <stdio.h>

#include "base/arena.h"

void file_close_fd(int *fd); /* ignores -1 */
void file_close(FILE **file);
#define CLEANUP_FD   __attribute__((cleanup(file_close_fd)))
#define CLEANUP_FILE __attribute__((cleanup(file_close)))

/* Closes all descriptors over 2 but those of `keep` (any order, twice is fine). Only system calls:
   for a process that was just forked. */
void file_close_others(const int *keep, size_t count);

/* Opens for reading, close-on-exec; -1 and err ("opening PATH: …") when it cannot. */
int file_open(const char *path, struct error *err);

/* Opens a file below a folder that somebody else has filled, close-on-exec and without waiting for
   a FIFO's writer: no "..", absolute path or symbolic link leads out of the folder
   (file_beneath.c). -1 and errno: EXDEV or ELOOP when one would. */
int file_open_beneath(int folder, const char *path);

/* The whole file, at most `limit` bytes (ERROR_LIMIT over it), NUL-terminated behind, in `arena`.
 */
bool file_read(const char *path, size_t limit, struct arena *arena, struct slice *bytes,
               struct error *err);
/* The same from an open descriptor, to its end (a pipe too). */
bool file_read_fd(int fd, size_t limit, struct arena *arena, struct slice *bytes,
                  struct error *err);

/* A read-only mapping; an empty file gives an empty slice. */
struct file_map {
    struct slice bytes;
};
bool file_map_open(struct file_map *map, const char *path, struct error *err);
void file_map_close(struct file_map *map);

/* Writes beside and renames, so that readers see the old or the new; fsyncs. */
bool file_write(const char *path, struct slice bytes, struct error *err);

/* The same for a file that is there and is a person's own: its mode (and owner, where that is
   allowed) stays, and a symbolic link stays one: what it leads to is written. */
bool file_rewrite(const char *path, struct slice bytes, struct error *err);

/* mkdir -p with mode 0755. */
bool file_make_folder(const char *path, struct error *err);

/* pread / write until all is done or failed; pread_all gives the number of bytes read (short at the
 * end). */
bool file_pread(int fd, void *to, size_t len, uint64_t offset, size_t *got, struct error *err);
bool file_write_fd(int fd, const void *from, size_t len, struct error *err);
