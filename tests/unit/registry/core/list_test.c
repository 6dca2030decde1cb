/* Lists of manifests that are large. */
#include "bed.h"

static struct bed bed;
static const struct registry_limits limits = {.recycle_seconds = 7 * 86400};
BED_FIXTURES(bed, &limits)

/* A page ends before it is too much for a request. */
static void a_list_of_large_manifests_comes_in_pages(void **state)
{
    (void)state;
    enum { MANY = 150, ENTRIES = 600 };
    struct digest after = {0};
    struct manifest_list list = {.more = true};
    size_t pages = 0, count = 0;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest child = bed_image(&bed, "layer", "v1");
    struct slice first;
    OK(&bed, manifest_get(&bed.registry, &bed.scope, &child, &bed.arena, &first, &(struct slice){0},
                          &bed.failure));
    for (int i = 0; i < MANY; i++) {
        char *text = malloc((size_t)ENTRIES * 180);
        int len = snprintf(text, 200,
                           "{\"schemaVersion\":2,\"annotations\":{\"n\":\"%d\"},"
                           "\"manifests\":[",
                           i);
        for (int e = 0; e < ENTRIES; e++)
            len += snprintf(text + len, 180,
                            "%s{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                            "\"digest\":\"%s\",\"size\":%zu}",
                            e ? "," : "", child.text, first.len);
        len += snprintf(text + len, 3, "]}");
        bed_push(&bed, slice_of(text, (size_t)len), NULL);
        free(text);
    }
    while (list.more) {
        struct arena page CLEANUP_ARENA;
        arena_init(&page, 64 << 20);
        OK(&bed, manifest_list(&bed.registry, &bed.scope, digest_slice(&after), 1000, &page, &list,
                               &bed.failure));
        count += list.count;
        pages++;
        if (list.count)
            after = list.items[list.count - 1].digest;
    }
    assert_int_equal(count, MANY + 1);
    assert_true(pages > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(a_list_of_large_manifests_comes_in_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
