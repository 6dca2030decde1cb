/* The image: its repository, tag, platform, layers, and room for it. */
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#include "base/suggest.h"
#include "image/registry_write.h"
#include "registry/ecr_client.h"
#include "ship/doctor/answers.h"
#include "ship/doctor/checks.h"
#include "ship/doctor/expired.h"
#include "ship/size/size_report.h"

enum { LAYER_BYTES = 64 * 1024, NEAREST = 5, PLATFORMS_SHOWN = 12 };

static bool code_is(const struct doctor *doctor, const char *code)
{
    return slice_search(doctor->manifest.body, slice_str(code)) < doctor->manifest.body.len;
}

/* Names of the registry that are near, where it has a catalog that we may see. */
static struct slice near_repository(struct doctor *doctor)
{
    struct registry_link link = {&doctor->session, doctor->client, NULL};
    struct registry_names names = {NULL, 0, 0};
    struct error ignored = {0};
    struct suggestion nearest = {.word = arena_string(doctor->arena, doctor->reference.repository)};
    if (nearest.word && registry_catalog_list(&link, doctor->arena, &names, &ignored))
        for (size_t i = 0; i < names.count; i++)
            suggest_offer(&nearest, arena_string(doctor->arena, names.items[i]));
    return slice_str(nearest.best);
}

void check_repository(struct doctor *doctor, struct doctor_row *row)
{
    if (!doctor->image || !doctor->asked)
        return;
    struct slice name = doctor->reference.repository;
    if (doctor->manifest.status != 404 || !code_is(doctor, "NAME_UNKNOWN")) {
        doctor_say(doctor, row, DOCTOR_OK, "%.*s", SLICE_ARG(name));
        return;
    }
    struct slice nearest = near_repository(doctor);
    doctor_say(doctor, row, DOCTOR_FAILED, "%.*s has no repository %.*s%s%.*s",
               SLICE_ARG(doctor->server), SLICE_ARG(name), nearest.len ? "; it has " : "",
               SLICE_ARG(nearest));
    if (nearest.len)
        doctor_fix(doctor, row, "docker pull %.*s/%.*s:%.*s", SLICE_ARG(doctor->reference.host),
                   SLICE_ARG(nearest), SLICE_ARG(doctor->reference.tag));
    else if (doctor->ecr)
        doctor_fix(doctor, row, "aws ecr create-repository --repository-name %.*s",
                   SLICE_ARG(name));
    else
        doctor_fix(doctor, row,
                   "docker push %.*s/%.*s:TAG   # the first push makes it, where that "
                   "is allowed",
                   SLICE_ARG(doctor->reference.host), SLICE_ARG(name));
}

/* ---- tags ---- */

static unsigned common(struct slice a, struct slice b)
{
    unsigned at = 0;
    while (at < a.len && at < b.len && a.at[at] == b.at[at])
        at++;
    return at;
}

/* The tags that begin alike, the longest common beginning first, of equal ones the last; then any.
 */
static struct slice near_tags(struct doctor *doctor, const struct slice *tags, size_t count,
                              struct slice *first)
{
    bool used[256] = {false};
    struct slice made = {"", 0};
    size_t most = count < 256 ? count : 256, begin = count - most;
    for (unsigned shown = 0; shown < NEAREST && shown < most; shown++) {
        size_t best = most;
        for (size_t i = 0; i < most; i++)
            if (!used[i] && (best == most || common(tags[begin + i], doctor->reference.tag) >=
                                                 common(tags[begin + best], doctor->reference.tag)))
                best = i;
        used[best] = true;
        if (!shown)
            *first = tags[begin + best];
        arena_list(doctor->arena, &made, ", ", "%.*s", SLICE_ARG(tags[begin + best]));
        if (!made.at)
            return SLICE("");
    }
    return made;
}

/* Whether a policy has taken it away, by our own audit log, or could have: Amazon keeps no word of
   what was expired, but the rules say. */
static struct slice lifecycle_words(struct doctor *doctor)
{
    struct slice policy, rules, words = {"", 0};
    struct error ignored = {0};
    const struct reference *asked = &doctor->reference;
    if (doctor->options->data) {
        struct error err = {0};
        if (!expired_find(doctor->options->data, asked->repository, asked->tag, asked->digest,
                          doctor->arena, &words, &err))
            words = arena_printf(doctor->arena, "; the audit log cannot be read: %s", err.text);
        if (words.len)
            return words;
    }
    if (!doctor->aws_open || !ecr_client_policy_get(&doctor->aws, doctor->reference.repository,
                                                    doctor->arena, &policy, &ignored))
        return SLICE("");
    rules = answer_lifecycle(policy, doctor->arena);
    return rules.len
               ? arena_printf(doctor->arena, "; its lifecycle policy may have expired it: %.*s",
                              SLICE_ARG(rules))
               : rules;
}

static void tell_missing(struct doctor *doctor, struct doctor_row *row, struct slice which)
{
    struct registry_link link = {&doctor->session, doctor->client, NULL};
    struct slice *tags = NULL, first = {"", 0}, nearest = {"", 0};
    struct error ignored = {0};
    size_t count = 0;
    if (registry_tags_list(&link, doctor->arena, &tags, &count, &ignored) && count)
        nearest = near_tags(doctor, tags, count, &first);
    struct slice expired = lifecycle_words(doctor);
    doctor_say(doctor, row, DOCTOR_FAILED, "%.*s is not in %.*s%s%.*s%s%.*s", SLICE_ARG(which),
               SLICE_ARG(doctor->reference.repository), nearest.len ? "; nearest: " : "",
               SLICE_ARG(nearest), count ? "" : "; it has no tags that are told",
               SLICE_ARG(expired));
    if (expired.len)
        doctor_fix(doctor, row,
                   "aws ecr get-lifecycle-policy --repository-name %.*s\n"
                   "plimsoll lifecycle preview %.*s   # which would go next\n"
                   "docker pull %.*s/%.*s:%.*s",
                   SLICE_ARG(doctor->reference.repository), SLICE_ARG(doctor->reference.repository),
                   SLICE_ARG(doctor->reference.host), SLICE_ARG(doctor->reference.repository),
                   SLICE_ARG(first.len ? first : SLICE("TAG")));
    else
        doctor_fix(doctor, row, "docker pull %.*s/%.*s:%.*s", SLICE_ARG(doctor->reference.host),
                   SLICE_ARG(doctor->reference.repository),
                   SLICE_ARG(first.len ? first : SLICE("TAG")));
}

void check_tag(struct doctor *doctor, struct doctor_row *row)
{
    struct error err = {0};
    struct slice which =
        doctor->reference.digest.len ? doctor->reference.digest : doctor->reference.tag;
    if (!doctor->image || !doctor->asked)
        return;
    if (doctor->manifest.status == 404) {
        tell_missing(doctor, row, which);
        return;
    }
    if (doctor->manifest.status != 200) {
        session_refused(&doctor->session, "manifest", &doctor->manifest, doctor->arena, &err);
        doctor_say(doctor, row, DOCTOR_FAILED, "%s", err.text);
        return;
    }
    struct slice type = http_header_get(&doctor->manifest.headers, "Content-Type");
    doctor->is_parsed =
        manifest_parse(doctor->manifest.body, type, doctor->arena, &doctor->parsed, &err);
    if (!doctor->is_parsed) {
        doctor_say(doctor, row, DOCTOR_FAILED, "its manifest cannot be read: %s", err.text);
        return;
    }
    struct digest digest;
    sha256_of(doctor->manifest.body, &digest);
    doctor_say(doctor, row, DOCTOR_OK, "%.*s is %s", SLICE_ARG(which), digest.text);
}

/* ---- platform ---- */

static struct slice platforms_of(struct doctor *doctor, const struct manifest *index)
{
    struct slice made = {"", 0};
    for (size_t i = 0, shown = 0; i < index->manifest_count && shown < PLATFORMS_SHOWN; i++) {
        if (index->manifests[i].attestation)
            continue;
        struct slice text = platform_text(&index->manifests[i].platform, doctor->arena);
        arena_list(doctor->arena, &made, ", ", "%.*s", SLICE_ARG(text));
        shown++;
        if (!made.at)
            return SLICE("");
    }
    return made;
}

/* Another manifest or the configuration of the same repository. */
static bool get_document(struct doctor *doctor, const char *kind, const struct digest *digest,
                         struct http_response *response, struct error *err)
{
    struct slice path = arena_printf(doctor->arena, "%s/%s", kind, digest->text);
    struct http_request request = {.limit = MANIFEST_MAX};
    if (!path.at)
        return arena_error(err);
    return session_get(&doctor->session, doctor->client, path.at, &request, doctor->arena, response,
                       err);
}

/* What an image that is no index was built for, by its configuration. */
static bool built_for(struct doctor *doctor, struct platform *platform, struct error *err)
{
    struct http_response response;
    struct image image = {.layer_count = 0};
    if (!get_document(doctor, "blobs", &doctor->parsed.config.digest, &response, err) ||
        !manifest_layers(&doctor->parsed, doctor->arena, &image, err) ||
        !manifest_config(response.body, doctor->arena, &image, err))
        return false;
    *platform = (struct platform){image.os, image.architecture, image.variant, {NULL, 0}};
    return true;
}

static bool take_chosen(struct doctor *doctor, const struct descriptor *chosen, struct error *err)
{
    struct http_response response;
    doctor->chosen = *chosen;
    return get_document(doctor, "manifests", &chosen->digest, &response, err) &&
           manifest_parse(response.body, chosen->media_type, doctor->arena, &doctor->parsed, err);
}

static void tell_other_platform(struct doctor *doctor, struct doctor_row *row, struct slice wanted,
                                struct slice there)
{
    struct slice first = slice_upto(there, slice_find(there, ','));
    doctor_say(doctor, row, DOCTOR_FAILED, "none for %.*s; there is: %.*s", SLICE_ARG(wanted),
               SLICE_ARG(there));
    doctor_fix(doctor, row,
               "docker pull --platform %.*s %.*s\n"
               "docker buildx build --platform %.*s,%.*s --push -t %.*s .   # to have both",
               SLICE_ARG(first), SLICE_ARG(doctor->result->target), SLICE_ARG(wanted),
               SLICE_ARG(first), SLICE_ARG(doctor->result->target));
}

void check_platform(struct doctor *doctor, struct doctor_row *row)
{
    struct platform want = platform_host(), have;
    struct error err = {0};
    struct slice asked = doctor->options->source.platform;
    if (!doctor->is_parsed)
        return;
    if (asked.len && !platform_parse(asked, &want, &err)) {
        doctor_say(doctor, row, DOCTOR_FAILED, "%s", err.text);
        return;
    }
    struct slice wanted = platform_text(&want, doctor->arena);
    if (doctor->parsed.kind == MANIFEST_IMAGE) {
        bool known = built_for(doctor, &have, &err);
        if (!known)
            doctor_say(doctor, row, DOCTOR_FAILED, "its configuration cannot be had: %s", err.text);
        else if (platform_fits(&want, &have))
            doctor_say(doctor, row, DOCTOR_OK, "%.*s",
                       SLICE_ARG(platform_text(&have, doctor->arena)));
        else
            tell_other_platform(doctor, row, wanted, platform_text(&have, doctor->arena));
        return;
    }
    struct slice there = platforms_of(doctor, &doctor->parsed);
    const struct descriptor *chosen = manifest_choose(&doctor->parsed, &want, &err);
    if (!chosen)
        tell_other_platform(doctor, row, wanted, there);
    else if (take_chosen(doctor, chosen, &err))
        doctor_say(doctor, row, DOCTOR_OK, "%.*s, of: %.*s", SLICE_ARG(wanted), SLICE_ARG(there));
    else
        doctor_say(doctor, row, DOCTOR_FAILED,
                   "the index names one for %.*s, and it is not there: %s", SLICE_ARG(wanted),
                   err.text);
}

/* ---- layers ---- */

struct first_bytes {
    uint64_t got;
    bool enough;
};

static bool take_bytes(void *owner, struct slice bytes, struct error *err)
{
    struct first_bytes *first = owner;
    first->got += bytes.len;
    first->enough = first->got >= LAYER_BYTES;
    return !first->enough || error_set(err, ERROR_LIMIT, "enough");
}

void check_layers(struct doctor *doctor, struct doctor_row *row)
{
    struct first_bytes first = {0, false};
    struct http_response response = {0};
    struct error err = {0};
    if (!doctor->is_parsed || doctor->parsed.kind != MANIFEST_IMAGE || !doctor->parsed.layer_count)
        return;
    const struct descriptor *layer = &doctor->parsed.layers[0];
    struct slice path = arena_printf(doctor->arena, "blobs/%s", layer->digest.text);
    struct http_request request = {.sink = {&first, take_bytes, NULL}};
    if (!path.at || !http_headers_add(&request.headers, SLICE("Range"), SLICE("bytes=0-65535"),
                                      doctor->arena, &err))
        return;
    request.url = session_url(&doctor->session, path.at, doctor->arena);
    bool fine = request.url.at && session_perform(&doctor->session, doctor->client, &request,
                                                  doctor->arena, &response, &err);
    if (first.enough || (fine && (response.status == 200 || response.status == 206) &&
                         (first.got || !layer->size))) {
        doctor_say(doctor, row, DOCTOR_OK, "%llu bytes of the first of %zu came%s%.*s",
                   (unsigned long long)first.got, doctor->parsed.layer_count,
                   response.redirects ? ", from " : "",
                   SLICE_ARG(response.redirects ? response.url : SLICE("")));
        return;
    }
    if (fine)
        session_refused(&doctor->session, path.at, &response, doctor->arena, &err);
    doctor_say(doctor, row, DOCTOR_FAILED,
               "the manifest comes, but the layers do not (%llu bytes of the first): %s",
               (unsigned long long)first.got, err.text);
    doctor_fix(doctor, row,
               "curl -sIL -o /dev/null -w '%%{url_effective}\\n' %.*s   # the host that blobs come "
               "from: it must be reachable%s",
               SLICE_ARG(request.url),
               doctor->ecr ? "\naws ec2 describe-vpc-endpoints --filters "
                             "Name=service-name,Values='com.amazonaws.*.s3'   # ECR's layers come "
                             "from S3"
                           : "");
}

/* ---- room ---- */

bool doctor_free(const char *folder, uint64_t *bytes, uint64_t *all)
{
    struct statvfs info;
    if (statvfs(folder, &info) != 0)
        return false;
    *bytes = (uint64_t)info.f_bavail * info.f_frsize;
    *all = (uint64_t)info.f_blocks * info.f_frsize;
    return true;
}

static uint64_t size_of_layers(const struct manifest *manifest)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < manifest->layer_count; i++)
        if (__builtin_add_overflow(sum, manifest->layers[i].size, &sum))
            return UINT64_MAX;
    return sum;
}

/* Layers are kept while they are unpacked, and unpack to about three times their size. */
void check_space(struct doctor *doctor, struct doctor_row *row)
{
    const char *whose = "", *folder = doctor_storage(doctor, &whose);
    uint64_t left, all, needed = 0;
    enum { UNPACKED = 4 };
    if (!folder)
        return;
    if (!doctor_free(folder, &left, &all)) {
        doctor_say(doctor, row, DOCTOR_FAILED, "%s (%s) cannot be looked at", folder, whose);
        return;
    }
    if (doctor->is_parsed && doctor->parsed.kind == MANIFEST_IMAGE)
        needed = size_of_layers(&doctor->parsed);
    bool full = left == 0 || needed > left;
    bool tight = !full && needed && needed > left / UNPACKED;
    doctor_say(doctor, row,
               full    ? DOCTOR_FAILED
               : tight ? DOCTOR_WARNING
                       : DOCTOR_OK,
               "%s free in %s (%s)%s%s", size_text(left).at, folder, whose,
               needed ? ", the image is " : "", needed ? size_text(needed).at : "");
    if (full || tight)
        doctor_fix(doctor, row,
                   "docker system prune -a   # or podman system prune -a: what no container uses\n"
                   "df -h %s",
                   folder);
}
