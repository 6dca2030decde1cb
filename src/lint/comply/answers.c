/*
 * plimsoll.compliance.yaml, which is meant to be committed beside the Dockerfile:
 *
 *   answers:
 *     - row: tested
 *       image: sha256:…        # digest of the image's configuration
 *       answer: yes
 *       by: Ann Example
 *       at: 2026-11-23T13:15:00Z
 *       note: staging, run 4711
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/yaml.h"
#include "lint/comply/comply.h"

#define ANSWERS_SIZE_MAX ((size_t)4 << 20)

static bool read_answer(const struct yaml_node *node, const char *path,
                        struct comply_answer *answer, struct error *err)
{
    *answer = (struct comply_answer){.row = yaml_text(node, "row"),
                                     .image = yaml_text(node, "image"),
                                     .by = yaml_text(node, "by"),
                                     .at = yaml_text(node, "at"),
                                     .note = yaml_text(node, "note")};
    int64_t when;
    if (!answer->row.len || !answer->image.len || !answer->by.len)
        return error_set(err, ERROR_USAGE, "%s:%u: an answer needs row, image and by", path,
                         node->line);
    if (!clock_parse(answer->at, &when))
        return error_set(err, ERROR_USAGE, "%s:%u: at: not a time (2026-11-23T13:15:00Z)", path,
                         node->line);
    if (!yaml_bool(yaml_get(node, "answer"), &answer->yes))
        return error_set(err, ERROR_USAGE, "%s:%u: answer: yes or no", path, node->line);
    return true;
}

bool comply_answers_read(const char *path, struct arena *arena, struct comply_answers *answers,
                         struct error *err)
{
    struct slice bytes;
    *answers = (struct comply_answers){.count = 0};
    if (access(path, F_OK) != 0)
        return true;
    return file_read(path, ANSWERS_SIZE_MAX, arena, &bytes, err) &&
           comply_answers_parse(bytes, path, arena, answers, err);
}

bool comply_answers_parse(struct slice bytes, const char *path, struct arena *arena,
                          struct comply_answers *answers, struct error *err)
{
    struct yaml_node *tree;
    *answers = (struct comply_answers){.count = 0};
    if (!yaml_read(bytes, arena, &tree, err))
        return error_add(err, "%s", path);
    const struct yaml_node *list = yaml_get(tree, "answers");
    if (!list || list->kind != YAML_LIST)
        return tree->count == 0 ||
               error_set(err, ERROR_USAGE, "%s: no list of `answers:` in it", path);
    for (size_t i = 0; i < list->count; i++) {
        struct comply_answer answer;
        if (!read_answer(list->items[i], path, &answer, err))
            return false;
        if (!ARENA_PUSH(arena, answers->items, answers->count, answers->room, answer))
            return arena_error(err);
    }
    return true;
}

/* A double-quoted scalar (YAML 1.2, 7.3.1). */
static void put_quoted(FILE *file, struct slice text)
{
    fputc('"', file);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '"' || c == '\\')
            fprintf(file, "\\%c", c);
        else if (c < ' ' || c == 0x7f)
            fprintf(file, "\\x%02x", c);
        else
            fputc(c, file);
    }
    fputc('"', file);
}

static void put_answer(FILE *file, const struct comply_answer *answer)
{
    fputs("  - row: ", file);
    put_quoted(file, answer->row);
    fputs("\n    image: ", file);
    put_quoted(file, answer->image);
    fprintf(file, "\n    answer: %s\n    by: ", answer->yes ? "yes" : "no");
    put_quoted(file, answer->by);
    fputs("\n    at: ", file);
    put_quoted(file, answer->at);
    if (answer->note.len) {
        fputs("\n    note: ", file);
        put_quoted(file, answer->note);
    }
    fputc('\n', file);
}

bool comply_answer_write(const char *path, const struct comply_answer *answer, struct arena *arena,
                         struct error *err)
{
    struct slice old = {"", 0};
    struct comply_answers answers;
    if (!comply_answers_read(path, arena, &answers, err) ||
        (access(path, F_OK) == 0 && !file_read(path, ANSWERS_SIZE_MAX, arena, &old, err)))
        return false;
    char *bytes = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&bytes, &size);
    if (!memory)
        return error_errno(err, "writing %s", path);
    fwrite(old.at, 1, old.len, memory);
    if (old.len && old.at[old.len - 1] != '\n')
        fputc('\n', memory);
    if (!answers.count)
        fputs("# What plimsoll comply cannot know by itself, answered by people.\nanswers:\n",
              memory);
    put_answer(memory, answer);
    bool fine = fclose(memory) == 0 || error_errno(err, "writing %s", path);
    fine = fine && file_write(path, slice_of(bytes, size), err);
    free(bytes);
    return fine;
}

const struct comply_answer *comply_answer_find(const struct comply *comply, const char *row)
{
    const struct comply_answers *answers = comply->options->answers;
    const struct comply_answer *found = NULL;
    for (size_t i = 0; answers && i < answers->count; i++) {
        const struct comply_answer *answer = &answers->items[i];
        int64_t when;
        if (!slice_equal_str(answer->row, row) ||
            !slice_equal(answer->image, comply->image_digest) || !clock_parse(answer->at, &when))
            continue;
        int64_t days = clock_days(when, comply->options->now);
        if (days >= -1 && days <= (int64_t)comply->options->review_days) /* none of the future */
            found = answer; /* they stand in the order in which they were given */
    }
    return found;
}
