/* Questions about lines and sections that everything else asks. */
#include "lint/haproxy/haproxy.h"

#include <stdio.h>

bool haproxy_is(const struct haproxy_line *line, const char *first, const char *second)
{
    return slice_equal_str(line->words[0].text, first) &&
           (!second || (line->count > 1 && slice_equal_str(line->words[1].text, second)));
}

struct slice haproxy_word_at(const struct haproxy_line *line, size_t index)
{
    return index < line->count ? line->words[index].text : (struct slice){NULL, 0};
}

const struct haproxy_line *haproxy_find(const struct haproxy_section *section, const char *first,
                                        const char *second)
{
    for (unsigned depth = 0; section && depth < HAPROXY_INHERIT_MAX;
         section = section->defaults, depth++)
        for (size_t i = section->count, seen = 0; i-- > 0 && (!depth || seen < HAPROXY_LOOK_MAX);
             seen++)
            if (haproxy_is(section->lines[i], first, second)) {
                if (section->lines[i]->reset)
                    return NULL;
                return section->lines[i]->negated ? NULL : section->lines[i];
            }
    return NULL;
}

struct haproxy_section *haproxy_section_find(const struct haproxy_config *config, unsigned kind,
                                             struct slice name)
{
    if (kind == HAPROXY_NAMED)
        return table_get(&config->named, name);
    return table_get(kind == HAPROXY_FRONT ? &config->fronts : &config->backs, name);
}

void haproxy_modes(struct haproxy_config *config)
{
    for (size_t i = 0; i < config->section_count; i++) {
        struct haproxy_section *section = config->sections[i];
        const struct haproxy_line *mode = haproxy_find(section, "mode", NULL);
        section->http = mode ? mode->count > 1 && (slice_equal_str(mode->words[1].text, "http") ||
                                                   mode->words[1].unknown)
                             : config->fragment || config->part;
    }
}

const struct haproxy_section *haproxy_other_find(const struct haproxy_config *config,
                                                 const char *type, struct slice name)
{
    char key[300];
    int length = snprintf(key, sizeof key, "%s %.*s", type, SLICE_ARG(name));
    if (length < 0 || (size_t)length >= sizeof key)
        return NULL;
    return table_get(&config->others, slice_of(key, (size_t)length));
}

const struct haproxy_line *haproxy_acl_find(const struct haproxy_section *section,
                                            struct slice name)
{
    const struct haproxy_acl *acl = table_get(&section->acls, name);
    return acl ? acl->first : NULL;
}
