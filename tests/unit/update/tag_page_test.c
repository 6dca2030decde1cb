/* Answers of Docker Hub and of registries, as they are documented; kept pages; Link headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "update/tag_page.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct reading {
    struct arena arena;
    struct tag_listing listing;
    struct tag_collection collection;
    struct slice next;
    struct error err;
};

static int set_up(void **state)
{
    struct reading *reading = calloc(1, sizeof *reading);
    arena_init(&reading->arena, 16 << 20);
    reading->collection =
        (struct tag_collection){.listing = &reading->listing, .arena = &reading->arena};
    *state = reading;
    return 0;
}

static int tear_down(void **state)
{
    struct reading *reading = *state;
    arena_done(&reading->arena);
    free(reading);
    return 0;
}

static bool read_hub(struct reading *reading, const char *body)
{
    return tag_page_read_hub(slice_str(body), &reading->collection, &reading->next, &reading->err);
}

static void reads_docker_hub(void **state)
{
    struct reading *reading = *state;
    const struct tag_listing *listing = &reading->listing;
    assert_true(read_hub(
        reading, "{\"count\":3,\"next\":\"https://hub.docker.com/v2/x?page=2\",\"previous\":null,"
                 "\"results\":[{\"creator\":7,\"id\":1,\"images\":[{\"architecture\":\"amd64\","
                 "\"digest\":\"sha256:no\",\"size\":1}],\"last_updated\":\"2026-11-20T08:15:00."
                 "123456Z\",\"name\":\"3.3.1-alpine\",\"full_size\":12345678,\"digest\":\"" DIGEST
                 "\"},{\"name\":\"lts\",\"last_updated\":null,\"digest\":null},"
                 "{\"name\":\"../x\"}, 7, {\"digest\":\"sha256:short\",\"name\":\"a\","
                 "\"last_updated\":\"\\u001b[31m\"},{\"name\":\"b\",\"last_updated\":"
                 "\"2026-11-20\\u0000\"}]}"));
    assert_int_equal(listing->count, 4);
    assert_int_equal(listing->left_out, 1);
    assert_true(slice_equal_str(listing->tags[0].name, "3.3.1-alpine"));
    assert_true(slice_equal_str(listing->tags[0].updated, "2026-11-20T08:15:00.123456Z"));
    assert_true(slice_equal_str(listing->tags[0].digest, DIGEST));
    assert_int_equal(listing->tags[0].size, 12345678);
    assert_true(slice_equal_str(listing->tags[1].name, "lts"));
    assert_int_equal(listing->tags[1].updated.len + listing->tags[1].digest.len, 0);
    assert_int_equal(listing->tags[2].updated.len + listing->tags[2].digest.len, 0);
    assert_int_equal(listing->tags[3].updated.len, 0);
    assert_true(slice_equal_str(reading->next, "https://hub.docker.com/v2/x?page=2"));
}

static void last_page_has_no_next(void **state)
{
    struct reading *reading = *state;
    assert_true(read_hub(reading, "{\"next\":null,\"results\":[]}"));
    assert_int_equal(reading->next.len, 0);
}

static void refuses_what_is_no_answer(void **state)
{
    struct reading *reading = *state;
    static const char *const bodies[] = {"",       "[]",
                                         "{}",     "{\"results\":[{\"name\":\"a\"",
                                         "<html>", "{\"message\":\"object not found\"}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        assert_false(read_hub(reading, bodies[i]));
        assert_int_equal(reading->err.kind, ERROR_FORMAT);
    }
}

static void reads_a_registry(void **state)
{
    struct reading *reading = *state;
    assert_true(
        tag_page_read_names(SLICE("{\"name\":\"a/b\",\"tags\":[\"1.0\",\"1.1\",null,\"-\"]}"),
                            &reading->collection, &reading->err));
    assert_int_equal(reading->listing.count, 2);
    assert_false(tag_page_read_names(SLICE("[]"), &reading->collection, &reading->err));
    assert_int_equal(reading->err.kind, ERROR_FORMAT);
    assert_true(tag_page_read_names(SLICE("{\"name\":\"a/b\",\"tags\":null}"), &reading->collection,
                                    &reading->err));
}

static void takes_no_more_than_asked(void **state)
{
    struct reading *reading = *state;
    reading->collection.most = 1;
    assert_true(tag_page_read_names(SLICE("{\"tags\":[\"1.0\",\"1.1\"]}"), &reading->collection,
                                    &reading->err));
    assert_int_equal(reading->listing.count, 1);
    assert_true(tag_collection_full(&reading->collection));
}

static void keeps_a_page(void **state)
{
    struct reading *reading = *state;
    struct tag_page page = {.url = SLICE("hub/x"), .etag = SLICE("\"1\""), .body = SLICE("a\n\nb")};
    struct tag_page found;
    struct slice text = tag_page_text(&page, &reading->arena);
    assert_true(tag_page_parse(text, SLICE("hub/x"), &found));
    assert_true(slice_equal(found.body, page.body));
    assert_true(slice_equal(found.etag, page.etag));
    assert_int_equal(found.modified.len + found.link.len, 0);
    assert_false(tag_page_parse(text, SLICE("hub/y"), &found));
    for (size_t length = 0; length < text.len - page.body.len; length++)
        assert_false(tag_page_parse(slice_upto(text, length), SLICE("hub/x"), &found));
}

static void finds_the_next_link(void **state)
{
    static const char *const cases[][2] = {
        {"</v2/a/tags/list?n=2&last=b>; rel=\"next\"", "/v2/a/tags/list?n=2&last=b"},
        {"<x>; rel=prev, <y,z>; title=\"a\"; REL=NEXT", "y,z"},
        {"<x>; rel=prev", ""},
        {"<x", ""},
        {"", ""},
        {"<>; rel=next", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(slice_equal_str(tag_page_next_link(slice_str(cases[i][0])), cases[i][1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_docker_hub, set_up, tear_down),
        cmocka_unit_test_setup_teardown(last_page_has_no_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_a_registry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(takes_no_more_than_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_a_page, set_up, tear_down),
        cmocka_unit_test(finds_the_next_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
