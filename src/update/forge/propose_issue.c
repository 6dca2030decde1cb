/*
 * Issues for findings that no update mends. An issue is known again by its title, which names the
 * image without its tag's last parts, as a branch does; its body says what is found today.
 */
#include <stdio.h>
#include <stdlib.h>

#include "report/markdown_text.h"
#include "update/forge/branch_name.h"
#include "update/forge/proposal.h"
#include "update/forge/propose_parts.h"

enum { ROWS_MAX = 200, SHOWN_MAX = 100 };

#define TITLE_PREFIX "Findings without a fix in "
#define OUR_MARK     "By `plimsoll update --issue`"

static struct slice title_of(const struct unfixed_image *image, struct arena *arena)
{
    struct update_change key = {.name = image->name, .from = image->tag};
    struct slice branch = branch_of_change(&key, arena);
    if (!branch.at)
        return branch;
    return arena_printf(arena, TITLE_PREFIX "%.*s",
                        SLICE_ARG(slice_from(branch, strlen(BRANCH_PREFIX))));
}

static void put(FILE *out, struct slice text, const char *behind)
{
    markdown_put_code(out, slice_upto(text, SHOWN_MAX));
    fputs(behind, out);
}

/* Only plain https links: nothing in them can end the markdown around. */
static bool is_plain_link(struct slice url)
{
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.at[i] <= ' ' || strchr("()[]<>|`\"\\", url.at[i]))
            return false;
    return slice_starts(url, SLICE("https://"));
}

static void put_finding(FILE *out, const struct unfixed_finding *finding)
{
    bool link = is_plain_link(finding->url);
    fputs(link ? "| [" : "| ", out);
    put(out, finding->id, "");
    if (link)
        fprintf(out, "](%.*s)", SLICE_ARG(finding->url));
    fputs(" | ", out);
    put(out, finding->severity, " | ");
    put(out, finding->package, " | ");
    put(out, finding->version, " |\n");
}

static void write_body(const struct unfixed_image *image, FILE *out, struct arena *arena)
{
    struct slice whole =
        arena_printf(arena, "%.*s:%.*s", SLICE_ARG(image->name), SLICE_ARG(image->tag));
    put(out, whole, "");
    fprintf(out,
            " has %zu finding%s that no newer version mends.\n\n"
            "| finding | severity | package | version |\n|---|---|---|---|\n",
            image->count, image->count == 1 ? "" : "s");
    for (size_t i = 0; i < image->count && i < ROWS_MAX; i++)
        put_finding(out, &image->findings[i]);
    if (image->count > ROWS_MAX)
        fprintf(out, "\nand %zu more.\n", image->count - ROWS_MAX);
    fputs("\n---\n" OUR_MARK ", which keeps this table up to date and closes it when nothing is "
          "left.\n",
          out);
}

static struct slice body_of(const struct unfixed_image *image, struct arena *arena)
{
    char *bytes = NULL;
    size_t length = 0;
    struct slice body = {0};
    FILE *out = open_memstream(&bytes, &length);
    if (!out)
        return body;
    write_body(image, out, arena);
    if (fclose(out) == 0)
        body = arena_copy(arena, slice_of(bytes, length));
    free(bytes);
    return body;
}

/* A person's issue of the same title is not written over. */
static bool is_by_us(struct slice body)
{
    return slice_search(body, SLICE(OUR_MARK)) < body.len;
}

static const struct forge_item *find_title(const struct propose_job *job, struct slice title)
{
    for (size_t i = 0; i < job->open.count; i++)
        if (slice_equal(job->open.items[i].title, title) && is_by_us(job->open.items[i].body))
            return &job->open.items[i];
    return NULL;
}

static bool write_issue(struct propose_job *job, const struct forge_text *text,
                        const struct forge_item *item, struct propose_row *row, struct error *err)
{
    struct forge_item made = {0};
    bool dry = job->options->dry_run;
    if (!item) {
        row->action = PROPOSE_OPENED;
        if (!dry && !forge_create_issue(&job->session, text, &made, err))
            return false;
        row->number = made.number;
        row->url = made.url;
        return true;
    }
    bool same = slice_equal(slice_trim(item->body), slice_trim(text->body));
    row->action = same ? PROPOSE_UNCHANGED : PROPOSE_UPDATED;
    return same || dry || forge_update_issue(&job->session, item->number, text, err);
}

static bool close_issue(struct propose_job *job, const struct forge_item *item, const char *why,
                        struct propose_row *row, struct error *err)
{
    struct slice comment = arena_printf(job->arena, "Closed by plimsoll: %s.", why);
    row->action = PROPOSE_CLOSED;
    row->reason = slice_str(why);
    if (!comment.at)
        return arena_error(err);
    return job->options->dry_run || forge_close_issue(&job->session, item->number, comment, err);
}

static bool propose_issue(struct propose_job *job, const struct unfixed_image *image,
                          struct error *err)
{
    struct forge_text text = {.title = title_of(image, job->arena),
                              .body = body_of(image, job->arena)};
    struct propose_row row = {.title = text.title};
    if (!text.title.at || !text.body.at)
        return arena_error(err);
    const struct forge_item *item = find_title(job, text.title);
    if (item) {
        row.number = item->number;
        row.url = item->url;
    }
    if (!item && image->count == 0)
        return true;
    bool fine = image->count
                    ? write_issue(job, &text, item, &row, err)
                    : close_issue(job, item, "no finding without a fix is left", &row, err);
    return fine ? propose_add_row(job, row, err) : propose_add_failure(job, row, err);
}

static bool is_in_use(struct slice title, const struct unfixed_image *images, size_t count,
                      struct arena *arena)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(title_of(&images[i], arena), title))
            return true;
    return false;
}

/* Issues of ours about images that nothing uses any more. */
static bool close_unused(struct propose_job *job, const struct unfixed_image *images, size_t count,
                         struct error *err)
{
    for (size_t i = 0; job->options->complete && i < job->open.count; i++) {
        const struct forge_item *item = &job->open.items[i];
        struct propose_row row = {.title = item->title, .number = item->number, .url = item->url};
        if (!slice_starts(item->title, SLICE(TITLE_PREFIX)) || !is_by_us(item->body) ||
            is_in_use(item->title, images, count, job->arena))
            continue;
        bool fine = close_issue(job, item, "nothing uses this image any more", &row, err);
        if (!(fine ? propose_add_row(job, row, err) : propose_add_failure(job, row, err)))
            return false;
    }
    return true;
}

static bool run(struct propose_job *job, const struct unfixed_image *images, size_t count,
                struct error *err)
{
    if (!propose_open(job, err) ||
        (job->session.client && !forge_list_issues(&job->session, &job->open, err)))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!propose_issue(job, &images[i], err))
            return false;
    return close_unused(job, images, count, err);
}

bool propose_issues(const struct unfixed_image *images, size_t count,
                    const struct propose_options *options, struct arena *arena,
                    struct propose_result *result, struct error *err)
{
    struct propose_job job = {.options = options, .arena = arena, .result = result};
    *result = (struct propose_result){0};
    bool fine = run(&job, images, count, err);
    propose_close(&job);
    return fine;
}
