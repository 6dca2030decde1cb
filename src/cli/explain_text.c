/* An explanation for people. Texts come from images and feeds: all go through terminal_put. */
#include "base/terminal.h"
#include "cli/explain_report.h"

const char *explain_verdict_name(enum match_verdict verdict)
{
    static const char *const names[] = {"affected",     "fixed",    "not_in_range",
                                        "not_affected", "no_entry", "not_covered"};
    return names[verdict <= MATCH_NOT_COVERED ? verdict : MATCH_NO_ENTRY];
}

static void put_pair(FILE *file, const char *name, struct slice text)
{
    if (text.len == 0)
        return;
    fprintf(file, "  %-10s ", name);
    terminal_put(file, text);
    fputc('\n', file);
}

static void put_layer(FILE *file, const struct explained_reason *item)
{
    if (!item->layer)
        return;
    const struct digest *digest =
        item->layer->digest.text[0] ? &item->layer->digest : &item->layer->diff_id;
    fprintf(file, "  %-10s %zu %s\n", "layer", item->layer_index + 1, digest->text);
    put_pair(file, "made by", item->layer->created_by);
}

static void put_rating(FILE *file, const struct rating *rating)
{
    fprintf(file, "  %-10s %s by ", "", severity_name(rating->severity));
    terminal_put(file, rating->source);
    if (rating->version.len) {
        fprintf(file, ": CVSS %.*s, %.1f, ", SLICE_ARG(rating->version), rating->score);
        terminal_put(file, rating->vector);
    }
    fputc('\n', file);
}

static void put_severity(FILE *file, const struct finding *finding)
{
    fprintf(file, "  %-10s %s", "severity", severity_name(finding->severity));
    if (finding->severity_source.len) {
        fputs(", by ", file);
        terminal_put(file, finding->severity_source);
    }
    fputc('\n', file);
    for (size_t i = 0; i < finding->rating_count; i++)
        put_rating(file, &finding->ratings[i]);
}

static void put_exploits(FILE *file, const struct finding *finding)
{
    if (finding->epss >= 0)
        fprintf(file, "  %-10s %.5f: more likely to be exploited than %.1f %% of all\n", "epss",
                finding->epss, 100 * finding->epss_percentile);
    if (!finding->kev)
        return;
    fprintf(file, "  %-10s known to be exploited", "kev");
    if (finding->kev_due.len) {
        fputs("; CISA wants it mended by ", file);
        terminal_put(file, finding->kev_due);
    }
    fputc('\n', file);
}

static void put_exception(FILE *file, const struct scan_finding *found)
{
    if (!found->suppressed)
        return;
    fprintf(file, "  %-10s ", "exception");
    terminal_put(file, found->exception_source);
    fputs(": ", file);
    terminal_put(file, found->reason);
    if (found->owner.len) {
        fputs(", ", file);
        terminal_put(file, found->owner);
    }
    if (found->expires.len) {
        fputs(", until ", file);
        terminal_put(file, found->expires);
    }
    fputc('\n', file);
}

static void put_finding(FILE *file, const struct scan_finding *found)
{
    const struct finding *finding = &found->finding;
    put_severity(file, finding);
    put_exploits(file, finding);
    put_pair(file, "fixed in",
             finding->fixed.len ? finding->fixed : slice_str(fix_state_name(finding->state)));
    put_pair(file, "more", finding->url);
    put_exception(file, found);
}

static void put_reason(FILE *file, const struct explained_reason *item)
{
    fputc('\n', file);
    terminal_put(file, item->reason.text);
    fputc('\n', file);
    put_pair(file, "platform", item->platform);
    put_layer(file, item);
    if (item->finding && item->reason.verdict == MATCH_AFFECTED)
        put_finding(file, item->finding);
}

static const struct finding *any_finding(const struct explanation *explanation)
{
    for (size_t i = 0; i < explanation->count; i++)
        if (explanation->reasons[i].finding)
            return &explanation->reasons[i].finding->finding;
    return NULL;
}

void explain_write_text(FILE *file, const struct explanation *explanation)
{
    const struct finding *finding = any_finding(explanation);
    terminal_style(file, STYLE_BOLD);
    terminal_put(file, explanation->id);
    terminal_style(file, STYLE_PLAIN);
    fputs(explanation->reported ? " is reported for " : " is not reported for ", file);
    struct slice name = explanation->result->image.name;
    terminal_put(file, name.len ? name : SLICE("these packages"));
    fputc('\n', file);
    if (finding && finding->title.len) {
        terminal_put(file, finding->title);
        fputc('\n', file);
    }
    for (size_t i = 0; i < explanation->count; i++)
        put_reason(file, &explanation->reasons[i]);
    for (size_t i = 0; i < explanation->result->note_count; i++) {
        fputs(i ? "note: " : "\nnote: ", file);
        terminal_put(file, explanation->result->notes[i].text);
        fputc('\n', file);
    }
}
