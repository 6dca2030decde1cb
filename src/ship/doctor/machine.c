/* This machine, without a registry: what a pull needs before it leaves. */
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "advisory/store.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "image/daemon_engine.h"
#include "image/document.h"
#include "ship/doctor/checks.h"
#include "ship/doctor/login.h"
#include "ship/doctor/proxy.h"
#include "ship/size/size_report.h"

enum { OLD_DAYS = 7, CONFIG_MAX = 1 << 20, INFO_MAX = 1 << 20, MINUTES_UP = 60 };
#define ROOM_LEAST UINT64_C(2000000000)

/* ---- engines ---- */

/* DockerRootDir (docker) or store.graphRoot (podman) of the first engine that answers. */
static const char *engine_storage(struct doctor *doctor, const struct engine *engine)
{
    struct http_options quick = {.attempts = 1, .connect_seconds = 2, .stall_seconds = 4};
    struct http_response response;
    struct http_request request = {.limit = INFO_MAX};
    struct error ignored = {0};
    struct slice folder = {"", 0};
    CLEANUP_HTTP struct http_client *client = http_client_new(&quick);
    if (!client ||
        !engine_get(engine, client, SLICE("/info"), &request, doctor->arena, &response, &ignored) ||
        response.status != 200)
        return NULL;
    CLEANUP_JSON json_t *info = document_parse(response.body, &ignored);
    if (!info || !document_text(info, "DockerRootDir", doctor->arena, &folder))
        return NULL;
    return folder.len ? folder.at : "";
}

const char *doctor_storage(struct doctor *doctor, const char **whose)
{
    static const struct {
        const char *folder, *whose;
    } usual[] = {{"/var/lib/docker", "docker"},
                 {"/var/lib/containers/storage", "podman"},
                 {"/var/lib/containerd", "containerd"}};
    struct engine engines[ENGINES_MAX];
    struct error ignored = {0};
    size_t count = 0;
    const char *home = getenv("HOME");
    *whose = "as told";
    if (doctor->options->storage)
        return doctor->options->storage;
    if (engines_find(ENGINE_ANY, doctor->arena, engines, &count, &ignored))
        for (size_t i = 0; i < count; i++) {
            const char *folder = engine_storage(doctor, &engines[i]);
            *whose = "the engine's";
            if (folder && *folder && access(folder, F_OK) == 0)
                return folder;
        }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        *whose = usual[i].whose;
        if (access(usual[i].folder, X_OK) == 0)
            return usual[i].folder;
    }
    *whose = "podman or buildah of this user";
    struct slice own =
        arena_printf(doctor->arena, "%s/.local/share/containers/storage", home ? home : "");
    return home && own.at && access(own.at, X_OK) == 0 ? own.at : NULL;
}

/* A socket that does not exist is asked only when DOCKER_HOST or CONTAINER_HOST names it. */
static void tell_silent(struct doctor *doctor, struct doctor_row *row, const struct engine *engine)
{
    bool there = !engine->socket || access(engine->socket, F_OK) == 0;
    doctor_say(doctor, row, DOCTOR_FAILED,
               there ? "%.*s is there, and no engine answers"
                     : "%.*s, which DOCKER_HOST or CONTAINER_HOST names, is not there, and "
                       "no engine answers",
               SLICE_ARG(engine->shown));
    doctor_fix(doctor, row, "%ssystemctl status docker podman.socket%s",
               there ? "" : "unset DOCKER_HOST CONTAINER_HOST   # if it is not meant\n",
               there ? "\nsudo usermod -aG docker $USER   # when it is not allowed" : "");
}

void check_engines(struct doctor *doctor, struct doctor_row *row)
{
    static const char *const programs[] = {"docker", "podman", "nerdctl", "buildah", "skopeo"};
    struct engine engines[ENGINES_MAX];
    const struct engine *silent = NULL;
    struct slice found = {"", 0};
    struct error err = {0};
    size_t count = 0;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (process_find(programs[i], doctor->arena))
            arena_list(doctor->arena, &found, ", ", "%s", programs[i]);
    if (!engines_find(ENGINE_ANY, doctor->arena, engines, &count, &err)) {
        doctor_say(doctor, row, DOCTOR_FAILED, "%s", err.text);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        bool answers = engine_storage(doctor, &engines[i]) != NULL;
        if (!answers)
            silent = &engines[i];
        else
            arena_list(doctor->arena, &found, ", ", "%.*s answers", SLICE_ARG(engines[i].shown));
    }
    if (silent) {
        tell_silent(doctor, row, silent);
    } else if (!found.len) {
        doctor_say(doctor, row, DOCTOR_WARNING, "none of docker, podman, nerdctl, buildah, skopeo");
        doctor_fix(doctor, row, "sudo apt install podman   # plimsoll itself needs none to scan");
    } else {
        doctor_say(doctor, row, DOCTOR_OK, "%.*s", SLICE_ARG(found));
    }
}

/* ---- files ---- */

static void judge_file(struct doctor *doctor, struct doctor_row *row, const char *path)
{
    struct slice bytes;
    struct error err = {0};
    struct stat info;
    if (stat(path, &info) != 0) {
        doctor_say(doctor, row, DOCTOR_OK, "no %s: only public images, or credentials of AWS",
                   path);
        return;
    }
    CLEANUP_JSON json_t *config = file_read(path, CONFIG_MAX, doctor->arena, &bytes, &err)
                                      ? document_parse(bytes, &err)
                                      : NULL;
    if (!config) {
        doctor_say(doctor, row, DOCTOR_FAILED, "%s cannot be read: %s", path, err.text);
        doctor_fix(doctor, row, "jq . %s", path);
        return;
    }
    size_t auths = json_object_size(json_object_get(config, "auths"));
    bool open = (info.st_mode & 077) != 0 && auths;
    doctor_say(doctor, row, open ? DOCTOR_WARNING : DOCTOR_OK, "%s: %zu login%s%s", path, auths,
               auths == 1 ? "" : "s", open ? ", and others than its owner may read them" : "");
    if (open)
        doctor_fix(doctor, row, "chmod 600 %s", path);
}

void check_files(struct doctor *doctor, struct doctor_row *row)
{
    const char *path = login_file(doctor->arena);
    if (path)
        judge_file(doctor, row, path);
}

void check_proxies(struct doctor *doctor, struct doctor_row *row)
{
    const char *upper = getenv("HTTP_PROXY"), *lower = getenv("http_proxy"),
               *https = getenv("https_proxy") ? getenv("https_proxy") : getenv("HTTPS_PROXY");
    struct url url;
    struct error err = {0};
    if (upper && !lower && !https) {
        doctor_say(doctor, row, DOCTOR_WARNING,
                   "HTTP_PROXY is set, and only http_proxy and https_proxy are read");
        doctor_fix(doctor, row, "export https_proxy=\"$HTTP_PROXY\" http_proxy=\"$HTTP_PROXY\"");
    } else if (!https) {
        doctor_say(doctor, row, DOCTOR_OK, "none for https");
    } else if (!url_parse(slice_str(https), doctor->arena, &url, &err)) {
        doctor_say(doctor, row, DOCTOR_FAILED, "https_proxy is no address");
        doctor_fix(doctor, row, "export https_proxy=http://HOST:PORT");
    } else {
        doctor_say(doctor, row, DOCTOR_OK,
                   "https goes through %.*s; the engine's service needs it, "
                   "too (systemctl show docker -p Environment)",
                   SLICE_ARG(url_show(&url, doctor->arena)));
    }
}

void check_authorities(struct doctor *doctor, struct doctor_row *row)
{
    const char *given = getenv("SSL_CERT_FILE");
    const char *path = given ? given : "/etc/ssl/certs/ca-certificates.crt";
    struct stat info;
    if (stat(path, &info) == 0 && info.st_size > 0) {
        doctor_say(doctor, row, DOCTOR_OK, "%s, %s", path, size_text((uint64_t)info.st_size).at);
        return;
    }
    doctor_say(doctor, row, given ? DOCTOR_FAILED : DOCTOR_WARNING, "%s is not there", path);
    doctor_fix(doctor, row, given ? "unset SSL_CERT_FILE" : "sudo apt install ca-certificates");
}

void check_disk(struct doctor *doctor, struct doctor_row *row)
{
    const char *whose = "", *folder = doctor_storage(doctor, &whose);
    uint64_t left, all;
    if (!folder) {
        whose = "no engine keeps images here; this is for reports and caches";
        folder = "/var";
    }
    if (!doctor_free(folder, &left, &all)) {
        doctor_say(doctor, row, DOCTOR_FAILED, "%s (%s) cannot be looked at", folder, whose);
        return;
    }
    enum doctor_state state = left < ROOM_LEAST / 10 ? DOCTOR_FAILED
                              : left < ROOM_LEAST    ? DOCTOR_WARNING
                                                     : DOCTOR_OK;
    struct size_text whole = size_text(all);
    doctor_say(doctor, row, state, "%s of %s free in %s (%s)", size_text(left).at, whole.at, folder,
               whose);
    if (state != DOCTOR_OK)
        doctor_fix(doctor, row, "docker system prune -a   # or podman system prune -a\ndf -h %s",
                   folder);
}

/* Without a server to compare with: whether the kernel is told the time by somebody. */
void check_time(struct doctor *doctor, struct doctor_row *row)
{
    struct timex state = {.modes = 0};
    int told = adjtimex(&state);
    struct slice now = clock_format((int64_t)time(NULL), doctor->arena);
    bool synchronised = told >= 0 && told != TIME_ERROR;
    doctor_say(doctor, row, synchronised ? DOCTOR_OK : DOCTOR_WARNING, "%.*s, %s", SLICE_ARG(now),
               synchronised ? "kept right by a time service"
                            : "and nothing keeps it right, as far as the kernel knows (in a "
                              "container the host does)");
    if (!synchronised)
        doctor_fix(doctor, row, "timedatectl status\nsudo timedatectl set-ntp true");
}

/* ---- the advisory database ---- */

void check_database(struct doctor *doctor, struct doctor_row *row)
{
    struct store_reader *reader = NULL;
    struct feed_status *feeds = NULL;
    struct error err = {0};
    size_t count = 0;
    int64_t newest = 0;
    bool open = store_reader_open(&reader, doctor->options->store, &err);
    bool starter = open && store_reader_is_starter(reader);
    if (open && !starter && store_feeds(reader, doctor->arena, &feeds, &count, &err))
        for (size_t i = 0; i < count; i++)
            if ((int64_t)feeds[i].updated_epoch > newest)
                newest = (int64_t)feeds[i].updated_epoch;
    int64_t days = newest ? clock_days(newest, clock_now()) : 0;
    if (!open)
        doctor_say(doctor, row, DOCTOR_FAILED, "%s", err.text);
    else if (starter)
        doctor_say(doctor, row, DOCTOR_WARNING, "only the starter database, with a few packages");
    else if (!newest)
        doctor_say(doctor, row, DOCTOR_WARNING, "no feed was ever updated");
    else
        doctor_say(doctor, row, days > OLD_DAYS ? DOCTOR_WARNING : DOCTOR_OK,
                   "%zu feeds, updated %lld day%s ago", count, (long long)days,
                   days == 1 ? "" : "s");
    if (row->state != DOCTOR_OK)
        doctor_fix(doctor, row, "plimsoll db update");
    if (open)
        store_reader_close(reader);
}
