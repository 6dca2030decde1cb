/* What a value says of itself, once its shape is right. */
#include <math.h>

#include "base/ascii.h"
#include "catalog/secret_table.h"

enum { DECODED_MAX = 512 };

unsigned secret_entropy(struct slice value)
{
    unsigned counts[256] = {0};
    double bits = 0;
    value = slice_upto(value, 4096);
    for (size_t i = 0; i < value.len; i++)
        counts[(unsigned char)value.at[i]]++;
    for (int c = 0; c < 256; c++)
        if (counts[c]) {
            double share = counts[c] / (double)value.len;
            bits -= share * log2(share);
        }
    return (unsigned)(bits * 10);
}

static uint32_t crc32_of(struct slice bytes)
{
    uint32_t crc = ~UINT32_C(0);
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= (unsigned char)bytes.at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

/* GitHub, "Behind GitHub's new authentication token formats" (2021); npm took it over. */
static bool check_crc32(struct slice value)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if (value.len < 36)
        return false;
    struct slice tail = slice_from(value, value.len - 36);
    uint32_t crc = crc32_of(slice_upto(tail, 30));
    for (size_t i = 36; i > 30; i--, crc /= 62)
        if (tail.at[i - 1] != digits[crc % 62])
            return false;
    return true;
}

static int base64_value(char c)
{
    if (ascii_alpha(c))
        return c >= 'a' ? c - 'a' + 26 : c - 'A';
    if (ascii_digit(c))
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static struct slice base64_decode(struct slice text, char decoded[DECODED_MAX])
{
    unsigned held = 0, bits = 0;
    size_t len = 0;
    for (size_t i = 0; i < text.len && len < DECODED_MAX; i++) {
        int value = base64_value(text.at[i]);
        if (value < 0)
            break;
        held = (held << 6 | (unsigned)value) & 0xffff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            decoded[len++] = (char)(held >> bits & 0xff);
        }
    }
    return slice_of(decoded, len);
}

static bool check_colon(struct slice value)
{
    char decoded[DECODED_MAX];
    struct slice text = base64_decode(value, decoded);
    size_t colon = slice_find(text, ':');
    bool fine =
        colon > 0 && colon + 1 < text.len && !secret_is_placeholder(slice_from(text, colon + 1));
    for (size_t i = 0; fine && i < text.len; i++)
        fine = (unsigned char)text.at[i] >= 0x20 && text.at[i] != 0x7f;
    explicit_bzero(decoded, sizeof decoded);
    return fine;
}

static bool check_jwt(struct slice value)
{
    char decoded[DECODED_MAX];
    struct slice head = base64_decode(slice_upto(value, slice_find(value, '.')), decoded);
    return slice_starts(head, SLICE("{")) && slice_search(head, SLICE("\"alg\"")) < head.len;
}

static bool is_known(const struct secret_row *row, struct slice value)
{
    for (size_t i = 0; row->known && row->known[i]; i++)
        if (slice_equal_str(value, row->known[i]))
            return true;
    return false;
}

static bool has_alphabets(const struct secret_row *row, struct slice value)
{
    bool letters = !row->letters, digits = !row->digits;
    for (size_t i = 0; i < value.len && (!letters || !digits); i++) {
        letters |= ascii_alpha(value.at[i]);
        digits |= ascii_digit(value.at[i]);
    }
    return letters && digits;
}

bool secret_check_value(const struct secret_row *row, struct slice value)
{
    if (!value.len || is_known(row, value))
        return false;
    if (!row->key && row->check != SECRET_CHECK_JWT && secret_is_placeholder(value))
        return false;
    if (!has_alphabets(row, value) || (row->entropy && secret_entropy(value) < row->entropy))
        return false;
    switch ((enum secret_check)row->check) {
    case SECRET_CHECK_CRC32:
        return check_crc32(value);
    case SECRET_CHECK_COLON:
        return check_colon(value);
    case SECRET_CHECK_JWT:
        return check_jwt(value);
    case SECRET_CHECK_PASSWORD:
        return !secret_is_useless(value);
    case SECRET_CHECK_NONE:
    case SECRET_CHECK_ASSIGN:
        break;
    }
    return true;
}
