/* EXPOSE: [IP:][HOST:]PORT[-PORT][/PROTOCOL], of which only the end belongs there. */
#include "lint/rules/rule_text.h"

struct port {
    struct slice host;  /* "127.0.0.1:80:" with its last colon; empty: none */
    struct slice range; /* "80", "8000-8100" */
    struct slice protocol;
};

static struct port port_split(struct slice word)
{
    size_t colon = slice_find_last(word, ':');
    struct port port = {.range = word};
    if (colon < word.len) {
        port.host = slice_upto(word, colon + 1);
        port.range = slice_from(word, colon + 1);
    }
    size_t slash = slice_find(port.range, '/');
    port.protocol = slice_from(port.range, slash + 1);
    port.range = slice_upto(port.range, slash);
    return port;
}

/* Both ends of a range; false when they are no numbers. */
static bool port_numbers(struct slice range, uint64_t *first, uint64_t *last)
{
    size_t hyphen = slice_find(range, '-');
    if (!slice_u64(slice_upto(range, hyphen), first))
        return false;
    *last = *first;
    return hyphen == range.len || slice_u64(slice_from(range, hyphen + 1), last);
}

enum { PORT_MAX = 65535, PORT_SSH = 22 };

typedef void (*port_look)(struct dockerfile_check *check, const struct instruction *instruction,
                          struct slice written, struct slice value, const struct port *port);

/* Ports whose words are known; a variable can hold several. */
static void each_port(struct dockerfile_check *check, const struct instruction *instruction,
                      port_look look)
{
    for (size_t i = 0; i < instruction->argument_count; i++) {
        struct slice written = instruction->arguments[i];
        bool complete;
        struct slice value = check_expand(check, instruction, written, &complete);
        if (!complete || (value.len && value.at[0] == '#'))
            continue;
        while (value.len) {
            struct slice word = slice_cut(&value, ' ');
            if (!word.len)
                continue;
            struct port port = port_split(word);
            look(check, instruction, written, word, &port);
        }
    }
}

static void report_range(struct dockerfile_check *check, const struct instruction *instruction,
                         struct slice written, struct slice value, const struct port *port)
{
    uint64_t first, last;
    if (!port_numbers(port->range, &first, &last)) {
        struct lint_finding *finding = check_report(
            check, instruction, written,
            "%.*s is no port; write a number up to 65535, or two with a hyphen", SLICE_ARG(value));
        lint_finding_codes(finding, "");
    } else if (first > PORT_MAX || last > PORT_MAX) {
        check_report(check, instruction, written, "%.*s is over 65535, the last port there is",
                     SLICE_ARG(value));
    } else if (first > last) {
        struct lint_finding *finding = check_report(
            check, instruction, written, "%.*s ends before it begins; write the lower port first",
            SLICE_ARG(value));
        lint_finding_codes(finding, "");
    } else if (port->protocol.len && !slice_equal_nocase(port->protocol, SLICE("tcp")) &&
               !slice_equal_nocase(port->protocol, SLICE("udp")) &&
               !slice_equal_nocase(port->protocol, SLICE("sctp"))) {
        struct lint_finding *finding = check_report(
            check, instruction, written, "%.*s is no protocol of EXPOSE; write tcp, udp or sctp",
            SLICE_ARG(port->protocol));
        lint_finding_codes(finding, "");
    }
}

static void look_range(struct dockerfile_check *check, const struct instruction *instruction)
{
    each_port(check, instruction, report_range);
}

static void report_ssh(struct dockerfile_check *check, const struct instruction *instruction,
                       struct slice written, struct slice value, const struct port *port)
{
    uint64_t first, last;
    (void)value;
    if (port_numbers(port->range, &first, &last) && first <= PORT_SSH && last >= PORT_SSH &&
        !slice_equal_nocase(port->protocol, SLICE("udp")))
        check_report(check, instruction, written,
                     "port 22 is SSH's; a container needs none: use docker exec, kubectl exec or "
                     "ECS Exec");
}

static void look_ssh(struct dockerfile_check *check, const struct instruction *instruction)
{
    each_port(check, instruction, report_ssh);
}

static void report_format(struct dockerfile_check *check, const struct instruction *instruction,
                          struct slice written, struct slice value, const struct port *port)
{
    if (!port->host.len)
        return;
    struct lint_finding *finding =
        check_report(check, instruction, written,
                     "%.*s names the host's side; EXPOSE says only which port the container "
                     "listens on, `docker run -p` publishes it",
                     SLICE_ARG(value));
    if (text_has_variable(written) || text_unquoted(written).len != written.len)
        return;
    lint_fix(check->report, finding, "keep the container's port alone");
    check_fix_replace(check, finding, instruction, slice_upto(written, port->host.len), SLICE(""));
}

static void look_format(struct dockerfile_check *check, const struct instruction *instruction)
{
    each_port(check, instruction, report_format);
}

static void report_casing(struct dockerfile_check *check, const struct instruction *instruction,
                          struct slice written, struct slice value, const struct port *port)
{
    (void)value;
    if (text_is_lower(port->protocol))
        return;
    struct lint_finding *finding =
        check_report(check, instruction, written, "write the protocol %.*s in lower case",
                     SLICE_ARG(port->protocol));
    if (text_has_variable(written) ||
        !text_ends(written, arena_string(check->arena, port->protocol)))
        return;
    lint_fix(check->report, finding, "write the protocol in lower case");
    check_fix_replace(check, finding, instruction,
                      slice_from(written, written.len - port->protocol.len),
                      text_lower(port->protocol, check->arena));
}

static void look_casing(struct dockerfile_check *check, const struct instruction *instruction)
{
    each_port(check, instruction, report_casing);
}

const struct dockerfile_rule rules_expose[] = {
    {.rule = {.id = "expose-port",
              .codes = "DL3011 DS-0008",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "EXPOSE names no port",
              .why = "Ports are numbers from 0 to 65535; builders refuse the rest.",
              .bad = "EXPOSE 80443",
              .good = "EXPOSE 8443",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_EXPOSE),
     .instruction = look_range},
    {.rule = {.id = "expose-ssh",
              .codes = "CKV_DOCKER_1 DS-0004",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "EXPOSE 22",
              .why = "An SSH server in a container is one more way in, with accounts and keys that "
                     "nobody rotates.",
              .bad = "EXPOSE 22",
              .good = "EXPOSE 8080",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_EXPOSE),
     .instruction = look_ssh},
    {.rule = {.id = "expose-format",
              .codes = "ExposeInvalidFormat",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_BUILDKIT,
              .title = "EXPOSE names an address or a port of the host",
              .why = "It is ignored today and will be refused in a future version of Docker.",
              .bad = "EXPOSE 127.0.0.1:80:8080",
              .good = "EXPOSE 8080",
              .fix = "keeps the container's port"},
     .keywords = KEYWORD_BIT(KEYWORD_EXPOSE),
     .instruction = look_format},
    {.rule = {.id = "expose-protocol-casing",
              .codes = "ExposeProtoCasing",
              .severity = LINT_STYLE,
              .profiles = IN_DEFAULT | IN_BUILDKIT,
              .title = "EXPOSE with a protocol in upper case",
              .why = "One way of writing it can be searched for.",
              .bad = "EXPOSE 53/UDP",
              .good = "EXPOSE 53/udp",
              .fix = "writes it in lower case"},
     .keywords = KEYWORD_BIT(KEYWORD_EXPOSE),
     .instruction = look_casing},
    {.rule = {.id = NULL}},
};
