#include "image/ecr_login.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/ascii.h"
#include "image/document.h"
#include "net/base64.h"

enum { ACCOUNT_DIGITS = 12, REGION_MAX = 40, TOKENS_MAX = 8, MARGIN_SECONDS = 300 };

static bool is_account(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_digit(text.at[i]))
            return false;
    return text.len == ACCOUNT_DIGITS;
}

static bool is_region(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_alnum(text.at[i]) && text.at[i] != '-')
            return false;
    return text.len > 0 && text.len <= REGION_MAX;
}

bool ecr_host_parse(struct slice host, struct ecr_host *found)
{
    struct slice rest = host, account = slice_cut(&rest, '.'), dkr = slice_cut(&rest, '.'),
                 service = slice_cut(&rest, '.'), region = slice_cut(&rest, '.');
    struct ecr_host made = {.account = account, .region = region};
    made.fips = slice_equal_str(service, "ecr-fips");
    made.china = slice_equal_str(rest, "amazonaws.com.cn");
    if (!is_account(account) || !slice_equal_str(dkr, "dkr") ||
        !(made.fips || slice_equal_str(service, "ecr")) || !is_region(region) ||
        !(made.china || slice_equal_str(rest, "amazonaws.com")))
        return false;
    *found = made;
    return true;
}

/* Only FIPS endpoints have to be told: all else is found by the region. */
static const char *fips_endpoint(const struct ecr_host *host, struct arena *arena)
{
    const char *own = getenv("AWS_ENDPOINT_URL_ECR"), *any = getenv("AWS_ENDPOINT_URL");
    if (!host->fips || (own && *own) || (any && *any))
        return NULL;
    return arena_printf(arena, "https://ecr-fips.%.*s.amazonaws.com", SLICE_ARG(host->region)).at;
}

static bool open_elsewhere(struct aws *aws, struct slice host, struct arena *arena,
                           struct error *err)
{
    struct error why = {0};
    bool opened = aws_open(aws, "ecr", NULL, NULL, arena, &why);
    struct slice ours =
        aws->endpoint.host.len ? url_authority(&aws->endpoint, arena) : (struct slice){0};
    if (ours.len && slice_equal_nocase(ours, host)) {
        *err = why;
        return opened;
    }
    return error_set(err, ERROR_NOT_FOUND, "%.*s is no registry of ECR", SLICE_ARG(host));
}

bool ecr_open(struct aws *aws, struct slice host, struct arena *arena, struct error *err)
{
    struct ecr_host named;
    *aws = (struct aws){0};
    if (!ecr_host_parse(host, &named))
        return open_elsewhere(aws, host, arena, err);
    const char *region = arena_string(arena, named.region);
    if (!region)
        return arena_error(err);
    return aws_open(aws, "ecr", fips_endpoint(&named, arena), region, arena, err);
}

bool ecr_login_read(struct slice json, struct arena *arena, struct credentials *credentials,
                    int64_t *expires, struct error *err)
{
    CLEANUP_JSON json_t *answer = document_parse(json, err);
    const json_t *first = json_array_get(json_object_get(answer, "authorizationData"), 0);
    const json_t *until = json_object_get(first, "expiresAt");
    struct slice pair;
    if (!answer)
        return error_add(err, "ECR's token");
    if (!base64_decode(document_view(json_object_get(first, "authorizationToken")), arena, &pair,
                       err))
        return error_add(err, "ECR's token");
    struct slice user = slice_cut(&pair, ':');
    if (!user.len || !pair.len)
        return error_set(err, ERROR_FORMAT, "ECR's answer has no token");
    double when = json_is_number(until) ? json_number_value(until) : 0;
    *expires = when > 0 && when < 1e12 ? (int64_t)when : 0;
    *credentials = (struct credentials){
        .user = user, .password = pair, .origin = SLICE("ECR, by the AWS credentials")};
    return true;
}

/* ---- kept for the run ---- */

struct token {
    char *host, *user, *password; /* NULL: free */
    int64_t expires;
};

static struct token tokens[TOKENS_MAX];
static unsigned next_token;
static pthread_mutex_t tokens_lock = PTHREAD_MUTEX_INITIALIZER;

static void forget(struct token *token)
{
    free(token->host);
    free(token->user);
    free(token->password);
    *token = (struct token){0};
}

static bool recall(struct slice host, struct arena *arena, struct credentials *credentials)
{
    for (size_t i = 0; i < TOKENS_MAX; i++) {
        const struct token *token = &tokens[i];
        if (!token->host || !slice_equal_str(host, token->host) ||
            token->expires < (int64_t)time(NULL) + MARGIN_SECONDS)
            continue;
        *credentials =
            (struct credentials){.user = arena_copy(arena, slice_str(token->user)),
                                 .password = arena_copy(arena, slice_str(token->password)),
                                 .origin = SLICE("ECR, by the AWS credentials")};
        return credentials->user.at && credentials->password.at;
    }
    return false;
}

static void keep(struct slice host, const struct credentials *credentials, int64_t expires)
{
    struct token made = {.host = strndup(host.at, host.len),
                         .user = strndup(credentials->user.at, credentials->user.len),
                         .password = strndup(credentials->password.at, credentials->password.len),
                         .expires = expires};
    if (!made.host || !made.user || !made.password) {
        forget(&made);
        return;
    }
    forget(&tokens[next_token]);
    tokens[next_token] = made;
    next_token = (next_token + 1) % TOKENS_MAX;
}

static bool ask(struct slice host, struct arena *arena, struct credentials *credentials,
                struct error *err)
{
    struct slice answer;
    int64_t expires;
    CLEANUP_AWS struct aws aws = {0};
    if (!ecr_open(&aws, host, arena, err))
        return false;
    if (!aws_call(&aws, "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", SLICE("{}"),
                  arena, &answer, err) ||
        !ecr_login_read(answer, arena, credentials, &expires, err))
        return error_add(err, "ECR's GetAuthorizationToken");
    keep(host, credentials, expires);
    return true;
}

bool ecr_login(struct slice host, struct arena *arena, struct credentials *credentials,
               struct error *err)
{
    pthread_mutex_lock(&tokens_lock); /* who else needs it waits for the one that asks */
    bool fine = recall(host, arena, credentials) || ask(host, arena, credentials, err);
    pthread_mutex_unlock(&tokens_lock);
    return fine;
}
