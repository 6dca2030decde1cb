#include "ship/push/tag_apply.h"

struct applying {
    const struct registry_link *link;
    const struct tag_plan *plan;
    const struct registry_manifest *manifest;
    struct arena *arena;
    struct tag_apply *apply;
};

static bool moved_by_somebody(struct slice name, const struct digest *now,
                              const struct digest *before, struct error *err)
{
    return error_set(err, ERROR_BUSY,
                     "somebody else has moved %.*s: it %s%s now, and %s%s when the plan was made",
                     SLICE_ARG(name), now->text[0] ? "points to " : "does not exist", now->text,
                     before->text[0] ? "pointed to " : "did not exist", before->text);
}

/* For registries without conditional requests. */
static bool check_still(struct applying *applying, struct slice name, const struct digest *before,
                        struct error *err)
{
    struct registry_manifest head;
    struct digest now = {""};
    applying->apply->requests++;
    if (registry_manifest_head(applying->link, name, applying->arena, &head, err))
        now = head.digest;
    else if (err->kind != ERROR_NOT_FOUND)
        return false;
    else
        *err = (struct error){0};
    return digest_equal(&now, before) || digest_equal(&now, &applying->manifest->digest) ||
           moved_by_somebody(name, &now, before, err);
}

static bool move_tag(struct applying *applying, struct slice name, const struct digest *before,
                     struct error *err)
{
    const struct registry_manifest *manifest = applying->manifest;
    if (!manifest->conditional && !check_still(applying, name, before, err))
        return false;
    applying->apply->requests++;
    if (registry_manifest_put(applying->link, name, manifest, before, NULL, applying->arena, err))
        return true;
    if (err->kind != ERROR_BUSY)
        return error_add(err, "moving %.*s", SLICE_ARG(name));
    struct registry_manifest head = {0};
    struct error ignored;
    registry_manifest_head(applying->link, name, applying->arena, &head, &ignored);
    return moved_by_somebody(name, &head.digest, before, err);
}

/* What was done and what was not, behind the reason. */
static bool explain(const struct applying *applying, struct error *err)
{
    char done[300] = "", left[300] = "";
    const struct tag_plan *plan = applying->plan;
    for (size_t i = 0; i < plan->count; i++) {
        if (!plan->tags[i].move)
            continue;
        char *to = applying->apply->done[i] ? done : left;
        size_t used = strlen(to);
        snprintf(to + used, sizeof done - used, "%s%.*s", used ? ", " : "",
                 SLICE_ARG(slice_upto(plan->tags[i].name, 128)));
    }
    struct error why = *err;
    return error_set(err, why.kind,
                     "%s. Moved: %s; not moved: %s. Run the same command again: it looks anew and "
                     "does what is left",
                     why.text, done[0] ? done : "none", left);
}

bool tag_apply_plan(struct destination *destination, const struct tag_plan *plan,
                    const struct tag_look *look, const struct registry_manifest *manifest,
                    struct arena *arena, struct tag_apply *apply, struct error *err)
{
    CLEANUP_LINK struct registry_link link = destination_link(destination);
    struct applying applying = {&link, plan, manifest, arena, apply};
    *apply = (struct tag_apply){0};
    for (size_t i = 0; i < plan->count; i++) {
        if (!plan->tags[i].move)
            continue;
        const struct tag_seen *seen = tag_look_find(look, plan->tags[i].name);
        struct digest before = seen ? seen->digest : (struct digest){""};
        if (!move_tag(&applying, plan->tags[i].name, &before, err))
            return explain(&applying, err);
        apply->done[i] = true;
        apply->moved++;
    }
    return true;
}
