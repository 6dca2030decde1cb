#include "base/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/utf8.h"

static enum terminal_colour chosen = COLOUR_AUTO;

void terminal_set_colour(enum terminal_colour colour)
{
    chosen = colour;
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

bool terminal_has_colour(FILE *file)
{
    if (chosen != COLOUR_AUTO)
        return chosen == COLOUR_ALWAYS;
    const char *forced = getenv("CLICOLOR_FORCE"), *term = getenv("TERM");
    if (forced && *forced && strcmp(forced, "0") != 0)
        return true;
    if (is_set("NO_COLOR") || (term && strcmp(term, "dumb") == 0))
        return false;
    int fd = fileno(file);
    return fd >= 0 && isatty(fd);
}

unsigned terminal_width(FILE *file)
{
    struct winsize size;
    int fd = fileno(file);
    if (fd >= 0 && isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    uint64_t columns;
    if (slice_u64(slice_str(getenv("COLUMNS")), &columns) && columns < 10000)
        return (unsigned)columns;
    return 0;
}

void terminal_style(FILE *file, enum terminal_style style)
{
    static const char *const codes[] = {
        [STYLE_PLAIN] = "\x1b[0m", [STYLE_BOLD] = "\x1b[1m",         [STYLE_DIM] = "\x1b[2m",
        [STYLE_RED] = "\x1b[31m",  [STYLE_YELLOW] = "\x1b[33m",      [STYLE_GREEN] = "\x1b[32m",
        [STYLE_BLUE] = "\x1b[34m", [STYLE_CRITICAL] = "\x1b[97;41m",
    };
    if (terminal_has_colour(file))
        fputs(codes[style], file);
}

struct span {
    uint32_t first, last;
};

static bool in_spans(const struct span *spans, size_t count, uint32_t code)
{
    for (size_t i = 0; i < count; i++)
        if (code >= spans[i].first && code <= spans[i].last)
            return true;
    return false;
}

#define IN_SPANS(spans, code) in_spans((spans), sizeof(spans) / sizeof *(spans), (code))

/* Marks that stand on the letter before them. */
static const struct span combining[] = {
    {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},   {0x64B, 0x65F},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
};

/* Unicode's East Asian Width W and F, in coarse spans. */
static const struct span wide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

/* Cuts one character and gives its visible form. */
static unsigned cut_visible(struct slice *rest, char form[16], size_t *len)
{
    uint32_t code;
    if (!utf8_cut(rest, &code)) {
        *len = (size_t)snprintf(form, 16, "\\x%02x", (unsigned)code);
        return (unsigned)*len;
    }
    if (utf8_is_hidden(code)) {
        if (code == '\n')
            *len = (size_t)snprintf(form, 16, "\\n");
        else
            *len = (size_t)snprintf(form, 16, code < 0x80 ? "\\x%02x" : "\\u{%x}", (unsigned)code);
        return (unsigned)*len;
    }
    *len = utf8_put(form, code);
    if (code < 0x300)
        return 1;
    return IN_SPANS(combining, code) ? 0 : IN_SPANS(wide, code) ? 2 : 1;
}

void terminal_put(FILE *file, struct slice text)
{
    char form[16];
    size_t len;
    while (text.len) {
        cut_visible(&text, form, &len);
        fwrite(form, 1, len, file);
    }
}

unsigned terminal_columns(struct slice text)
{
    char form[16];
    size_t len;
    unsigned columns = 0;
    while (text.len)
        columns += cut_visible(&text, form, &len);
    return columns;
}
