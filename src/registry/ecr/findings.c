/* The basic shape, and how both are paged. Suppressed findings are left out, since nothing in the
   shape could mark them; the counts leave them out, too. */
#include "registry/ecr/findings_parts.h"

#include "report/ecr_shape.h"

bool findings_page(struct ecr_call *call, const struct page *page, size_t count, size_t *first,
                   size_t *end)
{
    uint64_t place = 0;
    if (page->after.len && (!slice_u64(page->after, &place) || place > SIZE_MAX))
        return call_invalid(call, "nextToken",
                            "must be the token of a former answer to the same request");
    *first = place < count ? (size_t)place : count;
    *end = count - *first > page->limit ? *first + page->limit : count;
    if (*end == count)
        return true;
    struct slice next = arena_printf(call->arena, "%zu", *end);
    return next.at ? call_next_page(call, next) : call_no_memory(call);
}

bool findings_shown(struct ecr_call *call, const struct inspect_report *report,
                    const struct scan_finding ***shown, size_t *count)
{
    const struct scan_finding **list =
        arena_array(call->arena, report->finding_count + 1, sizeof(struct scan_finding *));
    if (!list)
        return call_no_memory(call);
    *count = 0;
    for (size_t i = 0; i < report->finding_count; i++)
        if (!report->findings[i].suppressed)
            list[(*count)++] = &report->findings[i];
    *shown = list;
    return true;
}

/* The model allows values of 1 to 256 characters. */
static void put_attribute(void *context, const char *key, struct slice value)
{
    enum { VALUE_MAX = 256 };
    json_t *attribute = put_element(context);
    put_text(attribute, "key", slice_str(key));
    put_text(attribute, "value", slice_upto(value, VALUE_MAX));
}

static void put_basic(json_t *object, const struct finding *finding, struct arena *arena)
{
    put_text(object, "name", finding->id);
    put_text_if(object, "description", finding->title);
    put_text_if(object, "uri", finding->url);
    put_text(object, "severity", slice_str(ecr_severity_name(finding->severity)));
    ecr_attributes(finding, arena, put_attribute, put_array(object, "attributes"));
}

bool put_basic_findings(struct ecr_call *call, const struct inspect_report *report,
                        const struct page *page, json_t *object)
{
    const struct scan_finding **shown;
    size_t count, first, end;
    json_t *list = put_array(object, "findings");
    if (!findings_shown(call, report, &shown, &count) ||
        !findings_page(call, page, count, &first, &end))
        return false;
    for (size_t i = first; i < end; i++)
        put_basic(put_element(list), &shown[i]->finding, call->arena);
    return true;
}
