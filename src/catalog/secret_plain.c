/* One pass over the bytes; at each the keywords that begin with its first two. */
#include "base/ascii.h"
#include "catalog/secret_table.h"

enum { BUCKETS = 1024, NEXT_MAX = 1024 };

struct plain {
    uint16_t first[BUCKETS], next[NEXT_MAX]; /* keyword + 1; 0: none */
};

static unsigned bucket_of(const char *at)
{
    return ((unsigned)(unsigned char)ascii_lower(at[0]) * 31 +
            (unsigned)(unsigned char)ascii_lower(at[1])) %
           BUCKETS;
}

static void plain_init(struct plain *plain)
{
    memset(plain, 0, sizeof *plain);
    for (size_t i = secret_keyword_count < NEXT_MAX ? secret_keyword_count : NEXT_MAX; i > 0; i--) {
        unsigned bucket = bucket_of(secret_keywords[i - 1].text);
        plain->next[i - 1] = plain->first[bucket];
        plain->first[bucket] = (uint16_t)i;
    }
}

static bool keyword_stands_at(const struct secret_keyword *keyword, struct slice rest)
{
    if (rest.len < keyword->len)
        return false;
    if (!keyword->nocase)
        return memcmp(rest.at, keyword->text, keyword->len) == 0;
    return slice_equal_nocase(slice_upto(rest, keyword->len), slice_str(keyword->text));
}

void secret_plain_scan(struct slice bytes, literal_hit *hit, void *context)
{
    struct plain plain;
    plain_init(&plain);
    for (size_t at = 0; at + 1 < bytes.len; at++) {
        struct slice rest = slice_from(bytes, at);
        for (unsigned k = plain.first[bucket_of(rest.at)]; k; k = plain.next[k - 1])
            if (keyword_stands_at(&secret_keywords[k - 1], rest))
                hit(context, k - 1, at + secret_keywords[k - 1].len);
    }
}
