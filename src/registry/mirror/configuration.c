/* See configuration.h. */
#include "registry/mirror/configuration.h"

#include "image/document.h"
#include "net/url.h"

/* One entry of a list being read: what is asked for is taken; anything else is refused. */
struct entry {
    const json_t *object;
    struct arena *arena;
    const char *list;
    size_t number, taken; /* taken: members that were known */
    struct error *err;
};

static bool refuse(const struct entry *entry, const char *name, const char *what)
{
    return error_set(entry->err, ERROR_FORMAT, "%s, entry %zu: \"%s\" %s", entry->list,
                     entry->number + 1, name, what);
}

static bool text_of(struct entry *entry, const char *name, bool required, struct slice *text)
{
    const json_t *value = json_object_get(entry->object, name);
    if (!value)
        return !required || refuse(entry, name, "is missing");
    if (!json_is_string(value) || (required && !json_string_length(value)))
        return refuse(entry, name, "must be a text");
    entry->taken++;
    if (memchr(json_string_value(value), 0, json_string_length(value)))
        return refuse(entry, name, "holds a NUL");
    *text = arena_copy(entry->arena, document_view(value));
    return text->at || arena_error(entry->err);
}

static bool seconds_of(struct entry *entry, const char *name, unsigned *seconds)
{
    const json_t *value = json_object_get(entry->object, name);
    if (!value)
        return true;
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 1 || number > 366 * 86400)
        return refuse(entry, name, "must be seconds, from 1 to a year");
    entry->taken++;
    *seconds = (unsigned)number;
    return true;
}

static bool flag_of(struct entry *entry, const char *name, bool *flag)
{
    const json_t *value = json_object_get(entry->object, name);
    if (!value)
        return true;
    if (!json_is_boolean(value))
        return refuse(entry, name, "must be true or false");
    entry->taken++;
    *flag = json_is_true(value);
    return true;
}

static bool credentials_read(struct entry *entry, void *item)
{
    struct mirror_credentials *to = item;
    return text_of(entry, "secret", true, &to->secret) &&
           text_of(entry, "account", false, &to->account) &&
           text_of(entry, "username", true, &to->user) &&
           text_of(entry, "accessToken", true, &to->password);
}

static bool destination_read(struct entry *entry, void *item)
{
    struct mirror_destination *to = item;
    struct slice scheme, host;
    return text_of(entry, "region", true, &to->region) &&
           text_of(entry, "registryId", true, &to->account) &&
           text_of(entry, "url", true, &to->url) &&
           text_of(entry, "repositoryPrefix", false, &to->prefix) &&
           text_of(entry, "username", false, &to->user) &&
           text_of(entry, "accessToken", false, &to->password) &&
           mirror_address_parse(to->url, entry->arena, &scheme, &host, entry->err);
}

static bool timing_read(struct entry *entry, void *item)
{
    struct mirror_timing *to = item;
    return text_of(entry, "prefix", true, &to->prefix) &&
           seconds_of(entry, "tagSeconds", &to->tag_seconds) &&
           seconds_of(entry, "missSeconds", &to->miss_seconds);
}

static bool host_read(struct entry *entry, void *item)
{
    struct mirror_host *to = item;
    return text_of(entry, "host", true, &to->host) &&
           text_of(entry, "caFile", false, &to->ca_file) &&
           flag_of(entry, "insecure", &to->insecure);
}

/* One list of the document; its entries become an array of items of `size` bytes. */
static bool list_read(const json_t *document, const char *name, size_t size,
                      bool (*read)(struct entry *entry, void *item), struct arena *arena,
                      void **items, size_t *count, struct error *err)
{
    const json_t *list = json_object_get(document, name);
    size_t most = json_array_size(list);
    if (list && !json_is_array(list))
        return error_set(err, ERROR_FORMAT, "%s must be a list", name);
    if (most > MIRROR_ENTRIES_MAX)
        return error_set(err, ERROR_LIMIT, "%s has over %d entries", name, MIRROR_ENTRIES_MAX);
    char *made = arena_array(arena, most + 1, size);
    if (!made)
        return arena_error(err);
    for (size_t i = 0; i < most; i++) {
        struct entry entry = {json_array_get(list, i), arena, name, i, 0, err};
        if (!json_is_object(entry.object))
            return error_set(err, ERROR_FORMAT, "%s, entry %zu: must be an object", name, i + 1);
        if (!read(&entry, made + i * size))
            return false;
        if (entry.taken != json_object_size(entry.object))
            return error_set(err, ERROR_FORMAT, "%s, entry %zu: has a member that is not known",
                             name, i + 1);
    }
    *items = made;
    *count = most;
    return true;
}

static bool only_lists(const json_t *document, struct error *err)
{
    static const char *const names[] = {"credentials", "destinations", "rules", "hosts"};
    size_t known = 0;
    if (!json_is_object(document))
        return error_set(err, ERROR_FORMAT, "must be an object");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        known += json_object_get(document, names[i]) != NULL;
    return known == json_object_size(document) ||
           error_set(err, ERROR_FORMAT,
                     "knows only credentials, destinations, rules and hosts at its top");
}

bool mirror_configuration_parse(struct slice text, struct arena *arena,
                                struct mirror_configuration *configuration, struct error *err)
{
    struct mirror_configuration got = {0};
    void *items[4] = {0};
    if (text.len > MIRROR_CONFIGURATION_MAX)
        return error_set(err, ERROR_LIMIT, "is over %d bytes", MIRROR_CONFIGURATION_MAX);
    CLEANUP_JSON json_t *document = document_parse(text, err);
    if (!document || !only_lists(document, err) ||
        !list_read(document, "credentials", sizeof *got.credentials, credentials_read, arena,
                   &items[0], &got.credential_count, err) ||
        !list_read(document, "destinations", sizeof *got.destinations, destination_read, arena,
                   &items[1], &got.destination_count, err) ||
        !list_read(document, "rules", sizeof *got.timings, timing_read, arena, &items[2],
                   &got.timing_count, err) ||
        !list_read(document, "hosts", sizeof *got.hosts, host_read, arena, &items[3],
                   &got.host_count, err))
        return false;
    got.credentials = items[0];
    got.destinations = items[1];
    got.timings = items[2];
    got.hosts = items[3];
    *configuration = got;
    return true;
}

/* "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME" → account and name. */
static bool arn_parts(struct slice arn, struct slice *account, struct slice *name)
{
    for (int i = 0; i < 4; i++)
        (void)slice_cut(&arn, ':');
    *account = slice_cut(&arn, ':');
    if (!slice_equal_str(slice_cut(&arn, ':'), "secret"))
        return false;
    *name = arn;
    return name->len > 0;
}

/* Secrets Manager puts "-" and six random characters behind a secret's name in its ARN. */
static struct slice without_suffix(struct slice name)
{
    return name.len > 7 && name.at[name.len - 7] == '-' ? slice_upto(name, name.len - 7) : name;
}

const struct mirror_credentials *
mirror_credentials_of(const struct mirror_configuration *configuration, struct slice arn)
{
    struct slice account, name;
    const struct mirror_credentials *close = NULL;
    if (!arn_parts(arn, &account, &name))
        return NULL;
    for (size_t i = 0; i < configuration->credential_count; i++) {
        const struct mirror_credentials *one = &configuration->credentials[i];
        if (one->account.len && !slice_equal(one->account, account))
            continue;
        if (slice_equal(one->secret, name))
            return one;
        if (!close && slice_equal(one->secret, without_suffix(name)))
            close = one;
    }
    return close;
}

const struct mirror_destination *
mirror_destination_of(const struct mirror_configuration *configuration, struct slice region,
                      struct slice account)
{
    for (size_t i = 0; i < configuration->destination_count; i++)
        if (slice_equal(configuration->destinations[i].region, region) &&
            slice_equal(configuration->destinations[i].account, account))
            return &configuration->destinations[i];
    return NULL;
}

const struct mirror_host *mirror_host_of(const struct mirror_configuration *configuration,
                                         struct slice host)
{
    for (size_t i = 0; i < configuration->host_count; i++)
        if (slice_equal_nocase(configuration->hosts[i].host, host))
            return &configuration->hosts[i];
    return NULL;
}

struct mirror_timing mirror_timing_of(const struct mirror_configuration *configuration,
                                      struct slice prefix)
{
    struct mirror_timing timing = {prefix, 0, 0};
    for (size_t i = 0; i < configuration->timing_count; i++)
        if (slice_equal(configuration->timings[i].prefix, prefix))
            timing = configuration->timings[i];
    if (!timing.tag_seconds)
        timing.tag_seconds = MIRROR_TAG_SECONDS;
    if (!timing.miss_seconds)
        timing.miss_seconds = MIRROR_MISS_SECONDS;
    return timing;
}

bool mirror_address_parse(struct slice text, struct arena *arena, struct slice *scheme,
                          struct slice *host, struct error *err)
{
    struct url url;
    bool told = slice_search(text, SLICE("://")) < text.len;
    struct slice whole = told ? text : arena_printf(arena, "https://%.*s", SLICE_ARG(text));
    if (!whole.at)
        return arena_error(err);
    if (text.len > 1024 || !url_parse(whole, arena, &url, err))
        return error_set(err, ERROR_USAGE, "\"%.*s\" is no address of a registry",
                         SLICE_ARG(slice_upto(text, 200)));
    if (url.user.len || url.query.len || url.path.len > 1)
        return error_set(err, ERROR_USAGE,
                         "\"%.*s\" is no address of a registry: a host and a port are wanted",
                         SLICE_ARG(slice_upto(text, 200)));
    *scheme = told ? url.scheme : (struct slice){0};
    *host = url_authority(&url, arena);
    return host->at || arena_error(err);
}
