/* Rows about where an image comes from, who it runs as, and what it is called. */
#include "image/reference.h"
#include "lint/comply/comply.h"
#include "scan/glob.h"
#include "version/version.h"

static bool is_trusted(const struct comply_options *options, struct slice repository)
{
    for (size_t i = 0; i < options->trusted_count; i++)
        if (glob_match(options->trusted[i], repository, '/'))
            return true;
    return false;
}

/* One base image; false and the row's words when it is not fine. */
static bool judge_reference(struct comply *comply, struct comply_row *row, struct slice text,
                            bool *pinned)
{
    struct reference reference;
    struct error why;
    if (!reference_parse(text, comply->arena, &reference, &why)) {
        comply_say(comply, row, COMPLY_FAIL, "FROM %.*s: %s", SLICE_ARG(text), why.text);
        return false;
    }
    struct slice repository = arena_printf(comply->arena, "%.*s/%.*s", SLICE_ARG(reference.host),
                                           SLICE_ARG(reference.repository));
    *pinned &= reference.digest.len > 0;
    if (is_trusted(comply->options, repository))
        return true;
    comply_say(comply, row, COMPLY_FAIL, "%.*s is in no trusted repository", SLICE_ARG(text));
    comply_todo(comply, row, "build on an official image, or name its repository: --trusted '%.*s'",
                SLICE_ARG(repository));
    return false;
}

static bool is_unset(struct comply *comply, struct comply_row *row, bool unset,
                     struct slice expanded, const char *word, struct slice written)
{
    if (!unset && expanded.len)
        return false;
    if (written.len) {
        comply_say(comply, row, COMPLY_FAIL, "%s%.*s: what that is depends on the build", word,
                   SLICE_ARG(written));
        comply_todo(comply, row, "give its ARG a default");
    } else
        comply_say(comply, row, COMPLY_FAIL, "a FROM names no image");
    return true;
}

/* COPY --from=image takes files from an image as FROM does; false when one is not fine. */
static bool judge_copies(struct comply *comply, struct comply_row *row)
{
    for (size_t i = 0; i < comply->parsed.count; i++) {
        const struct instruction *each = &comply->parsed.instructions[i];
        const struct dockerfile_flag *from =
            each->keyword == KEYWORD_COPY ? instruction_flag(each, "from") : NULL;
        if (!from || !from->value.len)
            continue;
        bool complete = true, pinned;
        uint64_t number;
        struct slice name = model_expand(&comply->model, each, from->value, &complete);
        if (complete && (slice_u64(name, &number) ||
                         model_find_stage(&comply->model, name, model_stage(&comply->model, each))))
            continue;
        if (is_unset(comply, row, !complete, name, "COPY --from=", from->value) ||
            !judge_reference(comply, row, name, &pinned))
            return false;
    }
    return true;
}

static void judge_stages(struct comply *comply, struct comply_row *row)
{
    struct slice names = {"", 0};
    bool pinned = true;
    size_t bases = 0;
    for (size_t i = 0; i < comply->model.stage_count; i++) {
        const struct stage *stage = &comply->model.stages[i];
        bases += stage->from != NULL;
        if (!stage->from || stage->parent || slice_equal(stage->base, SLICE("scratch")))
            continue;
        if (is_unset(comply, row, stage->base_unset, stage->base, "FROM ", stage->base_written) ||
            !judge_reference(comply, row, stage->base, &pinned))
            return;
        arena_list(comply->arena, &names, ", ", "%.*s", SLICE_ARG(stage->base));
    }
    if (!judge_copies(comply, row))
        return;
    if (!bases)
        comply_say(comply, row, COMPLY_FAIL, "no FROM in it says what it builds on");
    else if (!names.len)
        comply_say(comply, row, COMPLY_PASS, "FROM scratch: there is no base image");
    else
        comply_say(comply, row, COMPLY_PASS,
                   "%.*s: trusted repositories%s; signatures were not looked for", SLICE_ARG(names),
                   pinned ? ", pinned by digest" : ", not pinned by digest");
}

static struct slice label(const struct image *image, const char *name)
{
    for (size_t i = 0; image && i < image->label_count; i++) {
        struct slice value = image->labels[i];
        if (slice_equal_str(slice_cut(&value, '='), name))
            return value;
    }
    return (struct slice){NULL, 0};
}

void comply_judge_base(struct comply *comply, struct comply_row *row)
{
    struct slice base = label(comply->image, "org.opencontainers.image.base.name");
    bool pinned = true;
    if (comply->model.stage_count)
        judge_stages(comply, row);
    else if (!base.len) {
        comply_say(comply, row, COMPLY_FAIL, "nothing tells which base image it has");
        comply_todo(comply, row, "give its Dockerfile: -f Dockerfile");
    } else if (judge_reference(comply, row, base, &pinned))
        comply_say(comply, row, COMPLY_PASS, "%.*s, by the image's label", SLICE_ARG(base));
}

static void judge_findings_of(struct comply *comply, struct comply_row *row,
                              const struct lint_report *report, size_t *count,
                              const struct lint_finding **first)
{
    (void)comply;
    for (size_t i = 0; report && i < report->count; i++) {
        const struct lint_finding *finding = report->findings[i];
        bool against = false;
        for (struct slice codes = slice_str(row->rule->codes); codes.len;)
            against |= lint_has_word(finding->codes, slice_cut(&codes, ' '));
        if (!against || finding->suppressed)
            continue;
        if (!(*count)++)
            *first = finding;
    }
}

void comply_judge_findings(struct comply *comply, struct comply_row *row)
{
    const struct lint_finding *first = NULL;
    size_t count = 0;
    if (comply->image)
        judge_findings_of(comply, row, &comply->image_findings, &count, &first);
    if (comply->options->lint)
        judge_findings_of(comply, row, &comply->options->lint->report, &count, &first);
    if (!count) {
        comply_say(comply, row, COMPLY_PASS, "no finding of lint speaks against it");
        return;
    }
    comply_say(comply, row, COMPLY_FAIL, "%zu finding%s, the first%s%.*s: %.*s", count,
               count == 1 ? "" : "s", first->path.len ? " in " : "", SLICE_ARG(first->path),
               SLICE_ARG(first->message));
    comply_todo(comply, row, "plimsoll lint%s tells all of them", comply->image ? " image" : "");
}

void comply_judge_user(struct comply *comply, struct comply_row *row)
{
    const struct stage_state *end = NULL;
    if (comply->image) {
        for (size_t i = 0; i < comply->image_findings.count; i++)
            if (slice_equal_str(slice_str(comply->image_findings.findings[i]->rule->id),
                                "image-root-user")) {
                comply_say(comply, row, COMPLY_FAIL, "%.*s",
                           SLICE_ARG(comply->image_findings.findings[i]->message));
                comply_todo(comply, row, "add USER to the Dockerfile");
                return;
            }
        comply_say(comply, row, COMPLY_PASS, "the image runs as \"%.*s\"",
                   SLICE_ARG(comply->image->user));
        return;
    }
    if (comply->model.stage_count)
        end = &comply->model.stages[comply->model.stage_count - 1].end;
    struct slice user = end ? end->user : (struct slice){NULL, 0}, rest = user;
    struct slice name = slice_cut(&rest, ':');
    uint64_t id = 1;
    if (!user.len || slice_equal(name, SLICE("root")) || (slice_u64(name, &id) && !id)) {
        comply_say(comply, row, COMPLY_FAIL, user.len ? "the last USER is root" : "no USER is set");
        comply_todo(comply, row, "add USER, or give the image: --image");
    } else if (slice_find(name, '$') < name.len) {
        comply_say(comply, row, COMPLY_FAIL, "USER %.*s: who that is depends on the build",
                   SLICE_ARG(user));
        comply_todo(comply, row, "give its ARG a default, or give the image: --image");
    } else
        comply_say(comply, row, COMPLY_PASS, "the last stage ends with USER %.*s", SLICE_ARG(user));
}

void comply_judge_tag(struct comply *comply, struct comply_row *row)
{
    struct slice name = comply->options->tag;
    if (!name.len && comply->image)
        name = comply->image->tag.len ? comply->image->tag : comply->image->name;
    size_t slash = slice_find_last(name, '/');
    struct slice tag = slash < name.len ? slice_from(name, slash + 1) : name;
    size_t colon = slice_find(tag, ':');
    if (colon < tag.len)
        tag = slice_from(tag, colon + 1);
    else if (!comply->options->tag.len)
        tag = (struct slice){NULL, 0};
    struct slice number = slice_starts(tag, SLICE("v")) ? slice_from(tag, 1) : tag;
    if (number.len && version_valid(&version_semver, number) &&
        slice_find(number, '.') < slice_find_last(number, '.'))
        comply_say(comply, row, COMPLY_PASS, "%.*s is a semantic version", SLICE_ARG(tag));
    else if (!tag.len) {
        comply_say(comply, row, COMPLY_FAIL, "the image has no tag");
        comply_todo(comply, row, "say which one it will have: --push-tag 1.2.0");
    } else {
        comply_say(comply, row, COMPLY_FAIL, "%.*s is no semantic version", SLICE_ARG(tag));
        comply_todo(comply, row,
                    "tag it MAJOR.MINOR.PATCH; moving tags (1.2, 1, latest) come "
                    "beside it");
    }
}
