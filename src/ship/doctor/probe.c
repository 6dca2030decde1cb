#include "ship/doctor/probe.h"

#include <stdlib.h>
#include <time.h>

#include "net/curl.h"

struct probing {
    const struct curl_api *api;
    CURL *easy;
    struct arena *arena;
    struct probe *probe;
    char text[CURL_ERROR_SIZE];
};

bool probe_date(struct slice text, int64_t *when)
{
    char copy[40];
    struct tm parts = {0};
    text = slice_trim(text);
    if (!text.len || text.len >= sizeof copy || memchr(text.at, 0, text.len))
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = 0;
    const char *end = strptime(copy, "%b %d %H:%M:%S %Y", &parts);
    if (!end || (*end && strcmp(end, " GMT") != 0)) {
        parts = (struct tm){0};
        end = strptime(copy, "%Y-%m-%d %H:%M:%S", &parts); /* as GnuTLS writes it */
        if (!end || (*end && strcmp(end, " GMT") != 0))
            return false;
    }
    *when = timegm(&parts);
    return true;
}

static struct slice kept(struct probing *probing, const char *text)
{
    struct slice copy = arena_copy(probing->arena, slice_upto(slice_str(text), 500));
    return copy.at ? copy : SLICE("");
}

/* Lines "Subject:CN = …", "Start date:…" of the first certificate: the server's own. */
static void take_certificate(struct probing *probing)
{
    struct curl_certinfo *info = NULL;
    struct probe *probe = probing->probe;
    if (probing->api->easy_getinfo(probing->easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info ||
        info->num_of_certs < 1)
        return;
    for (const struct curl_slist *line = info->certinfo[0]; line; line = line->next) {
        struct slice value = slice_str(line->data), name = slice_cut(&value, ':');
        struct slice copy = kept(probing, value.at);
        if (slice_equal_str(name, "Subject"))
            probe->subject = copy;
        else if (slice_equal_str(name, "Issuer"))
            probe->issuer = copy;
        else if (slice_equal_str(name, "X509v3 Subject Alternative Name"))
            probe->names = copy;
        else if (slice_equal_str(name, "Start date"))
            (void)probe_date(value, &probe->from);
        else if (slice_equal_str(name, "Expire date"))
            (void)probe_date(value, &probe->until);
    }
}

static enum probe_verify verify_of(long result, struct slice text)
{
    switch (result) {
    case 9:
        return VERIFY_NOT_YET;
    case 10:
        return VERIFY_EXPIRED;
    case 18:
    case 19:
        return VERIFY_SELF_SIGNED;
    case 2:
    case 20:
    case 21:
        return VERIFY_UNKNOWN_ISSUER;
    case 62:
        return VERIFY_OTHER_NAME;
    default:
        break;
    }
    bool name = slice_search(text, SLICE("does not match target host")) < text.len ||
                slice_search(text, SLICE("no alternative certificate")) < text.len;
    return name ? VERIFY_OTHER_NAME : VERIFY_OTHER;
}

static bool speaks_something_else(struct slice text)
{
    static const char *const words[] = {"wrong version number", "packet length too long",
                                        "record layer failure", "http request",
                                        "unexpected message",   "An unexpected TLS packet"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_search(text, slice_str(words[i])) < text.len)
            return true;
    return false;
}

static enum probe_end end_of(struct probing *probing, CURLcode code, const char *proxy)
{
    struct probe *probe = probing->probe;
    double named = 0, connected = 0;
    probing->api->easy_getinfo(probing->easy, CURLINFO_NAMELOOKUP_TIME, &named);
    probing->api->easy_getinfo(probing->easy, CURLINFO_CONNECT_TIME, &connected);
    probing->api->easy_getinfo(probing->easy, CURLINFO_HTTP_CONNECTCODE, &probe->proxy_status);
    probe->named = named > 0;
    switch (code) {
    case CURLE_OK:
        return PROBE_FINE;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return PROBE_NO_NAME;
    case CURLE_OPERATION_TIMEDOUT:
        return PROBE_TIME;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        return PROBE_NOT_TRUSTED;
    default:
        break;
    }
    if (proxy && (probe->proxy_status || code == CURLE_RECV_ERROR || code == CURLE_COULDNT_CONNECT))
        return PROBE_PROXY;
    if (code == CURLE_COULDNT_CONNECT)
        return PROBE_NO_CONNECTION;
    if (code == CURLE_SSL_CONNECT_ERROR || speaks_something_else(probe->text))
        return PROBE_NO_TLS;
    return PROBE_BROKEN;
}

static void prepare(struct probing *probing, const struct probe_request *request)
{
    const struct curl_api *api = probing->api;
    CURL *easy = probing->easy;
    api->easy_setopt(easy, CURLOPT_URL, request->url);
    api->easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    api->easy_setopt(easy, CURLOPT_PROXY, request->proxy ? request->proxy : "");
    api->easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, request->proxy ? 1L : 0L);
    api->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)request->seconds);
    api->easy_setopt(easy, CURLOPT_TIMEOUT, (long)request->seconds);
    api->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    api->easy_setopt(easy, CURLOPT_ERRORBUFFER, probing->text);
    api->easy_setopt(easy, CURLOPT_CERTINFO, 1L);
    api->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, request->insecure ? 0L : 1L);
    api->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, request->insecure ? 0L : 2L);
    if (getenv("SSL_CERT_FILE"))
        api->easy_setopt(easy, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
}

bool probe_run(const struct probe_request *request, struct arena *arena, struct probe *probe,
               struct error *err)
{
    struct probing probing = {.api = curl_api_load(err), .arena = arena, .probe = probe};
    long verify = 0;
    char *address = NULL;
    *probe = (struct probe){.end = PROBE_BROKEN};
    if (!probing.api)
        return false;
    if (!(probing.easy = probing.api->easy_init()))
        return arena_error(err);
    prepare(&probing, request);
    CURLcode code = probing.api->easy_perform(probing.easy);
    probe->text = kept(&probing, probing.text[0] ? probing.text : probing.api->easy_strerror(code));
    probing.api->easy_getinfo(probing.easy, CURLINFO_SSL_VERIFYRESULT, &verify);
    if (probing.api->easy_getinfo(probing.easy, CURLINFO_PRIMARY_IP, &address) == CURLE_OK)
        probe->address = kept(&probing, address);
    take_certificate(&probing);
    probe->end = end_of(&probing, code, request->proxy);
    if (probe->end == PROBE_NOT_TRUSTED)
        probe->verify = verify_of(verify, probe->text);
    probing.api->easy_cleanup(probing.easy);
    return true;
}
