#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/utf8.h"

void json_writer_init(struct json_writer *writer, FILE *file, int indent)
{
    *writer = (struct json_writer){.file = file, .indent = indent, .first = true};
}

static void new_line(struct json_writer *writer)
{
    if (writer->indent > 0)
        fprintf(writer->file, "\n%*s", (int)writer->depth * writer->indent, "");
}

/* What stands between the last thing and a new name or value. */
static void separate(struct json_writer *writer)
{
    if (writer->after_name) {
        writer->after_name = false;
        return;
    }
    if (!writer->first)
        putc(',', writer->file);
    if (writer->depth)
        new_line(writer);
    writer->first = false;
}

static void begin(struct json_writer *writer, char bracket)
{
    separate(writer);
    putc(bracket, writer->file);
    writer->depth++;
    writer->first = true;
}

static void end(struct json_writer *writer, char bracket)
{
    writer->depth--;
    if (!writer->first)
        new_line(writer);
    putc(bracket, writer->file);
    writer->first = false;
    if (writer->depth == 0 && writer->indent > 0)
        putc('\n', writer->file);
}

void json_begin_object(struct json_writer *writer)
{
    begin(writer, '{');
}

void json_end_object(struct json_writer *writer)
{
    end(writer, '}');
}

void json_begin_array(struct json_writer *writer)
{
    begin(writer, '[');
}

void json_end_array(struct json_writer *writer)
{
    end(writer, ']');
}

static void put_escaped(FILE *file, uint32_t code)
{
    static const char values[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    const char *found = code && code < 0x80 ? strchr(values, (int)code) : NULL;
    char bytes[4];
    if (found)
        fprintf(file, "\\%c", names[found - values]);
    else if (code < 0x20 || code == 0x7F)
        fprintf(file, "\\u%04x", (unsigned)code);
    else
        fwrite(bytes, 1, utf8_put(bytes, code), file);
}

/* How many bytes at the front stand for themselves: most texts are nothing else. */
static size_t plain_run(struct slice text)
{
    size_t len = 0;
    while (len < text.len && (unsigned char)text.at[len] >= 0x20 &&
           (unsigned char)text.at[len] < 0x7F && text.at[len] != '"' && text.at[len] != '\\')
        len++;
    return len;
}

static void put_quoted(FILE *file, struct slice text)
{
    putc('"', file);
    while (text.len) {
        uint32_t code;
        size_t plain = plain_run(text);
        fwrite(text.at, 1, plain, file);
        text = slice_from(text, plain);
        if (!text.len)
            break;
        if (!utf8_cut(&text, &code))
            code = UTF8_REPLACEMENT;
        put_escaped(file, code);
    }
    putc('"', file);
}

void json_name(struct json_writer *writer, const char *name)
{
    separate(writer);
    put_quoted(writer->file, slice_str(name));
    fputs(writer->indent > 0 ? ": " : ":", writer->file);
    writer->after_name = true;
}

void json_put_string(struct json_writer *writer, struct slice value)
{
    separate(writer);
    put_quoted(writer->file, value);
}

void json_put_number(struct json_writer *writer, double value)
{
    if (!isfinite(value)) {
        json_put_null(writer); /* JSON has no word for it */
        return;
    }
    separate(writer);
    char text[40];
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, writer->file);
}

void json_put_int(struct json_writer *writer, int64_t value)
{
    separate(writer);
    fprintf(writer->file, "%lld", (long long)value);
}

void json_put_bool(struct json_writer *writer, bool value)
{
    separate(writer);
    fputs(value ? "true" : "false", writer->file);
}

void json_put_null(struct json_writer *writer)
{
    separate(writer);
    fputs("null", writer->file);
}

void json_field(struct json_writer *writer, const char *name, struct slice value)
{
    json_name(writer, name);
    json_put_string(writer, value);
}

void json_field_text(struct json_writer *writer, const char *name, struct slice value)
{
    if (value.len)
        json_field(writer, name, value);
}

void json_field_or_null(struct json_writer *writer, const char *name, struct slice value)
{
    json_name(writer, name);
    if (value.len)
        json_put_string(writer, value);
    else
        json_put_null(writer);
}

void json_field_strings(struct json_writer *writer, const char *name, const struct slice *values,
                        size_t count)
{
    json_name(writer, name);
    json_begin_array(writer);
    for (size_t i = 0; i < count; i++)
        json_put_string(writer, values[i]);
    json_end_array(writer);
}

void json_field_int(struct json_writer *writer, const char *name, int64_t value)
{
    json_name(writer, name);
    json_put_int(writer, value);
}

void json_field_number(struct json_writer *writer, const char *name, double value)
{
    json_name(writer, name);
    json_put_number(writer, value);
}

void json_field_bool(struct json_writer *writer, const char *name, bool value)
{
    json_name(writer, name);
    json_put_bool(writer, value);
}
