/* The registry itself: its API, its clock, our login, its limits. */
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "ship/doctor/answers.h"
#include "ship/doctor/checks.h"

enum { SKEW_WARN = 60, SKEW_FAIL = 300 };

/* One session for all that follows; its patience is a check's. */
static bool open_session(struct doctor *doctor, struct doctor_row *row)
{
    struct source_options source = doctor->options->source;
    struct error err = {0};
    source.patience = doctor->seconds;
    if (!doctor->session_open) {
        doctor->session_open = true;
        if (!session_open(&doctor->session, &doctor->reference,
                          doctor->tls ? SLICE("https") : SLICE("http"), &source, &err)) {
            doctor_say(doctor, row, DOCTOR_FAILED, "%s", err.text);
            return false;
        }
        doctor->client = http_client_new(&doctor->session.http);
    }
    return doctor->client != NULL;
}

void check_api(struct doctor *doctor, struct doctor_row *row)
{
    struct http_response response;
    struct error err = {0};
    if (!open_session(doctor, row))
        return;
    struct http_request request = {
        .url = arena_printf(doctor->arena, "%.*s/v2/", SLICE_ARG(doctor->session.base))};
    if (!request.url.at)
        return;
    if (!http_perform(doctor->client, &request, doctor->arena, &response, &err)) {
        doctor_say(doctor, row, DOCTOR_FAILED, "%s", err.text);
        doctor_fix(doctor, row, "curl -v %.*s", SLICE_ARG(request.url));
        return;
    }
    doctor->date = http_header_get(&response.headers, "Date");
    doctor->date_at = (double)time(NULL);
    struct slice version = http_header_get(&response.headers, "Docker-Distribution-Api-Version");
    bool asks = http_header_get(&response.headers, "WWW-Authenticate").len > 0;
    if (response.status == 200 || (response.status == 401 && asks) || response.status == 429) {
        doctor_say(doctor, row, DOCTOR_OK, "/v2/ answers %d%s%.*s", response.status,
                   version.len ? ", " : "", SLICE_ARG(version));
        return;
    }
    const char *meaning = response.status >= 500
                              ? "the registry, or what stands before it, is not well: try later"
                              : "no registry speaks there, or something before it refuses";
    doctor_say(doctor, row, DOCTOR_FAILED, "/v2/ answers %d%s: %s", response.status,
               response.status == 401 ? " without saying how to log in" : "", meaning);
    doctor_fix(doctor, row, "curl -v %.*s   # who answers?", SLICE_ARG(request.url));
}

void check_clock(struct doctor *doctor, struct doctor_row *row)
{
    time_t theirs;
    if (!doctor->date.len || !http_date_parse(doctor->date, &theirs))
        return;
    long long skew = (long long)(doctor->date_at - (double)theirs);
    long long apart = skew < 0 ? -skew : skew;
    enum doctor_state state = apart > SKEW_FAIL   ? DOCTOR_FAILED
                              : apart > SKEW_WARN ? DOCTOR_WARNING
                                                  : DOCTOR_OK;
    if (state == DOCTOR_OK) {
        doctor_say(doctor, row, state, "within %lld s of the registry's", apart + 1);
        return;
    }
    doctor_say(doctor, row, state,
               "this machine's is %lld s %s the registry's (%.*s): signatures are refused beyond "
               "15 minutes, tokens and certificates judged wrongly",
               apart, skew > 0 ? "ahead of" : "behind", SLICE_ARG(doctor->date));
    doctor_fix(doctor, row, "sudo timedatectl set-ntp true\nchronyc makestep   # with chrony");
}

/* ---- the question that all later checks look at ---- */

#define MANIFESTS                                                                                  \
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "        \
    "application/vnd.docker.distribution.manifest.list.v2+json, "                                  \
    "application/vnd.docker.distribution.manifest.v2+json"

static bool ask(struct doctor *doctor, struct doctor_row *row)
{
    struct error err = {0};
    struct http_request request = {.limit = MANIFEST_MAX};
    struct slice which =
        doctor->reference.digest.len ? doctor->reference.digest : doctor->reference.tag;
    struct slice path = arena_printf(doctor->arena, "manifests/%.*s", SLICE_ARG(which));
    request.url = doctor->image
                      ? session_url(&doctor->session, path.at ? path.at : "", doctor->arena)
                      : arena_printf(doctor->arena, "%.*s/v2/", SLICE_ARG(doctor->session.base));
    if (!request.url.at ||
        !http_headers_add(&request.headers, SLICE("Accept"), SLICE(MANIFESTS), doctor->arena, &err))
        return false;
    bool fine = session_perform(&doctor->session, doctor->client, &request, doctor->arena,
                                &doctor->manifest, &err);
    struct credentials *who = &doctor->session.credentials;
    secrets_add(&doctor->secrets, who->password);
    secrets_add(&doctor->secrets, who->identity_token);
    secrets_add(&doctor->secrets, who->bearer);
    struct slice authorization = doctor->session.authorization;
    slice_cut(&authorization, ' ');
    secrets_add(&doctor->secrets, authorization);
    if (fine)
        return doctor->asked = true;
    doctor_say(doctor, row, DOCTOR_FAILED, "%s", err.text);
    return false;
}

static bool says_archived(struct doctor *doctor)
{
    return doctor->manifest.status == 403 &&
           slice_search(doctor->manifest.body, SLICE("archived")) < doctor->manifest.body.len;
}

static void fix_login(struct doctor *doctor, struct doctor_row *row)
{
    struct ecr_host named;
    if (doctor->ecr && ecr_host_parse(doctor->reference.host, &named))
        doctor_fix(doctor, row,
                   "aws ecr get-login-password --region %.*s | docker login --username AWS "
                   "--password-stdin %.*s",
                   SLICE_ARG(named.region), SLICE_ARG(doctor->server));
    else if (doctor->ecr)
        doctor_fix(doctor, row,
                   "aws ecr get-login-password | docker login --username AWS --password-stdin %.*s",
                   SLICE_ARG(doctor->server));
    else
        doctor_fix(doctor, row, "docker login %.*s", SLICE_ARG(doctor->reference.host));
}

void check_login(struct doctor *doctor, struct doctor_row *row)
{
    if (!ask(doctor, row)) {
        if (row->state == DOCTOR_FAILED)
            fix_login(doctor, row);
        return;
    }
    const struct credentials *who = &doctor->session.credentials;
    struct slice said = session_error_text(doctor->manifest.body, doctor->arena);
    int status = doctor->manifest.status;
    bool refused = (status == 401 || status == 403) && !says_archived(doctor);
    if (!refused) {
        if (who->origin.len)
            doctor_say(doctor, row, DOCTOR_OK, "as \"%.*s\", by %.*s",
                       SLICE_ARG(who->user.len ? who->user : SLICE("token")),
                       SLICE_ARG(who->origin));
        else
            doctor_say(doctor, row, DOCTOR_OK, "none was needed");
        return;
    }
    if (who->origin.len)
        doctor_say(doctor, row, DOCTOR_FAILED, "\"%.*s\" of %.*s is refused: %d%.*s",
                   SLICE_ARG(who->user), SLICE_ARG(who->origin), status, SLICE_ARG(said));
    else
        doctor_say(doctor, row, DOCTOR_FAILED,
                   "nobody is logged in, and it is refused: %d%.*s%s%.*s", status, SLICE_ARG(said),
                   who->problem.len ? "; " : "", SLICE_ARG(who->problem));
    fix_login(doctor, row);
}

/* ---- limits ---- */

static void fix_rate(struct doctor *doctor, struct doctor_row *row)
{
    bool hub = slice_equal_str(doctor->reference.host, "docker.io");
    doctor_fix(doctor, row,
               "docker login %.*s   # logged in, the limit is higher\n"
               "aws ecr create-pull-through-cache-rule --ecr-repository-prefix cache "
               "--upstream-registry-url %.*s%s   # each image comes from there once only",
               SLICE_ARG(doctor->reference.host), SLICE_ARG(doctor->server),
               hub ? " --credential-arn arn:aws:secretsmanager:REGION:ACCOUNT:secret:"
                     "ecr-pullthroughcache/docker-hub"
                   : "");
}

void check_rate(struct doctor *doctor, struct doctor_row *row)
{
    const struct http_headers *headers = &doctor->manifest.headers;
    struct slice limit = http_header_get(headers, "RateLimit-Limit"),
                 left = http_header_get(headers, "RateLimit-Remaining"),
                 again = http_header_get(headers, "Retry-After");
    uint64_t all = 0, rest = 0, window = 0, ignored = 0;
    if (!doctor->asked)
        return;
    bool known = answer_rate(limit, &all, &window) && answer_rate(left, &rest, &ignored);
    if (doctor->manifest.status == 429) {
        doctor_say(doctor, row, DOCTOR_FAILED, "429: too many requests%s%.*s%s%.*s%s",
                   limit.len ? ", the limit is " : "", SLICE_ARG(limit),
                   again.len ? ", try again after " : "", SLICE_ARG(again), again.len ? " s" : "");
        fix_rate(doctor, row);
    } else if (known && (rest == 0 || rest * 10 < all)) {
        doctor_say(doctor, row, DOCTOR_WARNING, "%llu of %llu pulls are left%s%llu s",
                   (unsigned long long)rest, (unsigned long long)all, window ? " within " : " of ",
                   (unsigned long long)window);
        fix_rate(doctor, row);
    } else if (known) {
        doctor_say(doctor, row, DOCTOR_OK, "%llu of %llu pulls are left", (unsigned long long)rest,
                   (unsigned long long)all);
    } else {
        doctor_say(doctor, row, DOCTOR_OK, "no limit is told");
    }
}
