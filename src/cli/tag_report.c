/* A plan of tags, and what came of it, as a table and as JSON. */
#include "base/json.h"
#include "base/terminal.h"
#include "cli/tag_call.h"

static void put_json_place(struct json_writer *json, const char *name, struct slice place)
{
    json_name(json, name);
    if (place.len)
        json_put_string(json, place);
    else
        json_put_null(json);
}

static void put_applied(struct json_writer *json, const struct tag_call *tags, size_t index,
                        const struct tag_apply *apply)
{
    const struct tag_seen *seen = tag_look_find(&tags->look, tags->plan.tags[index].name);
    struct slice before = seen ? digest_slice(&seen->digest) : (struct slice){0};
    put_json_place(json, "from_digest", before);
    json_field_bool(json, "moved", apply->done[index]);
}

static void put_tags(struct json_writer *json, const struct tag_call *tags,
                     const struct tag_apply *apply)
{
    const struct tag_plan *plan = &tags->plan;
    json_name(json, "tags");
    json_begin_array(json);
    for (size_t i = 0; i < plan->count; i++) {
        json_begin_object(json);
        json_field(json, "name", plan->tags[i].name);
        json_field_bool(json, "move", plan->tags[i].move);
        put_json_place(json, "from", plan->tags[i].from);
        put_json_place(json, "to", plan->tags[i].to);
        json_field(json, "reason", plan->tags[i].reason);
        if (apply)
            put_applied(json, tags, i, apply);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_target(struct json_writer *json, const struct tag_call *tags,
                       const struct tag_apply *apply, bool dry_run)
{
    const struct reference *reference = &tags->destination.session.reference;
    json_field(json, "registry", reference->host);
    json_field(json, "repository", reference->repository);
    json_field(json, "digest", digest_slice(&tags->manifest.digest));
    json_field_bool(json, "dry_run", dry_run);
    json_name(json, "requests");
    json_put_int(json, apply->requests);
}

void tag_report_json(const struct tag_call *tags, const struct tag_apply *apply, bool dry_run)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field(&json, "schema",
               apply ? SLICE("plimsoll/tag-apply/1") : SLICE("plimsoll/tag-plan/1"));
    json_field(&json, "release", tags->plan.release);
    if (apply)
        put_target(&json, tags, apply, dry_run);
    put_tags(&json, tags, apply);
    json_end_object(&json);
}

/* Digests are cut to "sha256:" and twelve digits. */
static struct slice shown(struct slice place)
{
    enum { DIGEST_SHOWN = 19 };
    if (!place.len)
        return SLICE("-");
    return slice_find(place, ':') < place.len ? slice_upto(place, DIGEST_SHOWN) : place;
}

static void put_cell(struct slice text, size_t width)
{
    terminal_put(stdout, text);
    printf("%*s", (int)(width - text.len) + 2, "");
}

static size_t wider(size_t width, struct slice text)
{
    return text.len > width ? text.len : width;
}

static const char *answer_of(const struct tag_plan *plan, size_t index,
                             const struct tag_apply *apply)
{
    if (apply && plan->tags[index].move)
        return apply->done[index] ? "done" : "NO";
    return plan->tags[index].move ? "yes" : "no";
}

static void put_row(const struct tag_plan *plan, size_t index, const struct tag_apply *apply,
                    const size_t widths[3])
{
    const struct tag_move *tag = &plan->tags[index];
    put_cell(tag->name, widths[0]);
    terminal_style(stdout, tag->move ? STYLE_GREEN : STYLE_DIM);
    printf("%-6s", answer_of(plan, index, apply));
    terminal_style(stdout, STYLE_PLAIN);
    put_cell(shown(tag->from), widths[1]);
    put_cell(shown(tag->to), widths[2]);
    terminal_put(stdout, tag->reason);
    putchar('\n');
}

void tag_report_table(const struct tag_call *tags, const struct tag_apply *apply)
{
    const struct tag_plan *plan = &tags->plan;
    size_t widths[3] = {strlen("TAG"), strlen("FROM"), strlen("TO")};
    for (size_t i = 0; i < plan->count; i++) {
        widths[0] = wider(widths[0], plan->tags[i].name);
        widths[1] = wider(widths[1], shown(plan->tags[i].from));
        widths[2] = wider(widths[2], shown(plan->tags[i].to));
    }
    put_cell(SLICE("TAG"), widths[0]);
    printf("MOVE  ");
    put_cell(SLICE("FROM"), widths[1]);
    put_cell(SLICE("TO"), widths[2]);
    puts("REASON");
    for (size_t i = 0; i < plan->count; i++)
        put_row(plan, i, apply, widths);
}
