/* Lines are words of a command line; what stands behind an empty line is a plimsoll.yaml. */
#include "cli/command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_MAX = 50 };

static const struct option rows[] = {
    {.name = "flag", .letter = 'f', .key = "flag"},
    {.name = "number", .letter = 'n', .type = OPTION_INT, .argument = "N", .key = "a.number"},
    {.name = "size", .type = OPTION_SIZE, .argument = "BYTES", .key = "a.size"},
    {.name = "list", .letter = 'l', .type = OPTION_LIST, .argument = "ITEM", .key = "a.b.list"},
    {.name = "words", .type = OPTION_WORDS, .argument = "W", .key = "words", .choices = "one two"},
    {.name = "choice", .type = OPTION_CHOICE, .argument = "C", .key = "choice", .choices = "x y"},
    {NULL},
};

static bool read_words(struct option_set *sets, struct slice *rest, struct arena *arena,
                       struct error *err)
{
    char *argv[WORDS_MAX];
    int argc = 0, next = 0;
    while (argc < WORDS_MAX && rest->len) {
        struct slice word = slice_cut(rest, '\n');
        if (word.len == 0)
            break;
        argv[argc] = arena_string(arena, word);
        if (!argv[argc])
            return arena_error(err);
        argc++;
    }
    while (next < argc) {
        if (argv[next][0] != '-')
            next++;
        else if (!option_read_word(sets, 2, argv, argc, &next, "fuzz", arena, err))
            return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 16 * 1024 * 1024);
    struct option_set sets[2];
    struct error err;
    struct yaml_node *tree = NULL;
    struct slice rest = slice_of(data, size);
    if (!option_set_init(&sets[0], rows, &arena, &err) ||
        !option_set_init(&sets[1], global_options, &arena, &err) ||
        !read_words(sets, &rest, &arena, &err) || !yaml_read(rest, &arena, &tree, &err))
        return 0;
    if (option_set_fill(&sets[0], tree, "plimsoll.yaml", &arena, &err))
        option_set_fill(&sets[1], tree, "plimsoll.yaml", &arena, &err);
    return 0;
}
