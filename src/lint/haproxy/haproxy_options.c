/*
 * The words of `bind` and `server` lines: options with how many arguments each takes (as
 * `haproxy -dKall` of 2.6 to 3.4 lists them), and addresses.
 */
#include "base/ascii.h"
#include "lint/haproxy/haproxy.h"

/* "name/arguments", blank-separated, by the version they came with. */
struct options {
    unsigned since;
    const char *words;
};

static const struct options bind_options[] = {
    {0, "accept-netscaler-cip/1 accept-proxy/0 allow-0rtt/0 alpn/1 backlog/1 ca-file/1 "
        "ca-ignore-err/1 ca-sign-file/1 ca-sign-pass/1 ca-verify-file/1 ciphers/1 ciphersuites/1 "
        "crl-file/1 crt/1 crt-ignore-err/1 crt-list/1 curves/1 defer-accept/0 ecdhe/1 expose-fd/1 "
        "force-sslv3/0 force-tlsv10/0 force-tlsv11/0 force-tlsv12/0 force-tlsv13/0 "
        "generate-certificates/0 gid/1 group/1 id/1 interface/1 level/1 maxconn/1 mode/1 mss/1 "
        "name/1 namespace/1 nice/1 no-alpn/0 no-ca-names/0 no-sslv3/0 no-tls-tickets/0 no-tlsv10/0 "
        "no-tlsv11/0 no-tlsv12/0 no-tlsv13/0 npn/1 prefer-client-ciphers/0 process/1 proto/1 "
        "quic-cc-algo/1 quic-force-retry/0 severity-output/1 shards/1 ssl/0 ssl-max-ver/1 "
        "ssl-min-ver/1 strict-sni/0 tcp-ut/1 tfo/0 thread/1 tls-ticket-keys/1 transparent/0 uid/1 "
        "user/1 v4v6/0 v6only/0 verify/1"},
    {207, "client-sigalgs/1 ocsp-update/1 quic-socket/1 sigalgs/1"},
    {209, "default-crt/1 guid-prefix/1 nbconn/1"},
    {301, "cc/1 idle-ping/1 label/1 no-strict-sni/0 tls-tickets/0"},
    {303, "ktls/1 tcp-md5sig/1 tcp-ss/1"},
};

static const struct options server_options[] = {
    {0,
     "addr/1 agent-addr/1 agent-check/0 agent-inter/1 agent-port/1 agent-send/1 allow-0rtt/0 "
     "alpn/1 backup/0 ca-file/1 check/0 check-alpn/1 check-proto/1 check-send-proxy/0 check-sni/1 "
     "check-ssl/0 check-via-socks4/0 ciphers/1 ciphersuites/1 cookie/1 crl-file/1 crt/1 "
     "disabled/0 downinter/1 enabled/0 error-limit/1 fall/1 fastinter/1 force-sslv3/0 "
     "force-tlsv10/0 force-tlsv11/0 force-tlsv12/0 force-tlsv13/0 id/1 init-addr/1 inter/1 "
     "log-proto/1 max-reuse/1 maxconn/1 maxqueue/1 minconn/1 namespace/1 no-agent-check/0 "
     "no-backup/0 no-check/0 no-check-send-proxy/0 no-check-ssl/0 no-send-proxy/0 "
     "no-send-proxy-v2/0 no-send-proxy-v2-ssl/0 no-send-proxy-v2-ssl-cn/0 no-ssl/0 "
     "no-ssl-reuse/0 no-sslv3/0 no-tfo/0 no-tls-tickets/0 no-tlsv10/0 no-tlsv11/0 no-tlsv12/0 "
     "no-tlsv13/0 no-verifyhost/0 non-stick/0 npn/1 observe/1 on-error/1 on-marked-down/1 "
     "on-marked-up/1 pool-low-conn/1 pool-max-conn/1 pool-purge-delay/1 port/1 proto/1 "
     "proxy-v2-options/1 redir/1 resolve-net/1 resolve-opts/1 resolve-prefer/1 resolvers/1 "
     "rise/1 send-proxy/0 send-proxy-v2/0 send-proxy-v2-ssl/0 send-proxy-v2-ssl-cn/0 slowstart/1 "
     "sni/1 socks4/1 source/r ssl/0 ssl-max-ver/1 ssl-min-ver/1 ssl-reuse/0 stick/0 tcp-ut/1 "
     "tfo/0 tls-tickets/0 track/1 usesrc/r verify/1 verifyhost/1 weight/1 ws/1"},
    {207, "client-sigalgs/1 curves/1 pool-conn-name/1 set-proxy-v2-tlv-fmt/1 shard/1 sigalgs/1"},
    {209, "guid/1 hash-key/1 log-bufsize/1"},
    {301, "cc/1 check-pool-conn-name/1 check-reuse-pool/0 idle-ping/1 init-state/1 "
          "no-check-reuse-pool/0 no-renegotiate/0 renegotiate/0 strict-maxconn/0"},
    {303, "check-sni-auto/0 healthcheck/1 ktls/1 no-check-sni-auto/0 no-sni-auto/0 sni-auto/0 "
          "tcp-md5sig/1"},
};

static int option_find(const struct options *options, size_t count, struct slice name,
                       unsigned version)
{
    for (size_t i = 0; i < count && version >= options[i].since; i++) {
        struct slice rest = slice_str(options[i].words);
        while (rest.len) {
            struct slice word = slice_cut(&rest, ' '), known = slice_cut(&word, '/');
            if (slice_equal(known, name))
                return *word.at == 'r' ? 255 : *word.at - '0';
        }
    }
    return -1;
}

int haproxy_bind_option(struct slice name, unsigned version)
{
    return option_find(bind_options, sizeof bind_options / sizeof *bind_options, name, version);
}

int haproxy_server_option(struct slice name, unsigned version)
{
    /* "set-proxy-v2-tlv-fmt(0x20) %[…]" */
    if (slice_starts(name, SLICE("set-proxy-v2-tlv-fmt(")))
        return version >= 207 ? 1 : -1;
    return option_find(server_options, sizeof server_options / sizeof *server_options, name,
                       version);
}

size_t haproxy_option_at(const struct haproxy_line *line, const char *name)
{
    bool bind = haproxy_is(line, "bind", NULL);
    size_t at = bind                                        ? 2
                : haproxy_is(line, "default-server", NULL)  ? 1
                : haproxy_is(line, "server-template", NULL) ? 4
                                                            : 3;
    while (at < line->count) {
        if (slice_equal_str(line->words[at].text, name))
            return at;
        int arguments = bind ? haproxy_bind_option(line->words[at].text, HAPROXY_NEWEST)
                             : haproxy_server_option(line->words[at].text, HAPROXY_NEWEST);
        if (arguments == 255)
            return 0;
        at += 1 + (arguments > 0 ? (size_t)arguments : 0);
    }
    return 0;
}

static bool parse_port(struct slice text, unsigned *port)
{
    uint64_t value;
    if (!slice_u64(text, &value) || value > 65535)
        return false;
    *port = (unsigned)value;
    return true;
}

/* "80", "8000-8010", "+100", "-100" */
static bool parse_ports(struct slice text, struct haproxy_address *address)
{
    if (!text.len || slice_equal_str(text, "*"))
        return true;
    address->has_port = true;
    if (*text.at == '+' || *text.at == '-') {
        address->relative = true;
        return parse_port(slice_from(text, 1), &address->port);
    }
    struct slice last = text, first = slice_cut(&last, '-');
    if (!parse_port(first, &address->port))
        return false;
    address->last_port = address->port;
    if (first.len == text.len)
        return true;
    return parse_port(last, &address->last_port) && address->last_port >= address->port;
}

/* Where the port's colon is; text.len: none. "::1" has none, "[::1]:80" and "host:80" do. */
static size_t port_colon(struct slice text)
{
    size_t last = slice_find_last(text, ':');
    if (last == text.len)
        return last;
    if (text.len && *text.at == '[')
        return slice_find_last(text, ']') < last ? last : text.len;
    return last;
}

bool haproxy_address_parse(struct slice text, struct haproxy_address *address)
{
    static const char *const locals[] = {"unix@", "uxst@",     "uxdg@", "abns@",  "abnsz@",
                                         "fd@",   "sockpair@", "ring@", "rhttp@", NULL};
    static const char *const inets[] = {
        "ipv4@",        "ipv6@",  "udp@",    "udp4@",   "udp6@", "tcp@",
        "tcp4@",        "tcp6@",  "quic4@",  "quic6@",  "quic@", "stream+ipv4@",
        "stream+ipv6@", "mptcp@", "mptcp4@", "mptcp6@", NULL};
    memset(address, 0, sizeof *address);
    for (size_t i = 0; locals[i]; i++)
        if (slice_starts(text, slice_str(locals[i]))) {
            address->local = true;
            return text.len > strlen(locals[i]);
        }
    for (size_t i = 0; inets[i]; i++)
        if (slice_starts(text, slice_str(inets[i]))) {
            text = slice_from(text, strlen(inets[i]));
            break;
        }
    if (text.len && *text.at == '/') {
        address->local = true;
        return true;
    }
    size_t colon = port_colon(text);
    address->host = slice_upto(text, colon);
    return parse_ports(slice_from(text, colon + 1), address);
}
