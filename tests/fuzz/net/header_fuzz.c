/* Header lines as a server may send them; no value that is kept can break a line. */
#include <stdlib.h>

#include "net/base64.h"
#include "net/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct error err = {0};
    struct http_headers headers = {0};
    struct slice rest = slice_of(data, size), bytes;
    time_t when;
    unsigned seconds;
    uint64_t first;
    while (rest.len) {
        struct slice line = slice_cut(&rest, '\n');
        http_status_of_line(line);
        http_headers_add_line(&headers, line, &arena, &err);
        http_date_parse(line, &when);
        http_retry_after(line, 0, &seconds);
        http_content_range_start(line, &first);
        if (base64_decode(line, &arena, &bytes, &err))
            base64_encode(bytes, &arena);
    }
    for (size_t i = 0; i < headers.count; i++)
        if (memchr(headers.items[i].value.at, '\r', headers.items[i].value.len))
            abort();
    http_header_get(&headers, "Retry-After");
    return 0;
}
