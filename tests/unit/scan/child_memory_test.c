/*
 * What is in the memory of the process that reads hostile bytes: it looks for a password of the
 * broker through all of its own memory, as a parser that was taken over could. The password is
 * never written here or held there in clear but in the broker: the child compares with it veiled.
 */
#include "scan/broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fresh.h"
#include "base/jail_filter.h"

enum { VEIL = 0x5a, SECRET_LEN = 24 };
static const unsigned char veiled[SECRET_LEN] = {0x2a, 0x3b, 0x69, 0x28, 0x0d, 0x6a, 0x28, 0x3e,
                                                 0x77, 0x35, 0x3c, 0x77, 0x2e, 0x32, 0x3f, 0x77,
                                                 0x38, 0x28, 0x35, 0x31, 0x3f, 0x28, 0x7b, 0x6b};

static void unveil(char *to)
{
    for (int i = 0; i < SECRET_LEN; i++)
        to[i] = (char)(veiled[i] ^ VEIL);
    to[SECRET_LEN] = 0;
}

/* ---- in the child ---- */

static bool is_secret(const volatile unsigned char *at)
{
    for (int i = 0; i < SECRET_LEN; i++)
        if ((at[i] ^ VEIL) != veiled[i])
            return false;
    return true;
}

static size_t search_map(unsigned long from, unsigned long to)
{
    size_t found = 0;
    for (unsigned long at = from; at + SECRET_LEN <= to; at++)
        if (is_secret((const volatile unsigned char *)at))
            found++;
    return found;
}

static size_t search_memory(size_t *maps)
{
    char line[600], mode[8], name[200];
    size_t found = 0;
    FILE *file = fopen("/proc/self/maps", "r");
    while (file && fgets(line, sizeof line, file)) {
        unsigned long from, to;
        name[0] = 0;
        if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %199s", &from, &to, mode, name) < 3)
            continue;
        if (mode[0] != 'r' || strncmp(name, "[v", 2) == 0)
            continue;
        found += search_map(from, to);
        ++*maps;
    }
    if (file)
        fclose(file);
    return found;
}

static bool search(const struct child_job *job, const struct child_layer *layer,
                   struct stream *stored, const struct layer_options *options, struct arena *arena,
                   struct slice *bytes, struct error *err)
{
    size_t maps = 0;
    (void)job, (void)layer, (void)stored, (void)options;
    size_t found = search_memory(&maps);
    *bytes = arena_printf(arena, "%s, %s", maps > 5 ? "searched" : "blind",
                          found ? "found" : "not found");
    return bytes->at || arena_error(err);
}

static const struct child_question question = {"search", search};

static int read_layers(struct slice job)
{
    static const struct child_question *const questions[] = {&question};
    return child_job_run(job, questions, 1);
}

/* ---- in the broker ---- */

static void *take(struct slice encoded, struct arena *arena, struct error *err)
{
    (void)err;
    return arena_string(arena, encoded);
}

/* What a child says that was started while the password is in the environment, on the stack, in
   the arena and on the heap. */
static void ask(struct broker_options *options, char *answer, size_t room)
{
    struct arena arena;
    struct error err = {0};
    char secret[SECRET_LEN + 1];
    struct image image = {.kind = "layer"};
    FILE *file = tmpfile();
    assert_non_null(file);
    struct layer layer = {.fd = fileno(file)};
    struct broker_layer read = {.image = &image, .layer = &layer};
    arena_init(&arena, 64 << 20);
    unveil(secret);
    setenv("PLIMSOLL_REGISTRY_PASSWORD", secret, 1);
    char *copy = strdup(secret);
    assert_non_null(arena_copy(&arena, slice_str(secret)).at);
    if (!broker_read_layers(&read, 1, options, &arena, &err))
        fail_msg("%s", err.text);
    assert_non_null(read.made);
    snprintf(answer, room, "%s", (const char *)read.made);
    free(copy);
    arena_done(&arena);
    fclose(file);
}

static void test_fresh_child_has_no_password(void **state)
{
    (void)state;
    char answer[40];
    struct broker_options options = {.question = &question, .decode = take};
    if (JAIL_SANITIZED)
        skip(); /* maps of theirs cannot be read */
    assert_true(fresh_possible());
    ask(&options, answer, sizeof answer);
    assert_string_equal(answer, "searched, not found");
}

/* The search can find it: a child that is only forked has it. */
static void test_forked_child_has(void **state)
{
    (void)state;
    char answer[40];
    struct broker_options options = {.question = &question, .decode = take, .child = child_main};
    if (JAIL_SANITIZED)
        skip();
    ask(&options, answer, sizeof answer);
    assert_string_equal(answer, "searched, found");
}

static void test_started_by_hand(void **state)
{
    (void)state;
    int status = 0;
    char name[] = "plimsoll-reader", entry[] = CHILD_ENTRY, number[] = "99";
    char *argv[] = {name, entry, number, NULL};
    const struct fresh_entry entries[] = {{CHILD_ENTRY, read_layers}};
    assert_true(fresh_main(3, argv, entries, 1, &status));
    assert_int_equal(status, FRESH_NOT_STARTED);
    assert_int_not_equal(child_job_run(SLICE("nonsense"), NULL, 0), 0);
}

int main(int argc, char **argv)
{
    static const struct fresh_entry entries[] = {{CHILD_ENTRY, read_layers}};
    int status;
    if (fresh_main(argc, argv, entries, 1, &status))
        return status;
    setenv("PLIMSOLL_NO_JAIL", "1", 1); /* it must see its maps: the search is the attacker */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fresh_child_has_no_password),
        cmocka_unit_test(test_forked_child_has),
        cmocka_unit_test(test_started_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
