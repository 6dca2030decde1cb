/*
 * CISA's catalogue of vulnerabilities that are known to be exploited.
 * https://www.cisa.gov/known-exploited-vulnerabilities-catalog (its JSON schema is linked there)
 */
#include "advisory/feed/feed.h"
#include "base/json.h"

static bool put_one(struct feed_sink *sink, struct slice id, const struct advisory_facts *facts,
                    struct slice added, struct slice due, struct arena *arena, struct error *err)
{
    struct slice value = {0};
    if (!kev_encode(added, due, arena, &value))
        return arena_error(err);
    return sink_row(sink, SINK_KEV, id, value, err) && sink_facts(sink, id, facts, err);
}

static bool read_one(struct json_reader *json, struct feed_sink *sink, struct arena *arena,
                     struct error *err)
{
    struct slice member, id = {0}, added = {0}, due = {0};
    struct advisory_facts facts = {0};
    if (!json_enter_object(json))
        return true;
    while (json_member(json, &member)) {
        if (slice_equal_str(member, "cveID"))
            json_string(json, &id);
        else if (slice_equal_str(member, "dateAdded"))
            json_string(json, &added);
        else if (slice_equal_str(member, "dueDate"))
            json_string(json, &due);
        else if (slice_equal_str(member, "vulnerabilityName"))
            json_string(json, &facts.title);
    }
    return id.len == 0 || put_one(sink, id, &facts, added, due, arena, err);
}

bool kev_read(struct feed_input *input, struct feed_sink *sink, struct error *err)
{
    struct json_reader json;
    struct slice member, date;
    bool ok = true, any = false;
    json_reader_init(&json, input->bytes, input->arena);
    if (!json_enter_object(&json))
        return json_finish(&json, err) && error_set(err, ERROR_FORMAT, "not the KEV catalogue");
    while (ok && json_member(&json, &member)) {
        if (slice_equal_str(member, "dateReleased")) {
            json_string(&json, &date);
            ok = sink_date(sink, date, err);
        } else if (slice_equal_str(member, "vulnerabilities") && json_enter_array(&json)) {
            any = true;
            while (ok && json_more(&json))
                ok = read_one(&json, sink, input->arena, err);
        }
    }
    return ok && json_finish(&json, err) &&
           (any || error_set(err, ERROR_FORMAT, "not the KEV catalogue"));
}
