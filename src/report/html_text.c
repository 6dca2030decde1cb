#include "report/html_text.h"

#include "base/utf8.h"

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
        else if (code < ' ' || (code >= 0x7f && code < 0xa0) ||
                 (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))
            fputc(' ', file);
        else
            fwrite(at.at, 1, at.len - text.len, file);
    }
}
