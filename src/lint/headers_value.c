#include "lint/headers_value.h"

#include "base/ascii.h"

static const char *const broad[] = {"ftp:",       "http:",     "https:",      "*", "http://*",
                                    "http://*.*", "https://*", "https://*.*", NULL};
static const char *const inline_sources[] = {"'unsafe-inline'", "data:", NULL};
static const char *const nonces[] = {"'sha256-", "'sha384-", "'sha512-", "'nonce-", NULL};

struct slice header_token(struct slice value)
{
    return slice_trim(slice_upto(value, slice_find(value, ';')));
}

bool header_value_varies(struct slice value)
{
    for (size_t i = 0; i + 1 < value.len; i++)
        if ((value.at[i] == '$' &&
             (ascii_alpha(value.at[i + 1]) || value.at[i + 1] == '{' || value.at[i + 1] == '_')) ||
            (value.at[i] == '%' && (value.at[i + 1] == '[' || value.at[i + 1] == '{')))
            return true;
    return false;
}

static struct slice next_word(struct slice *rest)
{
    *rest = slice_trim(*rest);
    size_t end = 0;
    while (end < rest->len && !ascii_space(rest->at[end]))
        end++;
    struct slice word = slice_upto(*rest, end);
    *rest = slice_from(*rest, end);
    return word;
}

bool csp_directive(struct slice csp, const char *name, struct slice *sources)
{
    while (csp.len) {
        struct slice piece = slice_cut(&csp, ';');
        struct slice word = next_word(&piece);
        if (!slice_equal_nocase(word, slice_str(name)))
            continue;
        *sources = slice_trim(piece);
        return true;
    }
    *sources = (struct slice){NULL, 0};
    return false;
}

static bool starts_nocase(struct slice text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && slice_equal_nocase(slice_upto(text, len), slice_of(prefix, len));
}

/* Whether any source is (or, with `starts`, begins with) one of the words. */
static bool any_source(struct slice sources, const char *const *words, bool starts)
{
    for (struct slice word; (word = next_word(&sources)).len;)
        for (size_t i = 0; words[i]; i++)
            if (starts ? starts_nocase(word, words[i])
                       : slice_equal_nocase(word, slice_str(words[i])))
                return true;
    return false;
}

static bool has_source(struct slice sources, const char *word)
{
    return any_source(sources, (const char *const[]){word, NULL}, false);
}

/* `name`, or default-src in its place, or anything at all. */
static struct slice sources_of(struct slice csp, const char *name)
{
    struct slice sources;
    if (csp_directive(csp, name, &sources) || csp_directive(csp, "default-src", &sources))
        return sources;
    return SLICE("*");
}

static bool insecure(struct slice sources)
{
    return any_source(sources, (const char *const[]){"http:", "ftp:", NULL}, true);
}

/* Scripts, styles, frames: what can act. img-src and media-src are passive. */
static bool insecure_active(struct slice csp)
{
    while (csp.len) {
        struct slice piece = slice_cut(&csp, ';');
        struct slice name = next_word(&piece);
        if (!slice_equal_nocase(name, SLICE("img-src")) &&
            !slice_equal_nocase(name, SLICE("media-src")) && insecure(piece))
            return true;
    }
    return false;
}

static bool insecure_passive(struct slice csp)
{
    struct slice sources;
    static const char *const passive[] = {"img-src", "media-src"};
    for (size_t i = 0; i < 2; i++)
        if ((csp_directive(csp, passive[i], &sources) ||
             csp_directive(csp, "default-src", &sources)) &&
            insecure(sources))
            return true;
    return false;
}

/* A nonce or a hash makes 'unsafe-inline' void; with 'strict-dynamic' broad schemes as well. */
static bool loose(struct slice sources, bool scripts)
{
    bool nonce = any_source(sources, nonces, true);
    bool dynamic = scripts && nonce && has_source(sources, "'strict-dynamic'");
    return (!dynamic && any_source(sources, broad, false)) || has_source(sources, "data:") ||
           (!nonce && any_source(sources, inline_sources, false));
}

enum csp_verdict csp_judge(struct slice csp, bool tls)
{
    csp = slice_trim(csp);
    if (!csp.len)
        return CSP_ABSENT;
    if (header_value_varies(csp) && slice_find(csp, ' ') == csp.len)
        return CSP_UNKNOWN;
    struct slice script = sources_of(csp, "script-src"), style = sources_of(csp, "style-src");
    if (has_source(script, "'strict-dynamic'") && !any_source(script, nonces, true))
        return CSP_INVALID;
    if (loose(script, true) || any_source(sources_of(csp, "object-src"), broad, false))
        return CSP_UNSAFE_INLINE;
    if (tls && insecure_active(csp))
        return CSP_INSECURE_SCHEME;
    if (has_source(script, "'unsafe-eval'") || has_source(style, "'unsafe-eval'"))
        return CSP_UNSAFE_EVAL;
    if (tls && insecure_passive(csp))
        return CSP_INSECURE_PASSIVE;
    if (loose(style, false))
        return CSP_UNSAFE_STYLE;
    struct slice all;
    csp_directive(csp, "default-src", &all);
    return slice_equal_nocase(all, SLICE("'none'")) ? CSP_DEFAULT_NONE : CSP_SAFE;
}

bool hsts_max_age(struct slice value, uint64_t *seconds)
{
    while (value.len) {
        struct slice piece = slice_trim(slice_cut(&value, ';'));
        if (!starts_nocase(piece, "max-age"))
            continue;
        piece = slice_trim(slice_from(piece, 7));
        if (!piece.len || piece.at[0] != '=')
            return false;
        piece = slice_trim(slice_from(piece, 1));
        if (piece.len > 1 && piece.at[0] == '"' && piece.at[piece.len - 1] == '"')
            piece = slice_from(slice_upto(piece, piece.len - 1), 1);
        return slice_u64(piece, seconds);
    }
    return false;
}

/* The last policy of the list that is known counts. */
enum referrer_verdict referrer_judge(struct slice value)
{
    static const char *const private[] = {"no-referrer", "same-origin", "strict-origin",
                                          "strict-origin-when-cross-origin", NULL};
    static const char *const unsafe[] = {"origin", "origin-when-cross-origin", "unsafe-url",
                                         "no-referrer-when-downgrade", NULL};
    enum referrer_verdict verdict = REFERRER_INVALID;
    while (value.len) {
        struct slice policy = slice_trim(slice_cut(&value, ','));
        if (any_source(policy, private, false))
            verdict = REFERRER_PRIVATE;
        else if (any_source(policy, unsafe, false))
            verdict = REFERRER_UNSAFE;
    }
    return verdict;
}
