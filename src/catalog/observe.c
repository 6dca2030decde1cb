#include "catalog/observe.h"

#include <inttypes.h>
#include <stdio.h>

#include "image/path.h"

enum { MODE_SETUID = 04000, MODE_SETGID = 02000, MODE_STICKY = 01000, MODE_WORLD_WRITE = 02 };

/* Folders in which package managers keep what a running container never needs. `suffix`: only files
   that end so. */
static const struct cache_row {
    const char *folder, *suffix, *title;
} cache_rows[] = {
    {"var/cache/apk/", "", "apk's cache"},
    {"var/lib/apt/lists/", "_Packages", "apt's package lists"},
    {"var/lib/apt/lists/", ".lz4", "apt's package lists"},
    {"var/cache/apt/", ".bin", "apt's cache"},
    {"var/cache/apt/archives/", ".deb", "downloaded Debian packages"},
    {"var/cache/yum/", "", "yum's cache"},
    {"var/cache/dnf/", "", "dnf's cache"},
    {"var/cache/libdnf5/", "", "dnf's cache"},
    {"var/cache/zypp/", "", "zypper's cache"},
    {"root/.cache/pip/", "", "pip's cache"},
    {"root/.npm/_cacache/", "", "npm's cache"},
    {"usr/local/share/.cache/yarn/", "", "yarn's cache"},
    {"root/.cache/go-build/", "", "Go's build cache"},
    {"root/.cargo/registry/", "", "cargo's registry"},
    {"root/.m2/repository/", "", "Maven's repository"},
    {"root/.composer/cache/", "", "composer's cache"},
};
_Static_assert(sizeof cache_rows / sizeof *cache_rows <= OBSERVE_CACHES, "a slot a row");

/* Base names; a "*" in front stands for any beginning. */
static const struct name_row {
    const char *name;
    enum observation_kind kind;
    const char *detail;
} name_rows[] = {
    {"id_rsa", OBSERVATION_KEY, "SSH private key"},
    {"id_dsa", OBSERVATION_KEY, "SSH private key"},
    {"id_ecdsa", OBSERVATION_KEY, "SSH private key"},
    {"id_ed25519", OBSERVATION_KEY, "SSH private key"},
    {"*.ppk", OBSERVATION_KEY, "PuTTY private key"},
    {"*.p12", OBSERVATION_KEY, "key store"},
    {"*.pfx", OBSERVATION_KEY, "key store"},
    {"*.jks", OBSERVATION_KEY, "Java key store"},
    {"*.keystore", OBSERVATION_KEY, "Java key store"},
    {".netrc", OBSERVATION_CREDENTIALS, "passwords for hosts"},
    {".pgpass", OBSERVATION_CREDENTIALS, "PostgreSQL passwords"},
    {".my.cnf", OBSERVATION_CREDENTIALS, "MySQL passwords"},
    {".git-credentials", OBSERVATION_CREDENTIALS, "git's passwords"},
    {"terraform.tfstate", OBSERVATION_CREDENTIALS, "Terraform's state, which holds secrets"},
    {"credentials.json", OBSERVATION_CREDENTIALS, "credentials of a cloud account"},
    {".env", OBSERVATION_ENVIRONMENT, "environment file"},
    {".env.local", OBSERVATION_ENVIRONMENT, "environment file"},
    {".env.production", OBSERVATION_ENVIRONMENT, "environment file"},
    {".env.prod", OBSERVATION_ENVIRONMENT, "environment file"},
    {".env.staging", OBSERVATION_ENVIRONMENT, "environment file"},
    {".env.development", OBSERVATION_ENVIRONMENT, "environment file"},
    {".env.dev", OBSERVATION_ENVIRONMENT, "environment file"},
    {".env.test", OBSERVATION_ENVIRONMENT, "environment file"},
    {"Dockerfile", OBSERVATION_LEFTOVER, "build file"},
    {"docker-compose.yml", OBSERVATION_LEFTOVER, "build file"},
    {"docker-compose.yaml", OBSERVATION_LEFTOVER, "build file"},
    {"docker-compose.override.yml", OBSERVATION_LEFTOVER, "build file"},
    {"compose.yaml", OBSERVATION_LEFTOVER, "build file"},
    {"compose.yml", OBSERVATION_LEFTOVER, "build file"},
    {".dockerignore", OBSERVATION_LEFTOVER, "build file"},
    {".bash_history", OBSERVATION_LEFTOVER, "a shell's history"},
    {".ash_history", OBSERVATION_LEFTOVER, "a shell's history"},
    {".DS_Store", OBSERVATION_LEFTOVER, "what a file manager noted"},
    {".vimrc", OBSERVATION_LEFTOVER, "settings of an editor"},
};

/* Ends of paths of more than one part. */
static const struct name_row tail_rows[] = {
    {".aws/credentials", OBSERVATION_CREDENTIALS, "AWS access keys"},
    {".docker/config.json", OBSERVATION_CREDENTIALS, "registry logins"},
    {".kube/config", OBSERVATION_CREDENTIALS, "Kubernetes access"},
    {".azure/accessTokens.json", OBSERVATION_CREDENTIALS, "Azure access"},
    {".azure/msal_token_cache.json", OBSERVATION_CREDENTIALS, "Azure access"},
    {".config/gcloud/credentials.db", OBSERVATION_CREDENTIALS, "Google Cloud access"},
    {".config/gcloud/application_default_credentials.json", OBSERVATION_CREDENTIALS,
     "Google Cloud access"},
    {".config/gh/hosts.yml", OBSERVATION_CREDENTIALS, "GitHub access"},
    {".git/HEAD", OBSERVATION_REPOSITORY, "git repository"},
    {".hg/requires", OBSERVATION_REPOSITORY, "Mercurial repository"},
    {".svn/entries", OBSERVATION_REPOSITORY, "Subversion checkout"},
    {".svn/wc.db", OBSERVATION_REPOSITORY, "Subversion checkout"},
    {".vscode/settings.json", OBSERVATION_LEFTOVER, "settings of an editor"},
    {".idea/workspace.xml", OBSERVATION_LEFTOVER, "settings of an editor"},
};

static void observe_add(struct observe *observe, struct collector *collector,
                        const struct observation *observation)
{
    size_t count = observe->counts[observation->kind]++;
    if (count < OBSERVE_MOST)
        collector_add_observation(collector, observation);
}

static void observe_mode(struct observe *observe, const struct layer_entry *entry,
                         struct collector *collector)
{
    char detail[80], mode[24];
    snprintf(mode, sizeof mode, "%04o", entry->mode & 07777);
    snprintf(detail, sizeof detail, "%" PRIu64 ":%" PRIu64, entry->uid, entry->gid);
    struct observation made = {
        .path = entry->path, .detail = slice_str(detail), .amount = slice_str(mode)};
    if (entry->type == ENTRY_FILE && (entry->mode & (MODE_SETUID | MODE_SETGID))) {
        made.kind = OBSERVATION_SETID;
        observe_add(observe, collector, &made);
    }
    if ((entry->mode & MODE_WORLD_WRITE) && !(entry->mode & MODE_STICKY) &&
        !slice_starts(entry->path, SLICE("dev/")) && !slice_starts(entry->path, SLICE("proc/"))) {
        made.kind = OBSERVATION_WORLD_WRITABLE;
        made.detail = entry->type == ENTRY_FOLDER ? SLICE("folder") : SLICE("file");
        observe_add(observe, collector, &made);
    }
}

static void observe_cache(struct observe *observe, const struct layer_entry *entry,
                          struct collector *collector)
{
    for (size_t i = 0; i < sizeof cache_rows / sizeof *cache_rows; i++) {
        const struct cache_row *row = &cache_rows[i];
        struct observe_cache *cache = &observe->caches[i];
        if (!slice_starts(entry->path, slice_str(row->folder)) ||
            !slice_ends(entry->path, slice_str(row->suffix)))
            continue;
        if (!cache->files)
            cache->sample = arena_copy(collector->arena, entry->path);
        if (!cache->sample.at)
            collector->failed = true;
        if (__builtin_add_overflow(cache->bytes, entry->size, &cache->bytes))
            cache->bytes = UINT64_MAX;
        cache->files++;
        return;
    }
}

static bool name_fits(const struct name_row *row, struct slice base)
{
    if (row->name[0] != '*')
        return slice_equal_str(base, row->name);
    return slice_ends(base, slice_str(row->name + 1)) && base.len >= strlen(row->name);
}

/* Whole components only: "x.git/HEAD" is a bare repository's, not a checkout's. */
static bool tail_fits(const struct name_row *row, struct slice path)
{
    struct slice tail = slice_str(row->name);
    return slice_ends(path, tail) &&
           (path.len == tail.len || path.at[path.len - tail.len - 1] == '/');
}

static void observe_name(struct observe *observe, const struct layer_entry *entry,
                         struct collector *collector)
{
    struct slice base = path_base(entry->path);
    const struct name_row *found = NULL;
    for (size_t i = 0; !found && i < sizeof name_rows / sizeof *name_rows; i++)
        if (name_fits(&name_rows[i], base))
            found = &name_rows[i];
    for (size_t i = 0; !found && i < sizeof tail_rows / sizeof *tail_rows; i++)
        if (tail_fits(&tail_rows[i], entry->path))
            found = &tail_rows[i];
    /* What packages bring as documentation and examples is no leftover of a build. */
    if (!found || !entry->size || slice_starts(entry->path, SLICE("usr/share/")) ||
        slice_search(entry->path, SLICE("node_modules/")) < entry->path.len ||
        slice_search(entry->path, SLICE("site-packages/")) < entry->path.len)
        return;
    char size[24];
    snprintf(size, sizeof size, "%" PRIu64, entry->size);
    struct observation made = {found->kind, entry->path, slice_str(found->detail), slice_str(size)};
    observe_add(observe, collector, &made);
}

void observe_entry(struct observe *observe, const struct layer_entry *entry,
                   struct collector *collector)
{
    if (entry->type != ENTRY_FILE && entry->type != ENTRY_FOLDER)
        return;
    if (entry->mode & (MODE_SETUID | MODE_SETGID | MODE_WORLD_WRITE))
        observe_mode(observe, entry, collector);
    if (entry->type != ENTRY_FILE)
        return;
    if (slice_starts(entry->path, SLICE("var/")) || slice_starts(entry->path, SLICE("root/.")) ||
        slice_starts(entry->path, SLICE("usr/local/share/.")))
        observe_cache(observe, entry, collector);
    observe_name(observe, entry, collector);
}

void observe_finish(struct observe *observe, struct collector *collector)
{
    for (size_t i = 0; i < sizeof cache_rows / sizeof *cache_rows; i++) {
        const struct observe_cache *cache = &observe->caches[i];
        if (!cache->files || !cache->bytes)
            continue;
        char bytes[24];
        snprintf(bytes, sizeof bytes, "%" PRIu64, cache->bytes);
        struct observation made = {OBSERVATION_CACHE, cache->sample, slice_str(cache_rows[i].title),
                                   slice_str(bytes)};
        collector_add_observation(collector, &made);
    }
}
