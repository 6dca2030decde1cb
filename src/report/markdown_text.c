#include "report/markdown_text.h"

#include "base/ascii.h"
#include "base/utf8.h"

/* Cuts one character off the front and writes it as what means the same in Markdown and in HTML;
   false when it is none that either reads. A mention would call people, in whatever context:
   nothing visible stands between it and the name. */
static bool put_entity(FILE *file, struct slice *rest, struct slice *character)
{
    uint32_t code;
    *character = *rest;
    bool valid = utf8_cut(rest, &code);
    character->len -= rest->len;
    bool control = code < ' ' || (code >= 0x7f && code < 0xa0);
    if (!valid || (!control && utf8_is_hidden(code)))
        fputs("\xEF\xBF\xBD", file); /* U+FFFD; also for marks that turn the text around */
    else if (code == '<')
        fputs("&lt;", file);
    else if (code == '>')
        fputs("&gt;", file);
    else if (code == '&')
        fputs("&amp;", file);
    else if (code == '@')
        fputs("&#64;&#8203;", file);
    else if (control)
        fputc(' ', file);
    else
        return false;
    return true;
}

/* Letters, digits and harmless marks stay; what Markdown could take for its own gets a backslash.
   An address is no link unless we make it one. */
void markdown_put(FILE *file, struct slice text)
{
    struct slice character;
    while (text.len) {
        bool address = slice_starts(text, SLICE("://"));
        if (put_entity(file, &text, &character))
            continue;
        if (ascii_among(*character.at, "\\`*_{}[]()#!|~"))
            fputc('\\', file);
        if (address)
            fputs("&#58;", file);
        else
            fwrite(character.at, 1, character.len, file);
    }
}

/* Inside an HTML element Markdown is not read, and a backslash would be seen. */
void markdown_put_html(FILE *file, struct slice text)
{
    struct slice character;
    while (text.len)
        if (!put_entity(file, &text, &character))
            fwrite(character.at, 1, character.len, file);
}

void markdown_put_code(FILE *file, struct slice text)
{
    fputc('`', file);
    while (text.len) {
        struct slice at = text;
        uint32_t code;
        bool shown = utf8_cut(&text, &code) && !utf8_is_hidden(code) && code != '`' && code != '|';
        fwrite(shown ? at.at : "?", 1, shown ? at.len - text.len : 1, file);
    }
    fputc('`', file);
}
