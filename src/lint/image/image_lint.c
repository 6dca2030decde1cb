#include "lint/image/image_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { INSTRUCTION_SHOWN = 60 };

/*
 * The history's words (there is no specification of them; these are what docker build, BuildKit,
 * buildah and kaniko write):
 *   /bin/sh -c #(nop)  CMD ["sh"]        /bin/sh -c apk add curl
 *   RUN /bin/sh -c apk add curl # buildkit     RUN |1 A=b /bin/sh -c … # buildkit
 */
static struct slice shell_part(struct slice text)
{
    static const char *const shells[] = {"/bin/sh -c ",
                                         "/bin/bash -c ",
                                         "/bin/ash -c ",
                                         "/bin/bash -o pipefail -c ",
                                         "/bin/ash -eo pipefail -c ",
                                         "/bin/bash -euo pipefail -c "};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        struct slice shell = slice_str(shells[i]);
        size_t at = slice_search(text, shell);
        if (at < text.len && (at == 0 || text.at[at - 1] == ' '))
            return slice_from(text, at + shell.len);
    }
    return text;
}

/* In the words of a Dockerfile; *body is what the shell ran, empty for all but RUN. */
static struct slice read_instruction(struct slice created_by, struct arena *arena,
                                     struct slice *body)
{
    struct slice text = slice_trim(created_by), mark = SLICE("# buildkit");
    if (slice_ends(text, mark))
        text = slice_trim(slice_upto(text, text.len - mark.len));
    bool run = slice_starts(text, SLICE("RUN "));
    struct slice inner = shell_part(text);
    bool has_shell = inner.at != text.at;
    *body = (struct slice){NULL, 0};
    if (has_shell && slice_starts(slice_trim(inner), SLICE("#(nop)")))
        return slice_trim(slice_from(slice_trim(inner), sizeof "#(nop)" - 1));
    if (!run && !has_shell)
        return text;
    *body = has_shell ? inner : slice_from(text, sizeof "RUN " - 1);
    return arena_printf(arena, "RUN %.*s", SLICE_ARG(*body));
}

static bool read_history(struct image_check *check, struct error *err)
{
    size_t count = check->image->history_count;
    check->bodies = arena_array(check->arena, count + 1, sizeof *check->bodies);
    check->instructions = arena_array(check->arena, count + 1, sizeof *check->instructions);
    if (!check->bodies || !check->instructions)
        return arena_error(err);
    for (size_t i = 0; i < count; i++) {
        struct slice body;
        check->instructions[i] =
            read_instruction(check->image->history[i].created_by, check->arena, &body);
        if (body.len && !shell_parse(body, check->arena, &check->bodies[i], err))
            return false;
    }
    return true;
}

bool image_lint(const struct scan *scan, struct lint_report *report, struct arena *arena,
                bool (*enabled)(void *context, const struct lint_rule *rule), void *context,
                struct error *err)
{
    for (size_t i = 0; i < scan->image_count; i++) {
        struct image_check check = {.scan = scan,
                                    .seen = &scan->images[i],
                                    .image = scan->images[i].image,
                                    .report = report,
                                    .arena = arena};
        if (!read_history(&check, err))
            return false;
        for (check.rule = image_rules; check.rule->rule.id; check.rule++)
            if (!enabled || enabled(context, &check.rule->rule))
                check.rule->check(&check);
    }
    return !report->failed || arena_error(err);
}

struct lint_finding *image_report(struct image_check *check, struct slice path, const char *format,
                                  ...)
{
    char text[1500];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct slice copy = arena_copy(check->arena, path);
    if (!copy.at)
        check->report->failed = true;
    return lint_add_path(check->report, &check->rule->rule, copy, "%s", text);
}

struct slice image_layer_words(const struct image_check *check, size_t layer)
{
    struct slice instruction = {NULL, 0};
    for (size_t i = 0, made = 0; i < check->image->history_count; i++)
        if (!check->image->history[i].empty_layer && made++ == layer)
            instruction = check->instructions[i];
    bool cut = instruction.len > INSTRUCTION_SHOWN;
    if (!instruction.len)
        return arena_printf(check->arena, "layer %zu", layer + 1);
    return arena_printf(check->arena, "layer %zu, %.*s%s", layer + 1,
                        SLICE_ARG(slice_upto(instruction, INSTRUCTION_SHOWN)), cut ? "…" : "");
}

struct slice image_bytes_words(const struct image_check *check, uint64_t bytes)
{
    if (bytes < 10000)
        return arena_printf(check->arena, "%" PRIu64 " bytes", bytes);
    if (bytes < 1000000)
        return arena_printf(check->arena, "%" PRIu64 " kB", bytes / 1000);
    return arena_printf(check->arena, "%.1f MB", (double)bytes / 1e6);
}

bool image_user_id(const struct image_check *check, struct slice user, uint64_t *id)
{
    struct slice rest = user, name = slice_cut(&rest, ':');
    if (slice_u64(name, id))
        return true;
    for (size_t i = 0; i < check->seen->observation_count; i++) {
        const struct merged_observation *seen = &check->seen->observations[i];
        if (seen->observation->kind == OBSERVATION_ACCOUNT && !seen->hidden &&
            slice_equal(seen->observation->detail, name))
            return slice_u64(seen->observation->amount, id);
    }
    *id = 0;
    return slice_equal(name, SLICE("root"));
}
