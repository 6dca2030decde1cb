/*
 * Which headers a client gets, route by route, below the findings:
 *
 *   Headers of docker/nginx.conf (owasp)
 *     example.com:443 /       B 75   ok HSTS, X-Frame-Options · missing Content-Security-Policy
 *
 * A header is "missing" when no answer has it, "partly" when some do not, "weak" when its value is
 * not what the profile wants.
 */
#include "report/lint_report.h"
#include "report/table_parts.h"

enum { ROUTES_MAX = 200, WIDTH_TEXT = 100 };

enum state { STATE_OK, STATE_PARTLY, STATE_WEAK, STATE_MISSING, STATE_NOT_WANTED };

/* Sent, in a way that a client can rely on. */
static bool is_sent(const struct header_effect *effect)
{
    return effect && (effect->reason == HEADER_SENT || effect->reason == HEADER_INHERITED ||
                      effect->reason == HEADER_TWICE || effect->reason == HEADER_CONDITIONAL);
}

static enum state state_of(const struct header_route *route, const struct header_wish *wish,
                           enum header_profile profile)
{
    unsigned sent = 0, possible = 0;
    bool weak = false;
    if (wish->needs_tls && !route->tls)
        return STATE_NOT_WANTED;
    for (unsigned i = 0; i < OUTCOMES; i++) {
        if (!route->possible[i])
            continue;
        possible++;
        const struct header_effect *effect =
            header_route_find(route, (enum header_outcome)i, wish->name);
        const struct header_effect *csp =
            header_route_find(route, (enum header_outcome)i, "Content-Security-Policy");
        if (!is_sent(effect))
            continue;
        sent++;
        weak |= !header_value_fits(profile, wish->name, effect->value,
                                   csp ? csp->value : (struct slice){NULL, 0});
    }
    return !sent ? STATE_MISSING : weak ? STATE_WEAK : sent < possible ? STATE_PARTLY : STATE_OK;
}

static enum terminal_style grade_style(const char *grade)
{
    return grade[0] == 'A'                      ? STYLE_GREEN
           : grade[0] == 'B' || grade[0] == 'C' ? STYLE_YELLOW
                                                : STYLE_RED;
}

static void put_state(struct line *line, const struct header_route *route,
                      const struct lint_looked *looked, enum state state, const char *word,
                      enum terminal_style style, bool *begun)
{
    enum { INDENT = 6 };
    const struct header_wish *wish =
        looked->headers == HEADERS_CLASSIC ? header_wishes_classic : header_wishes_owasp;
    bool first = true;
    for (; wish->name; wish++) {
        if (state_of(route, wish, looked->headers) != state)
            continue;
        if (first) {
            if (*begun)
                line_end(line);
            line_print(line, "%*s", INDENT, "");
            line_styled(line, style, slice_str(word));
            line_pad(line, INDENT + 8);
        } else {
            line_put(line, SLICE(","));
        }
        char text[100];
        snprintf(text, sizeof text, "%s%s", first ? "" : " ", wish->name);
        line_piece(line, INDENT + 8, STYLE_PLAIN, slice_str(text));
        first = false;
        *begun = true;
    }
}

static void put_route(struct line *line, const struct header_route *route,
                      const struct lint_looked *looked)
{
    const char *grade = route->grade ? route->grade : "-";
    bool begun = false;
    line_print(line, "  ");
    line_styled(line, grade_style(grade), slice_str(grade));
    line_pad(line, 6);
    line_put(line, route->server);
    if (route->server.len && route->path.len)
        line_put(line, SLICE(" "));
    line_put(line, route->path);
    if (strcmp(grade, "-") != 0)
        line_print(line, "  %d points", route->score);
    line_end(line);
    if (route->redirects_to_tls && strcmp(grade, "-") == 0)
        return;
    put_state(line, route, looked, STATE_MISSING, "add", STYLE_RED, &begun);
    put_state(line, route, looked, STATE_WEAK, "weak", STYLE_YELLOW, &begun);
    put_state(line, route, looked, STATE_PARTLY, "partly", STYLE_YELLOW, &begun);
    put_state(line, route, looked, STATE_OK, "sent", STYLE_GREEN, &begun);
    if (begun)
        line_end(line);
}

static void put_file(struct line *line, const struct lint_looked *looked)
{
    const struct header_map *headers = &looked->proxy->headers;
    terminal_style(line->file, STYLE_BOLD);
    line_put(line, SLICE("Headers of "));
    line_put(line, looked->file->path);
    terminal_style(line->file, STYLE_PLAIN);
    line_print(line, " (%s)", looked->headers == HEADERS_CLASSIC ? "classic" : "owasp");
    line_end(line);
    for (size_t i = 0; i < headers->count && i < ROUTES_MAX; i++)
        put_route(line, &headers->routes[i], looked);
    if (headers->count > ROUTES_MAX) {
        line_print(line, "  and %zu more routes; --format json has all",
                   headers->count - ROUTES_MAX);
        line_end(line);
    }
    line_end(line);
}

void lint_report_headers(const struct lint_result *result, unsigned width, FILE *file)
{
    struct line line = {file, width && width < WIDTH_TEXT ? width : WIDTH_TEXT, 0};
    for (size_t i = 0; i < result->file_count; i++)
        if (result->files[i].proxy && result->files[i].proxy->headers.count)
            put_file(&line, &result->files[i]);
}
