#include "report/xml_text.h"

#include "base/utf8.h"

static bool is_allowed(uint32_t code)
{
    return code >= ' ' && code != 127 && code != 0xFFFE && code != 0xFFFF;
}

void xml_put(FILE *file, struct slice text)
{
    while (text.len) {
        uint32_t code;
        char bytes[4];
        bool fine = utf8_cut(&text, &code);
        if (fine && (code == '\n' || code == '\t' || code == '\r')) {
            fprintf(file, "&#%u;", (unsigned)code);
        } else if (!fine || !is_allowed(code)) {
            fwrite(bytes, 1, utf8_put(bytes, UTF8_REPLACEMENT), file);
        } else if (code == '<' || code == '>' || code == '&' || code == '"' || code == '\'') {
            fprintf(file, "&#%u;", (unsigned)code);
        } else {
            fwrite(bytes, 1, utf8_put(bytes, code), file);
        }
    }
}

void xml_put_attribute(FILE *file, const char *name, struct slice text)
{
    fprintf(file, " %s=\"", name);
    xml_put(file, text);
    fputc('"', file);
}
