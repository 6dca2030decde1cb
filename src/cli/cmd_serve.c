/* plimsoll serve */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/log.h"
#include "cli/command_rows.h"
#include "net/url.h"
#include "registry/serve.h"

static const struct option options[] = {
    {.name = "data",
     .type = OPTION_STRING,
     .argument = "DIR",
     .standard = "plimsoll-data",
     .variable = "PLIMSOLL_DATA",
     .key = "serve.data",
     .prose = "Folder for images and metadata; made when it is not there."},
    {.name = "listen",
     .type = OPTION_LIST,
     .argument = "ADDRESS",
     .standard = "127.0.0.1:5000",
     .variable = "PLIMSOLL_LISTEN",
     .key = "serve.listen",
     .prose = "HOST:PORT to listen on; repeatable. Port 0 takes a free one."},
    {.name = "public-url",
     .type = OPTION_STRING,
     .argument = "URL",
     .variable = "PLIMSOLL_PUBLIC_URL",
     .key = "serve.public-url",
     .prose = "How clients reach it, when that is not where it listens (a proxy before it)."},
    {.name = "trusted-proxy",
     .type = OPTION_LIST,
     .argument = "CIDR",
     .variable = "PLIMSOLL_TRUSTED_PROXY",
     .key = "serve.trusted-proxy",
     .prose = "Proxies in this network (10.0.0.0/8, or one address) are believed who asks: "
              "X-Forwarded-For or Forwarded, and X-Forwarded-Proto. Repeatable."},
    {.name = "account",
     .type = OPTION_STRING,
     .argument = "ID",
     .standard = "123456789012",
     .variable = "PLIMSOLL_ACCOUNT",
     .key = "serve.account",
     .prose = "AWS account id of its own, 9 to 12 digits."},
    {.name = "region",
     .type = OPTION_STRING,
     .argument = "REGION",
     .standard = "us-east-1",
     .variable = "PLIMSOLL_REGION",
     .key = "serve.region",
     .prose = "Region of its own, for who does not sign for another one."},
    {.name = "uri-template",
     .type = OPTION_STRING,
     .argument = "TEMPLATE",
     .variable = "PLIMSOLL_URI_TEMPLATE",
     .key = "serve.uri-template",
     .prose = "repositoryUri in answers: {account}, {region} and {repository} are filled in, as in "
              "'{account}.dkr.ecr.{region}.amazonaws.com/{repository}'. Without it: the address "
              "of the server."},
    {.name = "no-auth", .prose = "Everybody is the administrator. Only on loopback addresses."},
    {.name = "anonymous-pull",
     .key = "serve.anonymous-pull",
     .prose = "Who brings no credentials may pull, where no policy denies it."},
    {.name = "htpasswd",
     .type = OPTION_STRING,
     .argument = "FILE",
     .key = "serve.htpasswd",
     .prose = "More users, as htpasswd -B writes them; read again when it changes."},
    {.name = "tls-cert",
     .type = OPTION_STRING,
     .argument = "FILE",
     .key = "serve.tls-cert",
     .prose = "Certificate chain (PEM): serves HTTPS. Read again when it changes."},
    {.name = "tls-key",
     .type = OPTION_STRING,
     .argument = "FILE",
     .key = "serve.tls-key",
     .prose = "Its key (PEM)."},
    {.name = "tls-client-ca",
     .type = OPTION_STRING,
     .argument = "FILE",
     .key = "serve.tls-client-ca",
     .prose = "Ask for client certificates of this authority (PEM); the common name is a user's."},
    {.name = "tls-client-required",
     .key = "serve.tls-client-required",
     .prose = "Nobody gets in without a client certificate."},
    {.name = "create-on-push",
     .standard = "yes",
     .key = "serve.create-on-push",
     .prose = "A push makes its repository when it is not there (on; --no-create-on-push as in "
              "Amazon's registry)."},
    {.name = "delete",
     .standard = "yes",
     .key = "serve.delete",
     .prose = "DELETE of the distribution API is allowed (on)."},
    {.name = "scan",
     .standard = "yes",
     .key = "serve.scan",
     .prose = "Scan images while they are pushed (on). Without it they are scanned when somebody "
              "asks (aws ecr start-image-scan)."},
    {.name = "scan-workers",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "0",
     .key = "serve.scan-workers",
     .prose = "Layers analysed at once; 0: twice the processors."},
    {.name = "access-log",
     .type = OPTION_STRING,
     .argument = "FILE",
     .key = "serve.access-log",
     .prose = "One JSON line a request; - is standard error."},
    {.name = "collect-every",
     .type = OPTION_INT,
     .argument = "SECONDS",
     .standard = "3600",
     .key = "serve.collect-every",
     .prose = "How often what no manifest names is collected; 0: never."},
    {.name = "grace",
     .type = OPTION_INT,
     .argument = "SECONDS",
     .standard = "86400",
     .key = "serve.grace",
     .prose = "How long a blob may wait for its manifest before it is collected."},
    {.name = "upload-timeout",
     .type = OPTION_INT,
     .argument = "SECONDS",
     .standard = "86400",
     .key = "serve.upload-timeout",
     .prose = "An upload without new bytes for so long is given up."},
    {.name = "lifecycle-every",
     .type = OPTION_INT,
     .argument = "SECONDS",
     .standard = "3600",
     .key = "serve.lifecycle-every",
     .prose = "How often lifecycle policies are carried out; 0: never."},
    {.name = "recycle",
     .type = OPTION_INT,
     .argument = "SECONDS",
     .standard = "604800",
     .key = "serve.recycle",
     .prose =
         "What a lifecycle policy expires can be restored for so long; 0: it is gone at once."},
    {.name = "journal-days",
     .type = OPTION_INT,
     .argument = "DAYS",
     .standard = "400",
     .key = "serve.journal-days",
     .high = 36500,
     .prose = "How long the audit log (plimsoll registry audit) goes back; 0: to the beginning. "
              "The newest 10,000 entries stay in any case, and what a webhook or replication has "
              "not read yet."},
    {.name = "max-blob",
     .type = OPTION_SIZE,
     .argument = "SIZE",
     .standard = "64G",
     .key = "serve.max-blob",
     .prose = "The largest blob that is taken."},
    {.name = "repository-quota",
     .type = OPTION_SIZE,
     .argument = "SIZE",
     .standard = "0",
     .key = "serve.repository-quota",
     .prose = "Bytes that the blobs of one repository may take; 0: no limit."},
    {.name = "account-quota",
     .type = OPTION_SIZE,
     .argument = "SIZE",
     .standard = "0",
     .key = "serve.account-quota",
     .prose = "Bytes that all repositories of an account may take; 0: no limit."},
    {.name = "connections",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "16384",
     .key = "serve.connections",
     .low = 1,
     .high = 1000000,
     .prose = "Connections at once."},
    {.name = "connections-per-client",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "0",
     .key = "serve.connections-per-client",
     .prose = "Connections at once from one address; 0: no limit of its own."},
    {.name = "rate-limit",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "0",
     .key = "serve.rate-limit",
     .prose = "Requests a second of one caller (or address), on average; 0: no limit."},
    {.name = "workers",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "16",
     .key = "serve.workers",
     .low = 1,
     .high = 1000,
     .prose = "Requests that may work on the disk at once."},
    {.name = "stop-after",
     .type = OPTION_INT,
     .argument = "SECONDS",
     .standard = "30",
     .key = "serve.stop-after",
     .prose = "Told to stop (SIGTERM, Ctrl-C), it lets what is under way end for so long."},
    {NULL},
};

static void show_credentials(const struct serve_credentials *made)
{
    if (!made)
        return;
    puts("First start: this user was made. What follows is shown now and never again.");
    printf("  user %.*s, password %.*s\n", SLICE_ARG(made->user), SLICE_ARG(made->password));
    if (made->given)
        puts("  access key as given");
    else
        printf("  export AWS_ACCESS_KEY_ID=%.*s\n  export AWS_SECRET_ACCESS_KEY=%.*s\n",
               SLICE_ARG(made->access_key), SLICE_ARG(made->secret_key));
    puts("More users: plimsoll user add --help");
}

static void ready(void *context, const char *url, const struct serve_credentials *made)
{
    const struct serve_options *serve = context;
    printf("plimsoll " PLIMSOLL_VERSION " serves %s at %s (account %.*s, %.*s)\n", serve->data, url,
           SLICE_ARG(serve->node.account), SLICE_ARG(serve->node.region));
    show_credentials(made);
    if (serve->auth.none)
        puts("Nobody is asked who they are (--no-auth).");
    fflush(stdout);
}

static void tell(void *context, const char *text)
{
    (void)context;
    log_warning("%s", text);
}

/* "127.0.0.1:5000", "[::1]:0", "localhost:5000". */
static bool is_loopback(const char *address)
{
    struct slice text = slice_str(address);
    struct slice host = slice_upto(text, slice_find_last(text, ':'));
    if (slice_starts(host, SLICE("[")) && slice_ends(host, SLICE("]")))
        host = slice_from(slice_upto(host, host.len - 1), 1);
    return url_host_is_loopback(host);
}

static bool check_account(struct slice account, struct error *err)
{
    uint64_t number;
    if (account.len >= 9 && account.len <= 12 && slice_u64(account, &number))
        return true;
    return error_set(err, ERROR_USAGE, "--account: 9 to 12 digits, as 123456789012");
}

static bool check_region(struct slice region, struct error *err)
{
    bool fine = region.len >= 1 && region.len <= 40;
    for (size_t i = 0; i < region.len && fine; i++)
        fine = ascii_among(region.at[i], "abcdefghijklmnopqrstuvwxyz0123456789-");
    return fine || error_set(err, ERROR_USAGE, "--region: a name such as us-east-1");
}

static bool check_template(struct slice text, struct error *err)
{
    if (!text.len || slice_search(text, SLICE("{repository}")) < text.len)
        return true;
    return error_set(err, ERROR_USAGE, "--uri-template: {repository} must stand in it");
}

static bool check(const struct invocation *call, const struct serve_options *serve,
                  struct error *err)
{
    for (size_t i = 0; serve->auth.none && i < serve->server.listen_count; i++)
        if (!is_loopback(serve->server.listen[i]))
            return error_set(err, ERROR_USAGE,
                             "--no-auth with --listen %s: without credentials it serves loopback "
                             "addresses only",
                             serve->server.listen[i]);
    if (!serve->server.certificate != !serve->server.key)
        return error_set(err, ERROR_USAGE, "--tls-cert and --tls-key go together");
    if (serve->server.client_ca && !serve->server.certificate)
        return error_set(err, ERROR_USAGE, "--tls-client-ca needs --tls-cert and --tls-key");
    if (serve->server.client_required && !serve->server.client_ca)
        return error_set(err, ERROR_USAGE, "--tls-client-required needs --tls-client-ca");
    if (serve->node.public_url.len && !slice_starts(serve->node.public_url, SLICE("http://")) &&
        !slice_starts(serve->node.public_url, SLICE("https://")))
        return error_set(err, ERROR_USAGE,
                         "--public-url: an address such as https://registry.example");
    if (!serve->access_key != !serve->secret_key)
        return error_set(err, ERROR_USAGE,
                         "PLIMSOLL_BOOTSTRAP_ACCESS_KEY and PLIMSOLL_BOOTSTRAP_SECRET_KEY go "
                         "together");
    (void)call;
    return check_account(serve->node.account, err) && check_region(serve->node.region, err) &&
           check_template(serve->node.uri_template, err);
}

static void read_server(const struct invocation *call, struct server_options *server)
{
    const struct option_value *listen = option_value(call, "listen");
    server->listen = listen->items;
    server->listen_count = listen->count;
    server->certificate = option_text(call, "tls-cert");
    server->key = option_text(call, "tls-key");
    server->client_ca = option_text(call, "tls-client-ca");
    server->client_required = option_flag(call, "tls-client-required");
    server->connections = (unsigned)option_number(call, "connections");
    server->connections_per_client = (unsigned)option_number(call, "connections-per-client");
    server->workers = (unsigned)option_number(call, "workers");
}

static bool read_proxies(const struct invocation *call, struct server_options *server,
                         struct error *err)
{
    const struct option_value *given = option_value(call, "trusted-proxy");
    struct network *networks = arena_array(call->arena, given->count + 1, sizeof *networks);
    if (!networks)
        return arena_error(err);
    for (size_t i = 0; i < given->count; i++)
        if (!network_parse(slice_str(given->items[i]), &networks[i]))
            return error_set(err, ERROR_USAGE,
                             "--trusted-proxy %s: a network such as 10.0.0.0/8, or an address",
                             given->items[i]);
    server->proxies = networks;
    server->proxy_count = given->count;
    return true;
}

static void read_node(const struct invocation *call, struct node_options *node)
{
    node->account = slice_str(option_text(call, "account"));
    node->region = slice_str(option_text(call, "region"));
    node->uri_template = slice_str(option_text(call, "uri-template"));
    node->public_url = slice_str(option_text(call, "public-url"));
    while (slice_ends(node->public_url, SLICE("/")))
        node->public_url.len--;
    node->create_on_push = option_flag(call, "create-on-push");
    node->deletes = option_flag(call, "delete");
}

static void read_limits(const struct invocation *call, struct registry_limits *limits)
{
    limits->blob_max = (uint64_t)option_number(call, "max-blob");
    limits->repository_max = (uint64_t)option_number(call, "repository-quota");
    limits->account_max = (uint64_t)option_number(call, "account-quota");
    limits->grace_seconds = (unsigned)option_number(call, "grace");
    limits->upload_seconds = (unsigned)option_number(call, "upload-timeout");
    limits->recycle_seconds = (unsigned)option_number(call, "recycle");
}

static bool run(struct invocation *call, struct error *err)
{
    struct serve_options serve = {
        .data = option_text(call, "data"),
        .inspect = {.store = option_text(call, "db"),
                    .workers = (unsigned)option_number(call, "scan-workers"),
                    .only_on_request = !option_flag(call, "scan")},
        .access_log = option_text(call, "access-log"),
        .rate = (double)option_number(call, "rate-limit"),
        .collect_seconds = (unsigned)option_number(call, "collect-every"),
        .lifecycle_seconds = (unsigned)option_number(call, "lifecycle-every"),
        .journal_days = (unsigned)option_number(call, "journal-days"),
        .stop_seconds = (unsigned)option_number(call, "stop-after"),
        .access_key = getenv("PLIMSOLL_BOOTSTRAP_ACCESS_KEY"),
        .secret_key = getenv("PLIMSOLL_BOOTSTRAP_SECRET_KEY"),
        .context = &serve,
        .ready = ready,
        .tell = tell,
    };
    read_server(call, &serve.server);
    read_node(call, &serve.node);
    read_limits(call, &serve.limits);
    serve.auth = (struct auth_options){.none = option_flag(call, "no-auth"),
                                       .anonymous_pull = option_flag(call, "anonymous-pull"),
                                       .htpasswd = option_text(call, "htpasswd"),
                                       .account = option_text(call, "account"),
                                       .region = option_text(call, "region"),
                                       .service = "ecr.amazonaws.com"};
    return read_proxies(call, &serve.server, err) && check(call, &serve, err) &&
           serve_run(&serve, err);
}

static const struct command_example examples[] = {
    {"plimsoll serve", "on 127.0.0.1:5000, with its data in ./plimsoll-data"},
    {"plimsoll serve --no-auth --listen 127.0.0.1:0", "to try it: no credentials, a free port"},
    {"plimsoll serve --data /srv/plimsoll --listen :443 --tls-cert cert.pem --tls-key key.pem",
     "for a team"},
    {"plimsoll serve --listen 127.0.0.1:5000 --trusted-proxy 127.0.0.1 --public-url "
     "https://registry.example",
     "behind a proxy on the same machine, which sets X-Forwarded-For"},
    {"plimsoll serve --account 123456789 --uri-template "
     "'{account}.dkr.ecr.{region}.amazonaws.com/{repository}'",
     "where scripts have the names of Amazon's registry in them"},
    {NULL, NULL},
};

const struct command command_serve = {
    .name = "serve",
    .summary = "a registry that scans while you push, and speaks Amazon ECR's API",
    .prose =
        "Serves the OCI distribution API (docker, podman, skopeo, crane, oras … push and pull) and "
        "the API of Amazon ECR with the parts of STS and IAM that go with it: `aws ecr … "
        "--endpoint-url http://127.0.0.1:5000`, or AWS_ENDPOINT_URL in the environment.\n\n"
        "The first start makes a user (admin) with a password and an access key, and shows them "
        "once; PLIMSOLL_BOOTSTRAP_ACCESS_KEY and PLIMSOLL_BOOTSTRAP_SECRET_KEY give the key "
        "instead. Images are scanned with the advisory database of --db, and judged again when it "
        "is updated.\n\n"
        "Also served: /metrics (Prometheus), /healthz, /readyz. Ends in order on SIGTERM.",
    .options = options,
    .examples = examples,
    .run = run,
};
