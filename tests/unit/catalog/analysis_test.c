#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "fixture.h"

static struct package sample_package(void)
{
    return (struct package){
        .type = PACKAGE_APK,
        .name = SLICE("libssl3"),
        .version = SLICE("3.5.8-r0"),
        .source = SLICE("openssl"),
        .source_version = SLICE("3.5.8-r0"),
        .arch = SLICE("x86_64"),
        .path = SLICE("lib/apk/db/installed"),
        .cpe = SLICE("openssl:openssl"),
    };
}

/* An analysis with something in each of its parts. */
static void fill(struct fixture *f)
{
    struct package package = sample_package();
    fixture_init(f);
    collector_add_package(&f->collector, &package);
    package.type = PACKAGE_PROGRAM;
    package.source = (struct slice){0};
    package.evidence = SLICE("a\0b");
    collector_add_package(&f->collector, &package);
    collector_add_distribution(&f->collector, &(struct distribution){.id = SLICE("alpine"),
                                                                     .version_id = SLICE("3.16.9"),
                                                                     .path = SLICE("etc/x")});
    collector_add_removal(&f->collector, SLICE("usr/bin/gone"), false);
    collector_add_removal(&f->collector, SLICE("var"), true);
    collector_add_note(&f->collector, SLICE("etc/odd"), "cannot be read");
    collector_add_database(&f->collector, SLICE("lib/apk/db/installed"));
    collector_add_observation(
        &f->collector,
        &(struct observation){OBSERVATION_SETID, SLICE("usr/bin/su"), SLICE("0:0"), SLICE("4755")});
    struct secret_match match = {secret_kind_find(SLICE("jwt")), 3, 9, 2, "************"};
    collector_add_secret(&f->collector, SLICE("srv/.env"), &match, 5);
    collector_add_owned(&f->collector, SLICE("usr/bin/b"));
    collector_add_owned(&f->collector, SLICE("usr/bin/a"));
    collector_add_owned(&f->collector, SLICE("bin/a"));
    collector_add_written(&f->collector, SLICE("usr/bin/c"));
    assert_true(collector_finish(&f->collector, &f->err));
    f->analysis.entries = 77;
    f->analysis.size = 1ull << 40;
    f->analysis.diff_id = SLICE("sha256:1234");
    f->analysis.partial = true;
}

/* The encoded sample is a seed of the fuzz target; a new form (ANALYSIS_VERSION) makes the old one
   useless: PLIMSOLL_GOLDEN=write meson test -C build catalog/analysis writes it. */
static void the_seed_of_the_fuzz_target_is_of_this_form(void **state)
{
    (void)state;
    FIXTURE f;
    struct slice bytes, seed;
    char path[4096];
    const char *golden = getenv("PLIMSOLL_GOLDEN");
    snprintf(path, sizeof path, "%s/fuzz/catalog/corpus/analysis/sample", getenv("PLIMSOLL_TESTS"));
    fill(&f);
    assert_true(analysis_encode(&f.analysis, &f.arena, &bytes, &f.err));
    if (golden && strcmp(golden, "write") == 0)
        assert_true(file_write(path, bytes, &f.err));
    assert_true(file_read(path, 1 << 20, &f.arena, &seed, &f.err));
    assert_true(slice_equal(seed, bytes));
}

static void assert_same(const struct analysis *a, const struct analysis *b)
{
    assert_int_equal(a->package_count, b->package_count);
    assert_int_equal(a->observation_count, b->observation_count);
    for (size_t i = 0; i < a->observation_count; i++) {
        assert_int_equal(a->observations[i].kind, b->observations[i].kind);
        assert_true(slice_equal(a->observations[i].path, b->observations[i].path));
        assert_true(slice_equal(a->observations[i].detail, b->observations[i].detail));
        assert_true(slice_equal(a->observations[i].amount, b->observations[i].amount));
    }
    for (size_t i = 0; i < a->package_count; i++) {
        const struct package *left = &a->packages[i], *right = &b->packages[i];
        assert_int_equal(left->type, right->type);
        assert_true(slice_equal(left->name, right->name));
        assert_true(slice_equal(left->version, right->version));
        assert_true(slice_equal(left->source, right->source));
        assert_true(slice_equal(left->source_version, right->source_version));
        assert_true(slice_equal(left->arch, right->arch));
        assert_true(slice_equal(left->path, right->path));
        assert_true(slice_equal(left->evidence, right->evidence));
        assert_true(slice_equal(left->cpe, right->cpe));
    }
    assert_int_equal(a->secret_count, b->secret_count);
    for (size_t i = 0; i < a->secret_count; i++) {
        assert_true(slice_equal(a->secrets[i].path, b->secrets[i].path));
        assert_true(slice_equal(a->secrets[i].kind, b->secrets[i].kind));
        assert_true(slice_equal(a->secrets[i].hint, b->secrets[i].hint));
        assert_int_equal(a->secrets[i].line, b->secrets[i].line);
    }
    assert_int_equal(a->distribution_count, b->distribution_count);
    assert_true(slice_equal(a->distributions[0].version_id, b->distributions[0].version_id));
    assert_int_equal(a->removal_count, b->removal_count);
    assert_int_equal(a->removals[1].opaque, b->removals[1].opaque);
    assert_true(slice_equal(a->notes[0].text, b->notes[0].text));
    assert_true(slice_equal(a->databases[0], b->databases[0]));
    assert_int_equal(a->owned.count, b->owned.count);
    assert_memory_equal(a->owned.hashes, b->owned.hashes, 8 * a->owned.count);
    assert_int_equal(a->written.count, b->written.count);
    assert_int_equal(a->entries, b->entries);
    assert_int_equal(a->size, b->size);
    assert_true(slice_equal(a->diff_id, b->diff_id));
    assert_int_equal(a->partial, b->partial);
}

static void encoded_is_decoded_to_the_same(void **state)
{
    (void)state;
    FIXTURE f;
    fill(&f);
    assert_int_equal(f.analysis.owned.count, 2); /* bin/a is usr/bin/a */
    struct slice bytes;
    struct analysis again;
    assert_true(analysis_encode(&f.analysis, &f.arena, &bytes, &f.err));
    assert_true(analysis_decode(bytes, &f.arena, &again, &f.err));
    assert_same(&f.analysis, &again);
    char *moved = arena_alloc(&f.arena, bytes.len + 1);
    memcpy(moved + 1, bytes.at, bytes.len);
    assert_true(analysis_decode(slice_of(moved + 1, bytes.len), &f.arena, &again, &f.err));
    assert_same(&f.analysis, &again);
}

static void an_empty_analysis_is_fine(void **state)
{
    (void)state;
    FIXTURE f;
    fixture_init(&f);
    struct slice bytes;
    struct analysis again = {.entries = 5};
    assert_true(analysis_encode(&f.analysis, &f.arena, &bytes, &f.err));
    assert_true(analysis_decode(bytes, &f.arena, &again, &f.err));
    assert_int_equal(again.package_count + again.owned.count + again.entries, 0);
}

static void cut_bytes_are_refused_everywhere(void **state)
{
    (void)state;
    FIXTURE f;
    fill(&f);
    struct slice bytes;
    struct analysis again;
    assert_true(analysis_encode(&f.analysis, &f.arena, &bytes, &f.err));
    for (size_t len = 0; len < bytes.len; len++) {
        char *copy = malloc(len ? len : 1);
        memcpy(copy, bytes.at, len);
        assert_false(analysis_decode(slice_of(copy, len), &f.scratch, &again, &f.err));
        free(copy);
        arena_reset(&f.scratch);
    }
}

static void changed_bytes_never_crash(void **state)
{
    (void)state;
    FIXTURE f;
    fill(&f);
    struct slice bytes;
    struct analysis again;
    assert_true(analysis_encode(&f.analysis, &f.arena, &bytes, &f.err));
    char *copy = arena_alloc(&f.arena, bytes.len);
    for (size_t i = 0; i < bytes.len; i++) {
        memcpy(copy, bytes.at, bytes.len);
        copy[i] = (char)(copy[i] ^ 0xff);
        (void)analysis_decode(slice_of(copy, bytes.len), &f.scratch, &again, &f.err);
        arena_reset(&f.scratch);
    }
}

static void an_arena_without_room_is_an_error(void **state)
{
    (void)state;
    FIXTURE f;
    fill(&f);
    struct slice bytes;
    struct analysis again;
    struct arena small;
    arena_init(&small, 64);
    assert_false(analysis_encode(&f.analysis, &small, &bytes, &f.err));
    assert_int_equal(f.err.kind, ERROR_LIMIT);
    assert_true(analysis_encode(&f.analysis, &f.arena, &bytes, &f.err));
    assert_false(analysis_decode(bytes, &small, &again, &f.err));
    assert_int_equal(f.err.kind, ERROR_LIMIT);
    arena_done(&small);
}

/* A child that hostile bytes took over must not hand out a value as a hint. */
static void secrets_must_be_masked(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *hint;
        bool fine;
    } cases[] = {{"jwt", "************", true},
                 {"jwt", "abcd************wxyz", true},
                 {"jwt", "abcdefgh********wxyz", false},
                 {"jwt", "secret", false},
                 {"jwt", "", false},
                 {"nonsense", "************", false},
                 {"jwt", "ab\nd************wxyz", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        struct slice bytes;
        struct analysis read;
        struct layer_secret secret = {SLICE("a"), slice_str(cases[i].kind),
                                      slice_str(cases[i].hint), 1};
        fixture_init(&f);
        f.analysis.secrets = &secret;
        f.analysis.secret_count = 1;
        assert_true(analysis_encode(&f.analysis, &f.arena, &bytes, &f.err));
        assert_int_equal(analysis_decode(bytes, &f.arena, &read, &f.err), cases[i].fine);
        fixture_done(&f);
    }
}

static void types_have_names(void **state)
{
    (void)state;
    for (int type = 1; type < PACKAGE_TYPES; type++) {
        const char *name = package_type_name((enum package_type)type);
        assert_non_null(name);
        assert_int_equal(package_type_parse(slice_str(name)), type);
    }
    assert_int_equal(package_type_parse(SLICE("generic")), PACKAGE_PROGRAM);
    assert_int_equal(package_type_parse(SLICE("golang")), PACKAGE_GO);
    assert_int_equal(package_type_parse(SLICE("")), PACKAGE_OTHER);
    assert_string_equal(package_type_name((enum package_type)999), "other");
}

static void a_layer_of_damage_does_not_fill_the_notes(void **state)
{
    (void)state;
    FIXTURE f;
    fixture_init(&f);
    for (int i = 0; i < 1000; i++)
        collector_add_note(&f.collector, SLICE("x"), "bad");
    assert_int_equal(f.analysis.note_count, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encoded_is_decoded_to_the_same),
        cmocka_unit_test(the_seed_of_the_fuzz_target_is_of_this_form),
        cmocka_unit_test(an_empty_analysis_is_fine),
        cmocka_unit_test(cut_bytes_are_refused_everywhere),
        cmocka_unit_test(changed_bytes_never_crash),
        cmocka_unit_test(an_arena_without_room_is_an_error),
        cmocka_unit_test(secrets_must_be_masked),
        cmocka_unit_test(types_have_names),
        cmocka_unit_test(a_layer_of_damage_does_not_fill_the_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
