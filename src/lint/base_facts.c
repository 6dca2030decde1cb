/*
 * What is known of official images without reading them. Sources: their Dockerfiles
 * (docker-library, nginx/docker-nginx), where uid and gid are written out because volumes depend on
 * them; accounts of Alpine and Debian are those of alpine-baselayout and base-passwd.
 */
#include "lint/base_facts.h"

#include "base/ascii.h"

/* A row for tags with `variant` in them; rows with one stand before those without. Every fact
   stands twice: for tags like "1.29-bookworm", a variant's suffix cannot be added. */
struct fact {
    const char *variant;
    struct base_fact with_slim, without_slim;
};

#define FACT(variant, repository, user, uid, gid, default_user, healthcheck, slim)                 \
    {                                                                                              \
        variant, {repository, user, uid, gid, default_user, healthcheck, slim},                    \
        {                                                                                          \
            repository, user, uid, gid, default_user, healthcheck, NULL                            \
        }                                                                                          \
    }

/* Without a service that listens where everybody knows, a health check cannot be told. */
#define NGINX_CURL    "curl -fsS -o /dev/null http://127.0.0.1/ || exit 1"
#define NGINX_WGET    "wget -q -O /dev/null http://127.0.0.1/ || exit 1"
#define PLAIN_WGET    "wget -q -O /dev/null http://127.0.0.1:8080/ || exit 1"
#define HAPROXY_CHECK "haproxy -c -q -f /usr/local/etc/haproxy/haproxy.cfg"

static const struct fact facts[] = {
    FACT("", "debian", NULL, 0, 0, "", NULL, "-slim"),
    FACT("alpine", "haproxy", "haproxy", 99, 99, "haproxy", HAPROXY_CHECK, NULL),
    FACT("", "haproxy", "haproxy", 99, 99, "haproxy", HAPROXY_CHECK, "-alpine"),
    FACT("alpine", "httpd", "www-data", 82, 82, "", NGINX_WGET, NULL),
    FACT("", "httpd", "www-data", 33, 33, "", NULL, "-alpine"),
    FACT("", "mariadb", "mysql", 999, 999, "", "healthcheck.sh --connect --innodb_initialized",
         NULL),
    FACT("alpine", "memcached", "memcache", 11211, 11211, "memcache", NULL, NULL),
    FACT("", "memcached", "memcache", 11211, 11211, "memcache", NULL, "-alpine"),
    FACT("", "mongo", "mongodb", 999, 999, "", NULL, NULL),
    FACT("", "mysql", "mysql", 999, 999, "", NULL, NULL),
    FACT("alpine", "nginx", "nginx", 101, 101, "", NGINX_WGET, NULL),
    FACT("", "nginx", "nginx", 101, 101, "", NGINX_CURL, "-alpine"),
    FACT("alpine", "nginxinc/nginx-unprivileged", "nginx", 101, 101, "nginx", PLAIN_WGET, NULL),
    FACT("", "nginxinc/nginx-unprivileged", "nginx", 101, 101, "nginx", NULL, "-alpine"),
    FACT("", "node", "node", 1000, 1000, "", NULL, "-slim"),
    FACT("", "perl", NULL, 0, 0, "", NULL, "-slim"),
    FACT("alpine", "php", "www-data", 82, 82, "", NULL, NULL),
    FACT("", "php", "www-data", 33, 33, "", NULL, NULL),
    FACT("alpine", "postgres", "postgres", 70, 70, "", "pg_isready -U postgres", NULL),
    FACT("", "postgres", "postgres", 999, 999, "", "pg_isready -U postgres", "-alpine"),
    FACT("", "python", NULL, 0, 0, "", NULL, "-slim"),
    FACT("alpine", "redis", "redis", 999, 1000, "", "redis-cli ping", NULL),
    FACT("", "redis", "redis", 999, 999, "", "redis-cli ping", "-alpine"),
    FACT("", "ruby", NULL, 0, 0, "", NULL, "-slim"),
    FACT("", "rust", NULL, 0, 0, "", NULL, "-slim"),
};

struct name {
    struct slice repository, tag;
};

/* "docker.io/library/node:18-alpine@sha256:…" → "node", "18-alpine". */
static struct name split(struct slice reference)
{
    static const char *const prefixes[] = {"docker.io/", "index.docker.io/", "library/",
                                           "public.ecr.aws/docker/library/"};
    struct name name = {.repository = slice_upto(reference, slice_find(reference, '@'))};
    size_t colon = slice_find_last(name.repository, ':');
    size_t slash = slice_find_last(name.repository, '/');
    if (colon < name.repository.len && (slash == name.repository.len || colon > slash)) {
        name.tag = slice_from(name.repository, colon + 1);
        name.repository = slice_upto(name.repository, colon);
    }
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (slice_starts(name.repository, slice_str(prefixes[i])))
            name.repository = slice_from(name.repository, strlen(prefixes[i]));
    return name;
}

static bool has(struct slice text, const char *part)
{
    return slice_search(text, slice_str(part)) < text.len;
}

/* The distribution in a tag: another one's suffix cannot follow it. */
static bool names_distribution(struct slice tag)
{
    static const char *const words[] = {"trixie", "bookworm", "bullseye", "buster",
                                        "alpine", "slim",     "windows",  "nanoserver"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (has(tag, words[i]))
            return true;
    return false;
}

/* "22-bookworm" has a "22-bookworm-slim", but no "22-bookworm-alpine". */
static bool takes_slim(const char *slim, struct slice tag)
{
    bool debian = slim && strcmp(slim, "-slim") == 0;
    return !names_distribution(tag) ||
           (debian && !has(tag, "slim") && !has(tag, "alpine") && !has(tag, "windows"));
}

/* haproxy runs as its own user since 2.4. */
static bool is_old_haproxy(struct name name)
{
    uint64_t major, minor = 0;
    struct slice version = slice_upto(name.tag, slice_find(name.tag, '-'));
    if (!slice_equal_str(name.repository, "haproxy") ||
        !slice_u64(slice_cut(&version, '.'), &major))
        return false;
    bool told = version.len && slice_u64(slice_cut(&version, '.'), &minor);
    return major < 2 || (major == 2 && told && minor < 4);
}

const struct base_fact *base_fact_find(struct slice reference)
{
    static const struct base_fact old_haproxy = {"haproxy", NULL, 0, 0, "", HAPROXY_CHECK, NULL};
    struct name name = split(reference);
    if (is_old_haproxy(name))
        return &old_haproxy;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const struct fact *fact = &facts[i];
        if (slice_equal_str(name.repository, fact->with_slim.repository) &&
            (!*fact->variant || has(name.tag, fact->variant)))
            return takes_slim(fact->with_slim.slim, name.tag) ? &fact->with_slim
                                                              : &fact->without_slim;
    }
    return NULL;
}

/* Accounts that every image of a distribution has, and that people pick by accident. */
static const struct {
    const char *distribution, *name;
    unsigned id;
    bool user, group;
} common_accounts[] = {
    {"alpine", "www-data", 82, false, true}, {"alpine", "users", 100, false, true},
    {"alpine", "ping", 999, false, true},    {"debian", "www-data", 33, true, true},
    {"debian", "users", 100, false, true},   {"ubuntu", "ubuntu", 1000, true, true},
};

/* Ubuntu has an account "ubuntu" since 23.04. */
static bool is_new_ubuntu(struct slice tag)
{
    uint64_t year;
    struct slice version = tag;
    if (has(tag, "noble") || has(tag, "resolute") || has(tag, "questing") || has(tag, "plucky"))
        return true;
    return slice_u64(slice_cut(&version, '.'), &year) && year >= 23;
}

static const char *distribution_of(struct name name, bool official)
{
    if (slice_equal_str(name.repository, "alpine") || (official && has(name.tag, "alpine")))
        return "alpine";
    if (slice_equal_str(name.repository, "ubuntu"))
        return is_new_ubuntu(name.tag) ? "ubuntu" : "debian";
    return official || slice_equal_str(name.repository, "debian") ? "debian" : "";
}

const char *base_account_find(struct slice reference, bool group, uint64_t id)
{
    struct name name = split(reference);
    const struct base_fact *fact = base_fact_find(reference);
    if (fact && fact->user && (group ? fact->gid : fact->uid) == id)
        return fact->user;
    const char *distribution = distribution_of(name, fact != NULL);
    for (size_t i = 0; i < sizeof common_accounts / sizeof *common_accounts; i++)
        if (strcmp(distribution, common_accounts[i].distribution) == 0 &&
            common_accounts[i].id == id &&
            (group ? common_accounts[i].group : common_accounts[i].user))
            return common_accounts[i].name;
    return NULL;
}

static int compare(struct name name, const struct base_release *release)
{
    int order = slice_compare(name.repository, slice_str(release->repository));
    return order ? order : slice_compare(name.tag, slice_str(release->tag));
}

static const struct base_release *find_release(struct name name)
{
    size_t low = 0, high = base_release_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(name, &base_releases[middle]);
        if (!order)
            return &base_releases[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Of the version at the front of a tag, or of as much of it as there is a row for: 18.20.8, 18.20,
   18. */
static const struct base_release *find_version(struct slice repository, struct slice version)
{
    if (version.len > 1 && version.at[0] == 'v' && ascii_digit(version.at[1]))
        version = slice_from(version, 1);
    while (version.len) {
        const struct base_release *release = find_release((struct name){repository, version});
        size_t dot = slice_find_last(version, '.');
        if (release || dot == version.len)
            return release;
        version = slice_upto(version, dot);
    }
    return NULL;
}

/* The distribution that a tag of an official image ends in: "alpine3.14", "buster", "jammy". */
static const struct base_release *find_distribution(struct slice part)
{
    static const struct slice alpine = SLICE("alpine");
    if (slice_starts(part, alpine))
        return find_version(alpine, slice_from(part, alpine.len));
    if (!part.len || !ascii_alpha(part.at[0]))
        return NULL;
    const struct base_release *release = find_release((struct name){SLICE("debian"), part});
    return release ? release : find_release((struct name){SLICE("ubuntu"), part});
}

/* What ends first: of node:22-buster that is Debian 10. */
struct slice base_end_of_life(struct slice reference, struct slice *product, struct slice *cycle)
{
    struct name name = split(reference);
    struct slice rest = name.tag;
    const struct base_release *first = find_version(name.repository, slice_cut(&rest, '-'));
    bool official = slice_find(name.repository, '/') == name.repository.len;
    while (official && rest.len) {
        const struct base_release *other = find_distribution(slice_cut(&rest, '-'));
        if (other && (!first || strcmp(other->end, first->end) < 0))
            first = other;
    }
    *product = slice_str(first ? first->product : NULL);
    *cycle = slice_str(first ? first->cycle : NULL);
    return slice_str(first ? first->end : NULL);
}
