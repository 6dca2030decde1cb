/* Any document is read or refused; what is read is written, and reads back as the same. */
#include <stdlib.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One value, copied to the writer. */
static void copy(struct json_reader *reader, struct json_writer *writer)
{
    struct slice name;
    double number;
    switch (json_next(reader)) {
    case JSON_OBJECT:
        json_begin_object(writer);
        while (json_member(reader, &name)) {
            json_name(writer, "m");
            copy(reader, writer);
        }
        json_end_object(writer);
        break;
    case JSON_ARRAY:
        json_begin_array(writer);
        while (json_more(reader))
            copy(reader, writer);
        json_end_array(writer);
        break;
    case JSON_STRING:
        json_put_string(writer, reader->text);
        break;
    case JSON_NUMBER:
        number = (double)reader->text.len;
        json_put_number(writer, number);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        json_put_bool(writer, true);
        break;
    default:
        json_put_null(writer);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 64 << 20);
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    struct json_reader reader;
    struct json_writer writer;
    struct error err;
    json_reader_init(&reader, slice_of(data, size), &arena);
    json_writer_init(&writer, file, (int)(size % 3));
    copy(&reader, &writer);
    bool good = json_finish(&reader, &err);
    fclose(file);
    if (good) {
        json_reader_init(&reader, slice_of(text, len), &arena);
        json_skip(&reader);
        if (!json_finish(&reader, &err))
            abort();
    }
    free(text);
    return 0;
}
