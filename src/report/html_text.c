#include "report/html_text.h"

#include "base/utf8.h"

static bool is_hidden(uint32_t code)
{
    return code < ' ' || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

void html_put(FILE *file, struct slice text)
{
    while (text.len) {
        struct slice at = text;
        uint32_t code;
        bool valid = utf8_cut(&text, &code);
        if (!valid)
            fputs("\xEF\xBF\xBD", file);
        else if (code == '<' || code == '>' || code == '&' || code == '"' || code == '\'')
            fprintf(file, "&#%u;", (unsigned)code);
        else if (is_hidden(code))
            fputc(' ', file);
        else
            fwrite(at.at, 1, at.len - text.len, file);
    }
}

void html_put_link(FILE *file, struct slice address, struct slice text)
{
    bool safe = slice_starts(address, SLICE("https://")) || slice_starts(address, SLICE("http://"));
    if (safe) {
        fputs("<a rel=\"noreferrer\" href=\"", file);
        html_put(file, address);
        fputs("\">", file);
    }
    html_put(file, text);
    if (safe)
        fputs("</a>", file);
}
