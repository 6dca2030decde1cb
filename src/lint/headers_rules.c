#include "lint/headers_rules.h"

#define ON LINT_PROFILE_DEFAULT

/* Examples are nginx's; HAProxy says `http-after-response set-header NAME VALUE`. */
#define MISSING(header, rule_id, level, reason, value)                                             \
    {                                                                                              \
        .id = rule_id, .codes = "", .severity = level, .profiles = ON,                             \
        .title = header " is not sent", .why = reason, .bad = "server {\n    listen 443 ssl;\n}",  \
        .good =                                                                                    \
            "server {\n    listen 443 ssl;\n    add_header " header " \"" value "\" always;\n}",   \
        .fix = "adds it where it takes effect"                                                     \
    }

const struct lint_rule header_rules[] = {
    [RULE_WEAK] = {.id = "weak-header",
                   .codes = "",
                   .severity = LINT_WARNING,
                   .profiles = ON,
                   .title = "security header has a value that does not protect",
                   .why = "A header that is there but says too little looks done in every list and "
                          "protects nobody.",
                   .bad = "add_header Strict-Transport-Security \"max-age=300\" always;",
                   .good = "add_header Strict-Transport-Security "
                           "\"max-age=31536000; includeSubDomains\" always;",
                   .fix = "gives it the profile's value, except Content-Security-Policy"},
    [RULE_DROPPED] = {.id = "header-dropped",
                      .codes = "add_header_redefinition",
                      .severity = LINT_WARNING,
                      .profiles = ON,
                      .title = "an add_header here drops the inherited headers",
                      .why = "nginx inherits add_header only into blocks that have none of their "
                             "own: one header more in a location, and all of the server's are "
                             "gone there.",
                      .bad = "add_header X-Frame-Options DENY always;\nlocation / {\n    "
                             "add_header Cache-Control no-store;\n}",
                      .good = "add_header X-Frame-Options DENY always;\nlocation / {\n    "
                              "add_header Cache-Control no-store;\n    add_header X-Frame-Options "
                              "DENY always;\n}",
                      .fix = "repeats the dropped headers in the block"},
    [RULE_NOT_ALWAYS] = {.id = "header-not-always",
                         .codes = "",
                         .severity = LINT_WARNING,
                         .profiles = ON,
                         .title = "header is not sent on errors",
                         .why = "Without `always`, nginx sends a header only on 200, 201, 204, "
                                "206, 301, 302, 303, 304, 307 and 308. Error pages are pages, too.",
                         .bad = "add_header X-Frame-Options DENY;",
                         .good = "add_header X-Frame-Options DENY always;",
                         .fix = "adds `always`"},
    [RULE_NOT_OWN] = {.id = "header-not-on-own-answers",
                      .codes = "",
                      .severity = LINT_WARNING,
                      .profiles = ON,
                      .title = "header is missing on answers that the proxy makes itself",
                      .why = "HAProxy's http-response rules see what servers answer, not "
                             "redirects, errors and pages of HAProxy itself; http-after-response "
                             "rules see all.",
                      .bad = "http-response set-header X-Frame-Options DENY",
                      .good = "http-after-response set-header X-Frame-Options DENY",
                      .fix = "uses http-after-response"},
    [RULE_DELETED] = {.id = "header-removed",
                      .codes = "",
                      .severity = LINT_WARNING,
                      .profiles = ON,
                      .title = "a security header is set and then removed",
                      .why = "A later rule takes away what an earlier one sets.",
                      .bad = "http-response set-header X-Frame-Options DENY\nhttp-response "
                             "del-header X-Frame-Options",
                      .good = "http-response set-header X-Frame-Options DENY"},
    [RULE_CONDITIONAL] = {.id = "header-conditional",
                          .codes = "",
                          .severity = LINT_INFO,
                          .profiles = ON,
                          .title = "security header is sent only under a condition",
                          .why = "When the condition does not hold, clients get no protection.",
                          .bad = "if ($request_method = GET) {\n    add_header X-Frame-Options "
                                 "DENY always;\n}",
                          .good = "add_header X-Frame-Options DENY always;"},
    [RULE_TWICE] = {.id = "header-twice",
                    .codes = "",
                    .severity = LINT_WARNING,
                    .profiles = ON,
                    .title = "header is sent twice",
                    .why = "Browsers take the first, the last or none of two values, and "
                           "X-Frame-Options with two different ones is ignored.",
                    .bad = "add_header X-Frame-Options DENY always;\nadd_header X-Frame-Options "
                           "SAMEORIGIN always;",
                    .good = "add_header X-Frame-Options DENY always;"},
    [RULE_OBSOLETE] = {.id = "obsolete-header",
                       .codes = "",
                       .severity = LINT_INFO,
                       .profiles = ON,
                       .title = "header that browsers no longer read",
                       .why = "It costs bytes in every answer and hides that the real protection "
                              "is missing.",
                       .bad = "add_header Expect-CT \"max-age=86400, enforce\";",
                       .good = "add_header Permissions-Policy \"camera=()\" always;"},
    [RULE_XSS] = {.id = "x-xss-protection",
                  .codes = "",
                  .severity = LINT_INFO,
                  .profiles = ON,
                  .title = "X-XSS-Protection turns on a filter that is gone or harmful",
                  .why = "Browsers removed the filter because it could be used to leak data. A "
                         "Content-Security-Policy protects; leave this header out or send 0.",
                  .bad = "add_header X-XSS-Protection \"1; mode=block\" always;",
                  .good = "add_header X-XSS-Protection \"0\" always;"},
    [RULE_HSTS_PLAIN] = {.id = "hsts-without-tls",
                         .codes = "",
                         .severity = LINT_WARNING,
                         .profiles = ON,
                         .title = "Strict-Transport-Security is sent without TLS",
                         .why = "Browsers ignore it on plain HTTP (RFC 6797), so nobody is "
                                "protected by it.",
                         .bad = "server {\n    listen 80;\n    add_header "
                                "Strict-Transport-Security \"max-age=31536000\" always;\n}",
                         .good = "server {\n    listen 443 ssl;\n    add_header "
                                 "Strict-Transport-Security \"max-age=31536000\" always;\n}"},
    [RULE_DISCLOSING] = {.id = "disclosing-header",
                         .codes = "",
                         .severity = LINT_WARNING,
                         .profiles = ON,
                         .title = "header tells what runs behind the proxy",
                         .why = "Names and versions of software help whoever looks for known "
                                "holes, and nobody else.",
                         .bad = "add_header X-Powered-By \"PHP/8.2\";",
                         .good = "proxy_hide_header X-Powered-By;"},
    [RULE_MISSING] =
        MISSING("Strict-Transport-Security", "missing-hsts", LINT_WARNING,
                "Without it a browser's first request may go by plain HTTP, where anybody on the "
                "way can answer it.",
                "max-age=31536000; includeSubDomains"),
    MISSING("X-Frame-Options", "missing-x-frame-options", LINT_WARNING,
            "Without it (or frame-ancestors in the Content-Security-Policy) other sites can show "
            "the page in a frame and catch its clicks.",
            "DENY"),
    MISSING("X-Content-Type-Options", "missing-x-content-type-options", LINT_WARNING,
            "Without nosniff a browser may run an uploaded picture as a script.", "nosniff"),
    MISSING("X-XSS-Protection", "missing-x-xss-protection", LINT_WARNING,
            "The `classic` profile asks for it; today's advice is to leave it out.",
            "1; mode=block"),
    MISSING("Content-Security-Policy", "missing-content-security-policy", LINT_WARNING,
            "It says where scripts, styles and frames may come from, so that injected ones do not "
            "run. Widen the value where pages load from elsewhere.",
            "default-src 'self'; object-src 'none'"),
    MISSING("Referrer-Policy", "missing-referrer-policy", LINT_INFO,
            "It keeps paths and queries of pages from being told to other sites.",
            "strict-origin-when-cross-origin"),
    MISSING("Permissions-Policy", "missing-permissions-policy", LINT_INFO,
            "It turns off camera, microphone and the like for the page and whatever is embedded "
            "in it.",
            "camera=(), geolocation=(), microphone=()"),
    MISSING("Cross-Origin-Opener-Policy", "missing-cross-origin-opener-policy", LINT_INFO,
            "It keeps other sites' windows from holding a handle of this one.", "same-origin"),
    MISSING("Cross-Origin-Embedder-Policy", "missing-cross-origin-embedder-policy", LINT_INFO,
            "With it a page embeds only what agrees to be embedded, which isolates it from other "
            "origins.",
            "require-corp"),
    MISSING("Cross-Origin-Resource-Policy", "missing-cross-origin-resource-policy", LINT_INFO,
            "It keeps other sites from loading this one's answers into their own process.",
            "same-origin"),
    {.id = NULL},
};
