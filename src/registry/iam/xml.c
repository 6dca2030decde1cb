#include "registry/iam/xml.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/utf8.h"

void xml_init(struct xml *xml, struct arena *arena)
{
    *xml = (struct xml){.arena = arena};
}

static void put(struct xml *xml, const char *bytes, size_t len)
{
    enum { FIRST = 4096 };
    if (xml->room - xml->len < len) {
        size_t room = (xml->room ? 2 * xml->room : FIRST) + len;
        char *grown = xml->failed ? NULL : arena_alloc(xml->arena, room);
        if (!grown) {
            xml->failed = true;
            return;
        }
        if (xml->len)
            memcpy(grown, xml->at, xml->len);
        xml->at = grown;
        xml->room = room;
    }
    memcpy(xml->at + xml->len, bytes, len);
    xml->len += len;
}

static void put_string(struct xml *xml, const char *text)
{
    put(xml, text, strlen(text));
}

static const char *entity(uint32_t code)
{
    switch (code) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\r':
        return "&#13;"; /* as it stands, a parser makes a line feed of it */
    default:
        return NULL;
    }
}

/* XML 1.0 section 2.2: all but most control characters and two others. */
static bool may_stand(uint32_t code)
{
    return (code >= ' ' || code == '\t' || code == '\n' || code == '\r') && code != 0xFFFE &&
           code != 0xFFFF;
}

static void put_escaped(struct xml *xml, struct slice text)
{
    while (text.len) {
        char bytes[4];
        uint32_t code;
        if (!utf8_cut(&text, &code) || !may_stand(code))
            code = UTF8_REPLACEMENT;
        const char *escaped = entity(code);
        if (escaped)
            put_string(xml, escaped);
        else
            put(xml, bytes, utf8_put(bytes, code));
    }
}

void xml_open(struct xml *xml, const char *name, const char *space)
{
    put_string(xml, "<");
    put_string(xml, name);
    if (space) {
        put_string(xml, " xmlns=\"");
        put_string(xml, space);
        put_string(xml, "\"");
    }
    put_string(xml, ">");
}

void xml_close(struct xml *xml, const char *name)
{
    put_string(xml, "</");
    put_string(xml, name);
    put_string(xml, ">");
}

void xml_text(struct xml *xml, const char *name, struct slice value)
{
    xml_open(xml, name, NULL);
    put_escaped(xml, value);
    xml_close(xml, name);
}

void xml_bool(struct xml *xml, const char *name, bool value)
{
    xml_text(xml, name, value ? SLICE("true") : SLICE("false"));
}

void xml_int(struct xml *xml, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    xml_text(xml, name, slice_str(text));
}

void xml_time(struct xml *xml, const char *name, double when)
{
    xml_text(xml, name, clock_format((int64_t)when, xml->arena));
}

void xml_raw(struct xml *xml, struct slice text)
{
    if (text.len)
        put(xml, text.at, text.len);
}
