/* Logins in files: entries that contradict each other, tokens that have ended. */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "image/document.h"
#include "net/base64.h"
#include "ship/doctor/answers.h"
#include "ship/doctor/checks.h"
#include "ship/doctor/login.h"

enum { CONFIG_MAX = 1 << 20 };

static bool key_is(const char *key, struct slice host)
{
    struct slice bare = slice_str(key);
    if (slice_starts(bare, SLICE("https://")))
        bare = slice_from(bare, 8);
    else if (slice_starts(bare, SLICE("http://")))
        bare = slice_from(bare, 7);
    bare = slice_upto(bare, slice_find(bare, '/'));
    bool hub = slice_equal_str(host, "docker.io") && slice_equal_str(bare, "index.docker.io");
    return hub || slice_equal_nocase(bare, host);
}

static const char *key_of(json_t *object, struct slice host)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (key_is(key, host))
            return key;
    }
    return NULL;
}

const char *login_file(struct arena *arena)
{
    const char *folder = getenv("DOCKER_CONFIG"), *home = getenv("HOME");
    if (folder && *folder)
        return arena_printf(arena, "%s/config.json", folder).at;
    return home && *home ? arena_printf(arena, "%s/.docker/config.json", home).at : NULL;
}

/* The password of an entry, remembered as a secret; empty: none. */
static struct slice entry_password(struct doctor *doctor, json_t *entry)
{
    struct slice coded = document_view(json_object_get(entry, "auth")), pair = {"", 0};
    struct error ignored = {0};
    secrets_add(&doctor->secrets, coded);
    secrets_add(&doctor->secrets, document_view(json_object_get(entry, "identitytoken")));
    secrets_add(&doctor->secrets, document_view(json_object_get(entry, "registrytoken")));
    secrets_add(&doctor->secrets, document_view(json_object_get(entry, "password")));
    if (!coded.len || !base64_decode(coded, doctor->arena, &pair, &ignored))
        return SLICE("");
    secrets_add(&doctor->secrets, pair);
    slice_cut(&pair, ':');
    return pair;
}

struct entries {
    const char *path, *auth, *helper; /* keys that name the host; NULL: none */
    const char *program;              /* docker-credential-… */
    struct slice password;
    const char *store;
};

static void find_entries(struct doctor *doctor, json_t *config, struct entries *found)
{
    json_t *auths = json_object_get(config, "auths"),
           *helpers = json_object_get(config, "credHelpers");
    found->auth = key_of(auths, doctor->reference.host);
    found->helper = key_of(helpers, doctor->reference.host);
    found->store = json_string_value(json_object_get(config, "credsStore"));
    if (found->auth)
        found->password = entry_password(doctor, json_object_get(auths, found->auth));
    const char *name =
        found->helper ? json_string_value(json_object_get(helpers, found->helper)) : found->store;
    if (name)
        found->program = arena_printf(doctor->arena, "docker-credential-%s", name).at;
}

static void judge_entries(struct doctor *doctor, struct doctor_row *row,
                          const struct entries *found)
{
    int64_t end = 0;
    bool ended = found->password.len && answer_token_end(found->password, doctor->arena, &end) &&
                 end < time(NULL);
    if (found->program && !process_find(found->program, doctor->arena)) {
        doctor_say(doctor, row, DOCTOR_FAILED, "%s names the helper %s, which is not installed",
                   found->path, found->program);
        doctor_fix(doctor, row,
                   "command -v %s   # install it (Amazon's: apt install "
                   "amazon-ecr-credential-helper), or take the line out of %s",
                   found->program, found->path);
    } else if (found->helper && found->password.len) {
        doctor_say(doctor, row, ended ? DOCTOR_FAILED : DOCTOR_WARNING,
                   "%s has an entry in \"auths\" beside the helper in \"credHelpers\" for %s: some "
                   "clients take the old one%s",
                   found->path, found->auth, ended ? ", and it has ended" : "");
        doctor_fix(doctor, row, "docker logout %s   # leaves the helper alone", found->auth);
    } else {
        doctor_say(doctor, row, DOCTOR_OK, "%s: %s", found->path,
                   found->helper || found->program ? "a helper knows this registry"
                   : found->auth                   ? "one entry for this registry"
                                                   : "no entry for this registry");
    }
}

void check_entries(struct doctor *doctor, struct doctor_row *row)
{
    struct entries found = {.path = login_file(doctor->arena)};
    struct slice bytes;
    struct error err = {0};
    if (!found.path || access(found.path, F_OK) != 0)
        return;
    CLEANUP_JSON json_t *config = file_read(found.path, CONFIG_MAX, doctor->arena, &bytes, &err)
                                      ? document_parse(bytes, &err)
                                      : NULL;
    if (!config) {
        doctor_say(doctor, row, DOCTOR_FAILED, "%s cannot be read: %s", found.path, err.text);
        doctor_fix(doctor, row, "jq . %s   # where is it broken?", found.path);
        return;
    }
    find_entries(doctor, config, &found);
    judge_entries(doctor, row, &found);
}

/* ---- the token ---- */

static void fix_token(struct doctor *doctor, struct doctor_row *row, struct slice region)
{
    if (doctor->ecr)
        doctor_fix(doctor, row,
                   "aws ecr get-login-password%s%.*s | docker login --username AWS "
                   "--password-stdin %.*s",
                   region.len ? " --region " : "", SLICE_ARG(region), SLICE_ARG(doctor->server));
    else
        doctor_fix(doctor, row, "docker login %.*s", SLICE_ARG(doctor->reference.host));
}

/* A login for another region of the same account, and none for this one. */
static struct slice other_region(struct doctor *doctor, const struct ecr_host *wanted)
{
    struct slice bytes, found = {"", 0};
    struct error ignored = {0};
    const char *path = login_file(doctor->arena), *key;
    json_t *value;
    if (!path || !file_read(path, CONFIG_MAX, doctor->arena, &bytes, &ignored))
        return found;
    CLEANUP_JSON json_t *config = document_parse(bytes, &ignored);
    json_object_foreach(json_object_get(config, "auths"), key, value)
    {
        struct ecr_host other;
        struct slice bare = slice_str(key);
        if (slice_starts(bare, SLICE("https://")))
            bare = slice_from(bare, 8);
        if (ecr_host_parse(bare, &other) && slice_equal(other.account, wanted->account) &&
            !slice_equal(other.region, wanted->region))
            found = arena_copy(doctor->arena, other.region);
    }
    return found.at ? found : SLICE("");
}

void check_token(struct doctor *doctor, struct doctor_row *row)
{
    struct error err = {0};
    struct ecr_host named = {.region = {"", 0}};
    struct credentials *who = &doctor->credentials;
    int64_t end = 0;
    if (!credentials_find(doctor->reference.host, doctor->reference.repository, doctor->arena, who,
                          &err))
        return;
    secrets_add(&doctor->secrets, who->password);
    secrets_add(&doctor->secrets, who->identity_token);
    secrets_add(&doctor->secrets, who->bearer);
    bool is_named = ecr_host_parse(doctor->reference.host, &named);
    struct slice elsewhere =
        is_named && !who->origin.len ? other_region(doctor, &named) : SLICE("");
    struct slice secret = who->password.len ? who->password : who->bearer;
    if (elsewhere.len) {
        doctor_say(doctor, row, DOCTOR_FAILED,
                   "there is a login for region %.*s, and none for %.*s: a token holds for its own "
                   "region's registry",
                   SLICE_ARG(elsewhere), SLICE_ARG(named.region));
        fix_token(doctor, row, named.region);
    } else if (!who->origin.len) {
        if (who->problem.len)
            doctor_say(doctor, row, DOCTOR_WARNING, "no login: %.*s", SLICE_ARG(who->problem));
    } else if (!answer_token_end(secret, doctor->arena, &end)) {
        doctor_say(doctor, row, DOCTOR_OK, "%.*s; it does not say until when",
                   SLICE_ARG(who->origin));
    } else if (end < time(NULL)) {
        doctor_say(doctor, row, DOCTOR_FAILED, "the token of %.*s ended at %.*s%s",
                   SLICE_ARG(who->origin), SLICE_ARG(clock_format(end, doctor->arena)),
                   doctor->ecr ? " (ECR's are good for 12 hours)" : "");
        fix_token(doctor, row, named.region);
    } else {
        doctor_say(doctor, row, DOCTOR_OK, "%.*s, until %.*s", SLICE_ARG(who->origin),
                   SLICE_ARG(clock_format(end, doctor->arena)));
    }
}
