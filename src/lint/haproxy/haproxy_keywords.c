/*
 * Which keyword may stand in which section, with how many arguments, since and until which version.
 * Facts from the configuration manual, from `haproxy -dKall` of 2.6 to 3.4, and from what
 * `haproxy -c` of 2.6 says to each in each section. Sorted by name (a unit test looks); a version
 * between two that were looked at is given as the earlier, since a false alarm is worse there.
 */
#include "lint/haproxy/haproxy.h"

#include <stdlib.h>

#include "base/ascii.h"

#define G         HAPROXY_GLOBAL
#define D         HAPROXY_DEFAULTS
#define N         HAPROXY_NAMED
#define F         HAPROXY_FRONTEND
#define L         HAPROXY_LISTEN
#define B         HAPROXY_BACKEND
#define ALL       HAPROXY_PROXIES
#define ANY       255
#define CONDITION true

/* clang-format off */
const struct haproxy_keyword haproxy_keywords[] = {
    /* name, works in, refused in, least and most arguments, since, until, if/unless, instead */
    {"acl", N | F | L | B, D, 2, ANY, 0, 0, false, NULL},
    {"acme.scheduler", G, 0, 1, ANY, 301, 0, false, NULL},
    {"anonkey", G, 0, 1, 1, 207, 0, false, NULL},
    {"appsession", ALL, 0, 0, ANY, 0, 106, false, "use 'cookie' or 'stick-table'"},
    {"backlog", D | N | F | L, 0, 1, 1, 0, 0, false, NULL},
    {"balance", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"bind", F | L, D | N, 1, ANY, 0, 0, false, NULL},
    {"bind-process", ALL, 0, 0, ANY, 0, 207, false, "remove it: use 'thread' on bind lines"},
    {"block", ALL, 0, 0, ANY, 0, 201, false, "use 'http-request deny'"},
    {"busy-polling", G, 0, 0, 0, 0, 0, false, NULL},
    {"ca-base", G, 0, 1, 1, 0, 0, false, NULL},
    {"capture cookie", F | L, D | N, 3, ANY, 0, 0, false, NULL},
    {"capture request", F | L, D | N, 4, ANY, 0, 0, false, NULL},
    {"capture response", F | L, D | N, 4, ANY, 0, 0, false, NULL},
    {"chroot", G, 0, 1, 1, 0, 0, false, NULL},
    {"cliexp", ALL, 0, 0, ANY, 0, 201, false, "use 'http-request replace-header'"},
    {"clitcpka-cnt", D | N | F | L, 0, 1, ANY, 0, 0, false, NULL},
    {"clitcpka-idle", D | N | F | L, 0, 1, ANY, 0, 0, false, NULL},
    {"clitcpka-intvl", D | N | F | L, 0, 1, ANY, 0, 0, false, NULL},
    {"clitimeout", ALL, 0, 0, ANY, 0, 201, false, "use 'timeout client'"},
    {"close-spread-time", G, 0, 1, ANY, 0, 0, false, NULL},
    {"cluster-secret", G, 0, 1, ANY, 0, 0, false, NULL},
    {"compression", ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"contimeout", ALL, 0, 0, ANY, 0, 201, false, "use 'timeout connect'"},
    {"cookie", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"cpu-affinity", G, 0, 0, ANY, 303, 0, false, NULL},
    {"cpu-map", G, 0, 1, ANY, 0, 0, false, NULL},
    {"cpu-policy", G, 0, 1, ANY, 301, 0, false, NULL},
    {"cpu-set", G, 0, 1, ANY, 301, 0, false, NULL},
    {"crt-base", G, 0, 1, 1, 0, 0, false, NULL},
    {"daemon", G, 0, 0, 0, 0, 0, false, NULL},
    {"declare capture", F | L, D | N | B, 2, ANY, 0, 0, false, NULL},
    {"default-path", G, 0, 1, ANY, 0, 0, false, NULL},
    {"default-server", D | N | L | B, F, 1, ANY, 0, 0, false, NULL},
    {"default_backend", D | N | F | L, 0, 1, 1, 0, 0, false, NULL},
    {"description", G | F | L | B, D | N, 1, ANY, 0, 0, false, NULL},
    {"disabled", ALL, 0, 0, 0, 0, 0, false, NULL},
    {"dispatch", L | B, D | N, 1, ANY, 0, 0, false, NULL},
    {"dns-accept-family", G, 0, 1, ANY, 301, 0, false, NULL},
    {"dynamic-cookie-key", ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"email-alert from", ALL, 0, 0, ANY, 0, 0, false, NULL},
    {"email-alert level", ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"email-alert mailers", ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"email-alert myhostname", ALL, 0, 0, ANY, 0, 0, false, NULL},
    {"email-alert to", ALL, 0, 0, ANY, 0, 0, false, NULL},
    {"enabled", ALL, 0, 0, 0, 0, 0, false, NULL},
    {"error-log-format", D | N | F | L, 0, 1, 1, 0, 0, false, NULL},
    {"errorfile", ALL, 0, 2, ANY, 0, 0, false, NULL},
    {"errorfiles", ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"errorloc", ALL, 0, 2, ANY, 0, 0, false, NULL},
    {"errorloc302", ALL, 0, 2, ANY, 0, 0, false, NULL},
    {"errorloc303", ALL, 0, 2, ANY, 0, 0, false, NULL},
    {"expose-deprecated-directives", G, 0, 0, ANY, 209, 0, false, NULL},
    {"expose-experimental-directives", G, 0, 0, 0, 0, 0, false, NULL},
    {"external-check", G, 0, 0, 0, 0, 0, false, NULL},
    {"external-check command", D | N | L | B, 0, 1, 1, 0, 0, false, NULL},
    {"external-check path", D | N | L | B, 0, 1, 1, 0, 0, false, NULL},
    {"fd-hard-limit", G, 0, 1, ANY, 0, 0, false, NULL},
    {"filter", F | L | B, D | N, 1, ANY, 0, 0, false, NULL},
    {"filter-sequence", F | L | B, D | N, 1, ANY, 303, 0, false, NULL},
    {"force-be-switch", D | N | F | L, 0, 0, ANY, 303, 0, CONDITION, NULL},
    {"force-cfg-parser-pause", G, 0, 1, ANY, 301, 0, false, NULL},
    {"force-persist", L | B, D | N, 0, ANY, 0, 0, CONDITION, NULL},
    {"fullconn", D | N | L | B, 0, 1, 1, 0, 0, false, NULL},
    {"gid", G, 0, 1, 1, 0, 0, false, NULL},
    {"grace", G | ALL, 0, 0, ANY, 0, 205, false, "remove it"},
    {"group", G, 0, 1, 1, 0, 0, false, NULL},
    {"guid", F | L | B, D | N, 1, 1, 300, 0, false, NULL},
    {"h1-accept-payload-with-any-method", G, 0, 0, ANY, 0, 0, false, NULL},
    {"h1-case-adjust", G, 0, 1, ANY, 0, 0, false, NULL},
    {"h1-case-adjust-file", G, 0, 1, ANY, 0, 0, false, NULL},
    {"h1-do-not-close-on-insecure-transfer-encoding", G, 0, 0, ANY, 209, 0, false, NULL},
    {"h2-workaround-bogus-websocket-clients", G, 0, 0, ANY, 0, 0, false, NULL},
    {"hard-stop-after", G, 0, 1, 1, 0, 0, false, NULL},
    {"harden.reject-privileged-ports.quic", G, 0, 1, ANY, 207, 0, false, NULL},
    {"harden.reject-privileged-ports.tcp", G, 0, 1, ANY, 207, 0, false, NULL},
    {"hash-balance-factor", ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"hash-key", D | N | L | B, 0, 1, 1, 300, 0, false, NULL},
    {"hash-preserve-affinity", D | N | L | B, 0, 1, 1, 301, 0, false, NULL},
    {"hash-type", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"http-after-response add-acl(", N | F | L | B, D, 1, ANY, 207, 0, CONDITION, NULL},
    {"http-after-response add-header", N | F | L | B, D, 2, 2, 202, 0, CONDITION, NULL},
    {"http-after-response add-headers-bin", N | F | L | B, D, 1, ANY, 303, 0, CONDITION, NULL},
    {"http-after-response allow", N | F | L | B, D, 0, 0, 202, 0, CONDITION, NULL},
    {"http-after-response capture", N | F | L | B, D, 1, ANY, 206, 0, CONDITION, NULL},
    {"http-after-response del-acl(", N | F | L | B, D, 1, ANY, 207, 0, CONDITION, NULL},
    {"http-after-response del-header", N | F | L | B, D, 1, ANY, 202, 0, CONDITION, NULL},
    {"http-after-response del-headers-bin", N | F | L | B, D, 1, ANY, 303, 0, CONDITION, NULL},
    {"http-after-response del-map(", N | F | L | B, D, 1, ANY, 207, 0, CONDITION, NULL},
    {"http-after-response do-log", N | F | L | B, D, 0, ANY, 300, 0, CONDITION, NULL},
    {"http-after-response replace-header", N | F | L | B, D, 3, 3, 202, 0, CONDITION, NULL},
    {"http-after-response replace-value", N | F | L | B, D, 3, 3, 202, 0, CONDITION, NULL},
    {"http-after-response sc-add-gpc(", N | F | L | B, D, 1, ANY, 208, 0, CONDITION, NULL},
    {"http-after-response sc-inc-gpc(", N | F | L | B, D, 0, 0, 207, 0, CONDITION, NULL},
    {"http-after-response sc-inc-gpc0(", N | F | L | B, D, 0, 0, 207, 0, CONDITION, NULL},
    {"http-after-response sc-inc-gpc1(", N | F | L | B, D, 0, 0, 207, 0, CONDITION, NULL},
    {"http-after-response sc-set-gpt(", N | F | L | B, D, 1, ANY, 207, 0, CONDITION, NULL},
    {"http-after-response sc-set-gpt0(", N | F | L | B, D, 1, ANY, 207, 0, CONDITION, NULL},
    {"http-after-response set-header", N | F | L | B, D, 2, 2, 202, 0, CONDITION, NULL},
    {"http-after-response set-headers-bin", N | F | L | B, D, 1, ANY, 303, 0, CONDITION, NULL},
    {"http-after-response set-log-level", N | F | L | B, D, 1, 1, 207, 0, CONDITION, NULL},
    {"http-after-response set-map(", N | F | L | B, D, 2, ANY, 207, 0, CONDITION, NULL},
    {"http-after-response set-status", N | F | L | B, D, 1, ANY, 202, 0, CONDITION, NULL},
    {"http-after-response set-var(", N | F | L | B, D, 1, ANY, 202, 0, CONDITION, NULL},
    {"http-after-response set-var-fmt(", N | F | L | B, D, 1, ANY, 202, 0, CONDITION, NULL},
    {"http-after-response strict-mode", N | F | L | B, D, 1, 1, 202, 0, CONDITION, NULL},
    {"http-after-response unset-var(", N | F | L | B, D, 0, 0, 202, 0, CONDITION, NULL},
    {"http-check comment", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"http-check connect", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"http-check disable-on-404", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"http-check expect", D | N | L | B, 0, 2, ANY, 0, 0, false, NULL},
    {"http-check send", D | N | L | B, 0, 2, ANY, 0, 0, false, NULL},
    {"http-check send-state", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"http-check set-var(", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"http-check set-var-fmt(", D | N | L | B, 0, 1, ANY, 205, 0, false, NULL},
    {"http-check unset-var(", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"http-err-codes", G, 0, 1, ANY, 209, 0, false, NULL},
    {"http-error", ALL, 0, 2, ANY, 0, 0, false, NULL},
    {"http-fail-codes", G, 0, 1, ANY, 209, 0, false, NULL},
    {"http-request add-acl(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request add-header", N | F | L | B, D, 2, 2, 0, 0, CONDITION, NULL},
    {"http-request add-headers-bin", N | F | L | B, D, 1, ANY, 303, 0, CONDITION, NULL},
    {"http-request allow", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"http-request auth", N | F | L | B, D, 0, ANY, 0, 0, CONDITION, NULL},
    {"http-request block", N | F | L | B, D, 0, 0, 0, 201, CONDITION, "use 'http-request deny'"},
    {"http-request cache-use", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request capture", N | F | L | B, D, 3, ANY, 0, 0, CONDITION, NULL},
    {"http-request del-acl(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request del-header", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request del-headers-bin", N | F | L | B, D, 1, ANY, 303, 0, CONDITION, NULL},
    {"http-request del-map(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request deny", N | F | L | B, D, 0, ANY, 0, 0, CONDITION, NULL},
    {"http-request disable-l7-retry", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"http-request do-log", N | F | L | B, D, 0, ANY, 300, 0, CONDITION, NULL},
    {"http-request do-resolve(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request early-hint", N | F | L | B, D, 2, ANY, 0, 0, CONDITION, NULL},
    {"http-request normalize-uri", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request ot-group", N | F | L | B, D, 2, 2, 0, 0, CONDITION, NULL},
    {"http-request pause", N | F | L | B, D, 1, 1, 301, 0, CONDITION, NULL},
    {"http-request redirect", N | F | L | B, D, 2, ANY, 0, 0, CONDITION, NULL},
    {"http-request reject", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"http-request replace-header", N | F | L | B, D, 3, 3, 0, 0, CONDITION, NULL},
    {"http-request replace-path", N | F | L | B, D, 2, 2, 0, 0, CONDITION, NULL},
    {"http-request replace-pathq", N | F | L | B, D, 2, 2, 0, 0, CONDITION, NULL},
    {"http-request replace-uri", N | F | L | B, D, 2, ANY, 0, 0, CONDITION, NULL},
    {"http-request replace-value", N | F | L | B, D, 3, 3, 0, 0, CONDITION, NULL},
    {"http-request return", N | F | L | B, D, 0, ANY, 0, 0, CONDITION, NULL},
    {"http-request sc-add-gpc(", N | F | L | B, D, 1, ANY, 208, 0, CONDITION, NULL},
    {"http-request sc-inc-gpc(", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"http-request sc-inc-gpc0(", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"http-request sc-inc-gpc1(", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"http-request sc-set-gpt(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request sc-set-gpt0(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request send-spoe-group", N | F | L | B, D, 2, 2, 0, 0, CONDITION, NULL},
    {"http-request set-bandwidth-limit", N | F | L | B, D, 1, ANY, 207, 0, CONDITION, NULL},
    {"http-request set-bc-mark", N | F | L | B, D, 1, 1, 300, 0, CONDITION, NULL},
    {"http-request set-bc-tos", N | F | L | B, D, 1, 1, 300, 0, CONDITION, NULL},
    {"http-request set-dst", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request set-dst-port", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request set-fc-mark", N | F | L | B, D, 1, 1, 300, 0, CONDITION, NULL},
    {"http-request set-fc-tos", N | F | L | B, D, 1, 1, 300, 0, CONDITION, NULL},
    {"http-request set-header", N | F | L | B, D, 2, 2, 0, 0, CONDITION, NULL},
    {"http-request set-headers-bin", N | F | L | B, D, 1, ANY, 303, 0, CONDITION, NULL},
    {"http-request set-log-level", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-request set-map(", N | F | L | B, D, 2, ANY, 0, 0, CONDITION, NULL},
    {"http-request set-mark", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-request set-method", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-request set-nice", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-request set-path", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-request set-pathq", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-request set-priority-class", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request set-priority-offset", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request set-query", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-request set-retries", N | F | L | B, D, 1, 1, 301, 0, CONDITION, NULL},
    {"http-request set-src", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request set-src-port", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request set-timeout", N | F | L | B, D, 2, ANY, 0, 0, CONDITION, NULL},
    {"http-request set-tos", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-request set-uri", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-request set-var(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request set-var-fmt(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request silent-drop", N | F | L | B, D, 0, ANY, 0, 0, CONDITION, NULL},
    {"http-request strict-mode", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-request tarpit", N | F | L | B, D, 0, ANY, 0, 0, CONDITION, NULL},
    {"http-request track-sc*", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request unset-var(", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"http-request use-service", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-request wait-for-body", N | F | L | B, D, 2, ANY, 0, 0, CONDITION, NULL},
    {"http-request wait-for-handshake", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"http-response add-acl(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-response add-header", N | F | L | B, D, 2, 2, 0, 0, CONDITION, NULL},
    {"http-response add-headers-bin", N | F | L | B, D, 1, ANY, 303, 0, CONDITION, NULL},
    {"http-response allow", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"http-response block", N | F | L | B, D, 0, 0, 0, 201, CONDITION, "use 'http-response deny'"},
    {"http-response cache-store", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-response capture", N | F | L | B, D, 2, ANY, 0, 0, CONDITION, NULL},
    {"http-response del-acl(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-response del-header", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-response del-headers-bin", N | F | L | B, D, 1, ANY, 303, 0, CONDITION, NULL},
    {"http-response del-map(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-response deny", N | F | L | B, D, 0, ANY, 0, 0, CONDITION, NULL},
    {"http-response do-log", N | F | L | B, D, 0, ANY, 300, 0, CONDITION, NULL},
    {"http-response ot-group", N | F | L | B, D, 2, 2, 0, 0, CONDITION, NULL},
    {"http-response pause", N | F | L | B, D, 1, 1, 301, 0, CONDITION, NULL},
    {"http-response redirect", N | F | L | B, D, 2, ANY, 0, 0, CONDITION, NULL},
    {"http-response replace-header", N | F | L | B, D, 3, 3, 0, 0, CONDITION, NULL},
    {"http-response replace-value", N | F | L | B, D, 3, 3, 0, 0, CONDITION, NULL},
    {"http-response return", N | F | L | B, D, 0, ANY, 0, 0, CONDITION, NULL},
    {"http-response sc-add-gpc(", N | F | L | B, D, 1, ANY, 208, 0, CONDITION, NULL},
    {"http-response sc-inc-gpc(", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"http-response sc-inc-gpc0(", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"http-response sc-inc-gpc1(", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"http-response sc-set-gpt(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-response sc-set-gpt0(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-response send-spoe-group", N | F | L | B, D, 2, 2, 0, 0, CONDITION, NULL},
    {"http-response set-bandwidth-limit", N | F | L | B, D, 1, ANY, 207, 0, CONDITION, NULL},
    {"http-response set-fc-mark", N | F | L | B, D, 1, 1, 300, 0, CONDITION, NULL},
    {"http-response set-fc-tos", N | F | L | B, D, 1, 1, 300, 0, CONDITION, NULL},
    {"http-response set-header", N | F | L | B, D, 2, 2, 0, 0, CONDITION, NULL},
    {"http-response set-headers-bin", N | F | L | B, D, 1, ANY, 303, 0, CONDITION, NULL},
    {"http-response set-log-level", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-response set-map(", N | F | L | B, D, 2, ANY, 0, 0, CONDITION, NULL},
    {"http-response set-mark", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-response set-nice", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-response set-status", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-response set-timeout", N | F | L | B, D, 2, ANY, 209, 0, CONDITION, NULL},
    {"http-response set-tos", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-response set-var(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-response set-var-fmt(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-response silent-drop", N | F | L | B, D, 0, ANY, 0, 0, CONDITION, NULL},
    {"http-response strict-mode", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"http-response track-sc*", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"http-response unset-var(", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"http-response wait-for-body", N | F | L | B, D, 2, ANY, 0, 0, CONDITION, NULL},
    {"http-reuse", D | N | L | B, 0, 1, 1, 0, 0, false, NULL},
    {"http-send-name-header", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"httpclient.resolvers.disabled", G, 0, 1, ANY, 207, 0, false, NULL},
    {"httpclient.resolvers.id", G, 0, 1, ANY, 0, 0, false, NULL},
    {"httpclient.resolvers.prefer", G, 0, 1, ANY, 0, 0, false, NULL},
    {"httpclient.retries", G, 0, 1, ANY, 207, 0, false, NULL},
    {"httpclient.ssl.ca-file", G, 0, 1, ANY, 0, 0, false, NULL},
    {"httpclient.ssl.verify", G, 0, 1, ANY, 0, 0, false, NULL},
    {"httpclient.timeout.connect", G, 0, 1, ANY, 207, 0, false, NULL},
    {"id", F | L | B, D | N, 1, 1, 0, 0, false, NULL},
    {"ignore-persist", L | B, D | N, 0, ANY, 0, 0, CONDITION, NULL},
    {"insecure-fork-wanted", G, 0, 0, 0, 0, 0, false, NULL},
    {"insecure-setuid-wanted", G, 0, 0, 0, 0, 0, false, NULL},
    {"issuers-chain-path", G, 0, 1, ANY, 0, 0, false, NULL},
    {"jwt.decrypt_alg_list", G, 0, 0, ANY, 303, 0, false, NULL},
    {"jwt.decrypt_enc_list", G, 0, 0, ANY, 303, 0, false, NULL},
    {"key-base", G, 0, 1, ANY, 209, 0, false, NULL},
    {"limited-quic", G, 0, 0, ANY, 207, 0, false, NULL},
    {"load-server-state-from-file", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"localpeer", G, 0, 1, ANY, 0, 0, false, NULL},
    {"log", G | ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"log-format", D | N | F | L, 0, 1, 1, 0, 0, false, NULL},
    {"log-format-sd", D | N | F | L, 0, 1, 1, 0, 0, false, NULL},
    {"log-send-hostname", G, 0, 0, ANY, 0, 0, false, NULL},
    {"log-steps", D | N | F | L, 0, 1, ANY, 301, 0, false, NULL},
    {"log-tag", G | ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"lua-load", G, 0, 1, ANY, 0, 0, false, NULL},
    {"lua-load-per-thread", G, 0, 1, ANY, 0, 0, false, NULL},
    {"lua-prepend-path", G, 0, 1, ANY, 0, 0, false, NULL},
    {"master-worker", G, 0, 0, ANY, 0, 0, false, NULL},
    {"max-keep-alive-queue", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"max-session-srv-conns", ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"max-spread-checks", G, 0, 1, ANY, 0, 0, false, NULL},
    {"max-threads-per-group", G, 0, 0, ANY, 303, 0, false, NULL},
    {"maxcompcpuusage", G, 0, 1, 1, 0, 0, false, NULL},
    {"maxcomprate", G, 0, 1, ANY, 0, 0, false, NULL},
    {"maxconn", G | D | N | F | L, 0, 1, 1, 0, 0, false, NULL},
    {"maxconnrate", G, 0, 1, 1, 0, 0, false, NULL},
    {"maxpipes", G, 0, 1, 1, 0, 0, false, NULL},
    {"maxsessrate", G, 0, 1, 1, 0, 0, false, NULL},
    {"maxsslconn", G, 0, 1, ANY, 0, 0, false, NULL},
    {"maxsslrate", G, 0, 1, 1, 0, 0, false, NULL},
    {"maxzlibmem", G, 0, 1, 1, 0, 0, false, NULL},
    {"mode", ALL, 0, 1, 1, 0, 0, false, NULL},
    {"monitor fail", F | L, D | N, 0, ANY, 0, 0, CONDITION, NULL},
    {"monitor-net", D | N | F | L, D | N | F | L | B, 1, ANY, 0, 203, false, "use 'http-request return status 200 if { src ... }'"},
    {"monitor-uri", D | N | F | L, 0, 1, 1, 0, 0, false, NULL},
    {"mworker-max-reloads", G, 0, 1, ANY, 0, 0, false, NULL},
    {"nbproc", G, 0, 0, ANY, 0, 205, false, "remove it: HAProxy runs one process with threads ('nbthread')"},
    {"nbthread", G, 0, 1, 1, 0, 0, false, NULL},
    {"no-memory-trimming", G, 0, 0, 0, 0, 0, false, NULL},
    {"no-quic", G, 0, 0, ANY, 0, 0, false, NULL},
    {"node", G, 0, 1, 1, 0, 0, false, NULL},
    {"noepoll", G, 0, 0, 0, 0, 0, false, NULL},
    {"noevports", G, 0, 0, 0, 0, 0, false, NULL},
    {"nogetaddrinfo", G, 0, 0, 0, 0, 0, false, NULL},
    {"nokqueue", G, 0, 0, 0, 0, 0, false, NULL},
    {"noktls", G, 0, 0, ANY, 303, 0, false, NULL},
    {"nopoll", G, 0, 0, 0, 0, 0, false, NULL},
    {"noreuseport", G, 0, 0, 0, 0, 0, false, NULL},
    {"nosplice", G, 0, 0, 0, 0, 0, false, NULL},
    {"numa-cpu-mapping", G, 0, 0, ANY, 0, 0, false, NULL},
    {"ocsp-update.disable", G, 0, 0, ANY, 209, 0, false, NULL},
    {"ocsp-update.httpproxy", G, 0, 1, ANY, 209, 0, false, NULL},
    {"ocsp-update.maxdelay", G, 0, 1, ANY, 209, 0, false, NULL},
    {"ocsp-update.mindelay", G, 0, 1, ANY, 209, 0, false, NULL},
    {"ocsp-update.mode", G, 0, 1, ANY, 209, 0, false, NULL},
    {"option abortonclose", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option accept-invalid-http-request", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option accept-invalid-http-response", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option accept-unsafe-violations-in-http-request", D | N | F | L, 0, 0, 0, 300, 0, false, NULL},
    {"option accept-unsafe-violations-in-http-response", D | N | L | B, 0, 0, 0, 300, 0, false, NULL},
    {"option allbackups", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option assume-rfc6587-ntf", D | N | F | L, 0, 0, 0, 301, 0, false, NULL},
    {"option checkcache", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option clitcpka", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option contstats", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option disable-h2-upgrade", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option dontlog-normal", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option dontlognull", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option external-check", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option forceclose", ALL, 0, 0, ANY, 0, 200, false, "use 'option httpclose'"},
    {"option forwardfor", ALL, 0, 0, ANY, 0, 0, false, NULL},
    {"option h1-case-adjust-bogus-client", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option h1-case-adjust-bogus-server", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option http-buffer-request", ALL, 0, 0, 0, 0, 0, false, NULL},
    {"option http-drop-request-trailers", D | N | L | B, 0, 0, 0, 302, 0, false, NULL},
    {"option http-drop-response-trailers", D | N | F | L, 0, 0, 0, 302, 0, false, NULL},
    {"option http-ignore-probes", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option http-keep-alive", ALL, 0, 0, 0, 0, 0, false, NULL},
    {"option http-no-delay", ALL, 0, 0, 0, 0, 0, false, NULL},
    {"option http-pretend-keepalive", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option http-restrict-req-hdr-names", ALL, 0, 1, 1, 0, 0, false, NULL},
    {"option http-server-close", ALL, 0, 0, 0, 0, 0, false, NULL},
    {"option http-tunnel", ALL, 0, 0, ANY, 0, 201, false, "remove it"},
    {"option http-use-htx", ALL, 0, 0, 0, 0, 202, false, "remove it: HTX is always on"},
    {"option http-use-proxy-header", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option http_proxy", ALL, 0, 0, ANY, 0, 205, false, "remove it"},
    {"option httpchk", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"option httpclose", ALL, 0, 0, ANY, 0, 0, false, NULL},
    {"option httplog", D | N | F | L, 0, 0, 1, 0, 0, false, NULL},
    {"option httpslog", D | N | F | L, 0, 0, ANY, 0, 0, false, NULL},
    {"option idle-close-on-response", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option independent-streams", ALL, 0, 0, 0, 0, 0, false, NULL},
    {"option ldap-check", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option log-health-checks", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option log-separate-errors", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option logasap", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option mysql-check", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"option nolinger", ALL, 0, 0, 0, 0, 0, false, NULL},
    {"option originalto", ALL, 0, 0, ANY, 0, 0, false, NULL},
    {"option persist", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option pgsql-check", D | N | L | B, 0, 2, ANY, 0, 0, false, NULL},
    {"option prefer-last-server", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option redis-check", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option redispatch", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"option smtpchk", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"option socket-stats", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option splice-auto", ALL, 0, 0, 0, 0, 0, false, NULL},
    {"option splice-request", ALL, 0, 0, 0, 0, 0, false, NULL},
    {"option splice-response", ALL, 0, 0, 0, 0, 0, false, NULL},
    {"option spop-check", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option srvtcpka", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option ssl-hello-chk", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option tcp-check", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"option tcp-smart-accept", D | N | F | L, 0, 0, 0, 0, 0, false, NULL},
    {"option tcp-smart-connect", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option tcpka", ALL, 0, 0, 0, 0, 0, false, NULL},
    {"option tcplog", ALL, 0, 0, ANY, 0, 0, false, NULL},
    {"option transparent", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"option use-small-buffers", ALL, 0, 0, ANY, 303, 0, false, NULL},
    {"persist rdp-cookie", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"persist rdp-cookie(", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"pidfile", G, 0, 1, 1, 0, 0, false, NULL},
    {"pp2-never-send-local", G, 0, 0, ANY, 0, 0, false, NULL},
    {"prealloc-fd", G, 0, 0, ANY, 207, 0, false, NULL},
    {"presetenv", G, 0, 2, ANY, 0, 0, false, NULL},
    {"profiling.tasks", G, 0, 1, ANY, 0, 0, false, NULL},
    {"quic-initial", D | N | F | L, B, 1, ANY, 301, 0, CONDITION, NULL},
    {"quiet", G, 0, 0, 0, 0, 0, false, NULL},
    {"rate-limit sessions", D | N | F | L, 0, 1, ANY, 0, 0, false, NULL},
    {"redirect", F | L | B, D | N, 2, ANY, 0, 0, CONDITION, NULL},
    {"redisp", ALL, 0, 0, ANY, 0, 201, false, "use 'option redispatch'"},
    {"redispatch", ALL, 0, 0, ANY, 0, 201, false, "use 'option redispatch'"},
    {"reqadd", ALL, 0, 0, ANY, 0, 201, false, "use 'http-request add-header'"},
    {"reqallow", ALL, 0, 0, ANY, 0, 201, false, "use 'http-request allow'"},
    {"reqdel", ALL, 0, 0, ANY, 0, 201, false, "use 'http-request del-header'"},
    {"reqdeny", ALL, 0, 0, ANY, 0, 201, false, "use 'http-request deny'"},
    {"reqiallow", ALL, 0, 0, ANY, 0, 201, false, "use 'http-request allow'"},
    {"reqidel", ALL, 0, 0, ANY, 0, 201, false, "use 'http-request del-header'"},
    {"reqideny", ALL, 0, 0, ANY, 0, 201, false, "use 'http-request deny'"},
    {"reqipass", ALL, 0, 0, ANY, 0, 201, false, "remove it"},
    {"reqirep", ALL, 0, 0, ANY, 0, 201, false, "use 'http-request replace-path' or 'replace-header'"},
    {"reqitarpit", ALL, 0, 0, ANY, 0, 201, false, "use 'http-request tarpit'"},
    {"reqpass", ALL, 0, 0, ANY, 0, 201, false, "remove it"},
    {"reqrep", ALL, 0, 0, ANY, 0, 201, false, "use 'http-request replace-path' or 'replace-header'"},
    {"reqtarpit", ALL, 0, 0, ANY, 0, 201, false, "use 'http-request tarpit'"},
    {"resetenv", G, 0, 0, ANY, 0, 0, false, NULL},
    {"retries", D | N | L | B, 0, 1, 1, 0, 0, false, NULL},
    {"retry-on", D | N | L | B, F, 1, ANY, 0, 0, false, NULL},
    {"rspadd", ALL, 0, 0, ANY, 0, 201, false, "use 'http-after-response set-header NAME VALUE'"},
    {"rspdel", ALL, 0, 0, ANY, 0, 201, false, "use 'http-after-response del-header NAME'"},
    {"rspdeny", ALL, 0, 0, ANY, 0, 201, false, "use 'http-response deny'"},
    {"rspidel", ALL, 0, 0, ANY, 0, 201, false, "use 'http-after-response del-header NAME'"},
    {"rspideny", ALL, 0, 0, ANY, 0, 201, false, "use 'http-response deny'"},
    {"rspirep", ALL, 0, 0, ANY, 0, 201, false, "use 'http-response replace-header'"},
    {"rsprep", ALL, 0, 0, ANY, 0, 201, false, "use 'http-response replace-header'"},
    {"server", L | B, D | N | F, 2, ANY, 0, 0, false, NULL},
    {"server-state-base", G, 0, 1, 1, 0, 0, false, NULL},
    {"server-state-file", G, 0, 1, 1, 0, 0, false, NULL},
    {"server-state-file-name", D | N | L | B, 0, 0, 1, 0, 0, false, NULL},
    {"server-template", L | B, D | N | F, 3, ANY, 0, 0, false, NULL},
    {"set-dumpable", G, 0, 0, 0, 0, 0, false, NULL},
    {"set-var", G, 0, 2, ANY, 0, 0, false, NULL},
    {"set-var-fmt", G, 0, 2, ANY, 0, 0, false, NULL},
    {"setcap", G, 0, 1, ANY, 207, 0, false, NULL},
    {"setenv", G, 0, 2, ANY, 0, 0, false, NULL},
    {"shm-stats-file", G, 0, 0, ANY, 303, 0, false, NULL},
    {"shm-stats-file-max-objects", G, 0, 0, ANY, 303, 0, false, NULL},
    {"source", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"spread-checks", G, 0, 1, 1, 0, 0, false, NULL},
    {"srvexp", ALL, 0, 0, ANY, 0, 201, false, "use 'http-response replace-header'"},
    {"srvtcpka-cnt", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"srvtcpka-idle", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"srvtcpka-intvl", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"srvtimeout", ALL, 0, 0, ANY, 0, 201, false, "use 'timeout server'"},
    {"ssl-default-bind-ciphers", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-default-bind-ciphersuites", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-default-bind-client-sigalgs", G, 0, 1, ANY, 207, 0, false, NULL},
    {"ssl-default-bind-curves", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-default-bind-options", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-default-bind-sigalgs", G, 0, 1, ANY, 207, 0, false, NULL},
    {"ssl-default-server-ciphers", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-default-server-ciphersuites", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-default-server-client-sigalgs", G, 0, 1, ANY, 207, 0, false, NULL},
    {"ssl-default-server-curves", G, 0, 1, ANY, 207, 0, false, NULL},
    {"ssl-default-server-options", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-default-server-sigalgs", G, 0, 1, ANY, 207, 0, false, NULL},
    {"ssl-dh-param-file", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-engine", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-f-use", F | L, D | N, 1, ANY, 302, 0, false, NULL},
    {"ssl-load-extra-del-ext", G, 0, 0, ANY, 0, 0, false, NULL},
    {"ssl-load-extra-files", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-mode-async", G, 0, 0, 0, 0, 0, false, NULL},
    {"ssl-passphrase-cmd", G, 0, 0, ANY, 303, 0, false, NULL},
    {"ssl-propquery", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-provider", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-provider-path", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-security-level", G, 0, 1, ANY, 207, 0, false, NULL},
    {"ssl-server-verify", G, 0, 1, ANY, 0, 0, false, NULL},
    {"ssl-skip-self-issued-ca", G, 0, 0, 0, 0, 0, false, NULL},
    {"stats", G, 0, 1, ANY, 0, 0, false, NULL},
    {"stats admin", F | L | B, D | N, 0, ANY, 0, 0, CONDITION, NULL},
    {"stats auth", ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"stats enable", ALL, 0, 0, ANY, 0, 0, false, NULL},
    {"stats hide-version", ALL, 0, 0, ANY, 0, 0, false, NULL},
    {"stats http-request", F | L | B, D | N, 1, ANY, 0, 0, CONDITION, NULL},
    {"stats realm", ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"stats refresh", ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"stats scope", ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"stats show-desc", ALL, 0, 0, ANY, 0, 0, false, NULL},
    {"stats show-legends", ALL, 0, 0, ANY, 0, 0, false, NULL},
    {"stats show-modules", ALL, 0, 0, ANY, 0, 0, false, NULL},
    {"stats show-node", ALL, 0, 0, ANY, 0, 0, false, NULL},
    {"stats uri", ALL, 0, 1, ANY, 0, 0, false, NULL},
    {"stick match", L | B, D | N, 1, ANY, 0, 0, CONDITION, NULL},
    {"stick on", L | B, D | N, 1, ANY, 0, 0, CONDITION, NULL},
    {"stick store-request", L | B, D | N, 1, ANY, 0, 0, CONDITION, NULL},
    {"stick store-response", L | B, D | N, 1, ANY, 0, 0, CONDITION, NULL},
    {"stick-table", F | L | B, D | N, 2, ANY, 0, 0, false, NULL},
    {"stress-level", G, 0, 1, ANY, 301, 0, false, NULL},
    {"strict-limits", G, 0, 0, 0, 0, 0, false, NULL},
    {"tcp-check comment", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"tcp-check connect", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"tcp-check expect", D | N | L | B, 0, 2, ANY, 0, 0, false, NULL},
    {"tcp-check send", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"tcp-check send-binary", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"tcp-check send-binary-lf", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"tcp-check send-lf", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"tcp-check set-var(", D | N | L | B, 0, 1, ANY, 0, 0, false, NULL},
    {"tcp-check set-var-fmt(", D | N | L | B, 0, 1, ANY, 205, 0, false, NULL},
    {"tcp-check unset-var(", D | N | L | B, 0, 0, ANY, 0, 0, false, NULL},
    {"tcp-request connection accept", N | F | L, D | B, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request connection capture", N | F | L, D | B, 3, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request connection do-log", N | F | L, D | B, 0, ANY, 300, 0, CONDITION, NULL},
    {"tcp-request connection expect-netscaler-cip", N | F | L, D | B, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-request connection expect-proxy", N | F | L, D | B, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-request connection reject", N | F | L, D | B, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request connection sc-add-gpc(", N | F | L, D | B, 1, ANY, 208, 0, CONDITION, NULL},
    {"tcp-request connection sc-inc-gpc(", N | F | L, D | B, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request connection sc-inc-gpc0(", N | F | L, D | B, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request connection sc-inc-gpc1(", N | F | L, D | B, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request connection sc-set-gpt(", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request connection sc-set-gpt0(", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request connection set-dst", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request connection set-dst-port", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request connection set-fc-mark", N | F | L, D | B, 1, 1, 300, 0, CONDITION, NULL},
    {"tcp-request connection set-fc-tos", N | F | L, D | B, 1, 1, 300, 0, CONDITION, NULL},
    {"tcp-request connection set-mark", N | F | L, D | B, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-request connection set-src", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request connection set-src-port", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request connection set-tos", N | F | L, D | B, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-request connection set-var(", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request connection set-var-fmt(", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request connection silent-drop", N | F | L, D | B, 0, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request connection track-sc*", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request connection unset-var(", N | F | L, D | B, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request content accept", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request content capture", N | F | L | B, D, 3, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content do-log", N | F | L | B, D, 0, ANY, 300, 0, CONDITION, NULL},
    {"tcp-request content do-resolve(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content ot-group", N | F | L | B, D, 2, 2, 0, 0, CONDITION, NULL},
    {"tcp-request content reject", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request content sc-add-gpc(", N | F | L | B, D, 1, ANY, 208, 0, CONDITION, NULL},
    {"tcp-request content sc-inc-gpc(", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request content sc-inc-gpc0(", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request content sc-inc-gpc1(", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request content sc-set-gpt(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content sc-set-gpt0(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content send-spoe-group", N | F | L | B, D, 2, 2, 0, 0, CONDITION, NULL},
    {"tcp-request content set-bandwidth-limit", N | F | L | B, D, 1, ANY, 207, 0, CONDITION, NULL},
    {"tcp-request content set-bc-mark", N | F | L | B, D, 1, 1, 300, 0, CONDITION, NULL},
    {"tcp-request content set-bc-tos", N | F | L | B, D, 1, 1, 300, 0, CONDITION, NULL},
    {"tcp-request content set-dst", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content set-dst-port", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content set-fc-mark", N | F | L | B, D, 1, 1, 300, 0, CONDITION, NULL},
    {"tcp-request content set-fc-tos", N | F | L | B, D, 1, 1, 300, 0, CONDITION, NULL},
    {"tcp-request content set-log-level", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-request content set-mark", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-request content set-nice", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-request content set-priority-class", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content set-priority-offset", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content set-retries", N | F | L | B, D, 1, 1, 301, 0, CONDITION, NULL},
    {"tcp-request content set-src", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content set-src-port", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content set-tos", N | F | L | B, D, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-request content set-var(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content set-var-fmt(", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content silent-drop", N | F | L | B, D, 0, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content switch-mode", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content track-sc*", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request content unset-var(", N | F | L | B, D, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request content use-service", N | F | L | B, D, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request inspect-delay", N | F | L | B, D, 1, ANY, 0, 0, false, NULL},
    {"tcp-request session accept", N | F | L, D | B, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request session attach-srv", N | F | L, D | B, 1, ANY, 209, 0, CONDITION, NULL},
    {"tcp-request session do-log", N | F | L, D | B, 0, ANY, 300, 0, CONDITION, NULL},
    {"tcp-request session reject", N | F | L, D | B, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request session sc-add-gpc(", N | F | L, D | B, 1, ANY, 208, 0, CONDITION, NULL},
    {"tcp-request session sc-inc-gpc(", N | F | L, D | B, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request session sc-inc-gpc0(", N | F | L, D | B, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request session sc-inc-gpc1(", N | F | L, D | B, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-request session sc-set-gpt(", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request session sc-set-gpt0(", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request session set-dst", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request session set-dst-port", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request session set-fc-mark", N | F | L, D | B, 1, 1, 300, 0, CONDITION, NULL},
    {"tcp-request session set-fc-tos", N | F | L, D | B, 1, 1, 300, 0, CONDITION, NULL},
    {"tcp-request session set-mark", N | F | L, D | B, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-request session set-src", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request session set-src-port", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request session set-tos", N | F | L, D | B, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-request session set-var(", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request session set-var-fmt(", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request session silent-drop", N | F | L, D | B, 0, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request session track-sc*", N | F | L, D | B, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-request session unset-var(", N | F | L, D | B, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-response content accept", N | L | B, D | F, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-response content close", N | L | B, D | F, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-response content do-log", N | L | B, D | F, 0, ANY, 300, 0, CONDITION, NULL},
    {"tcp-response content ot-group", N | L | B, D | F, 2, 2, 0, 0, CONDITION, NULL},
    {"tcp-response content reject", N | L | B, D | F, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-response content sc-add-gpc(", N | L | B, D | F, 1, ANY, 208, 0, CONDITION, NULL},
    {"tcp-response content sc-inc-gpc(", N | L | B, D | F, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-response content sc-inc-gpc0(", N | L | B, D | F, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-response content sc-inc-gpc1(", N | L | B, D | F, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-response content sc-set-gpt(", N | L | B, D | F, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-response content sc-set-gpt0(", N | L | B, D | F, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-response content send-spoe-group", N | L | B, D | F, 2, 2, 0, 0, CONDITION, NULL},
    {"tcp-response content set-bandwidth-limit", N | L | B, D | F, 1, ANY, 207, 0, CONDITION, NULL},
    {"tcp-response content set-fc-mark", N | L | B, D | F, 1, 1, 300, 0, CONDITION, NULL},
    {"tcp-response content set-fc-tos", N | L | B, D | F, 1, 1, 300, 0, CONDITION, NULL},
    {"tcp-response content set-log-level", N | L | B, D | F, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-response content set-mark", N | L | B, D | F, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-response content set-nice", N | L | B, D | F, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-response content set-tos", N | L | B, D | F, 1, 1, 0, 0, CONDITION, NULL},
    {"tcp-response content set-var(", N | L | B, D | F, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-response content set-var-fmt(", N | L | B, D | F, 1, ANY, 0, 0, CONDITION, NULL},
    {"tcp-response content silent-drop", N | L | B, D | F, 0, ANY, 0, 0, CONDITION, NULL},
    {"tcp-response content unset-var(", N | L | B, D | F, 0, 0, 0, 0, CONDITION, NULL},
    {"tcp-response inspect-delay", N | L | B, D | F, 1, ANY, 0, 0, false, NULL},
    {"thread-group", G, 0, 1, ANY, 0, 0, false, NULL},
    {"thread-groups", G, 0, 1, ANY, 0, 0, false, NULL},
    {"thread-hard-limit", G, 0, 1, ANY, 207, 0, false, NULL},
    {"timeout check", D | N | L | B, 0, 1, 1, 0, 0, false, NULL},
    {"timeout client", D | N | F | L, 0, 1, 1, 0, 0, false, NULL},
    {"timeout client-fin", D | N | F | L, 0, 1, 1, 0, 0, false, NULL},
    {"timeout client-hs", D | N | F | L, 0, 1, 1, 209, 0, false, NULL},
    {"timeout connect", D | N | L | B, 0, 1, 1, 0, 0, false, NULL},
    {"timeout http-keep-alive", ALL, 0, 1, 1, 0, 0, false, NULL},
    {"timeout http-request", ALL, 0, 1, 1, 0, 0, false, NULL},
    {"timeout queue", D | N | L | B, 0, 1, 1, 0, 0, false, NULL},
    {"timeout server", D | N | L | B, 0, 1, 1, 0, 0, false, NULL},
    {"timeout server-fin", D | N | L | B, 0, 1, 1, 0, 0, false, NULL},
    {"timeout tarpit", ALL, 0, 1, 1, 0, 0, false, NULL},
    {"timeout tunnel", D | N | L | B, 0, 1, 1, 0, 0, false, NULL},
    {"trace", G, 0, 1, ANY, 207, 0, false, NULL},
    {"transparent", D | N | L | B, 0, 0, 0, 0, 0, false, NULL},
    {"tune.applet.zero-copy-forwarding", G, 0, 1, 1, 209, 0, false, NULL},
    {"tune.buffers.limit", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.buffers.reserve", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.bufsize", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.bufsize.large", G, 0, 0, ANY, 303, 0, false, NULL},
    {"tune.bufsize.small", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.chksize", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.cli.max-payload-size", G, 0, 0, ANY, 303, 0, false, NULL},
    {"tune.comp.maxlevel", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.defaults.purge", G, 0, 0, ANY, 303, 0, false, NULL},
    {"tune.disable-fast-forward", G, 0, 0, ANY, 209, 0, false, NULL},
    {"tune.disable-zero-copy-forwarding", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.epoll.mask-events", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.events.max-events-at-once", G, 0, 1, 1, 209, 0, false, NULL},
    {"tune.fail-alloc", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.fd.edge-triggered", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.glitches.kill.cpu-usage", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.h1.be.glitches-threshold", G, 0, 0, ANY, 303, 0, false, NULL},
    {"tune.h1.fe.glitches-threshold", G, 0, 0, ANY, 303, 0, false, NULL},
    {"tune.h1.zero-copy-fwd-recv", G, 0, 1, 1, 209, 0, false, NULL},
    {"tune.h1.zero-copy-fwd-send", G, 0, 1, 1, 209, 0, false, NULL},
    {"tune.h2.be.glitches-threshold", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.h2.be.initial-window-size", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.h2.be.max-concurrent-streams", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.h2.be.max-frames-at-once", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.h2.be.rxbuf", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.h2.fe.glitches-threshold", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.h2.fe.initial-window-size", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.h2.fe.max-concurrent-streams", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.h2.fe.max-frames-at-once", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.h2.fe.max-rst-at-once", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.h2.fe.max-total-streams", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.h2.fe.rxbuf", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.h2.header-table-size", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.h2.initial-window-size", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.h2.log-errors", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.h2.max-concurrent-streams", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.h2.max-frame-size", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.h2.zero-copy-fwd-send", G, 0, 1, 1, 209, 0, false, NULL},
    {"tune.http.cookielen", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.http.logurilen", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.http.maxhdr", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.idle-pool.shared", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.idletimer", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.listener.default-shards", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.listener.multi-queue", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.lua.bool-sample-conversion", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.lua.burst-timeout", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.lua.forced-yield", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.lua.log.loggers", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.lua.log.stderr", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.lua.maxmem", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.lua.service-timeout", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.lua.session-timeout", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.lua.task-timeout", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.max-checks-per-thread", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.max-rules-at-once", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.maxaccept", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.maxpollevents", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.maxrewrite", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.memory.hot-size", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.notsent-lowat.client", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.notsent-lowat.server", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.pattern.cache-size", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.peers.max-updates-at-once", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.pipesize", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.pool-high-fd-ratio", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.pool-low-fd-ratio", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.pt.zero-copy-forwarding", G, 0, 1, 1, 209, 0, false, NULL},
    {"tune.rcvbuf.backend", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.rcvbuf.client", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.rcvbuf.frontend", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.rcvbuf.server", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.recv_enough", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.renice.runtime", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.renice.startup", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.ring.queues", G, 0, 1, 1, 209, 0, false, NULL},
    {"tune.runqueue-depth", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.sched.low-latency", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.sndbuf.backend", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.sndbuf.client", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.sndbuf.frontend", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.sndbuf.server", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.ssl.cachesize", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.ssl.capture-buffer-size", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.ssl.capture-cipherlist-size", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.ssl.certificate-compression", G, 0, 1, 1, 209, 0, false, NULL},
    {"tune.ssl.default-dh-param", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.ssl.force-private-cache", G, 0, 0, 0, 0, 0, false, NULL},
    {"tune.ssl.hard-maxrecord", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.ssl.keylog", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.ssl.lifetime", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.ssl.maxrecord", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.ssl.ocsp-update.maxdelay", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.ssl.ocsp-update.mindelay", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.ssl.ssl-ctx-cache-size", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.stick-counters", G, 0, 1, 1, 207, 0, false, NULL},
    {"tune.streams-elasticity", G, 0, 0, ANY, 303, 0, false, NULL},
    {"tune.takeover-other-tg-connections", G, 0, 1, 1, 301, 0, false, NULL},
    {"tune.vars.check-max-size", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.vars.global-max-size", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.vars.proc-max-size", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.vars.reqres-max-size", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.vars.sess-max-size", G, 0, 1, 1, 0, 0, false, NULL},
    {"tune.vars.txn-max-size", G, 0, 1, 1, 0, 0, false, NULL},
    {"uid", G, 0, 1, 1, 0, 0, false, NULL},
    {"ulimit-n", G, 0, 1, 1, 0, 0, false, NULL},
    {"unique-id-format", D | N | F | L, 0, 1, 1, 0, 0, false, NULL},
    {"unique-id-header", D | N | F | L, 0, 1, ANY, 0, 0, false, NULL},
    {"unix-bind", G, 0, 0, ANY, 0, 0, false, NULL},
    {"unsetenv", G, 0, 1, ANY, 0, 0, false, NULL},
    {"use-fcgi-app", L | B, D | N | F, 1, 1, 201, 0, false, NULL},
    {"use-server", L | B, D | N, 1, ANY, 0, 0, CONDITION, NULL},
    {"use-small-buffers", ALL, 0, 0, ANY, 303, 0, false, NULL},
    {"use_backend", F | L, D | N, 1, ANY, 0, 0, CONDITION, NULL},
    {"user", G, 0, 1, 1, 0, 0, false, NULL},
    {"warn-blocked-traffic-after", G, 0, 1, ANY, 209, 0, false, NULL},
    {"zero-warning", G, 0, 0, 0, 0, 0, false, NULL},
};
/* clang-format on */
const size_t haproxy_keyword_count = sizeof haproxy_keywords / sizeof *haproxy_keywords;

static int by_name(const void *name, const void *row)
{
    return strcmp(name, ((const struct haproxy_keyword *)row)->name);
}

static const struct haproxy_keyword *find(const char *name)
{
    return bsearch(name, haproxy_keywords, haproxy_keyword_count, sizeof *haproxy_keywords,
                   by_name);
}

enum { NAME_ROOM = 96 };

/* "set-var(txn.x)" → "set-var("; "track-sc0" → "track-sc*". */
static size_t put_name(char *to, size_t at, struct slice word)
{
    size_t paren = slice_find(word, '(');
    if (paren < word.len)
        word = slice_upto(word, paren + 1);
    if (at + word.len + 2 > NAME_ROOM)
        return 0;
    memcpy(to + at, word.at, word.len);
    at += word.len;
    struct slice track = SLICE("track-sc");
    if (word.len > track.len && slice_starts(word, track) && ascii_digit(word.at[track.len])) {
        at -= word.len - track.len;
        to[at++] = '*';
    }
    to[at] = '\0';
    return at;
}

const struct haproxy_keyword *haproxy_keyword_find(const struct haproxy_word *words, size_t count,
                                                   size_t *name_words)
{
    char name[NAME_ROOM];
    size_t at = count ? put_name(name, 0, words[0].text) : 0;
    if (!at)
        return NULL;
    /* "tcp-request content accept" has three words, most have two or one. */
    size_t ends[3] = {at};
    size_t have = 1;
    while (have < 3 && have < count) {
        name[at] = ' ';
        size_t next = put_name(name, at + 1, words[have].text);
        if (!next)
            break;
        at = ends[have++] = next;
    }
    for (; have; have--) {
        name[ends[have - 1]] = '\0';
        const struct haproxy_keyword *row = find(name);
        if (row) {
            *name_words = have;
            return row;
        }
    }
    return NULL;
}

bool haproxy_keyword_begins(struct slice first)
{
    size_t low = 0, high = haproxy_keyword_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (slice_compare(slice_str(haproxy_keywords[middle].name), first) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    /* Names with the word and a blank come right behind the word itself. */
    for (; low < haproxy_keyword_count; low++) {
        struct slice name = slice_str(haproxy_keywords[low].name);
        if (!slice_starts(name, first))
            return false;
        if (name.at[first.len] == ' ')
            return true;
        if (name.at[first.len] > ' ')
            return false;
    }
    return false;
}

/* Sections that are no proxies, with their keywords: "name/least arguments", then the most when it
   is known: "docroot/11". */
static const struct other {
    const char *type, *keywords; /* NULL: whatever stands there */
    unsigned short since, until;
} others[] = {
    {"acme", NULL, 302, 0},
    {"cache",
     "total-max-size/11 max-age/11 max-object-size/11 process-vary/11 max-secondary-entries/11", 0,
     0},
    {"crt-store", "crt-base/1 key-base/1 load/1", 209, 0},
    {"fcgi-app",
     "docroot/11 path-info/11 index/11 acl/2 set-param/2 unset-param/1 pass-header/1 hide-header/1 "
     "option/1 log-stderr/1",
     0, 0},
    {"healthcheck", NULL, 303, 0},
    {"http-errors", "errorfile/2", 0, 0},
    {"log-forward", "bind/1 dgram-bind/1 log/1 timeout/2 maxconn/1 backlog/1 option/1", 0, 0},
    {"log-profile", NULL, 300, 0},
    {"mailers", "mailer/2 timeout/2", 0, 0},
    {"namespace_list", "namespace/1", 0, 0},
    {"peers",
     "bind/1 default-bind/0 default-server/1 log/1 peer/1 server/1 table/2 disabled/0 enabled/0 "
     "shards/1",
     0, 0},
    {"program", "command/1 option/1 user/1 group/1", 0, 303},
    {"resolvers",
     "nameserver/2 parse-resolv-conf/0 hold/2 accepted_payload_size/1 resolution_pool_size/1 "
     "resolve_retries/1 timeout/2",
     0, 0},
    {"ring",
     "format/1 size/1 maxlen/1 description/0 server/2 default-server/1 timeout/2 backing-file/1 "
     "log/1",
     0, 0},
    {"traces", "trace/1", 300, 0},
    {"userlist", "group/1 user/1", 0, 0},
};

static const struct other *other_find(struct slice type)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (slice_equal_str(type, others[i].type))
            return &others[i];
    return NULL;
}

bool haproxy_other_section(struct slice type, unsigned *since, unsigned *until)
{
    const struct other *other = other_find(type);
    if (!other)
        return false;
    *since = other->since;
    *until = other->until;
    return true;
}

bool haproxy_other_keyword(struct slice type, const struct haproxy_line *line, unsigned *least,
                           unsigned *most)
{
    const struct other *other = other_find(type);
    *least = 0;
    *most = HAPROXY_WORDS_MAX;
    if (!other || !other->keywords)
        return true;
    struct slice rest = slice_str(other->keywords), name = line->words[0].text;
    while (rest.len) {
        struct slice word = slice_cut(&rest, ' '), known = slice_cut(&word, '/');
        if (slice_equal(known, name)) {
            *least = (unsigned)(*word.at - '0');
            *most = word.len > 1 ? (unsigned)(word.at[1] - '0') : HAPROXY_WORDS_MAX;
            return true;
        }
    }
    return false;
}

enum { LIKE_MAX = 40 };

/* Letters to change, add or leave out; 99 when it is `limit` at least. */
static unsigned distance(struct slice a, struct slice b, unsigned limit)
{
    unsigned row[LIKE_MAX + 1];
    if (a.len > LIKE_MAX || b.len > LIKE_MAX || a.len >= b.len + limit || b.len >= a.len + limit)
        return 99;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned corner = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            unsigned change = corner + (a.at[i - 1] != b.at[j - 1]);
            corner = row[j];
            unsigned least = row[j - 1] < row[j] ? row[j - 1] + 1 : row[j] + 1;
            row[j] = change < least ? change : least;
        }
    }
    return row[b.len];
}

const char *haproxy_keyword_like(struct slice word, unsigned sections)
{
    const char *best = NULL;
    unsigned nearest = word.len < 6 ? 2 : 4; /* must be nearer than this */
    static const char *const heads[] = {"backend", "frontend", "listen", "defaults", "global"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        unsigned far = distance(word, slice_str(heads[i]), nearest);
        if (far < nearest) {
            nearest = far;
            best = heads[i];
        }
    }
    for (size_t i = 0; i < haproxy_keyword_count; i++) {
        const struct haproxy_keyword *row = &haproxy_keywords[i];
        if (!(row->sections & sections) || row->until)
            continue;
        unsigned far = distance(word, slice_str(row->name), nearest);
        if (far < nearest) {
            nearest = far;
            best = row->name;
        }
    }
    return best;
}
