#include "report/html_text.h"

#include "base/utf8.h"

void html_put(FILE *file, struct slice text)
{
    while (text.len) {
        struct slice at = text;
        uint32_t code;
        bool valid = utf8_cut(&text, &code);
        bool control = code < ' ' || (code >= 0x7f && code < 0xa0);
        if (!valid || (!control && utf8_is_hidden(code)))
            fputs("\xEF\xBF\xBD", file); /* also marks that turn the text around */
        else if (code == '<' || code == '>' || code == '&' || code == '"' || code == '\'')
            fprintf(file, "&#%u;", (unsigned)code);
        else if (control)
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
