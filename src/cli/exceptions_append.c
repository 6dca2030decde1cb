#include "cli/exceptions_append.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "scan/exceptions_import.h"

enum { FILE_MAX = 16 << 20 };

/* Blanks before the last entry of the list: what is appended has to stand below it. */
static size_t indent_of(struct slice text)
{
    size_t indent = 0;
    while (text.len) {
        size_t end = slice_find(text, '\n'), blanks = 0;
        struct slice line = slice_upto(text, end);
        while (blanks < line.len && line.at[blanks] == ' ')
            blanks++;
        if (line.len >= blanks + 5 && memcmp(line.at + blanks, "- ", 2) == 0)
            indent = blanks;
        text = slice_from(text, end < text.len ? end + 1 : end);
    }
    return indent;
}

static bool write_indented(const struct exceptions *added, size_t indent, FILE *file,
                           struct error *err)
{
    char *text = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&text, &len);
    if (!memory)
        return error_errno(err, "writing exceptions");
    bool fine = exceptions_write_yaml(added, memory, err);
    if (fclose(memory) != 0 && fine)
        fine = error_errno(err, "writing exceptions");
    for (size_t i = 0; fine && i < len; i++) {
        if (i == 0 || text[i - 1] == '\n')
            fprintf(file, "%*s", (int)indent, "");
        fputc(text[i], file);
    }
    free(text);
    return fine;
}

bool exceptions_append(const char *path, const struct exceptions *added, struct arena *arena,
                       struct error *err)
{
    struct slice before = {"", 0};
    struct exceptions check;
    char *text = NULL;
    size_t len = 0;
    if (access(path, F_OK) == 0 && !file_read(path, FILE_MAX, arena, &before, err))
        return false;
    FILE *memory = open_memstream(&text, &len);
    if (!memory)
        return error_errno(err, "writing %s", path);
    fwrite(before.at, 1, before.len, memory);
    if (before.len && before.at[before.len - 1] != '\n')
        fputc('\n', memory);
    bool fine = write_indented(added, indent_of(before), memory, err);
    if (fclose(memory) != 0 && fine)
        fine = error_errno(err, "writing %s", path);
    struct slice whole = slice_of(text, len);
    if (fine && !exceptions_parse(whole, path, arena, &check, err))
        fine = error_add(err, "nothing can be appended to this file");
    fine = fine && file_write(path, whole, err);
    free(text);
    return fine;
}
