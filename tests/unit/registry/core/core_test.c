/* The life of images in a repository, over both stores of metadata. */
#include "registry/core/recall.h"

#include "bed.h"

static struct bed bed;
static const struct registry_limits limits = {
    .recycle_seconds = 1000, .images_max = 5, .repositories_max = 3, .manifest_max = 100000};
BED_FIXTURES(bed, &limits)

static const struct manifest_removal plainly = {.recycle = false};

static struct digest resolve(const char *reference)
{
    struct digest digest = {0};
    OK(&bed,
       manifest_resolve(&bed.registry, &bed.scope, slice_str(reference), &digest, &bed.failure));
    return digest;
}

static bool is_here(const char *reference)
{
    struct digest digest;
    return manifest_resolve(&bed.registry, &bed.scope, slice_str(reference), &digest, &bed.failure);
}

static struct manifest_facts describe(const struct digest *digest)
{
    struct manifest_facts facts = {0};
    OK(&bed,
       manifest_describe(&bed.registry, &bed.scope, digest, &bed.arena, &facts, &bed.failure));
    return facts;
}

static void remove_it(const struct digest *digest, const struct manifest_removal *how)
{
    OK(&bed, manifest_delete(&bed.registry, &bed.scope, digest, how, NULL, &bed.failure));
}

/* The journal's actions, oldest first: "CreateRepository PutImage:v1 …". */
static struct slice journal(void)
{
    struct journal_entry *entries;
    struct slice text = SLICE("");
    struct error err;
    size_t count;
    assert_true(journal_read(&bed.registry, 0, 0, &bed.arena, &entries, &count, &err));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(entries[i].sequence, i + 1);
        if (!slice_equal(entries[i].action, SLICE("CompleteLayerUpload")))
            text = arena_printf(&bed.arena, "%.*s%s%.*s%s%.*s", SLICE_ARG(text),
                                text.len ? " " : "", SLICE_ARG(entries[i].action),
                                entries[i].tag.len ? ":" : "", SLICE_ARG(entries[i].tag));
    }
    return text;
}

static struct slice index_of(const struct digest *a, size_t a_size, const struct digest *b,
                             size_t b_size)
{
    return arena_printf(&bed.arena,
                        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
                        "\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\","
                        "\"size\":%zu},{\"mediaType\":"
                        "\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\","
                        "\"size\":%zu}]}",
                        a->text, a_size, b->text, b_size);
}

static void an_image_is_pushed_and_pulled(void **state)
{
    (void)state;
    struct digest digest, found;
    struct slice bytes, type;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct slice manifest = bed_manifest(&bed, "{\"os\":\"linux\"}", "layer", "");
    digest = bed_push(&bed, manifest, "v1");
    found = resolve("v1");
    assert_string_equal(found.text, digest.text);
    OK(&bed,
       manifest_get(&bed.registry, &bed.scope, &digest, &bed.arena, &bytes, &type, &bed.failure));
    assert_true(slice_equal(bytes, manifest));
    assert_true(slice_equal(type, SLICE("application/vnd.oci.image.manifest.v1+json")));
    struct manifest_facts facts = describe(&digest);
    assert_int_equal(facts.tag_count, 1);
    assert_int_equal(facts.layer_count, 1);
    assert_int_equal(facts.image_size, strlen("{\"os\":\"linux\"}layer"));
    assert_true(slice_equal(facts.os, SLICE("linux")));
    assert_int_equal(facts.kind, MANIFEST_IS_IMAGE);
    assert_true(facts.pushed == bed.world.now);
    assert_true(slice_equal(journal(), SLICE("CreateRepository PutImage:v1")));
}

static void what_a_manifest_names_must_be_there(void **state)
{
    (void)state;
    struct digest digest;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct slice manifest = bed_manifest(&bed, "{}", "layer", "");
    bed_repository(&bed, "other", TAGS_MUTABLE);
    REFUSED(&bed, bed_try_push(&bed, manifest, "v1", &digest), FAILURE_MANIFEST_BLOB_UNKNOWN);
    REFUSED(&bed, is_here("v1"), FAILURE_MANIFEST_UNKNOWN);
    bed.scope.repository = SLICE("nowhere");
    REFUSED(&bed, bed_try_push(&bed, manifest, "v1", &digest), FAILURE_REPOSITORY_UNKNOWN);
    REFUSED(&bed, is_here("v1"), FAILURE_REPOSITORY_UNKNOWN);
}

static void a_size_that_is_a_lie_is_refused(void **state)
{
    (void)state;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest blob = bed_blob(&bed, "abc");
    struct slice manifest = arena_printf(
        &bed.arena, "{\"layers\":[{\"mediaType\":\"a/b\",\"digest\":\"%s\",\"size\":4}]}",
        blob.text);
    struct manifest_push push = {.bytes = manifest, .media_type = SLICE("application/x+json")};
    struct manifest_facts facts;
    REFUSED(&bed,
            manifest_put(&bed.registry, &bed.scope, &push, NULL, &bed.arena, &facts, NULL,
                         &bed.failure),
            FAILURE_MANIFEST_INVALID);
    push.bytes = SLICE("{}");
    sha256_of(SLICE("x"), &push.expected);
    REFUSED(&bed,
            manifest_put(&bed.registry, &bed.scope, &push, NULL, &bed.arena, &facts, NULL,
                         &bed.failure),
            FAILURE_DIGEST_INVALID);
}

static void tags_move(void **state)
{
    (void)state;
    double moved;
    struct slice *tags;
    struct digest *digests;
    size_t count;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest a = bed_image(&bed, "a", "latest");
    OK(&bed, tag_put(&bed.registry, &bed.scope, SLICE("v1"), &a, NULL, &bed.failure));
    bed_wait(&bed, 10);
    struct digest b = bed_image(&bed, "b", "latest");
    assert_string_equal(resolve("latest").text, b.text);
    assert_string_equal(resolve("v1").text, a.text);
    OK(&bed, tag_moved_from(&bed.registry, &bed.scope, &a, &moved, &bed.failure));
    assert_true(moved == bed.world.now);
    OK(&bed, tag_moved_from(&bed.registry, &bed.scope, &b, &moved, &bed.failure));
    assert_true(moved == 0);
    OK(&bed, tag_list(&bed.registry, &bed.scope, SLICE(""), 0, &bed.arena, &tags, &digests, &count,
                      &bed.failure));
    assert_int_equal(count, 2);
    assert_true(slice_equal(tags[0], SLICE("latest")));
    assert_string_equal(digests[0].text, b.text);
    OK(&bed, tag_list(&bed.registry, &bed.scope, SLICE("latest"), 1, &bed.arena, &tags, NULL,
                      &count, &bed.failure));
    assert_int_equal(count, 1);
    assert_true(slice_equal(tags[0], SLICE("v1")));
    OK(&bed, tag_delete(&bed.registry, &bed.scope, SLICE("v1"), NULL, &bed.failure));
    REFUSED(&bed, tag_delete(&bed.registry, &bed.scope, SLICE("v1"), NULL, &bed.failure),
            FAILURE_MANIFEST_UNKNOWN);
    assert_int_equal(describe(&a).tag_count, 0);
    REFUSED(&bed, tag_put(&bed.registry, &bed.scope, SLICE("a b"), &a, NULL, &bed.failure),
            FAILURE_TAG_INVALID);
    assert_true(slice_equal(journal(), SLICE("CreateRepository PutImage:latest TagImage:v1 "
                                             "PutImage:latest UntagImage:v1")));
}

static void immutable_tags_stay(void **state)
{
    (void)state;
    struct digest a, b;
    struct slice names[] = {SLICE("v1"), SLICE("v2")};
    struct tag_result results[2];
    struct manifest_facts facts;
    bed_repository(&bed, "team/app", TAGS_IMMUTABLE);
    a = bed_image(&bed, "a", "v1");
    bed_image(&bed, "a", "v1"); /* the same again is fine */
    struct slice other = bed_manifest(&bed, "{}", "b", "");
    REFUSED(&bed, bed_try_push(&bed, other, "v1", &b), FAILURE_TAG_IMMUTABLE);
    assert_string_equal(resolve("v1").text, a.text);
    sha256_of(other, &b);
    REFUSED(&bed, is_here(b.text), FAILURE_MANIFEST_UNKNOWN); /* all or nothing */
    struct manifest_push push = {.bytes = other, .tags = names, .tag_count = 2};
    OK(&bed, manifest_put(&bed.registry, &bed.scope, &push, NULL, &bed.arena, &facts, results,
                          &bed.failure));
    assert_int_equal(results[0].failure.reason, FAILURE_TAG_IMMUTABLE);
    assert_true(results[1].moved);
    assert_string_equal(resolve("v1").text, a.text);
    assert_string_equal(resolve("v2").text, b.text);
    REFUSED(&bed, tag_put(&bed.registry, &bed.scope, SLICE("v1"), &b, NULL, &bed.failure),
            FAILURE_TAG_IMMUTABLE);
}

static void exclusions_of_mutability(void **state)
{
    (void)state;
    struct slice filters[] = {SLICE("dev-*"), SLICE("latest")};
    struct repository repository = {
        .mutability = TAGS_IMMUTABLE_WITH_EXCLUSION, .exclusions = filters, .exclusion_count = 2};
    assert_true(repository_tag_is_mutable(&repository, SLICE("dev-1")));
    assert_true(repository_tag_is_mutable(&repository, SLICE("latest")));
    assert_false(repository_tag_is_mutable(&repository, SLICE("latest2")));
    repository.mutability = TAGS_MUTABLE_WITH_EXCLUSION;
    assert_false(repository_tag_is_mutable(&repository, SLICE("dev-1")));
    assert_true(repository_tag_is_mutable(&repository, SLICE("v1")));
    repository.mutability = TAGS_IMMUTABLE;
    assert_false(repository_tag_is_mutable(&repository, SLICE("dev-1")));
}

static void the_same_push_again(void **state)
{
    (void)state;
    struct slice tag = SLICE("v1");
    struct tag_result result;
    struct manifest_facts facts;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct slice manifest = bed_manifest(&bed, "{}", "a", "");
    bed_push(&bed, manifest, "v1");
    struct manifest_push push = {
        .bytes = manifest, .tags = &tag, .tag_count = 1, .refuse_existing = true};
    REFUSED(&bed,
            manifest_put(&bed.registry, &bed.scope, &push, NULL, &bed.arena, &facts, &result,
                         &bed.failure),
            FAILURE_MANIFEST_EXISTS);
    tag = SLICE("v2");
    OK(&bed, manifest_put(&bed.registry, &bed.scope, &push, NULL, &bed.arena, &facts, &result,
                          &bed.failure));
    assert_int_equal(facts.tag_count, 2);
}

static bool put_if(struct slice manifest, struct slice tag, const struct digest *only_if)
{
    struct tag_result result;
    struct manifest_facts facts;
    struct manifest_push push = {
        .bytes = manifest, .tags = &tag, .tag_count = 1, .only_if = only_if};
    return manifest_put(&bed.registry, &bed.scope, &push, NULL, &bed.arena, &facts, &result,
                        &bed.failure);
}

static void a_tag_moves_only_from_where_the_client_saw_it(void **state)
{
    (void)state;
    struct digest one, two, none = {""};
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct slice first = bed_manifest(&bed, "{}", "a", "");
    struct slice second = bed_manifest(&bed, "{\"a\":1}", "a", "");
    sha256_of(first, &one);
    sha256_of(second, &two);
    OK(&bed, put_if(first, SLICE("latest"), &none));
    OK(&bed, put_if(first, SLICE("latest"), &none)); /* is that already: an answer was lost */
    REFUSED(&bed, put_if(second, SLICE("latest"), &none), FAILURE_CONDITION);
    REFUSED(&bed, put_if(second, SLICE("latest"), &two), FAILURE_CONDITION);
    REFUSED(&bed, put_if(second, SLICE("new"), &one), FAILURE_CONDITION);
    OK(&bed, put_if(second, SLICE("latest"), &one));
    REFUSED(&bed, put_if(first, SLICE("latest"), &one), FAILURE_CONDITION);
}

static void indexes_hold_their_children(void **state)
{
    (void)state;
    struct digest digest;
    struct manifest_removal with = {.with_parents = true};
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct slice ma = bed_manifest(&bed, "{}", "a", ""), mb = bed_manifest(&bed, "{}", "b", "");
    struct digest a = bed_push(&bed, ma, NULL), b;
    sha256_of(mb, &b);
    struct slice bytes = index_of(&a, ma.len, &b, mb.len);
    REFUSED(&bed, bed_try_push(&bed, bytes, "multi", &digest), FAILURE_MANIFEST_CHILD_UNKNOWN);
    bed_push(&bed, mb, NULL);
    digest = bed_push(&bed, bytes, "multi");
    REFUSED(&bed, manifest_delete(&bed.registry, &bed.scope, &a, &plainly, NULL, &bed.failure),
            FAILURE_MANIFEST_REFERENCED);
    assert_true(is_here("multi"));
    remove_it(&a, &with);
    assert_false(is_here("multi"));
    assert_false(is_here(a.text));
    assert_true(is_here(b.text));
}

static void a_sparse_index_becomes_whole(void **state)
{
    (void)state;
    struct manifest_facts facts;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct slice ma = bed_manifest(&bed, "{}", "a", "");
    struct digest a = bed_push(&bed, ma, NULL), absent;
    sha256_of(SLICE("absent"), &absent);
    struct manifest_push push = {.bytes = index_of(&a, ma.len, &absent, 10), .sparse = true};
    OK(&bed, manifest_put(&bed.registry, &bed.scope, &push, NULL, &bed.arena, &facts, NULL,
                          &bed.failure));
    assert_true(describe(&facts.digest).sparse);
    push.sparse = false;
    REFUSED(&bed,
            manifest_put(&bed.registry, &bed.scope, &push, NULL, &bed.arena, &facts, NULL,
                         &bed.failure),
            FAILURE_MANIFEST_CHILD_UNKNOWN);
    push.bytes = index_of(&a, ma.len, &a, ma.len);
    push.sparse = true;
    OK(&bed, manifest_put(&bed.registry, &bed.scope, &push, NULL, &bed.arena, &facts, NULL,
                          &bed.failure));
    push.sparse = false;
    OK(&bed, manifest_put(&bed.registry, &bed.scope, &push, NULL, &bed.arena, &facts, NULL,
                          &bed.failure));
    assert_false(describe(&facts.digest).sparse);
}

static struct digest push_referrer(const struct digest *subject, const char *type)
{
    struct slice extra = arena_printf(&bed.arena,
                                      ",\"artifactType\":\"%s\",\"subject\":{\"mediaType\":\"a/b\","
                                      "\"digest\":\"%s\",\"size\":3}",
                                      type, subject->text);
    return bed_push(&bed, bed_manifest(&bed, "{}", "sbom", extra.at), NULL);
}

static void referrers_are_found(void **state)
{
    (void)state;
    struct manifest_list list;
    struct manifest_removal with = {.with_referrers = true};
    struct digest absent;
    sha256_of(SLICE("absent"), &absent);
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest image = bed_image(&bed, "a", "v1");
    struct digest sbom = push_referrer(&image, "x/sbom"), sign = push_referrer(&image, "x/sign");
    push_referrer(&absent, "x/sbom"); /* its subject may come later */
    OK(&bed, manifest_referrers(&bed.registry, &bed.scope, &image, SLICE(""), SLICE(""), 0,
                                &bed.arena, &list, &bed.failure));
    assert_int_equal(list.count, 2);
    OK(&bed, manifest_referrers(&bed.registry, &bed.scope, &image, SLICE("x/sign"), SLICE(""), 0,
                                &bed.arena, &list, &bed.failure));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].digest.text, sign.text);
    OK(&bed, manifest_referrers(&bed.registry, &bed.scope, &image, SLICE(""), SLICE(""), 1,
                                &bed.arena, &list, &bed.failure));
    assert_int_equal(list.count, 1);
    struct digest first = list.items[0].digest;
    OK(&bed, manifest_referrers(&bed.registry, &bed.scope, &image, SLICE(""), digest_slice(&first),
                                1, &bed.arena, &list, &bed.failure));
    assert_int_equal(list.count, 1);
    assert_string_not_equal(list.items[0].digest.text, first.text);
    OK(&bed, manifest_referrers(&bed.registry, &bed.scope, &absent, SLICE(""), SLICE(""), 0,
                                &bed.arena, &list, &bed.failure));
    assert_int_equal(list.count, 1);
    struct slice about = arena_printf(
        &bed.arena, ",\"subject\":{\"mediaType\":\"a/b\",\"digest\":\"%s\",\"size\":3}",
        image.text);
    struct digest derived = bed_push(&bed, bed_manifest(&bed, "{}", "derived", about.at), NULL);
    remove_it(&image, &with);
    assert_string_equal(describe(&derived).digest.text, derived.text); /* it is no artifact */
    assert_false(is_here(sbom.text));
    assert_false(is_here(sign.text));
}

static void an_index_comes_back_with_its_children(void **state)
{
    (void)state;
    struct manifest_removal how = {.recycle = true, .why = SLICE("lifecycle rule 1")};
    struct recycled *bin;
    struct slice *tags;
    size_t count;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct slice ma = bed_manifest(&bed, "{}", "a", ""), mb = bed_manifest(&bed, "{}", "b", "");
    struct digest a = bed_push(&bed, ma, "a"), b = bed_push(&bed, mb, NULL);
    struct digest index = bed_push(&bed, index_of(&a, ma.len, &b, mb.len), "multi");
    OK(&bed, tag_put(&bed.registry, &bed.scope, SLICE("other"), &index, NULL, &bed.failure));
    remove_it(&index, &how);
    remove_it(&a, &how);
    remove_it(&b, &how);
    assert_false(is_here("multi"));
    OK(&bed, recycled_list(&bed.registry, &bed.scope, &bed.arena, &bin, &count, &bed.failure));
    assert_int_equal(count, 3);
    assert_true(bin[0].until == bed.world.now + 1000);
    assert_true(slice_equal(bin[0].why, SLICE("lifecycle rule 1")));
    bed_image(&bed, "c", "other"); /* the tag has a new place meanwhile */
    OK(&bed, recycled_restore(&bed.registry, &bed.scope, &index, NULL, &bed.arena, &tags, &count,
                              &bed.failure));
    assert_int_equal(count, 1);
    assert_true(slice_equal(tags[0], SLICE("multi")));
    assert_string_equal(resolve("multi").text, index.text);
    assert_string_equal(resolve("a").text, a.text);
    assert_string_not_equal(resolve("other").text, index.text);
    assert_true(is_here(b.text));
    OK(&bed, recycled_list(&bed.registry, &bed.scope, &bed.arena, &bin, &count, &bed.failure));
    assert_int_equal(count, 0);
    REFUSED(&bed,
            recycled_restore(&bed.registry, &bed.scope, &index, NULL, &bed.arena, &tags, &count,
                             &bed.failure),
            FAILURE_MANIFEST_UNKNOWN);
}

static void what_is_recycled_can_be_pushed_again(void **state)
{
    (void)state;
    struct manifest_removal how = {.recycle = true};
    struct recycled *bin;
    size_t count;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest a = bed_image(&bed, "a", "v1");
    remove_it(&a, &how);
    bed_image(&bed, "a", "v2");
    assert_string_equal(resolve("v2").text, a.text);
    OK(&bed, recycled_list(&bed.registry, &bed.scope, &bed.arena, &bin, &count, &bed.failure));
    assert_int_equal(count, 0);
}

static void limits_hold(void **state)
{
    (void)state;
    struct repository repository = {.mutability = TAGS_MUTABLE};
    struct digest digest;
    char layer[8];
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    for (int i = 0; i < 5; i++) {
        snprintf(layer, sizeof layer, "l%d", i);
        digest = bed_image(&bed, layer, NULL);
    }
    REFUSED(&bed, bed_try_push(&bed, bed_manifest(&bed, "{}", "l5", ""), NULL, &digest),
            FAILURE_LIMIT);
    static char big[100002];
    memset(big, ' ', sizeof big - 1);
    REFUSED(&bed, bed_try_push(&bed, slice_str(big), NULL, &digest), FAILURE_TOO_LARGE);
    bed_repository(&bed, "b", TAGS_MUTABLE);
    bed_repository(&bed, "c", TAGS_MUTABLE);
    bed.scope.repository = SLICE("d");
    REFUSED(
        &bed,
        repository_create(&bed.registry, &bed.scope, &repository, NULL, &bed.arena, &bed.failure),
        FAILURE_LIMIT);
    bed.scope.repository = SLICE("c");
    REFUSED(
        &bed,
        repository_create(&bed.registry, &bed.scope, &repository, NULL, &bed.arena, &bed.failure),
        FAILURE_REPOSITORY_EXISTS);
    bed.scope.repository = SLICE("C");
    REFUSED(
        &bed,
        repository_create(&bed.registry, &bed.scope, &repository, NULL, &bed.arena, &bed.failure),
        FAILURE_NAME_INVALID);
}

static bool make_immutable(void *context, struct repository *repository, struct arena *arena,
                           struct failure *failure)
{
    (void)arena;
    if (*(bool *)context)
        return failure_set(failure, FAILURE_PARAMETER, "no");
    repository->mutability = TAGS_IMMUTABLE;
    return true;
}

static void repositories_are_listed_and_changed(void **state)
{
    (void)state;
    struct repository_list list;
    struct repository repository;
    struct slice value;
    struct setting *settings;
    size_t count;
    bool exists, refuse = true;
    bed_repository(&bed, "b", TAGS_MUTABLE);
    bed_repository(&bed, "a/x", TAGS_MUTABLE);
    bed_repository(&bed, "a", TAGS_MUTABLE);
    OK(&bed,
       repository_list(&bed.registry, &bed.scope, SLICE(""), 0, &bed.arena, &list, &bed.failure));
    assert_int_equal(list.count, 3);
    assert_true(slice_equal(list.items[1].name, SLICE("a/x")));
    OK(&bed,
       repository_list(&bed.registry, &bed.scope, SLICE("a"), 1, &bed.arena, &list, &bed.failure));
    assert_int_equal(list.count, 1);
    struct slice *names;
    OK(&bed, repository_list_names(&bed.registry, &bed.scope, SLICE("a"), 5, &bed.arena, &names,
                                   &count, &bed.failure));
    assert_int_equal(count, 2);
    assert_true(slice_equal(names[0], SLICE("a/x")) && slice_equal(names[1], SLICE("b")));
    REFUSED(&bed,
            repository_change(&bed.registry, &bed.scope, "X", make_immutable, &refuse, NULL,
                              &bed.arena, &bed.failure),
            FAILURE_PARAMETER);
    refuse = false;
    OK(&bed, repository_change(&bed.registry, &bed.scope, "PutImageTagMutability", make_immutable,
                               &refuse, NULL, &bed.arena, &bed.failure));
    OK(&bed, repository_get(&bed.registry, &bed.scope, &bed.arena, &repository, &bed.failure));
    assert_int_equal(repository.mutability, TAGS_IMMUTABLE);
    OK(&bed, setting_put(&bed.registry, &bed.scope, "lifecycle-policy", SLICE("{}"), "Put", NULL,
                         &bed.failure));
    OK(&bed, setting_get(&bed.registry, &bed.scope, "lifecycle-policy", &bed.arena, &value, &exists,
                         &bed.failure));
    assert_true(exists && slice_equal(value, SLICE("{}")));
    OK(&bed, setting_list(&bed.registry, &bed.scope, "life", &bed.arena, &settings, &count,
                          &bed.failure));
    assert_int_equal(count, 1);
    OK(&bed, setting_put(&bed.registry, &bed.scope, "lifecycle-policy", SLICE(""), "Delete", NULL,
                         &bed.failure));
    OK(&bed, setting_get(&bed.registry, &bed.scope, "lifecycle-policy", &bed.arena, &value, &exists,
                         &bed.failure));
    assert_false(exists);
}

static void pulls_are_written_behind(void **state)
{
    (void)state;
    struct error err;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest a = bed_image(&bed, "a", "v1");
    assert_true(describe(&a).pulled == 0);
    bed_wait(&bed, 100);
    manifest_pulled(&bed.registry, &bed.scope, &a, NULL);
    assert_true(describe(&a).pulled == bed.world.now); /* also before it is written */
    assert_true(registry_tick(&bed.registry, &err));
    assert_true(describe(&a).pulled == bed.world.now);
    bed_wait(&bed, 1);
    manifest_pulled(&bed.registry, &bed.scope, &a, NULL);
    registry_done(&bed.registry); /* writes what is left */
    bed_open_registry(&bed);
    assert_true(describe(&a).pulled == bed.world.now);
    /* Of one that is gone meanwhile, nothing is written. */
    manifest_pulled(&bed.registry, &bed.scope, &a, NULL);
    remove_it(&a, &plainly);
    bed_wait(&bed, 10);
    assert_true(registry_tick(&bed.registry, &err));
    bed_image(&bed, "a", "v1");
    assert_true(describe(&a).pulled == 0);
}

static void memory_forgets_what_changed(void **state)
{
    (void)state;
    struct recalled recalled, again;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest a = bed_image(&bed, "a", "v1");
    assert_false(recall_find(&bed.registry, &bed.scope, SLICE("v1"), &recalled));
    OK(&bed, recall_load(&bed.registry, &bed.scope, SLICE("v1"), &recalled, &bed.failure));
    assert_true(recall_find(&bed.registry, &bed.scope, SLICE("v1"), &again));
    assert_true(again.bytes.at == recalled.bytes.at);
    recall_release(&again);
    struct digest b = bed_image(&bed, "b", "v1");
    assert_false(recall_find(&bed.registry, &bed.scope, SLICE("v1"), &again));
    assert_string_equal(recalled.digest.text, a.text); /* what is held stays good */
    assert_true(recalled.bytes.len > 10 && recalled.bytes.at[0] == '{');
    recall_release(&recalled);
    assert_string_equal(resolve("v1").text, b.text);
    remove_it(&b, &plainly);
    REFUSED(&bed, recall_load(&bed.registry, &bed.scope, SLICE("v1"), &again, &bed.failure),
            FAILURE_MANIFEST_UNKNOWN);
}

static void memory_is_bounded(void **state)
{
    (void)state;
    struct recalled recalled;
    char tag[20];
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    static char note[60000];
    memset(note, 'x', sizeof note - 1);
    struct slice extra = arena_printf(&bed.arena, ",\"annotations\":{\"a\":\"%s\"}", note);
    struct digest a = bed_push(&bed, bed_manifest(&bed, "{}", "a", extra.at), "t0");
    for (int i = 1; i < 300; i++) {
        snprintf(tag, sizeof tag, "t%d", i);
        OK(&bed, tag_put(&bed.registry, &bed.scope, slice_str(tag), &a, NULL, &bed.failure));
    }
    for (int i = 0; i < 300; i++) {
        snprintf(tag, sizeof tag, "t%d", i);
        OK(&bed, recall_load(&bed.registry, &bed.scope, slice_str(tag), &recalled, &bed.failure));
        recall_release(&recalled);
    }
    int kept = 0;
    for (int i = 0; i < 300; i++) {
        snprintf(tag, sizeof tag, "t%d", i);
        if (recall_find(&bed.registry, &bed.scope, slice_str(tag), &recalled)) {
            kept++;
            recall_release(&recalled);
        }
    }
    assert_true(kept > 50 && kept < 140); /* 8 MiB of 60 kB */
}

static void storage_class(void **state)
{
    (void)state;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest a = bed_image(&bed, "a", "v1");
    OK(&bed, manifest_set_storage(&bed.registry, &bed.scope, &a, true, NULL, &bed.failure));
    assert_true(describe(&a).is_archived);
    assert_true(describe(&a).archived == bed.world.now);
    bed_wait(&bed, 5);
    OK(&bed, manifest_set_storage(&bed.registry, &bed.scope, &a, false, NULL, &bed.failure));
    assert_false(describe(&a).is_archived);
    assert_true(describe(&a).activated == bed.world.now);
}

/* A row that somebody damaged is told, and never half believed. */
static void damaged_rows_are_refused(void **state)
{
    (void)state;
    struct meta_txn *txn = NULL;
    struct error err;
    struct manifest_facts facts;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest a = bed_image(&bed, "a", "v1");
    struct slice at = scope_text(&bed.scope, &bed.arena);
    assert_true(meta_begin(bed.meta, true, &txn, &err));
    assert_true(meta_put(txn, ROW_MANIFEST, at, digest_slice(&a), SLICE("{\"kind\":7}"), &err));
    assert_true(meta_put(txn, ROW_TAG, at, SLICE("v1"), SLICE("{"), &err));
    assert_true(meta_commit(&txn, &err));
    recall_forget(&bed.registry, SLICE(""));
    REFUSED(&bed,
            manifest_describe(&bed.registry, &bed.scope, &a, &bed.arena, &facts, &bed.failure),
            FAILURE_INTERNAL);
    REFUSED(&bed, is_here("v1"), FAILURE_INTERNAL);
    assert_null(strstr(bed.failure.text, "row")); /* nothing of the inside */
    assert_non_null(strstr(bed.failure.inside.text, "row of a tag"));
}

static unsigned told_changed, told_stored, told_new, told_removed;

static void changed(void *context, struct slice scope)
{
    (void)context;
    assert_true(slice_equal(scope, SLICE("123456789012/us-east-1/team/app")));
    told_changed++;
}

static void stored(void *context, const struct scope *scope, const struct digest *digest,
                   bool is_new, const struct caller *who)
{
    (void)context, (void)scope, (void)digest, (void)who;
    told_stored++;
    told_new += is_new;
}

static void removed(void *context, const struct scope *scope, const struct digest *digest)
{
    (void)context, (void)scope, (void)digest;
    told_removed++;
}

static void taps_hear_of_it(void **state)
{
    (void)state;
    const struct registry_taps taps = {
        .changed = changed, .manifest_stored = stored, .manifest_removed = removed};
    struct manifest_removal recycle = {.recycle = true};
    registry_tap(&bed.registry, &taps);
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    told_changed = told_stored = told_new = told_removed = 0;
    struct digest a = bed_image(&bed, "a", "v1");
    assert_int_equal(told_changed, 1);
    assert_int_equal(told_new, 1);
    bed_image(&bed, "a", "v1");
    assert_int_equal(told_stored, 1); /* nothing changed */
    bed_image(&bed, "a", "v2");
    assert_int_equal(told_stored, 2);
    assert_int_equal(told_new, 1);
    remove_it(&a, &recycle);
    assert_int_equal(told_removed, 0); /* it may come back */
    bed_wait(&bed, 1001);
    bed_collect(&bed);
    assert_int_equal(told_removed, 1);
    struct digest b = bed_image(&bed, "b", "v1");
    remove_it(&b, &plainly);
    assert_int_equal(told_removed, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(an_image_is_pushed_and_pulled),
        BOTH(what_a_manifest_names_must_be_there),
        BOTH(a_size_that_is_a_lie_is_refused),
        BOTH(tags_move),
        BOTH(immutable_tags_stay),
        cmocka_unit_test(exclusions_of_mutability),
        BOTH(the_same_push_again),
        BOTH(a_tag_moves_only_from_where_the_client_saw_it),
        BOTH(indexes_hold_their_children),
        BOTH(a_sparse_index_becomes_whole),
        BOTH(referrers_are_found),
        BOTH(an_index_comes_back_with_its_children),
        BOTH(what_is_recycled_can_be_pushed_again),
        BOTH(limits_hold),
        BOTH(repositories_are_listed_and_changed),
        BOTH(pulls_are_written_behind),
        BOTH(memory_forgets_what_changed),
        BOTH(memory_is_bounded),
        BOTH(storage_class),
        BOTH(damaged_rows_are_refused),
        BOTH(taps_hear_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
