/*
 * For the comment of a pull request: a summary that is read at once, the packages folded below it
 * (GitHub, GitLab and Gitea all render <details>). Everything that comes from the image or a feed
 * is escaped for Markdown and HTML.
 */
#include "report/formats.h"
#include "report/group.h"
#include "report/markdown_text.h"
#include "report/secrets.h"
#include "report/summary.h"

/* An address that can stand in a link as it is. */
static bool is_plain_address(struct slice url)
{
    if (!slice_starts(url, SLICE("https://")))
        return false;
    for (size_t i = 0; i < url.len; i++)
        if (url.at[i] <= ' ' || url.at[i] >= 0x7f || strchr("<>()[]|\\`\"'*", url.at[i]))
            return false;
    return true;
}

static void put_head(FILE *file, const struct scan_result *result, size_t programs,
                     struct arena *arena)
{
    fputs("## plimsoll: ", file);
    markdown_put(file, result->image.tag.len ? result->image.tag : result->image.name);
    fputs("\n\n", file);
    struct slice distribution = result_distribution(result, arena);
    markdown_put(file, distribution.len ? distribution : SLICE("no distribution"));
    if (result->coverage.past_end_of_life)
        fprintf(file, " (**end of life** since %.*s)", SLICE_ARG(result->coverage.end_of_life));
    fprintf(file, ", %zu packages", result->package_count);
    if (programs)
        fprintf(file, ", %zu of them compiled from source", programs);
    fputs("\n\n", file);
    if (result->starter_database)
        fputs("> Made with the starter database, which knows a few packages only.\n\n", file);
    if (result_not_covered(result)) {
        fputs("> **Not covered**: no advisories for ", file);
        markdown_put(file, result_scope(result, arena));
        fputs(" in the database.\n\n", file);
    }
}

static void put_summary(FILE *file, const struct report_groups *groups)
{
    size_t counts[SEVERITIES] = {0};
    for (size_t i = 0; i < groups->count; i++)
        for (size_t j = 0; j < groups->groups[i].count; j++)
            counts[groups->groups[i].findings[j]->finding.severity]++;
    if (groups->vulnerabilities == 0)
        return;
    fputs("| severity | findings | what to do |\n|---|---:|---|\n", file);
    for (int severity = SEVERITIES; severity-- > 0;)
        if (counts[severity])
            fprintf(file, "| %s | %zu | %s |\n", severity_label((enum severity)severity),
                    counts[severity], severity_advice((enum severity)severity));
    fputc('\n', file);
}

static void put_finding(FILE *file, const struct finding *finding)
{
    const struct rating *rating = finding_best_rating(finding);
    bool linked = is_plain_address(finding->url);
    fprintf(file, "| %s | ", severity_label(finding->severity));
    fputs(linked ? "[" : "", file);
    markdown_put(file, finding->id);
    if (linked)
        fprintf(file, "](%.*s)", SLICE_ARG(finding->url));
    fputs(" | ", file);
    markdown_put(file, finding_remedy(finding));
    fputs(" | ", file);
    if (rating && rating->score > 0)
        fprintf(file, "%.1f", rating->score);
    fputs(" | ", file);
    if (finding->epss >= 0)
        fprintf(file, "%.1f %%", finding->epss * 100);
    fputs(finding->kev ? " **exploited** |\n" : " |\n", file);
}

static void put_group(FILE *file, const struct report_group *group)
{
    const struct package *package = group_package(group);
    fputs("<details><summary><b>", file);
    markdown_put_html(file, package->source.len ? package->source : package->name);
    fputs("</b> ", file);
    markdown_put_html(file,
                      package->source_version.len ? package->source_version : package->version);
    if (group->fix.len) {
        fputs(" → ", file);
        markdown_put_html(file, group->fix);
        fprintf(file, " fixes %zu of %zu", group->mended, group->count);
    } else {
        fprintf(file, ": %zu without a fix", group->count);
    }
    fputs("</summary>\n\n| severity | id | fixed in | CVSS | EPSS |\n|---|---|---|---:|---:|\n",
          file);
    for (size_t i = 0; i < group->count; i++)
        put_finding(file, &group->findings[i]->finding);
    fputs("\n</details>\n", file);
}

static void put_suppressed(FILE *file, const struct scan_result *result)
{
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct scan_finding *found = &result->findings[i];
        if (!found->suppressed)
            continue;
        fputs("- suppressed: ", file);
        markdown_put(file, found->finding.id);
        fputs(" in ", file);
        markdown_put(file, found->finding.package->name);
        fputs(": ", file);
        markdown_put(file, found->reason);
        fputc('\n', file);
    }
}

static void put_notes(FILE *file, const struct scan_result *result)
{
    for (size_t i = 0; i < result->note_count; i++) {
        fputs("- ", file);
        if (result->notes[i].path.len) {
            markdown_put(file, result->notes[i].path);
            fputs(": ", file);
        }
        markdown_put(file, result->notes[i].text);
        fputc('\n', file);
    }
}

bool report_markdown(const struct scan_result *result, const struct report_options *options,
                     struct arena *arena, FILE *file, struct error *err)
{
    (void)options;
    struct report_summary summary = report_summarise(result);
    struct report_groups groups;
    if (!report_group(result, arena, &groups, err))
        return false;
    put_head(file, result, summary.programs, arena);
    put_summary(file, &groups);
    if (result_unknown_distribution(result))
        fputs("> **Not compared**: the distribution of the packages is not known.\n\n", file);
    else if (summary.total == 0 && !result_not_covered(result))
        fputs(result->hidden_count    ? "Nothing to show: the options leave out what there is.\n\n"
              : result->package_count ? "No known vulnerabilities.\n\n"
                                      : "No packages were found.\n\n",
              file);
    for (size_t i = 0; i < groups.count; i++)
        put_group(file, &groups.groups[i]);
    fputc('\n', file);
    markdown_put_secrets(file, result, arena);
    put_suppressed(file, result);
    put_notes(file, result);
    return true;
}
