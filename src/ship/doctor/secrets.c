#include "ship/doctor/secrets.h"

#include "net/base64.h"
#include "net/url.h"

/* Shorter ones stand in ordinary words; nobody has such a password at a registry. */
enum { SECRET_LEAST = 4 };

static void add(struct secrets *secrets, struct slice text)
{
    if (!text.at) {
        secrets->failed = true;
        return;
    }
    struct slice copy = arena_copy(secrets->arena, text);
    if (text.len >= SECRET_LEAST && (!copy.at || !ARENA_PUSH(secrets->arena, secrets->list,
                                                             secrets->count, secrets->room, copy)))
        secrets->failed = true;
}

void secrets_add(struct secrets *secrets, struct slice secret)
{
    if (secret.len < SECRET_LEAST)
        return;
    struct slice coded = base64_encode(secret, secrets->arena), behind = secret;
    add(secrets, secret);
    add(secrets, url_encode(secret, secrets->arena));
    while (slice_ends(coded, SLICE("=")))
        coded.len--;
    add(secrets, coded);
    slice_cut(&behind, ':');
    if (behind.len)
        add(secrets, behind);
}

/* Where the first of them stands; the longest counts of those that begin at one place. */
static size_t find(const struct secrets *secrets, struct slice text, size_t *len)
{
    size_t first = text.len;
    *len = 0;
    for (size_t i = 0; i < secrets->count; i++) {
        size_t at = slice_search(text, secrets->list[i]);
        if (at < first || (at == first && at < text.len && secrets->list[i].len > *len)) {
            first = at;
            *len = secrets->list[i].len;
        }
    }
    return first;
}

struct slice secrets_hide(const struct secrets *secrets, struct slice text)
{
    struct slice made = {"", 0};
    size_t len, at;
    if (secrets->failed)
        return SLICE("[not shown: out of memory]");
    while ((at = find(secrets, text, &len)) < text.len) {
        made = arena_printf(secrets->arena, "%.*s%.*s[secret]", SLICE_ARG(made),
                            SLICE_ARG(slice_upto(text, at)));
        text = slice_from(text, at + len);
        if (!made.at)
            return SLICE("");
    }
    if (!made.len)
        return text;
    made = arena_printf(secrets->arena, "%.*s%.*s", SLICE_ARG(made), SLICE_ARG(text));
    return made.at ? made : SLICE("");
}
