/*
 * A message that `sendmail -t` takes (RFC 5322): multipart/alternative (RFC 2046) of the table as
 * plain text and the html page, both base64 (RFC 2045); names in addresses that are not ASCII as
 * encoded words (RFC 2047). Sender's address and Message-ID are sendmail's to add when none is
 * given.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "net/base64.h"
#include "ship/audit/write.h"

enum {
    BASE64_LINE = 76,
    WORD_BYTES = 42,
    DAY = 86400,
    ADDRESS_MAX = 1000,
    TEXT_WIDTH = 100, /* mail programs break longer lines anywhere */
    LIST_MOST = 50,   /* they cut pages of more than some 100 kB */
};

bool audit_mail_check(struct slice address, struct error *err)
{
    bool at = false;
    for (size_t i = 0; i < address.len; i++) {
        if ((unsigned char)address.at[i] < ' ' || address.at[i] == 0x7f)
            return error_set(err, ERROR_USAGE, "a mail address with control characters");
        at |= address.at[i] == '@';
    }
    return (at && address.len <= ADDRESS_MAX) ||
           error_set(err, ERROR_USAGE,
                     "\"%.*s\" is no mail address such as audit@example.com or \"Audit "
                     "<audit@example.com>\"",
                     SLICE_ARG(slice_upto(address, 100)));
}

static bool is_ascii(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] >= 0x7f)
            return false;
    return true;
}

/* As much as one encoded word may hold, cut between characters; what is no UTF-8 is replaced. */
static struct slice word_cut(struct slice *rest, struct arena *arena)
{
    char *word = arena_alloc(arena, WORD_BYTES + 4);
    size_t len = 0;
    while (word && rest->len && len < WORD_BYTES) {
        uint32_t code;
        bool fine = utf8_cut(rest, &code);
        len += utf8_put(word + len, fine ? code : UTF8_REPLACEMENT);
    }
    return slice_of(word, word ? len : 0);
}

static void put_words(struct slice text, struct arena *arena, FILE *file)
{
    for (bool first = true; text.len; first = false) {
        struct slice word = word_cut(&text, arena);
        struct slice encoded = base64_encode(word, arena);
        if (!word.len || !encoded.at)
            return;
        fprintf(file, "%s=?UTF-8?B?%.*s?=", first ? "" : "\n ", SLICE_ARG(encoded));
    }
}

/* A name of plain letters needs no quotes; others get them. */
static void put_name(struct slice name, struct arena *arena, FILE *file)
{
    if (!is_ascii(name)) {
        put_words(name, arena, file);
        return;
    }
    fputc('"', file);
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] == '"' || name.at[i] == '\\')
            fputc('\\', file);
        fputc(name.at[i], file);
    }
    fputc('"', file);
}

/* "Name <address>", or an address alone. */
static void put_address(struct slice text, struct arena *arena, FILE *file)
{
    size_t open = slice_find(text, '<');
    struct slice name = slice_trim(slice_upto(text, open));
    if (open == text.len || !name.len) {
        fwrite(text.at, 1, text.len, file);
        return;
    }
    if (name.len > 1 && name.at[0] == '"' && name.at[name.len - 1] == '"')
        name = slice_upto(slice_from(name, 1), name.len - 2);
    put_name(name, arena, file);
    fputc(' ', file);
    fwrite(text.at + open, 1, text.len - open, file);
}

/* "Mon, 23 Nov 2026 10:00:00 +0000" */
static struct slice mail_date(int64_t when, struct arena *arena)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct slice iso = clock_format(when, arena); /* 2026-11-23T10:00:00Z */
    uint64_t month = 1;
    if (!iso.at || iso.len < 19 || !slice_u64(slice_upto(slice_from(iso, 5), 2), &month))
        return (struct slice){NULL, 0};
    return arena_printf(arena, "%s, %.2s %s %.4s %.8s +0000", days[(when / DAY) % 7], iso.at + 8,
                        months[(month - 1) % 12], iso.at, iso.at + 11);
}

static void put_header(const struct audit *audit, const struct audit_write_options *options,
                       struct slice boundary, struct arena *arena, FILE *file)
{
    if (options->mail_from.len) {
        fputs("From: ", file);
        put_address(options->mail_from, arena, file);
        fputs("\n", file);
    }
    fputs("To: ", file);
    for (size_t i = 0; i < options->mail_to_count; i++) {
        fputs(i ? ",\n " : "", file);
        put_address(options->mail_to[i], arena, file);
    }
    struct slice counts = audit_counts_text(audit->by_severity, arena);
    fprintf(file, "\nSubject: Image audit: %zu overdue, %zu new;\n %.*s\n", audit->overdue,
            audit->new_count, SLICE_ARG(counts));
    struct slice date = mail_date(audit->when, arena);
    fprintf(file, "Date: %.*s\n", SLICE_ARG(date));
    fprintf(file,
            "MIME-Version: 1.0\nAuto-Submitted: auto-generated\n"
            "Content-Type: multipart/alternative;\n boundary=\"%.*s\"\n\n",
            SLICE_ARG(boundary));
}

static bool put_part(const char *type, struct slice boundary, struct slice text,
                     struct arena *arena, FILE *file)
{
    struct slice encoded = base64_encode(text, arena);
    fprintf(file,
            "--%.*s\nContent-Type: %s; charset=utf-8\nContent-Transfer-Encoding: base64\n"
            "Content-Disposition: inline\n\n",
            SLICE_ARG(boundary), type);
    for (struct slice rest = encoded; rest.len; rest = slice_from(rest, BASE64_LINE))
        fprintf(file, "%.*s\n", SLICE_ARG(slice_upto(rest, BASE64_LINE)));
    return encoded.at != NULL;
}

/* A format's text, in memory that is to be freed; `at` NULL: none could be had. */
static struct slice render(const struct audit *audit, struct arena *arena,
                           bool (*write)(const struct audit *audit,
                                         const struct audit_write_options *options,
                                         struct arena *arena, FILE *file, struct error *err),
                           struct error *err)
{
    char *text = NULL;
    size_t len = 0;
    struct audit_write_options options = {.plain = true, .width = TEXT_WIDTH, .rows = LIST_MOST};
    FILE *memory = open_memstream(&text, &len);
    bool fine = memory && write(audit, &options, arena, memory, err);
    if (memory && fclose(memory) != 0)
        fine = false;
    if (fine && text)
        return slice_of(text, len);
    free(text);
    return (struct slice){NULL, 0};
}

static void free_text(struct slice *text)
{
    free((void *)(uintptr_t)text->at);
}

bool audit_write_mail(const struct audit *audit, const struct audit_write_options *options,
                      struct arena *arena, FILE *file, struct error *err)
{
    struct slice text __attribute__((cleanup(free_text))) = {NULL, 0};
    struct slice page __attribute__((cleanup(free_text))) = {NULL, 0};
    if (!options->mail_to_count)
        return error_set(err, ERROR_USAGE, "--format mail: to whom? --mail-to ADDRESS");
    text = render(audit, arena, audit_write_table, err);
    page = render(audit, arena, audit_write_html, err);
    if (!text.at || !page.at)
        return error_set(err, ERROR_LIMIT, "the message is too large for the memory there is");
    /* base64 has no such line, so that the boundary is in no part. */
    struct slice boundary = arena_printf(arena, "=_plimsoll_%016" PRIx64, hash64(page));
    if (!boundary.at)
        return arena_error(err);
    put_header(audit, options, boundary, arena, file);
    if (!put_part("text/plain", boundary, text, arena, file) ||
        !put_part("text/html", boundary, page, arena, file))
        return arena_error(err);
    fprintf(file, "--%.*s--\n", SLICE_ARG(boundary));
    return true;
}
