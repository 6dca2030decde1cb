/* Records of any bytes: what is taken can be written, and is then read as the same. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "ship/voyage/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error err;
    struct voyage_record record, back;
    arena_init(&arena, (size_t)64 << 20);
    if (voyage_record_parse(slice_of(data, size), &arena, &record, &err)) {
        char path[] = "/tmp/plimsoll-record-fuzz.XXXXXX";
        int fd CLEANUP_FD = mkstemp(path);
        if (fd < 0 || !voyage_record_write(path, &record, &err) ||
            !voyage_record_read(path, &arena, &back, &err) || back.tag_count != record.tag_count ||
            !slice_equal(back.source, record.source))
            abort();
        unlink(path);
    }
    arena_done(&arena);
    return 0;
}
