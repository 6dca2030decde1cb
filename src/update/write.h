#pragma once
/*
 * Makes the edits of changes in their files: just those bytes, atomically a file, with mode and
 * owner kept. All files are locked and checked before the first is written, so that two updates at
 * once or a file that was edited meanwhile change nothing.
 */
#include "update/change.h"

enum { UPDATE_WRITE_MAX = 16 << 20 };

/* ERROR_BUSY: somebody else is writing, or a file is not as it was found. *files becomes the number
   of those written. */
bool update_write(const struct update_change *changes, size_t count, struct arena *arena,
                  size_t *files, struct error *err);

/* A file as it is and as it would be. */
struct update_preview {
    struct slice path, before, after;
};
/* What update_write would make of the files, checked as it checks them; nothing is written. */
bool update_preview(const struct update_change *changes, size_t count, struct arena *arena,
                    struct update_preview **files, size_t *file_count, struct error *err);
