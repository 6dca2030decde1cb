#include "ship/doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "net/aws_profile.h"
#include "ship/doctor/checks.h"

enum { SECONDS_USUAL = 8 };

static const struct doctor_check target_checks[] = {
    {"entries", "login files agree with themselves", "", check_entries},
    {"proxy", "the proxy on the way", "", check_proxy},
    {"dns", "the name resolves", "proxy", check_dns},
    {"tcp", "the port answers", "proxy dns", check_tcp},
    {"tls", "it speaks TLS", "proxy dns tcp", check_tls},
    {"trust", "its certificate is believed", "proxy dns tcp tls", check_trust},
    {"api", "it is a registry", "proxy dns tcp tls trust", check_api},
    {"clock", "the clock is right", "proxy dns tcp tls trust", check_clock},
    {"token", "the login is still good", "", check_token},
    {"login", "the login is taken", "proxy dns tcp tls trust api", check_login},
    {"rate", "no limit is reached", "proxy dns tcp tls trust api", check_rate},
    {"describe", "aws ecr describe-repositories", "", check_describe},
    {"role-trust", "ecs-tasks.amazonaws.com may take the role", "", check_role_trust},
    {"role-actions", "the role may pull", "role-trust", check_role_actions},
    {"policy", "the repository's policy lets it be pulled", "describe", check_policy},
    {"repository", "the repository is there", "proxy dns tcp tls trust api login rate",
     check_repository},
    {"archived", "the image is not archived", "describe", check_archived},
    {"tag", "the tag or digest is there",
     "proxy dns tcp tls trust api login rate repository archived", check_tag},
    {"platform", "there is a manifest for the platform",
     "proxy dns tcp tls trust api login rate repository archived tag", check_platform},
    {"layers", "the layers' host answers",
     "proxy dns tcp tls trust api login rate repository archived tag platform", check_layers},
    {"space", "there is room for it", "", check_space},
    {NULL, NULL, NULL, NULL},
};

static const struct doctor_check machine_checks[] = {
    {"engines", "engines that pull", "", check_engines},
    {"files", "login files can be read", "", check_files},
    {"proxies", "proxies of the environment", "", check_proxies},
    {"authorities", "certificate authorities", "", check_authorities},
    {"disk", "room for images", "", check_disk},
    {"time", "the clock", "", check_time},
    {"database", "the advisory database", "", check_database},
    {NULL, NULL, NULL, NULL},
};

/* ---- telling ---- */

static struct slice told(struct doctor *doctor, const char *format, va_list args)
{
    char text[2000];
    vsnprintf(text, sizeof text, format, args);
    struct slice hidden = secrets_hide(&doctor->secrets, slice_str(text));
    struct slice copy = arena_copy(doctor->arena, hidden);
    return copy.at ? copy : SLICE("");
}

void doctor_say(struct doctor *doctor, struct doctor_row *row, enum doctor_state state,
                const char *format, ...)
{
    va_list args;
    va_start(args, format);
    row->seen = told(doctor, format, args);
    row->state = state;
    va_end(args);
}

void doctor_fix(struct doctor *doctor, struct doctor_row *row, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    row->fix = told(doctor, format, args);
    va_end(args);
}

/* ---- running ---- */

/* The first that it needs and that went wrong; NULL: none. */
static const struct doctor_row *missing(const struct doctor *doctor,
                                        const struct doctor_check *check)
{
    struct slice needs = slice_str(check->needs);
    while (needs.len) {
        struct slice name = slice_cut(&needs, ' ');
        for (size_t i = 0; i < doctor->result->count; i++) {
            const struct doctor_row *row = &doctor->result->rows[i];
            if (slice_equal_str(name, row->check->name) && row->state == DOCTOR_FAILED)
                return row;
        }
    }
    return NULL;
}

/* Of a registry alone there is nothing to say of these, whatever failed before. */
static bool is_of_image(const struct doctor_check *check)
{
    static const char *const names[] = {"repository", "archived", "tag", "platform", "layers"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(check->name, names[i]) == 0)
            return true;
    return false;
}

static void run_check(struct doctor *doctor, const struct doctor_check *check)
{
    struct doctor_row *row = &doctor->result->rows[doctor->result->count];
    bool applies = doctor->image || !is_of_image(check);
    const struct doctor_row *first = applies ? missing(doctor, check) : NULL;
    double begun = clock_monotonic();
    *row = (struct doctor_row){.check = check, .state = DOCTOR_ABSENT};
    if (applies && !first && doctor->options->on_check)
        doctor->options->on_check(check->title);
    if (first)
        doctor_say(doctor, row, DOCTOR_SKIPPED, "needs \"%s\" first", first->check->title);
    else if (applies)
        check->run(doctor, row);
    row->seconds = clock_monotonic() - begun;
    doctor->result->count++;
    doctor->result->failed += row->state == DOCTOR_FAILED;
    doctor->result->warnings += row->state == DOCTOR_WARNING;
}

/* Secrets of the environment are known before anything is said; those of files as they are met. */
static void know_secrets(struct doctor *doctor)
{
    static const char *const variables[] = {"PLIMSOLL_REGISTRY_PASSWORD", "AWS_SECRET_ACCESS_KEY",
                                            "AWS_SESSION_TOKEN", "DOCKER_AUTH_CONFIG"};
    static const char *const proxies[] = {"http_proxy", "https_proxy", "HTTPS_PROXY",
                                          "all_proxy",  "ALL_PROXY",   "HTTP_PROXY"};
    struct aws_profile profile = {.region = {NULL, 0}};
    struct error ignored = {0};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        secrets_add(&doctor->secrets, slice_str(getenv(variables[i])));
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++) {
        struct url url;
        if (getenv(proxies[i]) &&
            url_parse(slice_str(getenv(proxies[i])), doctor->arena, &url, &ignored))
            secrets_add(&doctor->secrets, url_decode(url.user, doctor->arena));
    }
    if (aws_profile_find(doctor->arena, &profile, &ignored)) {
        secrets_add(&doctor->secrets, profile.key.secret);
        secrets_add(&doctor->secrets, profile.key.session);
    }
}

/* A registry is a host alone ("ghcr.io", "localhost:5000"), an image all else. */
static bool is_registry(struct slice text)
{
    struct slice name = slice_upto(text, slice_find(text, ':'));
    bool bracket = slice_starts(text, SLICE("["));
    return slice_find(text, '/') == text.len && slice_find(text, '@') == text.len &&
           (bracket || slice_equal_str(name, "localhost") || slice_find(name, '.') < name.len);
}

static struct slice bare(struct slice text, bool *plain)
{
    *plain = slice_starts(text, SLICE("http://"));
    if (*plain || slice_starts(text, SLICE("https://")))
        text = slice_from(text, slice_search(text, SLICE("://")) + 3);
    while (slice_ends(text, SLICE("/")))
        text.len--;
    return text;
}

static bool read_target(struct doctor *doctor, bool *plain, struct error *err)
{
    struct slice text = bare(slice_str(doctor->options->target), plain);
    struct url url;
    *plain |= doctor->options->source.plain_http;
    doctor->image = !is_registry(text);
    struct slice name =
        doctor->image ? text : arena_printf(doctor->arena, "%.*s/any", SLICE_ARG(text));
    if (!name.at)
        return arena_error(err);
    if (!reference_parse(name, doctor->arena, &doctor->reference, err))
        return false;
    doctor->server = slice_equal_str(doctor->reference.host, "docker.io")
                         ? SLICE("registry-1.docker.io")
                         : doctor->reference.host;
    struct slice address =
        arena_printf(doctor->arena, "http%s://%.*s/", *plain ? "" : "s", SLICE_ARG(doctor->server));
    if (!address.at)
        return arena_error(err);
    if (!url_parse(address, doctor->arena, &url, err))
        return false;
    doctor->host = url.host;
    doctor->port = url.port;
    doctor->tls = !*plain;
    doctor->result->target = text;
    doctor->result->kind = doctor->image ? SLICE("image") : SLICE("registry");
    return true;
}

/* What the AWS credentials can be asked, when the registry is ECR or speaks its API. */
static void open_aws(struct doctor *doctor)
{
    struct ecr_host named;
    bool is_named = ecr_host_parse(doctor->reference.host, &named);
    doctor->aws_open =
        ecr_open(&doctor->aws, doctor->reference.host, doctor->arena, &doctor->aws_error);
    doctor->ecr = doctor->aws_open || is_named || doctor->aws_error.kind != ERROR_NOT_FOUND;
    if (is_named)
        doctor->account = named.account;
    if (!doctor->aws_open)
        return;
    struct http_options quick = {
        .attempts = 1, .connect_seconds = doctor->seconds, .stall_seconds = doctor->seconds};
    http_client_free(doctor->aws.client);
    doctor->aws.client = http_client_new(&quick);
    secrets_add(&doctor->secrets, doctor->aws.profile.key.secret);
    secrets_add(&doctor->secrets, doctor->aws.profile.key.session);
}

static void done(struct doctor *doctor)
{
    aws_close(&doctor->aws);
    http_client_free(doctor->client);
    if (doctor->session_open)
        session_close(&doctor->session);
}

bool doctor_run(const struct doctor_options *options, struct arena *arena,
                struct doctor_result *result, struct error *err)
{
    const struct doctor_check *checks = options->target ? target_checks : machine_checks;
    struct doctor *doctor = arena_new(arena, struct doctor);
    bool plain = false;
    *result = (struct doctor_result){.kind = SLICE("machine")};
    if (!doctor)
        return arena_error(err);
    *doctor = (struct doctor){.options = options, .arena = arena, .result = result};
    doctor->secrets = (struct secrets){.arena = arena};
    doctor->seconds = options->seconds ? options->seconds : SECONDS_USUAL;
    result->rows =
        arena_array(arena, sizeof target_checks / sizeof *target_checks, sizeof *result->rows);
    if (!result->rows)
        return arena_error(err);
    know_secrets(doctor);
    if (options->target) {
        if (!read_target(doctor, &plain, err))
            return false;
        open_aws(doctor);
    }
    for (const struct doctor_check *check = checks; check->name; check++)
        run_check(doctor, check);
    done(doctor);
    return true;
}
