/* Names of repositories to what is to be looked at, and the lists of registries; see run.h. */
#include "image/registry_write.h"
#include "registry/ecr_client.h"
#include "ship/audit/run.h"

/* ---- connections ---- */

struct aws *audit_service(struct audit_services *services, const struct audit_target *target,
                          struct error *err)
{
    struct slice region = target->region;
    for (struct audit_service *at = services->first; at; at = at->next)
        if (slice_equal(at->region, region) && slice_equal(at->account, target->account))
            return &at->aws;
    struct audit_service *made = arena_new(services->arena, struct audit_service);
    const char *asked = services->options->region;
    char *wanted = region.len ? arena_string(services->arena, region) : NULL;
    if (!made || (region.len && !wanted)) {
        arena_error(err);
        return NULL;
    }
    made->region = region;
    made->account = target->account;
    made->next = services->first;
    services->first = made;
    if (aws_open(&made->aws, "ecr", services->options->endpoint, wanted ? wanted : asked,
                 services->arena, err)) {
        made->aws.account = target->account;
        return &made->aws;
    }
    services->first = made->next; /* so that it is not taken for an open one */
    aws_close(&made->aws);
    return NULL;
}

void audit_services_done(struct audit_services *services)
{
    for (struct audit_service *at = services->first; at; at = at->next)
        aws_close(&at->aws);
    services->first = NULL;
}

/* ---- names ---- */

/* ACCOUNT.dkr.ecr[-fips].REGION.amazonaws.com[.cn] */
bool audit_ecr_host(struct slice host, struct slice *region, struct slice *account)
{
    struct slice rest = host, first = slice_cut(&rest, '.');
    struct slice dkr = slice_cut(&rest, '.'), service = slice_cut(&rest, '.');
    struct slice where = slice_cut(&rest, '.');
    uint64_t number;
    *region = *account = (struct slice){NULL, 0};
    if (!slice_u64(first, &number) || !slice_equal_str(dkr, "dkr") ||
        !(slice_equal_str(service, "ecr") || slice_equal_str(service, "ecr-fips")) || !where.len ||
        !(slice_equal_str(rest, "amazonaws.com") || slice_equal_str(rest, "amazonaws.com.cn")))
        return false;
    *region = where;
    *account = first;
    return true;
}

static bool has_host(struct slice name)
{
    size_t slash = slice_find(name, '/');
    struct slice first = slice_upto(name, slash);
    return slash < name.len &&
           (slice_find(first, '.') < first.len || slice_find(first, ':') < first.len ||
            slice_equal_str(first, "localhost"));
}

static bool is_endpoint(const struct audit_options *options, struct slice host, struct arena *arena)
{
    struct url url;
    struct error ignored;
    return options->endpoint && *options->endpoint &&
           url_parse(slice_str(options->endpoint), arena, &url, &ignored) &&
           slice_equal_nocase(url_authority(&url, arena), host);
}

/* Whether the target's host does; its region and account. */
static bool speaks_ecr(const struct audit_options *options, struct arena *arena,
                       struct audit_target *target)
{
    bool amazon = audit_ecr_host(target->host, &target->region, &target->account);
    if (options->api != AUDIT_API_AUTO)
        return options->api == AUDIT_API_ECR;
    return amazon || is_endpoint(options, target->host, arena);
}

/* "app:v1" without a registry: ECR knows where it is. */
static bool read_bare(struct slice name, struct arena *arena, struct audit_target *target,
                      struct error *err)
{
    struct reference checked;
    struct error why;
    struct slice whole = arena_printf(arena, "registry.invalid/%.*s", SLICE_ARG(name));
    if (!whole.at)
        return arena_error(err);
    if (!reference_parse(whole, arena, &checked, &why)) {
        const char *behind = strstr(why.text, "\": ");
        return error_set(err, why.kind, "image name \"%.*s\"%s", SLICE_ARG(name),
                         behind ? behind + 1 : " is none");
    }
    bool tagged = slice_find(name, ':') < name.len;
    *target = (struct audit_target){.repository = checked.repository,
                                    .tag = tagged ? checked.tag : (struct slice){NULL, 0},
                                    .ecr = true};
    return true;
}

bool audit_target_read(struct slice name, const struct audit_options *options, struct arena *arena,
                       struct audit_target *target, struct error *err)
{
    struct reference reference;
    if (!has_host(name) && !options->registry.len && options->api != AUDIT_API_REGISTRY)
        return read_bare(name, arena, target, err);
    if (!has_host(name) && options->registry.len)
        name = arena_printf(arena, "%.*s/%.*s", SLICE_ARG(options->registry), SLICE_ARG(name));
    if (!name.at)
        return arena_error(err);
    if (!reference_parse(name, arena, &reference, err))
        return false;
    if (reference.digest.len)
        return error_set(err, ERROR_USAGE,
                         "%.*s: a repository is audited, not a digest (`plimsoll scan` takes one)",
                         SLICE_ARG(slice_upto(name, 200)));
    struct slice last = slice_from(name, slice_find_last(name, '/'));
    *target = (struct audit_target){.host = reference.host, .repository = reference.repository};
    if (slice_find(last, ':') < last.len)
        target->tag = reference.tag;
    target->uri = arena_printf(arena, "%.*s/%.*s", SLICE_ARG(reference.host),
                               SLICE_ARG(reference.repository));
    target->ecr = speaks_ecr(options, arena, target);
    return target->uri.at || arena_error(err);
}

/* ---- what a registry has ---- */

struct listing {
    struct audit_target *targets;
    size_t count, room;
};

static bool add(struct listing *listing, const struct audit_target *target, struct arena *arena,
                struct error *err)
{
    for (size_t i = 0; i < listing->count; i++) {
        const struct audit_target *other = &listing->targets[i];
        if (slice_equal(other->uri, target->uri) && slice_equal(other->tag, target->tag) &&
            slice_equal(other->repository, target->repository))
            return true;
    }
    if (listing->count >= AUDIT_REPOSITORIES_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d repositories", AUDIT_REPOSITORIES_MAX);
    return ARENA_PUSH(arena, listing->targets, listing->count, listing->room, *target) ||
           arena_error(err);
}

static struct audit_target of_ecr(const struct ecr_client_repository *item,
                                  const struct audit_target *registry)
{
    size_t slash = slice_find(item->uri, '/');
    return (struct audit_target){.host = slice_upto(item->uri, slash),
                                 .repository = item->name,
                                 .uri = item->uri,
                                 .ecr = true,
                                 .region = registry->region,
                                 .account = registry->account};
}

static bool all_of_ecr(struct audit_services *services, const struct audit_target *registry,
                       struct listing *listing, struct error *err)
{
    struct ecr_client_repositories repositories;
    struct aws *aws = audit_service(services, registry, err);
    if (!aws ||
        !ecr_client_repositories(aws, (struct slice){NULL, 0}, services->arena, &repositories, err))
        return error_add(err, "the registry's list of repositories");
    for (size_t i = 0; i < repositories.count; i++) {
        struct audit_target target = of_ecr(&repositories.items[i], registry);
        if (!add(listing, &target, services->arena, err))
            return false;
    }
    return true;
}

static bool catalog(struct audit_services *services, struct slice host,
                    struct registry_names *names, struct error *err)
{
    struct session session;
    struct http_client *client CLEANUP_HTTP = NULL;
    struct reference reference = {.host = host, .repository = SLICE("_")};
    bool fine = session_open(&session, &reference, (struct slice){NULL, 0},
                             &services->options->scan.source, err);
    if (fine && !(client = http_client_new(&session.http)))
        fine = arena_error(err);
    struct registry_link link = {.session = &session, .client = client};
    fine = fine && registry_catalog_list(&link, services->arena, names, err);
    session_close(&session);
    return fine;
}

static bool all_of_registry(struct audit_services *services, struct slice host,
                            struct listing *listing, struct error *err)
{
    struct registry_names names;
    if (!catalog(services, host, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        struct audit_target target = {.host = host, .repository = names.items[i]};
        target.uri =
            arena_printf(services->arena, "%.*s/%.*s", SLICE_ARG(host), SLICE_ARG(names.items[i]));
        if (!target.uri.at)
            return arena_error(err);
        if (!add(listing, &target, services->arena, err))
            return false;
    }
    return true;
}

static bool all_of(struct audit_services *services, struct slice host, struct listing *listing,
                   struct error *err)
{
    struct audit_target registry = {.ecr = true};
    while (host.len && host.at[host.len - 1] == '/')
        host = slice_upto(host, host.len - 1);
    if (slice_find(host, '/') < host.len)
        return error_set(err, ERROR_USAGE, "--all takes registries, such as 127.0.0.1:5000: %.*s",
                         SLICE_ARG(slice_upto(host, 200)));
    registry.host = host;
    return speaks_ecr(services->options, services->arena, &registry)
               ? all_of_ecr(services, &registry, listing, err)
               : all_of_registry(services, host, listing, err);
}

static bool list_all(struct audit_services *services, struct listing *listing, struct error *err)
{
    const struct audit_options *options = services->options;
    if (!options->name_count && options->registry.len)
        return all_of(services, options->registry, listing, err);
    struct audit_target own = {.ecr = true};
    if (!options->name_count)
        return all_of_ecr(services, &own, listing, err);
    for (size_t i = 0; i < options->name_count; i++)
        if (!all_of(services, options->names[i], listing, err))
            return false;
    return true;
}

/* Where a repository of ECR is pulled from, when only its name is known. */
static void find_uri(struct audit_services *services, struct audit_target *target)
{
    struct ecr_client_repositories found;
    struct aws *aws = audit_service(services, target, &target->error);
    target->failed = true;
    if (!aws) {
        error_add(&target->error, "%.*s: without a registry in front it is ECR's",
                  SLICE_ARG(slice_upto(target->repository, 200)));
        return;
    }
    if (!ecr_client_repositories(aws, target->repository, services->arena, &found, &target->error))
        return;
    if (!found.count)
        error_set(&target->error, ERROR_NOT_FOUND, "there is no such repository");
    else {
        struct audit_target told = of_ecr(&found.items[0], target);
        target->host = told.host;
        target->uri = told.uri;
        target->failed = false;
    }
}

bool audit_targets(struct audit_services *services, struct audit_target **targets, size_t *count,
                   struct error *err)
{
    const struct audit_options *options = services->options;
    struct listing listing = {NULL, 0, 0};
    if (options->all && !list_all(services, &listing, err))
        return false;
    for (size_t i = 0; !options->all && i < options->name_count; i++) {
        struct audit_target target;
        if (!audit_target_read(options->names[i], options, services->arena, &target, err) ||
            !add(&listing, &target, services->arena, err))
            return false;
    }
    for (size_t i = 0; i < listing.count; i++)
        if (!listing.targets[i].uri.len)
            find_uri(services, &listing.targets[i]);
    *targets = listing.targets;
    *count = listing.count;
    return true;
}
