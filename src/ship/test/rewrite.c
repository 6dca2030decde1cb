/* What both rewriters share: edits, ports, addresses. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "ship/test/parts.h"

void ship_rewrite_edit(struct ship_rewrite *rewrite, size_t start, size_t end, struct slice text)
{
    struct ship_edit edit = {start, end, text};
    if (!text.at ||
        !ARENA_PUSH(rewrite->arena, rewrite->edits, rewrite->edit_count, rewrite->edit_room, edit))
        rewrite->failed = true;
}

void ship_rewrite_note(struct ship_rewrite *rewrite, const char *format, ...)
{
    char text[1000];
    int len = snprintf(text, sizeof text, "%.*s: ", SLICE_ARG(slice_upto(rewrite->image, 200)));
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + len, sizeof text - (size_t)len, format, arguments);
    va_end(arguments);
    struct slice note = arena_copy(rewrite->arena, slice_str(text));
    for (size_t i = 0; i < rewrite->note_count && note.at; i++)
        if (slice_equal(rewrite->notes[i], note))
            return;
    if (!note.at ||
        !ARENA_PUSH(rewrite->arena, rewrite->notes, rewrite->note_count, rewrite->note_room, note))
        rewrite->failed = true;
}

static int by_start(const void *a, const void *b)
{
    const struct ship_edit *x = a, *y = b;
    return x->start < y->start   ? -1
           : x->start > y->start ? 1
           : x->end < y->end     ? -1
                                 : x->end > y->end;
}

bool ship_rewrite_finish(struct ship_rewrite *rewrite, struct slice bytes, struct slice *text,
                         struct error *err)
{
    size_t len = bytes.len, at = 0, used = 0;
    if (rewrite->failed)
        return arena_error(err);
    if (rewrite->edit_count)
        qsort(rewrite->edits, rewrite->edit_count, sizeof *rewrite->edits, by_start);
    for (size_t i = 0; i < rewrite->edit_count; i++)
        len += rewrite->edits[i].text.len;
    char *to = arena_alloc(rewrite->arena, len + 1);
    if (!to)
        return arena_error(err);
    for (size_t i = 0; i < rewrite->edit_count; i++) {
        const struct ship_edit *edit = &rewrite->edits[i];
        if (edit->start < at || edit->end > bytes.len || edit->end < edit->start)
            continue;
        memcpy(to + used, bytes.at + at, edit->start - at);
        used += edit->start - at;
        memcpy(to + used, edit->text.at, edit->text.len);
        used += edit->text.len;
        at = edit->end;
    }
    memcpy(to + used, bytes.at + at, bytes.len - at);
    *text = slice_of(to, used + bytes.len - at);
    return true;
}

unsigned ship_rewrite_port(struct ship_rewrite *rewrite, unsigned port, bool tls)
{
    for (size_t i = 0; i < rewrite->port_count; i++)
        if (rewrite->ports[i].from == port) {
            rewrite->ports[i].tls = rewrite->ports[i].tls || tls;
            return rewrite->ports[i].to;
        }
    struct ship_port made = {port, rewrite->free_port(rewrite->context), tls};
    if (!ARENA_PUSH(rewrite->arena, rewrite->ports, rewrite->port_count, rewrite->port_room, made))
        rewrite->failed = true;
    return made.to;
}

static unsigned port_of(struct slice address)
{
    size_t colon = slice_find_last(address, ':');
    uint64_t port;
    return colon < address.len && slice_u64(slice_from(address, colon + 1), &port) && port &&
                   port < 65536
               ? (unsigned)port
               : 80;
}

struct slice ship_rewrite_server(struct ship_rewrite *rewrite, struct slice address)
{
    unsigned port = port_of(address), here = 1; /* tcpmux: nobody listens there */
    for (size_t i = 0; i < rewrite->site_count; i++)
        if (rewrite->sites[i].from == port)
            here = rewrite->sites[i].to;
    if (here == 1)
        ship_rewrite_note(rewrite, "nothing stands in for %.*s behind it", SLICE_ARG(address));
    return arena_printf(rewrite->arena, "127.0.0.1:%u", here);
}

/* Those of the guide and of OWASP's project, which are checked in answers. */
void ship_rewrite_header(struct ship_rewrite *rewrite, struct slice name)
{
    static const char *const names[] = {"X-Content-Type-Options",
                                        "X-Frame-Options",
                                        "X-XSS-Protection",
                                        "Strict-Transport-Security",
                                        "Content-Security-Policy",
                                        "Referrer-Policy",
                                        "Permissions-Policy",
                                        "Cross-Origin-Opener-Policy",
                                        "Cross-Origin-Embedder-Policy",
                                        "Cross-Origin-Resource-Policy"};
    for (size_t i = 0; i < rewrite->header_count; i++)
        if (slice_equal_nocase(rewrite->headers[i], name))
            return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_equal_nocase(name, slice_str(names[i])) &&
            !ARENA_PUSH(rewrite->arena, rewrite->headers, rewrite->header_count,
                        rewrite->header_room, slice_str(names[i])))
            rewrite->failed = true;
}

struct slice ship_rewrite_own_path(struct ship_rewrite *rewrite, struct slice path)
{
    struct slice own = arena_printf(rewrite->arena, "%s/own%.*s", rewrite->folder, SLICE_ARG(path));
    char *name = own.at ? (char *)(uintptr_t)own.at : NULL;
    for (size_t i = strlen(rewrite->folder) + 4; name && i < own.len; i++)
        if (!ascii_alnum(name[i]) && !strchr("._-", name[i]))
            name[i] = '_';
    return own;
}
