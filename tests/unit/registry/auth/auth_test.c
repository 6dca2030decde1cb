#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/file.h"
#include "net/base64.h"
#include "net/sigv4.h"
#include "registry/auth/password.h"
#include "registry/auth/policy.h"
#include "registry/auth/token.h"
#include "registry/auth/user.h"
#include "wire.h"

#define PASSWORD "correct horse"
#define ACCOUNT  "123456789012"
#define HOST     "127.0.0.1:5000"
#define PULL_ONLY                                                                                  \
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":["                 \
    "\"ecr:BatchGetImage\",\"ecr:GetDownloadUrlForLayer\"],\"Resource\":\"*\"}}"

struct desk {
    struct bed bed;
    struct auth *auth;
    struct slice id, secret; /* ci's access key */
};

static void add_user(struct desk *desk, const char *name, const char *account, bool admin,
                     const char *policy, const char *password)
{
    struct error err = {0};
    struct auth_user user = {.name = slice_str(name),
                             .account = slice_str(account),
                             .admin = admin,
                             .policy = slice_str(policy)};
    if (!auth_user_put(desk->bed.meta, &desk->bed.world.world, &user, slice_str(password), &err))
        fail_msg("%s", err.text);
}

static void add_key(struct desk *desk, const char *user, struct slice *id, struct slice *secret)
{
    struct error err = {0};
    *id = *secret = (struct slice){0};
    if (!auth_key_add(desk->bed.meta, &desk->bed.world.world, slice_str(user), &desk->bed.arena, id,
                      secret, &err))
        fail_msg("%s", err.text);
}

static void desk_open_with(struct desk *desk, struct auth_options options)
{
    struct error err = {0};
    bed_open(&desk->bed, false, NULL);
    options.account = ACCOUNT;
    options.region = "us-east-1";
    if (!auth_open(&desk->auth, &desk->bed.registry, &options, &err))
        fail_msg("%s", err.text);
    add_user(desk, "root", ACCOUNT, true, "", PASSWORD);
    add_user(desk, "ci", ACCOUNT, false, PULL_ONLY, PASSWORD);
    add_user(desk, "stranger", "999999999999", true, "", PASSWORD);
    add_key(desk, "ci", &desk->id, &desk->secret);
}

static void desk_open(struct desk *desk)
{
    desk_open_with(desk, (struct auth_options){0});
}

static void desk_close(struct desk *desk)
{
    auth_close(desk->auth);
    bed_close(&desk->bed);
}

/* What one request with this Authorization header comes to. */
struct outcome {
    enum auth_recall recall; /* before it was asked */
    bool known;
    struct caller caller;
    const char *code;
    struct failure failure;
};

static struct outcome try_header(struct desk *desk, struct slice header)
{
    struct wire wire;
    struct outcome outcome = {0};
    wire_open(&wire, "GET", "/v2/", "", "");
    if (header.len)
        wire_header(&wire, "Authorization", header);
    outcome.recall = auth_recall(desk->auth, &wire.request, &outcome.caller);
    if (outcome.recall == AUTH_ASK)
        outcome.known = auth_identify(desk->auth, &wire.request, &outcome.caller, &outcome.code,
                                      &outcome.failure);
    else
        outcome.known = outcome.recall == AUTH_KNOWN;
    outcome.caller.name = arena_copy(&desk->bed.arena, outcome.caller.name);
    outcome.caller.account = arena_copy(&desk->bed.arena, outcome.caller.account);
    outcome.caller.arn = arena_copy(&desk->bed.arena, outcome.caller.arn);
    outcome.caller.region = arena_copy(&desk->bed.arena, outcome.caller.region);
    outcome.caller.access_key = arena_copy(&desk->bed.arena, outcome.caller.access_key);
    outcome.caller.address = outcome.caller.request = (struct slice){0};
    outcome.caller.grants = NULL;
    outcome.caller.grant_count = 0;
    wire_close(&wire);
    return outcome;
}

static struct slice basic(struct desk *desk, const char *user, struct slice password)
{
    return base64_basic(slice_str(user), password, &desk->bed.arena);
}

static struct outcome try_basic(struct desk *desk, const char *user, const char *password)
{
    return try_header(desk, basic(desk, user, slice_str(password)));
}

static void test_passwords(void **state)
{
    struct desk desk;
    (void)state;
    desk_open(&desk);
    struct outcome first = try_basic(&desk, "ci", PASSWORD);
    assert_int_equal(first.recall, AUTH_ASK);
    assert_true(first.known);
    assert_true(slice_equal_str(first.caller.arn, "arn:aws:iam::123456789012:user/ci"));
    assert_false(first.caller.admin);
    struct outcome again = try_basic(&desk, "ci", PASSWORD);
    assert_int_equal(again.recall, AUTH_KNOWN);
    assert_true(slice_equal(again.caller.arn, first.caller.arn));
    assert_true(slice_equal_str(again.caller.account, ACCOUNT));
    bed_wait(&desk.bed, AUTH_REMEMBER_SECONDS + 1);
    assert_int_equal(try_basic(&desk, "ci", PASSWORD).recall, AUTH_ASK);
    assert_true(try_basic(&desk, "root", PASSWORD).caller.admin);
    const char *const wrong[][2] = {{"ci", "correct horsf"}, {"ci", ""},
                                    {"nobody", PASSWORD},    {"", ""},
                                    {"../ci", PASSWORD},     {"ci ", PASSWORD}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct outcome outcome = try_basic(&desk, wrong[i][0], wrong[i][1]);
        assert_false(outcome.known);
        assert_int_equal(outcome.failure.reason, FAILURE_UNAUTHENTICATED);
        assert_string_equal(outcome.failure.text, "the user name or the password is wrong");
    }
    assert_int_equal(try_header(&desk, (struct slice){0}).recall, AUTH_ANONYMOUS);
    const char *const bad[] = {"Basic", "Basic !!!", "Basic Y2k=", "Digest x", "Bearer", "x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(try_header(&desk, slice_str(bad[i])).failure.reason,
                         FAILURE_UNAUTHENTICATED);
    desk_close(&desk);
}

/* The secret of a key is a password, too; and no longer than the key is there. */
static void test_forgotten_at_once(void **state)
{
    struct desk desk;
    struct error err = {0};
    (void)state;
    desk_open(&desk);
    struct slice header = basic(&desk, arena_string(&desk.bed.arena, desk.id), desk.secret);
    assert_true(try_header(&desk, header).known);
    struct outcome outcome = try_header(&desk, header);
    assert_int_equal(outcome.recall, AUTH_KNOWN);
    assert_true(slice_equal(outcome.caller.access_key, desk.id));
    assert_true(auth_key_remove(desk.bed.meta, desk.id, &err));
    auth_forget(desk.auth);
    assert_false(try_header(&desk, header).known);

    assert_true(try_basic(&desk, "ci", PASSWORD).known);
    auth_forget(desk.auth); /* something else changed: still the same password */
    assert_int_equal(try_basic(&desk, "ci", PASSWORD).recall, AUTH_ASK);
    assert_int_equal(try_basic(&desk, "ci", PASSWORD).recall, AUTH_KNOWN);
    add_user(&desk, "ci", ACCOUNT, false, "", "another password");
    auth_forget(desk.auth);
    assert_false(try_basic(&desk, "ci", PASSWORD).known);
    assert_true(try_basic(&desk, "ci", "another password").known);
    assert_true(auth_user_remove(desk.bed.meta, &desk.bed.world.world, SLICE("ci"), &err));
    auth_forget(desk.auth);
    assert_false(try_basic(&desk, "ci", "another password").known);
    assert_false(auth_user_remove(desk.bed.meta, &desk.bed.world.world, SLICE("ci"), &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    desk_close(&desk);
}

static void test_slowed_down(void **state)
{
    struct desk desk;
    struct outcome outcome = {0};
    (void)state;
    desk_open(&desk);
    assert_true(try_basic(&desk, "ci", PASSWORD).known);
    for (int i = 0; i <= 6 && outcome.failure.reason != FAILURE_RATE; i++)
        outcome = try_basic(&desk, "ci", "wrong password");
    assert_int_equal(outcome.failure.reason, FAILURE_RATE);
    assert_int_equal(outcome.failure.retry_seconds, 2);
    assert_int_equal(try_basic(&desk, "ci", PASSWORD).recall, AUTH_KNOWN); /* verified before */
    assert_true(try_basic(&desk, "root", PASSWORD).known);                 /* of the same address */
    bed_wait(&desk.bed, 3);
    assert_int_equal(try_basic(&desk, "ci", "wrong password").failure.reason,
                     FAILURE_UNAUTHENTICATED);
    bed_wait(&desk.bed, 3);
    assert_true(try_basic(&desk, "ci", PASSWORD).known);
    desk_close(&desk);
}

static struct slice password_of(struct desk *desk, const struct caller *caller)
{
    struct slice password;
    struct failure failure = {0};
    double expires;
    if (!auth_password_for(desk->auth, caller, &desk->bed.arena, &password, &expires, &failure))
        fail_msg("%s", failure.text);
    assert_int_equal((int)(expires - desk->bed.world.now), AUTH_TOKEN_SECONDS);
    assert_int_equal(slice_find(password, ':'), password.len);
    return password;
}

static void test_aws_password(void **state)
{
    struct desk desk, other;
    (void)state;
    desk_open(&desk);
    desk_open(&other);
    struct outcome ci = try_basic(&desk, "ci", PASSWORD);
    ci.caller.region = SLICE("eu-west-1");
    struct slice password = password_of(&desk, &ci.caller);
    struct outcome outcome = try_header(&desk, basic(&desk, "AWS", password));
    assert_true(outcome.known);
    assert_true(slice_equal_str(outcome.caller.arn, "arn:aws:iam::123456789012:user/ci"));
    assert_true(slice_equal_str(auth_scope(desk.auth, &outcome.caller).region, "eu-west-1"));
    assert_true(outcome.caller.login);
    outcome = try_header(&desk, basic(&desk, "AWS", password));
    assert_int_equal(outcome.recall, AUTH_KNOWN);
    assert_true(outcome.caller.login);
    assert_false(ci.caller.login);
    /* another server's, another use, cut, changed */
    assert_false(try_header(&other, basic(&other, "AWS", password)).known);
    assert_false(try_header(&desk, basic(&desk, "ci", password)).known);
    struct slice bearer = arena_printf(&desk.bed.arena, "Bearer %.*s", SLICE_ARG(password));
    assert_false(try_header(&desk, bearer).known);
    for (size_t i = 0; i < password.len; i++) {
        char *changed = arena_string(&desk.bed.arena, password);
        assert_false(try_header(&desk, basic(&desk, "AWS", slice_upto(password, i))).known);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        /* the last digit has bits that say nothing; no other form may be another's */
        if (i + 1 < password.len)
            assert_false(try_header(&desk, basic(&desk, "AWS", slice_str(changed))).known);
    }
    bed_wait(&desk.bed, AUTH_TOKEN_SECONDS - 10);
    assert_true(try_header(&desk, basic(&desk, "AWS", password)).known);
    bed_wait(&desk.bed, 11); /* remembered for longer than it lasts? */
    outcome = try_header(&desk, basic(&desk, "AWS", password));
    assert_false(outcome.known);
    assert_string_equal(outcome.code, "ExpiredTokenException");
    /* with another password, the tokens of the old one are over */
    ci = try_basic(&desk, "ci", PASSWORD);
    password = password_of(&desk, &ci.caller);
    add_user(&desk, "ci", ACCOUNT, false, "", "another password");
    auth_forget(desk.auth);
    assert_false(try_header(&desk, basic(&desk, "AWS", password)).known);
    desk_close(&other);
    desk_close(&desk);
}

/* A signed request. */
struct signing {
    const char *region, *service, *target, *body;
    struct sigv4_key key;
    double skew;      /* seconds before the server's clock */
    bool anonymously; /* without the session token that it was signed with */
};

static struct outcome try_signed(struct desk *desk, struct signing signing)
{
    struct wire wire;
    struct outcome outcome = {0};
    struct error err = {0};
    const char *body = signing.body ? signing.body : "{}";
    wire_open(&wire, "POST", "/", "", body);
    wire_header(&wire, "Host", SLICE(HOST));
    wire_header(&wire, "Content-Type", SLICE("application/x-amz-json-1.1"));
    wire_header(&wire, "X-Amz-Target", slice_str(signing.target ? signing.target : "T.X"));
    struct sigv4_request request = {SLICE("POST"), SLICE("/"), {0}, &wire.headers, slice_str(body)};
    assert_true(sigv4_sign(&request, &signing.key, signing.region ? signing.region : "us-west-2",
                           signing.service ? signing.service : "ecr",
                           (int64_t)(desk->bed.world.now - signing.skew), &wire.headers,
                           &wire.arena, &err));
    assert_int_equal(auth_recall(desk->auth, &wire.request, &outcome.caller), AUTH_ASK);
    outcome.known =
        auth_identify(desk->auth, &wire.request, &outcome.caller, &outcome.code, &outcome.failure);
    outcome.caller.name = arena_copy(&desk->bed.arena, outcome.caller.name);
    outcome.caller.account = arena_copy(&desk->bed.arena, outcome.caller.account);
    outcome.caller.arn = arena_copy(&desk->bed.arena, outcome.caller.arn);
    outcome.caller.region = arena_copy(&desk->bed.arena, outcome.caller.region);
    outcome.caller.access_key = arena_copy(&desk->bed.arena, outcome.caller.access_key);
    wire_close(&wire);
    return outcome;
}

static void refused(struct desk *desk, struct signing signing, const char *code, const char *text)
{
    struct outcome outcome = try_signed(desk, signing);
    assert_false(outcome.known);
    assert_int_equal(outcome.failure.reason, FAILURE_UNAUTHENTICATED);
    assert_string_equal(outcome.code, code);
    if (!strstr(outcome.failure.text, text))
        fail_msg("%s: not %s", outcome.failure.text, text);
}

static void test_signatures(void **state)
{
    struct desk desk;
    struct error err = {0};
    (void)state;
    desk_open(&desk);
    struct sigv4_key key = {desk.id, desk.secret, {0}};
    struct outcome outcome = try_signed(&desk, (struct signing){.key = key});
    if (!outcome.known)
        fail_msg("%s", outcome.failure.text);
    assert_true(slice_equal_str(outcome.caller.name, "ci"));
    assert_true(slice_equal(outcome.caller.access_key, desk.id));
    assert_true(slice_equal_str(auth_scope(desk.auth, &outcome.caller).region, "us-west-2"));
    assert_true(try_signed(&desk, (struct signing){.key = key, .skew = 890}).known);
    assert_true(try_signed(&desk, (struct signing){.key = key, .skew = -890}).known);
    refused(&desk, (struct signing){.key = key, .skew = 901}, "InvalidSignatureException",
            "Signature expired");
    refused(&desk, (struct signing){.key = key, .skew = -901}, "InvalidSignatureException",
            "not yet current");
    refused(&desk, (struct signing){.key = key, .service = "s3"}, "InvalidSignatureException",
            "correct service");
    refused(&desk, (struct signing){.key = key, .region = "US_EAST"}, "InvalidSignatureException",
            "valid region");
    struct sigv4_key wrong = {desk.id, SLICE("wrong"), {0}};
    refused(&desk, (struct signing){.key = wrong}, "InvalidSignatureException", "does not match");
    wrong = (struct sigv4_key){SLICE("AKIANOBODY"), desk.secret, {0}};
    refused(&desk, (struct signing){.key = wrong}, "UnrecognizedClientException", "invalid");
    wrong = (struct sigv4_key){desk.id, desk.secret, SLICE("made-up-session")};
    refused(&desk, (struct signing){.key = wrong}, "UnrecognizedClientException", "invalid");
    assert_true(auth_key_remove(desk.bed.meta, desk.id, &err));
    refused(&desk, (struct signing){.key = key}, "UnrecognizedClientException", "invalid");
    desk_close(&desk);
}

static void add_role(struct desk *desk, const char *name, const char *policy)
{
    struct meta_txn *txn;
    struct error err = {0};
    struct slice policies[1] = {slice_str(policy)}, names[1] = {SLICE("inline")};
    struct role role = {.id = SLICE("AROAAAAAAAAAAAAAAAAAA"),
                        .account = SLICE(ACCOUNT),
                        .name = slice_str(name),
                        .path = SLICE("/"),
                        .trust = SLICE("{}"),
                        .policy_names = names,
                        .policies = policies,
                        .policy_count = 1};
    assert_true(meta_begin(desk->bed.meta, true, &txn, &err));
    assert_true(role_put(txn, &role, &err));
    assert_true(meta_commit(&txn, &err));
}

static void test_sessions(void **state)
{
    struct desk desk, other;
    struct auth_session session, foreign;
    struct failure failure = {0};
    struct caller nobody = {0};
    struct error err = {0};
    (void)state;
    desk_open(&desk);
    desk_open(&other);
    add_role(&desk, "puller", PULL_ONLY);
    add_role(&other, "puller", PULL_ONLY);
    assert_true(auth_session_for(desk.auth, &nobody, SLICE(ACCOUNT), SLICE("puller"),
                                 SLICE("AROAAAAAAAAAAAAAAAAAA"), SLICE("job"), 900, &desk.bed.arena,
                                 &session, &failure));
    assert_true(auth_session_for(other.auth, &nobody, SLICE(ACCOUNT), SLICE("puller"),
                                 SLICE("AROAAAAAAAAAAAAAAAAAA"), SLICE("job"), 900,
                                 &other.bed.arena, &foreign, &failure));
    struct sigv4_key key = {session.access_key, session.secret, session.token};
    struct outcome outcome = try_signed(&desk, (struct signing){.key = key});
    if (!outcome.known)
        fail_msg("%s", outcome.failure.text);
    assert_int_equal(outcome.caller.kind, CALLER_ROLE);
    assert_true(
        slice_equal_str(outcome.caller.arn, "arn:aws:sts::123456789012:assumed-role/puller/job"));
    struct scope scope = {SLICE(ACCOUNT), SLICE("us-east-1"), SLICE("team/app")};
    assert_true(auth_allows(desk.auth, &outcome.caller, "ecr:BatchGetImage", &scope, &failure));
    assert_false(auth_allows(desk.auth, &outcome.caller, "ecr:PutImage", &scope, &failure));
    assert_int_equal(failure.reason, FAILURE_DENIED);
    struct slice password = password_of(&desk, &outcome.caller);
    assert_true(try_header(&desk, basic(&desk, "AWS", password)).known);
    /* another server's session; ours with another key; a key without its session; parts swapped */
    struct sigv4_key wrong = {foreign.access_key, foreign.secret, foreign.token};
    refused(&desk, (struct signing){.key = wrong}, "UnrecognizedClientException", "invalid");
    wrong = (struct sigv4_key){desk.id, desk.secret, session.token};
    refused(&desk, (struct signing){.key = wrong}, "UnrecognizedClientException", "invalid");
    wrong = (struct sigv4_key){session.access_key, session.secret, {0}};
    refused(&desk, (struct signing){.key = wrong}, "UnrecognizedClientException", "invalid");
    wrong = (struct sigv4_key){session.access_key, desk.secret, session.token};
    refused(&desk, (struct signing){.key = wrong}, "InvalidSignatureException", "does not match");
    wrong = (struct sigv4_key){session.access_key, session.secret, password};
    refused(&desk, (struct signing){.key = wrong}, "UnrecognizedClientException", "invalid");
    bed_wait(&desk.bed, 901);
    refused(&desk, (struct signing){.key = key}, "ExpiredTokenException", "is expired");
    /* a role made anew is another */
    assert_true(auth_session_for(desk.auth, &nobody, SLICE(ACCOUNT), SLICE("puller"),
                                 SLICE("AROABBBBBBBBBBBBBBBBB"), SLICE("job"), 900, &desk.bed.arena,
                                 &session, &failure));
    key = (struct sigv4_key){session.access_key, session.secret, session.token};
    refused(&desk, (struct signing){.key = key}, "UnrecognizedClientException", "invalid");
    (void)err;
    desk_close(&other);
    desk_close(&desk);
}

/* The same bytes again are taken, as AWS does (signature.c says why), and only these. */
static void test_replay(void **state)
{
    struct desk desk;
    struct wire wire;
    struct caller caller;
    struct failure failure = {0};
    struct error err = {0};
    const char *code;
    (void)state;
    desk_open(&desk);
    struct sigv4_key key = {desk.id, desk.secret, {0}};
    wire_open(&wire, "POST", "/", "", "{}");
    wire_header(&wire, "Host", SLICE(HOST));
    wire_header(&wire, "X-Amz-Target", SLICE("T.GetAuthorizationToken"));
    struct sigv4_request request = {SLICE("POST"), SLICE("/"), {0}, &wire.headers, SLICE("{}")};
    assert_true(sigv4_sign(&request, &key, "us-east-1", "ecr", (int64_t)desk.bed.world.now,
                           &wire.headers, &wire.arena, &err));
    assert_true(auth_identify(desk.auth, &wire.request, &caller, &code, &failure));
    assert_true(auth_identify(desk.auth, &wire.request, &caller, &code, &failure));
    for (size_t i = 0; i < 2; i++) { /* Host, target */
        struct slice was = wire.headers.items[i].value;
        wire.headers.items[i].value = i ? SLICE("T.DeleteRepository") : SLICE("other:5000");
        assert_false(auth_identify(desk.auth, &wire.request, &caller, &code, &failure));
        wire.headers.items[i].value = was;
    }
    wire.request.body = SLICE("{\"a\":1}");
    assert_false(auth_identify(desk.auth, &wire.request, &caller, &code, &failure));
    wire.request.body = SLICE("{}");
    bed_wait(&desk.bed, 901);
    assert_false(auth_identify(desk.auth, &wire.request, &caller, &code, &failure));
    assert_string_equal(code, "InvalidSignatureException");
    wire_close(&wire);
    desk_close(&desk);
}

static struct slice token_answer(struct desk *desk, const char *method, const char *query,
                                 const char *body, struct slice header, int status)
{
    struct wire wire;
    struct server_response response = {0};
    wire_open(&wire, method, "/token", query, body);
    if (header.len)
        wire_header(&wire, "Authorization", header);
    auth_token_run(desk->auth, &wire.request, &response);
    if (response.status != status)
        fail_msg("%s %s: %d %.*s", method, query, response.status, SLICE_ARG(response.body));
    if (status == 401)
        assert_true(
            slice_starts(http_header_get(&wire.answer, "WWW-Authenticate"), SLICE("Basic realm=")));
    struct slice copy = arena_copy(&desk->bed.arena, response.body);
    wire_close(&wire);
    return copy;
}

static struct slice token_in(struct desk *desk, struct slice answer)
{
    size_t at = slice_search(answer, SLICE("\"token\":\""));
    struct slice rest = slice_from(answer, at + sizeof "\"token\":\"" - 1);
    assert_true(at < answer.len);
    struct slice token = slice_cut(&rest, '"');
    return arena_printf(&desk->bed.arena, "Bearer %.*s", SLICE_ARG(token));
}

static bool may(struct desk *desk, struct slice header, const char *action, const char *repository,
                struct failure *failure)
{
    struct wire wire;
    struct caller caller;
    const char *code;
    struct scope scope = {SLICE(ACCOUNT), SLICE("us-east-1"), slice_str(repository)};
    *failure = (struct failure){0};
    wire_open(&wire, "GET", "/v2/", "", "");
    if (header.len)
        wire_header(&wire, "Authorization", header);
    enum auth_recall recall = auth_recall(desk->auth, &wire.request, &caller);
    bool allowed =
        (recall != AUTH_ASK || auth_identify(desk->auth, &wire.request, &caller, &code, failure)) &&
        auth_allows(desk->auth, &caller, action, &scope, failure);
    wire_close(&wire);
    return allowed;
}

#define PULL   "ecr:BatchGetImage"
#define PUSH   "ecr:PutImage"
#define DELETE "ecr:BatchDeleteImage"

static void test_bearer(void **state)
{
    struct desk desk;
    struct failure failure;
    (void)state;
    desk_open(&desk);
    struct slice root = basic(&desk, "root", SLICE(PASSWORD)),
                 ci = basic(&desk, "ci", SLICE(PASSWORD));
    struct slice token = token_in(
        &desk, token_answer(&desk, "GET",
                            "service=x&scope=repository:team/app:pull&scope=registry:catalog:*", "",
                            root, 200));
    assert_true(may(&desk, token, PULL, "team/app", &failure));
    assert_true(may(&desk, token, "ecr:DescribeRepositories", "", &failure));
    assert_false(may(&desk, token, PUSH, "team/app", &failure));
    assert_int_equal(failure.reason, FAILURE_UNAUTHENTICATED); /* a client asks for more then */
    assert_false(may(&desk, token, PULL, "team/other", &failure));
    assert_false(may(&desk, token, "ecr:DeleteRepository", "team/app", &failure));
    /* what somebody may not is not in the token */
    token = token_in(&desk, token_answer(&desk, "GET",
                                         "scope=repository%3Ateam%2Fapp%3Apull%2Cpush%2Cdelete", "",
                                         ci, 200));
    assert_true(may(&desk, token, PULL, "team/app", &failure));
    assert_false(may(&desk, token, PUSH, "team/app", &failure));
    assert_false(may(&desk, token, DELETE, "team/app", &failure));
    /* OAuth2 form: several scopes, blanks between */
    token = token_in(&desk, token_answer(&desk, "POST", "",
                                         "grant_type=password&username=root&password=correct+horse"
                                         "&scope=repository:a/b:push+repository:c:*&service=x"
                                         "&client_id=containerd-client",
                                         (struct slice){0}, 200));
    assert_true(may(&desk, token, PUSH, "a/b", &failure));
    assert_false(may(&desk, token, PULL, "a/b", &failure));
    assert_true(may(&desk, token, DELETE, "c", &failure));
    token_answer(&desk, "POST", "", "grant_type=password&username=root&password=no",
                 (struct slice){0}, 401);
    token_answer(&desk, "POST", "", "grant_type=refresh_token&refresh_token=x", root, 400);
    token_answer(&desk, "GET", "scope=repository:team/app:pull", "", (struct slice){0}, 401);
    token_answer(&desk, "GET", "", "", token, 401); /* no token by a token */
    token_answer(&desk, "PUT", "", "", root, 400);
    /* scopes that are none */
    token = token_in(&desk, token_answer(&desk, "GET",
                                         "scope=repository:../x:pull&scope=&scope=x&scope=:::"
                                         "&scope=repository:*:pull&scope=registry:other:*",
                                         "", root, 200));
    assert_false(may(&desk, token, PULL, "x", &failure));
    assert_false(may(&desk, token, "ecr:DescribeRepositories", "", &failure));
    bed_wait(&desk.bed, 301);
    assert_false(may(&desk, token, PULL, "c", &failure));
    assert_int_equal(failure.reason, FAILURE_UNAUTHENTICATED);
    desk_close(&desk);
}

static void test_anonymous(void **state)
{
    struct desk desk;
    struct failure failure;
    (void)state;
    desk_open_with(&desk, (struct auth_options){.anonymous_pull = true});
    bed_repository(&desk.bed, "team/app", TAGS_MUTABLE);
    bed_repository(&desk.bed, "team/secret", TAGS_MUTABLE);
    OK(&desk.bed, setting_put(&desk.bed.registry, &desk.bed.scope, "policy",
                              SLICE("{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\","
                                    "\"Action\":\"ecr:BatchGetImage\"}}"),
                              "SetRepositoryPolicy", NULL, &desk.bed.failure));
    assert_true(may(&desk, (struct slice){0}, PULL, "team/app", &failure));
    assert_false(may(&desk, (struct slice){0}, PUSH, "team/app", &failure));
    assert_int_equal(failure.reason, FAILURE_UNAUTHENTICATED);
    assert_false(may(&desk, (struct slice){0}, PULL, "team/secret", &failure));
    assert_false(may(&desk, (struct slice){0}, "ecr:DescribeRepositories", "", &failure));
    struct slice token =
        token_in(&desk, token_answer(&desk, "GET", "scope=repository:team/app:pull,push", "",
                                     (struct slice){0}, 200));
    assert_true(may(&desk, token, PULL, "team/app", &failure));
    assert_false(may(&desk, token, PUSH, "team/app", &failure));
    desk_close(&desk);
}

static void set_policy(struct desk *desk, const char *policy)
{
    OK(&desk->bed, setting_put(&desk->bed.registry, &desk->bed.scope, "policy", slice_str(policy),
                               "SetRepositoryPolicy", NULL, &desk->bed.failure));
}

static void test_repository_policy(void **state)
{
    struct desk desk;
    struct failure failure;
    (void)state;
    desk_open(&desk);
    bed_repository(&desk.bed, "team/app", TAGS_MUTABLE);
    struct slice root = basic(&desk, "root", SLICE(PASSWORD)),
                 ci = basic(&desk, "ci", SLICE(PASSWORD)),
                 stranger = basic(&desk, "stranger", SLICE(PASSWORD));
    assert_true(may(&desk, ci, PULL, "team/app", &failure));
    assert_false(may(&desk, ci, PUSH, "team/app", &failure));
    assert_string_equal(failure.text,
                        "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: "
                        "ecr:PutImage on resource: arn:aws:ecr:us-east-1:123456789012:repository/"
                        "team/app because no identity-based policy allows the ecr:PutImage action");
    assert_false(may(&desk, stranger, PULL, "team/app", &failure));
    set_policy(&desk, "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":["
                      "\"arn:aws:iam::123456789012:user/ci\",\"999999999999\"]},"
                      "\"Action\":\"ecr:PutImage\"}]}");
    assert_true(may(&desk, ci, PUSH, "team/app", &failure)); /* seen at once */
    assert_true(may(&desk, stranger, PUSH, "team/app", &failure));
    assert_false(may(&desk, stranger, PULL, "team/app", &failure));
    assert_non_null(strstr(failure.text, "because no resource-based policy allows"));
    set_policy(&desk, "{\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":"
                      "\"ecr:*\"}]}");
    assert_false(may(&desk, ci, PULL, "team/app", &failure));
    assert_false(may(&desk, root, PULL, "team/app", &failure));
    assert_non_null(strstr(failure.text, "with an explicit deny in a resource-based policy"));
    assert_true(may(&desk, root, "ecr:DeleteRepositoryPolicy", "team/app", &failure));
    assert_true(may(&desk, root, PULL, "team/other", &failure));
    /* One that got in by another way and is not understood: it may have denied. */
    set_policy(&desk, "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":"
                      "\"ecr:*\",\"Unknown\":1}]}");
    assert_false(may(&desk, ci, PULL, "team/app", &failure));
    assert_true(may(&desk, root, "ecr:SetRepositoryPolicy", "team/app", &failure));
    desk_close(&desk);
}

static void test_certificate(void **state)
{
    struct desk desk;
    struct wire wire;
    struct caller caller;
    struct failure failure = {0};
    const char *code;
    (void)state;
    desk_open(&desk);
    wire_open(&wire, "GET", "/v2/", "", "");
    wire.request.client_certificate = SLICE("ci");
    assert_int_equal(auth_recall(desk.auth, &wire.request, &caller), AUTH_ASK);
    assert_true(auth_identify(desk.auth, &wire.request, &caller, &code, &failure));
    assert_true(slice_equal_str(caller.name, "ci"));
    assert_int_equal(auth_recall(desk.auth, &wire.request, &caller), AUTH_KNOWN);
    wire.request.client_certificate = SLICE("unknown");
    assert_false(auth_identify(desk.auth, &wire.request, &caller, &code, &failure));
    wire_close(&wire);
    desk_close(&desk);
}

static void write_htpasswd(struct desk *desk, const char *path, const char *user,
                           const char *password)
{
    uint8_t random[PASSWORD_SALT_BYTES] = {1, 2, 3};
    struct password_hash hash;
    struct error err = {0};
    assert_true(password_make(slice_str(password), random, &hash, &err));
    struct slice text = arena_printf(
        &desk->bed.arena, "# users\n%s:%s\nold:$apr1$x$abcdefghijk\n::\nbroken\n", user, hash.text);
    assert_true(file_write(path, text, &err));
}

static void test_htpasswd(void **state)
{
    struct desk desk;
    struct failure failure;
    char path[64] = "/tmp/plimsoll-htpasswd-XXXXXX";
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    desk_open_with(&desk, (struct auth_options){.htpasswd = path});
    write_htpasswd(&desk, path, "anna", PASSWORD);
    bed_wait(&desk.bed, 2);
    assert_true(try_basic(&desk, "anna", PASSWORD).known);
    assert_int_equal(try_basic(&desk, "anna", PASSWORD).recall, AUTH_KNOWN);
    struct slice anna = basic(&desk, "anna", SLICE(PASSWORD));
    assert_true(may(&desk, anna, PUSH, "team/app", &failure));
    assert_false(may(&desk, anna, "ecr:DeleteRepository", "team/app", &failure));
    assert_false(try_basic(&desk, "old", PASSWORD).known);
    assert_false(try_basic(&desk, "broken", "").known);
    write_htpasswd(&desk, path, "anna", "another password");
    bed_wait(&desk.bed, 2);
    assert_false(try_basic(&desk, "anna", PASSWORD).known);
    assert_true(try_basic(&desk, "anna", "another password").known);
    desk_close(&desk);
    unlink(path);
}

static void test_everybody(void **state)
{
    struct desk desk;
    struct failure failure;
    (void)state;
    desk_open_with(&desk, (struct auth_options){.none = true});
    struct outcome outcome = try_header(&desk, (struct slice){0});
    assert_int_equal(outcome.recall, AUTH_KNOWN);
    assert_true(outcome.caller.admin);
    outcome = try_header(&desk, SLICE("AWS4-HMAC-SHA256 Credential=x/20150830/eu-west-3/ecr/"
                                      "aws4_request, SignedHeaders=host, Signature=0"));
    assert_true(slice_equal_str(outcome.caller.region, "eu-west-3"));
    outcome = try_header(&desk, SLICE("AWS4-HMAC-SHA256 Credential=x/20150830/../../ecr"));
    assert_int_equal(outcome.caller.region.len, 0);
    assert_true(may(&desk, SLICE("Basic whatever"), "ecr:DeleteRepository", "x", &failure));
    /* A password made where nobody is asked opens nothing where somebody is. */
    struct slice password = password_of(&desk, &outcome.caller);
    struct auth *strict;
    struct error err = {0};
    assert_true(
        auth_open(&strict, &desk.bed.registry, &(struct auth_options){.account = ACCOUNT}, &err));
    add_user(&desk, "admin", ACCOUNT, true, "", PASSWORD);
    struct auth *loose = desk.auth;
    desk.auth = strict;
    assert_false(try_header(&desk, basic(&desk, "AWS", password)).known);
    desk.auth = loose;
    desk_close(&desk);
    auth_close(strict);
}

static void test_users(void **state)
{
    struct desk desk;
    struct error err = {0};
    struct auth_user *users;
    size_t count;
    struct slice id = SLICE("test"), secret = SLICE("test");
    (void)state;
    desk_open(&desk);
    struct meta *meta = desk.bed.meta;
    struct world *world = &desk.bed.world.world;
    struct auth_user bad = {.name = SLICE("a/b"), .account = SLICE(ACCOUNT)};
    assert_false(auth_user_put(meta, world, &bad, (struct slice){0}, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    bad.name = SLICE("aws");
    assert_false(auth_user_put(meta, world, &bad, (struct slice){0}, &err));
    bad = (struct auth_user){.name = SLICE("x"), .account = SLICE("12")};
    assert_false(auth_user_put(meta, world, &bad, (struct slice){0}, &err));
    bad.account = SLICE(ACCOUNT);
    bad.policy = SLICE("not JSON");
    assert_false(auth_user_put(meta, world, &bad, (struct slice){0}, &err));
    bad.policy = (struct slice){0};
    assert_false(auth_user_put(meta, world, &bad, SLICE("short"), &err));
    assert_true(auth_key_add(meta, world, SLICE("ci"), &desk.bed.arena, &id, &secret, &err));
    assert_true(auth_key_add(meta, world, SLICE("ci"), &desk.bed.arena, &id, &secret, &err));
    assert_false(auth_key_add(meta, world, SLICE("root"), &desk.bed.arena, &id, &secret, &err));
    assert_non_null(strstr(err.text, "another user's"));
    assert_false(auth_key_add(meta, world, SLICE("nobody"), &desk.bed.arena, &id, &secret, &err));
    assert_true(auth_user_list(meta, &desk.bed.arena, &users, &count, &err));
    assert_int_equal(count, 3);
    assert_true(slice_equal_str(users[0].name, "ci"));
    assert_int_equal(users[0].key_count, 2);
    assert_true(users[1].admin);
    for (int i = 0; i < 60; i++) {
        id = secret = (struct slice){0};
        if (!auth_key_add(meta, world, SLICE("ci"), &desk.bed.arena, &id, &secret, &err))
            break;
    }
    assert_int_equal(err.kind, ERROR_LIMIT);
    desk_close(&desk);
}

struct busy {
    struct desk *desk;
    struct slice header;
    atomic_bool stop;
    atomic_uint answered, wrong;
};

/* A connection that asks again and again: always known, and refused or allowed by one of the two
   policies that come and go. */
static void *ask_on(void *context)
{
    struct busy *busy = context;
    const struct scope scope = {SLICE(ACCOUNT), SLICE("us-east-1"), SLICE("team/app")};
    while (!atomic_load(&busy->stop)) {
        struct wire wire;
        struct caller caller;
        struct failure failure = {0};
        const char *code;
        wire_open(&wire, "GET", "/v2/", "", "");
        wire_header(&wire, "Authorization", busy->header);
        bool known = auth_recall(busy->desk->auth, &wire.request, &caller) == AUTH_KNOWN ||
                     auth_identify(busy->desk->auth, &wire.request, &caller, &code, &failure);
        if (!known || !slice_equal_str(caller.name, "root"))
            atomic_fetch_add(&busy->wrong, 1);
        else if (!auth_allows(busy->desk->auth, &caller, PULL, &scope, &failure) &&
                 failure.reason != FAILURE_DENIED)
            atomic_fetch_add(&busy->wrong, 1);
        atomic_fetch_add(&busy->answered, 1);
        wire_close(&wire);
    }
    return NULL;
}

static void test_threads(void **state)
{
    enum { THREADS = 4, CHANGES = 100 };
    struct desk desk;
    struct failure failure;
    pthread_t threads[THREADS];
    (void)state;
    desk_open(&desk);
    bed_repository(&desk.bed, "team/app", TAGS_MUTABLE);
    struct busy busy = {.desk = &desk, .header = basic(&desk, "root", SLICE(PASSWORD))};
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_on, &busy), 0);
    for (unsigned i = 0; i < CHANGES; i++) {
        set_policy(&desk, i % 2 ? "{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\","
                                  "\"Action\":\"ecr:*\"}}"
                                : "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\","
                                  "\"Action\":\"ecr:*\"}}");
        /* What was set is what is judged by, from the next question on. */
        assert_true(may(&desk, busy.header, PULL, "team/app", &failure) == (i % 2 == 0));
        auth_forget(desk.auth);
    }
    atomic_store(&busy.stop, true);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_true(atomic_load(&busy.answered) > 0);
    assert_int_equal(atomic_load(&busy.wrong), 0);
    desk_close(&desk);
}

/* What a request costs that was verified before: told with PLIMSOLL_TIMES, not judged here. */
static void test_times(void **state)
{
    enum { ROUNDS = 200000 };
    struct desk desk;
    struct wire wire;
    struct caller caller;
    struct failure failure = {0};
    struct timespec from, to;
    (void)state;
    desk_open(&desk);
    struct outcome root = try_basic(&desk, "root", PASSWORD);
    struct slice header = basic(&desk, "AWS", password_of(&desk, &root.caller));
    assert_true(try_header(&desk, header).known);
    struct scope scope = {SLICE(ACCOUNT), SLICE("us-east-1"), SLICE("team/app")};
    wire_open(&wire, "GET", "/v2/", "", "");
    wire_header(&wire, "Authorization", header);
    double recall = 0, allow = 0;
    int rounds = getenv("PLIMSOLL_TIMES") ? ROUNDS : 100;
    for (int i = 0; i < rounds; i += 100) {
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (int j = 0; j < 100; j++)
            assert_true(auth_recall(desk.auth, &wire.request, &caller) == AUTH_KNOWN);
        clock_gettime(CLOCK_MONOTONIC, &to);
        recall += (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (int j = 0; j < 100; j++)
            assert_true(auth_allows(desk.auth, &caller, PULL, &scope, &failure));
        clock_gettime(CLOCK_MONOTONIC, &to);
        allow += (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
        arena_reset(&wire.arena);
        wire.headers = (struct http_headers){0};
        wire_header(&wire, "Authorization", header);
    }
    if (getenv("PLIMSOLL_TIMES"))
        print_message("auth_recall %.0f ns, auth_allows %.0f ns, header %zu bytes\n",
                      recall / rounds, allow / rounds, header.len);
    wire_close(&wire);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passwords),   cmocka_unit_test(test_forgotten_at_once),
        cmocka_unit_test(test_slowed_down), cmocka_unit_test(test_aws_password),
        cmocka_unit_test(test_signatures),  cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_replay),      cmocka_unit_test(test_bearer),
        cmocka_unit_test(test_anonymous),   cmocka_unit_test(test_repository_policy),
        cmocka_unit_test(test_certificate), cmocka_unit_test(test_htpasswd),
        cmocka_unit_test(test_everybody),   cmocka_unit_test(test_users),
        cmocka_unit_test(test_threads),     cmocka_unit_test(test_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
