/*
 * tests/data/lint/forms: Dockerfiles as people write them, and forms.outline, what BuildKit reads
 * in them (made by tests/oracle/dockerfile --outline):
 *     name first-last [json] [legacy] --flag… arguments:N <<[-][']NAME… [refused] [> inside
 * ONBUILD]
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/file.h"
#include "lint/dockerfile/dockerfile.h"
#include "test.h"

static const char *in_tests(const char *name, char path[512])
{
    const char *tests = getenv("PLIMSOLL_TESTS");
    assert_non_null(tests);
    snprintf(path, 512, "%s/data/lint/%s", tests, name);
    return path;
}

static bool is_plain(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_alnum(name.at[i]) && !strchr("._-", name.at[i]))
            return false;
    return name.len != 0;
}

static void write_outline(FILE *out, const struct instruction *instruction)
{
    struct slice name = is_plain(instruction->name) ? instruction->name : SLICE("?");
    fprintf(out, "%.*s %u-%u%s%s", SLICE_ARG(name), instruction->start_line, instruction->end_line,
            instruction->json ? " json" : "", instruction->legacy ? " legacy" : "");
    for (size_t i = 0; i < instruction->flag_count; i++)
        fprintf(out, " --%.*s", SLICE_ARG(instruction->flags[i].name));
    fprintf(out, " arguments:%zu", instruction->argument_count);
    for (size_t i = 0; !instruction->outer && i < instruction->heredoc_count; i++)
        fprintf(out, " <<%s%s%.*s", instruction->heredocs[i].chomp ? "-" : "",
                instruction->heredocs[i].expand ? "" : "'",
                SLICE_ARG(instruction->heredocs[i].name));
    if (instruction->problem.len)
        fprintf(out, " refused");
    if (instruction->onbuild) {
        fprintf(out, " > ");
        write_outline(out, instruction->onbuild);
    }
}

static char *outline_of(struct slice path, struct slice bytes, struct arena *arena)
{
    char *text = NULL;
    size_t len = 0;
    struct lint_file file;
    struct dockerfile dockerfile;
    struct error err = {0};
    unsigned line;
    assert_true(lint_file_init(&file, path, bytes, LINT_DOCKERFILE, arena));
    FILE *out = open_memstream(&text, &len);
    if (!dockerfile_parse(&file, arena, &dockerfile, &line, &err)) {
        assert_int_equal(err.kind, ERROR_FORMAT);
        fprintf(out, "  cannot be read\n");
    } else {
        for (size_t i = 0; i < dockerfile.count; i++) {
            fprintf(out, "  ");
            write_outline(out, &dockerfile.instructions[i]);
            fprintf(out, "\n");
        }
    }
    fclose(out);
    return text;
}

/* The lines below a name, which are indented. */
static struct slice cut_expected(struct slice *rest)
{
    const char *start = rest->at;
    while (rest->len && rest->at[0] == ' ')
        slice_cut(rest, '\n');
    return slice_of(start, (size_t)(rest->at - start));
}

static void forms_are_read_as_buildkit_reads_them(void **state)
{
    (void)state;
    char path[512];
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 256 << 20);
    struct slice rest, bytes;
    struct error err;
    assert_true(file_read(in_tests("forms.outline", path), 1 << 20, &arena, &rest, &err));
    size_t count = 0, failed = 0;
    for (; rest.len; count++) {
        char name[300];
        struct slice form = slice_cut(&rest, '\n');
        struct slice expected = cut_expected(&rest);
        snprintf(name, sizeof name, "forms/%.*s.Dockerfile", SLICE_ARG(form));
        assert_true(file_read(in_tests(name, path), 1 << 20, &arena, &bytes, &err));
        char *text = outline_of(form, bytes, &arena);
        if (!slice_equal_str(expected, text)) {
            failed++;
            printf("%.*s: expected\n%.*sread\n%s", SLICE_ARG(form), SLICE_ARG(expected), text);
        }
        free(text);
    }
    assert_int_equal(failed, 0);
    assert_true(count >= 200);
}

static void every_form_has_its_outline(void **state)
{
    (void)state;
    char path[512];
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 16 << 20);
    struct slice all;
    struct error err;
    assert_true(file_read(in_tests("forms.outline", path), 1 << 20, &arena, &all, &err));
    DIR *folder = opendir(in_tests("forms", path));
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        char line[300];
        struct slice name = slice_str(entry->d_name);
        if (!slice_ends(name, SLICE(".Dockerfile")))
            continue;
        name.len -= strlen(".Dockerfile");
        snprintf(line, sizeof line, "\n%.*s\n", SLICE_ARG(name));
        bool first = slice_starts(all, slice_str(line + 1));
        assert_true(first || slice_search(all, slice_str(line)) < all.len);
    }
    closedir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_read_as_buildkit_reads_them),
        cmocka_unit_test(every_form_has_its_outline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
