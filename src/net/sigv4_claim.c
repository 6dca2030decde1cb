/* What a request claims about its signature: the Authorization header, or the query. */
#include "base/ascii.h"
#include "net/sigv4_parts.h"
#include "net/url.h"

enum { ACCESS_KEY_MAX = 128, SCOPE_WORD_MAX = 64, EXPIRES_MAX = 7 * 24 * 3600 };

static bool malformed(struct error *err, const char *what)
{
    return error_set(err, ERROR_FORMAT, "%s", what);
}

static bool two_digits(struct slice text, size_t at, int *value)
{
    if (!ascii_digit(text.at[at]) || !ascii_digit(text.at[at + 1]))
        return false;
    *value = (text.at[at] - '0') * 10 + (text.at[at + 1] - '0');
    return true;
}

static bool parse_timestamp(struct slice text, int64_t *when)
{
    int century, year, month, day, hour, minute, second;
    if (text.len != SIGV4_TIMESTAMP_LEN || text.at[8] != 'T' || text.at[15] != 'Z' ||
        !two_digits(text, 0, &century) || !two_digits(text, 2, &year) ||
        !two_digits(text, 4, &month) || !two_digits(text, 6, &day) || !two_digits(text, 9, &hour) ||
        !two_digits(text, 11, &minute) || !two_digits(text, 13, &second) || month < 1 ||
        month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return false;
    struct tm parts = {.tm_year = century * 100 + year - 1900,
                       .tm_mon = month - 1,
                       .tm_mday = day,
                       .tm_hour = hour,
                       .tm_min = minute,
                       .tm_sec = second};
    *when = timegm(&parts);
    return true;
}

/* Access keys, regions and services as AWS writes them; what is signed in a scope is also what
   messages and rows are made of. */
static bool is_word(struct slice text, size_t max)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_alnum(text.at[i]) && text.at[i] != '-' && text.at[i] != '_' && text.at[i] != '.')
            return false;
    return text.len > 0 && text.len <= max;
}

static bool take_credential(struct slice text, struct sigv4_claim *claim, struct error *err)
{
    claim->access_key = slice_cut(&text, '/');
    claim->date = slice_cut(&text, '/');
    claim->region = slice_cut(&text, '/');
    claim->service = slice_cut(&text, '/');
    if (!is_word(claim->access_key, ACCESS_KEY_MAX) || claim->date.len != 8 ||
        !is_word(claim->date, 8) || !is_word(claim->region, SCOPE_WORD_MAX) ||
        !is_word(claim->service, SCOPE_WORD_MAX) || !slice_equal_str(text, "aws4_request"))
        return malformed(err, "Credential must have five slash-delimited elements: "
                              "KEY/YYYYMMDD/REGION/SERVICE/aws4_request");
    return true;
}

/* Lower case, sorted, without repetition, and the host among them: AWS asks for it, and without it
   a signature for one server would open another. */
static bool check_signed_headers(struct slice names, struct error *err)
{
    struct slice last = {0};
    bool host = false;
    while (names.len) {
        struct slice name = slice_cut(&names, ';');
        for (size_t i = 0; i < name.len; i++)
            if (name.at[i] <= ' ' || name.at[i] > '~' || ascii_lower(name.at[i]) != name.at[i])
                return malformed(err, "SignedHeaders must be header names in lower case");
        if (name.len == 0 || slice_compare(last, name) >= 0)
            return malformed(err, "SignedHeaders must be sorted");
        host = host || slice_equal_str(name, "host");
        last = name;
    }
    return host || malformed(err, "'Host' must be a 'SignedHeader' in the AWS Authorization.");
}

static bool is_signed(struct slice names, struct slice name)
{
    while (names.len)
        if (slice_equal_nocase(slice_cut(&names, ';'), name))
            return true;
    return false;
}

/* Every X-Amz- header has its meaning from the signature: none may be added on the way. */
static bool check_unsigned(const struct sigv4_request *request, const struct sigv4_claim *claim,
                           struct error *err)
{
    for (size_t i = 0; i < request->headers->count; i++) {
        struct slice name = request->headers->items[i].name;
        if (name.len > 6 && slice_equal_nocase(slice_upto(name, 6), SLICE("x-amz-")) &&
            !is_signed(claim->signed_headers, name))
            return error_set(err, ERROR_FORMAT, "the header %.*s must be signed",
                             SLICE_ARG(slice_upto(name, 80)));
    }
    return true;
}

static bool check_signature(struct slice hex, struct error *err)
{
    for (size_t i = 0; i < hex.len; i++)
        if (!ascii_digit(hex.at[i]) && (hex.at[i] < 'a' || hex.at[i] > 'f'))
            return malformed(err, "Signature must be lower-case hexadecimal");
    return hex.len == 2 * HMAC_SIZE || malformed(err, "Signature must have 64 digits");
}

static bool finish(const struct sigv4_request *request, struct slice credential,
                   struct sigv4_claim *claim, struct error *err)
{
    if (!take_credential(credential, claim, err) ||
        !check_signed_headers(claim->signed_headers, err) || !check_unsigned(request, claim, err) ||
        !check_signature(claim->signature, err))
        return false;
    if (!parse_timestamp(claim->timestamp, &claim->when))
        return malformed(err, "Date must be in ISO-8601 'basic format': YYYYMMDDTHHMMSSZ");
    if (!slice_equal(claim->date, slice_upto(claim->timestamp, 8)))
        return malformed(err, "Date in Credential scope does not match YYYYMMDD from ISO-8601 "
                              "version of date from HTTP");
    return true;
}

/* "X-Amz-Date", else "Date" in either form; *timestamp in the basic form. */
static bool take_date(const struct sigv4_request *request, struct arena *arena,
                      struct sigv4_claim *claim, struct error *err)
{
    time_t when;
    struct tm parts;
    claim->timestamp = http_header_get(request->headers, "x-amz-date");
    if (claim->timestamp.len)
        return true;
    claim->timestamp = http_header_get(request->headers, "date");
    if (!http_date_parse(claim->timestamp, &when))
        return true; /* in the basic form, or refused later */
    if (!gmtime_r(&when, &parts))
        return malformed(err, "Date is out of range");
    claim->timestamp =
        arena_printf(arena, "%04d%02d%02dT%02d%02d%02dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
    return claim->timestamp.at || arena_error(err);
}

static bool from_header(const struct sigv4_request *request, struct slice text, struct arena *arena,
                        struct sigv4_claim *claim, struct error *err)
{
    struct slice credential = {0};
    while (text.len) {
        struct slice value = slice_trim(slice_cut(&text, ','));
        struct slice name = slice_cut(&value, '=');
        struct slice *part = slice_equal_str(name, "Credential")      ? &credential
                             : slice_equal_str(name, "SignedHeaders") ? &claim->signed_headers
                             : slice_equal_str(name, "Signature")     ? &claim->signature
                                                                      : NULL;
        if (!part)
            return malformed(err, "Authorization has a part that AWS4-HMAC-SHA256 does not know");
        if (part->len)
            return malformed(err, "a part of Authorization stands twice in it");
        *part = value;
    }
    if (!credential.len || !claim->signed_headers.len || !claim->signature.len)
        return malformed(err, "Authorization header requires 'Credential', 'SignedHeaders' and "
                              "'Signature' parameters.");
    claim->session = http_header_get(request->headers, "x-amz-security-token");
    claim->payload_hash = http_header_get(request->headers, "x-amz-content-sha256");
    return take_date(request, arena, claim, err) && finish(request, credential, claim, err);
}

static bool take_parameter(struct slice name, struct slice value, struct sigv4_claim *claim,
                           struct slice *credential, struct slice *algorithm, struct slice *expires)
{
    const struct {
        const char *name;
        struct slice *to;
    } known[] = {
        {"X-Amz-Algorithm", algorithm},
        {"X-Amz-Credential", credential},
        {"X-Amz-Date", &claim->timestamp},
        {"X-Amz-Expires", expires},
        {"X-Amz-SignedHeaders", &claim->signed_headers},
        {"X-Amz-Signature", &claim->signature},
        {"X-Amz-Security-Token", &claim->session},
        {"X-Amz-Content-Sha256", &claim->payload_hash},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!slice_equal_str(name, known[i].name))
            continue;
        if (known[i].to->len)
            return false; /* twice: which one would be signed? */
        *known[i].to = value;
    }
    return true;
}

static bool from_query(const struct sigv4_request *request, struct arena *arena,
                       struct sigv4_claim *claim, struct error *err)
{
    struct slice credential = {0}, algorithm = {0}, expires = {0}, query = request->query;
    uint64_t seconds;
    while (query.len) {
        struct slice value = slice_cut(&query, '&');
        struct slice name = url_decode(slice_cut(&value, '='), arena);
        value = url_decode(value, arena);
        if (!name.at || !value.at)
            return arena_error(err);
        if (!take_parameter(name, value, claim, &credential, &algorithm, &expires))
            return malformed(err, "a parameter of the signature stands twice in the query");
    }
    if (!slice_equal_str(algorithm, SIGV4_ALGORITHM))
        return malformed(err, "X-Amz-Algorithm must be " SIGV4_ALGORITHM);
    if (!slice_u64(expires, &seconds) || seconds < 1 || seconds > EXPIRES_MAX)
        return malformed(err, "X-Amz-Expires must be from 1 to 604800 seconds");
    claim->expires = (int64_t)seconds;
    claim->in_query = true;
    if (!claim->payload_hash.len)
        claim->payload_hash = http_header_get(request->headers, "x-amz-content-sha256");
    return finish(request, credential, claim, err);
}

bool sigv4_claim_parse(const struct sigv4_request *request, struct arena *arena,
                       struct sigv4_claim *claim, struct error *err)
{
    struct slice text = http_header_get(request->headers, "authorization");
    struct sigv4_claim found = {0};
    bool taken;
    if (slice_starts(text, SLICE(SIGV4_ALGORITHM)))
        taken = from_header(request, slice_trim(slice_from(text, sizeof SIGV4_ALGORITHM - 1)),
                            arena, &found, err);
    else if (!text.len && slice_search(request->query, SLICE("X-Amz-")) < request->query.len)
        taken = from_query(request, arena, &found, err);
    else
        return error_set(err, ERROR_NOT_FOUND, "the request is not signed");
    if (taken)
        *claim = found;
    return taken;
}
