/* On the way to the registry: proxy, name, port, TLS, certificate. */
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "ship/doctor/checks.h"
#include "ship/doctor/probe.h"
#include "ship/doctor/proxy.h"

enum { SOON_DAYS = 14 };

static bool looked(struct doctor *doctor, struct doctor_row *row,
                   const struct probe_request *request, struct probe *probe)
{
    struct error err = {0};
    if (probe_run(request, doctor->arena, probe, &err))
        return true;
    doctor_say(doctor, row, DOCTOR_FAILED, "%s", err.text);
    return false;
}

/* The proxy without user and password. */
static struct slice proxy_shown(struct doctor *doctor, struct url *url)
{
    struct error err = {0};
    struct slice text = doctor->proxy;
    if (slice_search(text, SLICE("://")) == text.len)
        text = arena_printf(doctor->arena, "http://%.*s", SLICE_ARG(text));
    if (!text.at || !url_parse(text, doctor->arena, url, &err))
        return SLICE("");
    secrets_add(&doctor->secrets, url_decode(url->user, doctor->arena));
    return url_show(url, doctor->arena);
}

/* A connection through the proxy, to see whether it lets us; TCP alone to the registry behind. */
void check_proxy(struct doctor *doctor, struct doctor_row *row)
{
    struct url url;
    struct probe probe;
    doctor->proxy = proxy_for(doctor->host, doctor->tls);
    if (!doctor->proxy.len)
        return;
    struct slice shown = proxy_shown(doctor, &url);
    const char *proxy = arena_string(doctor->arena, doctor->proxy);
    struct slice to =
        arena_printf(doctor->arena, "http://%.*s:%u", SLICE_ARG(doctor->host), doctor->port);
    if (!shown.len || !proxy || !to.at) {
        doctor_say(doctor, row, DOCTOR_FAILED,
                   "http_proxy or https_proxy is no address that is understood");
        doctor_fix(doctor, row, "export https_proxy=http://HOST:PORT");
        return;
    }
    if (!looked(doctor, row, &(struct probe_request){to.at, proxy, false, doctor->seconds}, &probe))
        return;
    if (probe.end == PROBE_FINE) {
        doctor_say(doctor, row, DOCTOR_OK, "%.*s lets connections to %.*s:%u through",
                   SLICE_ARG(shown), SLICE_ARG(doctor->host), doctor->port);
        return;
    }
    if (probe.proxy_status)
        doctor_say(doctor, row, DOCTOR_FAILED, "%.*s answers %ld to CONNECT %.*s:%u%s",
                   SLICE_ARG(shown), probe.proxy_status, SLICE_ARG(doctor->host), doctor->port,
                   probe.proxy_status == 407 ? ": it wants a user and a password" : "");
    else
        doctor_say(doctor, row, DOCTOR_FAILED, "%.*s does not work: %.*s", SLICE_ARG(shown),
                   SLICE_ARG(probe.text));
    doctor_fix(doctor, row,
               "export no_proxy=%.*s   # if the registry is reached without it\n"
               "curl -v --proxy %.*s https://%.*s/v2/",
               SLICE_ARG(doctor->host), SLICE_ARG(shown), SLICE_ARG(doctor->server));
}

/* One probe to the port tells of the name, too. */
static bool connect_once(struct doctor *doctor, struct doctor_row *row, struct probe *probe)
{
    struct slice to =
        slice_find(doctor->host, ':') < doctor->host.len
            ? arena_printf(doctor->arena, "http://[%.*s]:%u", SLICE_ARG(doctor->host), doctor->port)
            : arena_printf(doctor->arena, "http://%.*s:%u", SLICE_ARG(doctor->host), doctor->port);
    return to.at &&
           looked(doctor, row, &(struct probe_request){to.at, NULL, false, doctor->seconds}, probe);
}

void check_dns(struct doctor *doctor, struct doctor_row *row)
{
    struct probe probe;
    if (doctor->proxy.len || !connect_once(doctor, row, &probe))
        return;
    bool unresolved = probe.end == PROBE_NO_NAME || (probe.end == PROBE_TIME && !probe.named);
    if (!unresolved) {
        doctor_say(doctor, row, DOCTOR_OK, "%.*s%s%.*s", SLICE_ARG(doctor->host),
                   probe.address.len ? " is " : " resolves", SLICE_ARG(probe.address));
        return;
    }
    doctor_say(doctor, row, DOCTOR_FAILED, "%.*s does not resolve: %.*s", SLICE_ARG(doctor->host),
               SLICE_ARG(probe.text));
    doctor_fix(doctor, row, "getent ahosts %.*s\ncat /etc/resolv.conf", SLICE_ARG(doctor->host));
    if (doctor->ecr)
        doctor_fix(doctor, row,
                   "getent ahosts %.*s\n"
                   "aws ec2 describe-vpc-endpoints --filters "
                   "Name=service-name,Values='com.amazonaws.*.ecr.dkr'   # private DNS enabled?",
                   SLICE_ARG(doctor->host));
}

void check_tcp(struct doctor *doctor, struct doctor_row *row)
{
    struct probe probe;
    if (doctor->proxy.len || !connect_once(doctor, row, &probe))
        return;
    if (probe.end == PROBE_FINE) {
        doctor_say(doctor, row, DOCTOR_OK, "port %u of %.*s is open", doctor->port,
                   SLICE_ARG(probe.address));
        return;
    }
    doctor_say(doctor, row, DOCTOR_FAILED,
               probe.end == PROBE_TIME ? "port %u does not answer within %u s: %.*s"
                                       : "port %u cannot be reached (%u s were allowed): %.*s",
               doctor->port, doctor->seconds, SLICE_ARG(probe.text));
    doctor_fix(doctor, row,
               "nc -vz %.*s %u   # is it running there, does a firewall or security group allow "
               "it?\nexport https_proxy=http://HOST:PORT   # if only a proxy gets out",
               SLICE_ARG(doctor->host), doctor->port);
}

/* ---- TLS ---- */

static bool probe_tls(struct doctor *doctor, struct doctor_row *row, bool insecure,
                      struct probe *probe)
{
    bool wide = slice_find(doctor->host, ':') < doctor->host.len;
    struct slice to = arena_printf(doctor->arena, "https://%s%.*s%s:%u", wide ? "[" : "",
                                   SLICE_ARG(doctor->host), wide ? "]" : "", doctor->port);
    const char *proxy = doctor->proxy.len ? arena_string(doctor->arena, doctor->proxy) : NULL;
    return to.at && looked(doctor, row,
                           &(struct probe_request){to.at, proxy, insecure, doctor->seconds}, probe);
}

void check_tls(struct doctor *doctor, struct doctor_row *row)
{
    struct probe probe;
    if (!doctor->tls) {
        doctor_say(doctor, row, DOCTOR_WARNING, "plain HTTP, as asked for: nothing is encrypted");
        return;
    }
    if (!probe_tls(doctor, row, true, &probe))
        return;
    if (probe.end == PROBE_FINE) {
        doctor_say(doctor, row, DOCTOR_OK, "TLS");
        return;
    }
    if (probe.end == PROBE_NO_TLS && url_host_is_loopback(doctor->host)) {
        doctor->tls = false; /* as engines do: a registry of this machine may go without */
        doctor_say(doctor, row, DOCTOR_OK, "plain HTTP, which is fine on this machine alone");
        return;
    }
    if (probe.end == PROBE_NO_TLS) {
        doctor_say(doctor, row, DOCTOR_FAILED, "port %u does not speak TLS (%.*s)", doctor->port,
                   SLICE_ARG(probe.text));
        doctor_fix(doctor, row,
                   "plimsoll doctor --plain-http %.*s   # is it plain HTTP?\n"
                   "echo '{\"insecure-registries\":[\"%.*s\"]}'   # into /etc/docker/daemon.json; "
                   "better: give the registry a certificate",
                   SLICE_ARG(doctor->result->target), SLICE_ARG(doctor->server));
        return;
    }
    doctor_say(doctor, row, DOCTOR_FAILED, "the handshake fails: %.*s", SLICE_ARG(probe.text));
    doctor_fix(doctor, row, "openssl s_client -connect %.*s:%u -servername %.*s </dev/null",
               SLICE_ARG(doctor->host), doctor->port, SLICE_ARG(doctor->host));
}

static struct slice day(struct doctor *doctor, int64_t when)
{
    return when ? slice_upto(clock_format(when, doctor->arena), 10) : SLICE("an unknown day");
}

static void tell_believed(struct doctor *doctor, struct doctor_row *row, const struct probe *probe)
{
    int64_t days = (probe->until - (int64_t)time(NULL)) / 86400;
    bool soon = probe->until && days < SOON_DAYS;
    doctor_say(doctor, row, soon ? DOCTOR_WARNING : DOCTOR_OK, "valid until %.*s, issued by %.*s",
               SLICE_ARG(day(doctor, probe->until)), SLICE_ARG(probe->issuer));
    if (soon && days > 0)
        doctor_fix(doctor, row, "# it ends in %lld day%s: renew the registry's certificate",
                   (long long)days, days == 1 ? "" : "s");
    else if (soon)
        doctor_fix(doctor, row, "# it ends within a day: renew the registry's certificate");
}

static void tell_dates(struct doctor *doctor, struct doctor_row *row, const struct probe *seen,
                       bool expired)
{
    doctor_say(doctor, row, DOCTOR_FAILED,
               expired ? "its certificate ended on %.*s (here it is %.*s)"
                       : "its certificate begins only on %.*s (here it is %.*s)",
               SLICE_ARG(day(doctor, expired ? seen->until : seen->from)),
               SLICE_ARG(day(doctor, (int64_t)time(NULL))));
    doctor_fix(doctor, row,
               "timedatectl set-ntp true   # if this machine's clock is wrong\n"
               "openssl s_client -connect %.*s:%u -servername %.*s </dev/null | openssl x509 "
               "-noout -dates   # else renew it at the registry",
               SLICE_ARG(doctor->host), doctor->port, SLICE_ARG(doctor->host));
}

static void tell_authority(struct doctor *doctor, struct doctor_row *row, const struct probe *seen,
                           bool self_signed)
{
    doctor_say(doctor, row, DOCTOR_FAILED, "%s (issued by %.*s)",
               self_signed ? "its certificate is signed by itself or by an authority that is not "
                             "known here"
                           : "its certificate's authority is not known here",
               SLICE_ARG(seen->issuer));
    doctor_fix(doctor, row,
               "sudo install -D -m 644 ca.crt /etc/docker/certs.d/%.*s/ca.crt   # docker, podman\n"
               "sudo cp ca.crt /usr/local/share/ca-certificates/ && sudo update-ca-certificates   "
               "# the system; %s",
               SLICE_ARG(doctor->server),
               getenv("SSL_CERT_FILE") ? "SSL_CERT_FILE is set and names others"
                                       : "or SSL_CERT_FILE=ca.crt for this program alone");
}

void check_trust(struct doctor *doctor, struct doctor_row *row)
{
    struct probe probe, seen = {.end = PROBE_BROKEN};
    if (!doctor->tls)
        return;
    if (doctor->options->source.insecure) {
        doctor_say(doctor, row, DOCTOR_WARNING, "not verified, as asked for (--insecure)");
        return;
    }
    if (!probe_tls(doctor, row, false, &probe))
        return;
    if (probe.end == PROBE_FINE) {
        tell_believed(doctor, row, &probe);
        return;
    }
    if (!probe_tls(doctor, row, true, &seen))
        return;
    if (probe.verify == VERIFY_EXPIRED || probe.verify == VERIFY_NOT_YET) {
        tell_dates(doctor, row, &seen, probe.verify == VERIFY_EXPIRED);
    } else if (probe.verify == VERIFY_SELF_SIGNED || probe.verify == VERIFY_UNKNOWN_ISSUER) {
        tell_authority(doctor, row, &seen, probe.verify == VERIFY_SELF_SIGNED);
    } else if (probe.verify == VERIFY_OTHER_NAME) {
        doctor_say(doctor, row, DOCTOR_FAILED, "its certificate is not for %.*s but for %.*s",
                   SLICE_ARG(doctor->host), SLICE_ARG(seen.names.len ? seen.names : seen.subject));
        doctor_fix(doctor, row,
                   "# use a name that is in it, or issue it for %.*s (subjectAltName=DNS:%.*s)",
                   SLICE_ARG(doctor->host), SLICE_ARG(doctor->host));
    } else {
        doctor_say(doctor, row, DOCTOR_FAILED, "%.*s", SLICE_ARG(probe.text));
        doctor_fix(doctor, row, "openssl s_client -connect %.*s:%u -servername %.*s </dev/null",
                   SLICE_ARG(doctor->host), doctor->port, SLICE_ARG(doctor->host));
    }
}
