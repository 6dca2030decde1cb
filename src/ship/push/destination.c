#include "ship/push/destination.h"

static struct slice cut_scheme(struct slice *text)
{
    static const struct slice schemes[] = {{"http://", 7}, {"https://", 8}};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (slice_starts(*text, schemes[i])) {
            *text = slice_from(*text, schemes[i].len);
            return slice_upto(schemes[i], schemes[i].len - 3);
        }
    return (struct slice){0};
}

bool destination_open(struct destination *destination, const char *name,
                      const struct destination_options *options, struct arena *arena,
                      struct error *err)
{
    struct reference reference;
    struct slice text = slice_str(name), scheme = cut_scheme(&text);
    struct source_options source = {.plain_http = options->plain_http,
                                    .insecure = options->insecure};
    *destination = (struct destination){0};
    if (!reference_parse(text, arena, &reference, err))
        return false;
    if (!session_open(&destination->session, &reference, scheme, &source, err)) {
        session_close(&destination->session);
        return error_add(err, "%s", name);
    }
    destination->http =
        (struct http_options){.insecure = options->insecure, .wait_max = options->wait_max};
    destination->cancel = options->cancel;
    destination->session.pushes = !options->reads_only;
    destination->is_open = true;
    return true;
}

void destination_close(struct destination *destination)
{
    if (destination->is_open)
        session_close(&destination->session);
    destination->is_open = false;
}

struct registry_link destination_link(struct destination *destination)
{
    enum { TRIES = 7 };
    return (struct registry_link){.session = &destination->session,
                                  .client = http_client_new(&destination->http),
                                  .cancel = destination->cancel,
                                  .tries = TRIES};
}

void destination_unlink(struct registry_link *link)
{
    http_client_free(link->client);
    link->client = NULL;
}

bool destination_names_image(struct slice name)
{
    size_t last = slice_find_last(name, '/');
    struct slice end = last < name.len ? slice_from(name, last + 1) : name;
    return slice_find(end, ':') < end.len || slice_find(end, '@') < end.len;
}
