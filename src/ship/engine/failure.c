/* Substrings of what engines say. See failure.h. */
#include "ship/engine/failure.h"

const struct ship_failure_kind ship_failure_kinds[SHIP_FAILURES] = {
    [SHIP_FAILED] = {"failed", ERROR_IO, "it failed", "its last lines say why"},
    [SHIP_FAILED_DAEMON] =
        {"daemon-down", ERROR_NETWORK, "its daemon does not answer",
         "start it (systemctl start docker; podman machine start), set DOCKER_HOST to where it "
         "listens, or choose another engine with --engine"},
    [SHIP_FAILED_SOCKET] =
        {"socket-denied", ERROR_DENIED, "its socket is not for this user",
         "join its group (usermod -aG docker $USER, then log in again: that is as much as root), "
         "or use an engine without a daemon (--engine podman or buildah)"},
    [SHIP_FAILED_FULL] = {"disk-full", ERROR_FULL, "no space is left",
                          "free some (docker system prune, podman system prune, buildah rm -a && "
                          "buildah rmi --prune), or move its storage or TMPDIR to a larger disk"},
    [SHIP_FAILED_RATE] =
        {"rate-limit", ERROR_NETWORK, "the registry's pull rate limit is reached",
         "log in (the limit is higher then), wait (Docker Hub counts over six hours), or pull "
         "through a mirror of your own"},
    [SHIP_FAILED_LOGIN] =
        {"not-authorised", ERROR_DENIED, "the registry refuses, or has no such public repository",
         "check the name; log in there with this engine (a token of ECR holds twelve hours)"},
    [SHIP_FAILED_BASE] =
        {"base-not-found", ERROR_NOT_FOUND, "the registry has no such image",
         "check name and tag in FROM; plimsoll update tags NAME lists what there is"},
    [SHIP_FAILED_ABSENT] = {"image-absent", ERROR_NOT_FOUND, "it has no such image",
                            "check name and tag; `docker images`, `podman images` and `buildah "
                            "images` list what is there"},
    [SHIP_FAILED_SHORT] = {"short-name", ERROR_NOT_FOUND,
                           "it is not here, and its name says no registry",
                           "write the whole name in FROM (docker.io/library/NAME:TAG), or set "
                           "unqualified-search-registries in /etc/containers/registries.conf"},
    [SHIP_FAILED_PLATFORM] = {"platform", ERROR_UNSUPPORTED,
                              "the image or this machine does not have that platform",
                              "build for the machine's own platform, or install emulation "
                              "(apt install qemu-user-static)"},
    [SHIP_FAILED_TLS] = {"tls", ERROR_NETWORK,
                         "the registry's certificate is not trusted, or it has no TLS",
                         "install its CA for the engine (/etc/docker/certs.d/HOST/ca.crt, "
                         "/etc/containers/certs.d)"},
    [SHIP_FAILED_NETWORK] = {"network", ERROR_NETWORK, "the registry is not reachable",
                             "check the name, DNS and HTTPS_PROXY (the daemon has its own)"},
    [SHIP_FAILED_STORAGE] = {"storage", ERROR_IO, "its storage driver does not work here",
                             "set STORAGE_DRIVER=vfs"},
    [SHIP_FAILED_ISOLATION] = {"isolation", ERROR_IO, "no container can be made here",
                               "set BUILDAH_ISOLATION=chroot, or build on a machine that may"},
    [SHIP_FAILED_BUILDKIT] = {"no-buildkit", ERROR_NOT_FOUND, "what builds for it is missing",
                              "install docker-buildx (or start buildkitd for nerdctl), or choose "
                              "another engine with --engine"},
    [SHIP_FAILED_BUILDER] =
        {"builder", ERROR_UNSUPPORTED, "docker's own builder makes images of one platform",
         "make another one (docker buildx create --use), or choose podman or buildah with "
         "--engine"},
    [SHIP_FAILED_COPY] = {"copy", ERROR_NOT_FOUND, "a file is not in the build context",
                          "check the path (relative to the context), .dockerignore, and links "
                          "that lead out of the context"},
    [SHIP_FAILED_DOCKERFILE] = {"dockerfile", ERROR_FORMAT, "the Dockerfile cannot be parsed",
                                "plimsoll lint says where and why"},
    [SHIP_FAILED_STEP] = {"step", ERROR_IO, "a command of the Dockerfile failed",
                          "read its output above"},
};

struct pattern {
    const char *text;
    enum ship_failure failure;
};

/* In the order of certainty: what stands first decides. */
static const struct pattern patterns[] = {
    {"no space left on device", SHIP_FAILED_FULL},
    {"disk quota exceeded", SHIP_FAILED_FULL},
    {"Disk quota exceeded", SHIP_FAILED_FULL},
    {"No space left on device", SHIP_FAILED_FULL},
    {"not enough free space", SHIP_FAILED_FULL},

    {"permission denied while trying to connect to the Docker daemon", SHIP_FAILED_SOCKET},
    {"permission denied while trying to connect to the docker API", SHIP_FAILED_SOCKET},
    {"containerd.sock: connect: permission denied", SHIP_FAILED_SOCKET},
    {"podman.sock: connect: permission denied", SHIP_FAILED_SOCKET},

    {"Cannot connect to the Docker daemon", SHIP_FAILED_DAEMON},
    {"Is the docker daemon running?", SHIP_FAILED_DAEMON},
    {"failed to connect to the docker API", SHIP_FAILED_DAEMON},
    {"Cannot connect to Podman", SHIP_FAILED_DAEMON},
    {"unable to connect to Podman", SHIP_FAILED_DAEMON},
    {"cannot access containerd socket", SHIP_FAILED_DAEMON},
    {"rootless containerd not running?", SHIP_FAILED_DAEMON},

    {"toomanyrequests", SHIP_FAILED_RATE},
    {"pull rate limit", SHIP_FAILED_RATE},
    {"429 Too Many Requests", SHIP_FAILED_RATE},
    {"too many requests to registry", SHIP_FAILED_RATE},

    {"`buildctl` needs to be installed", SHIP_FAILED_BUILDKIT},
    {"no buildkit host is available", SHIP_FAILED_BUILDKIT},
    {"the buildx component is missing or broken", SHIP_FAILED_BUILDKIT},
    {"unknown command: docker buildx", SHIP_FAILED_BUILDKIT},
    {"'buildx' is not a docker command", SHIP_FAILED_BUILDKIT},

    {"not supported for the docker driver", SHIP_FAILED_BUILDER},

    {"unauthorized: authentication required", SHIP_FAILED_LOGIN},
    {"no basic auth credentials", SHIP_FAILED_LOGIN},
    {"authorization token has expired", SHIP_FAILED_LOGIN},
    {"pull access denied", SHIP_FAILED_LOGIN},
    {"requested access to the resource is denied", SHIP_FAILED_LOGIN},
    {"insufficient_scope: authorization failed", SHIP_FAILED_LOGIN},
    {"invalid username/password", SHIP_FAILED_LOGIN},
    {"authentication required", SHIP_FAILED_LOGIN},
    {": 401 Unauthorized", SHIP_FAILED_LOGIN},
    {": 403 Forbidden", SHIP_FAILED_LOGIN},
    {"\": unauthorized", SHIP_FAILED_LOGIN},

    {"manifest unknown", SHIP_FAILED_BASE},
    {"name unknown", SHIP_FAILED_BASE},
    {"failed to resolve source metadata", SHIP_FAILED_BASE},
    {"did not resolve to an alias", SHIP_FAILED_SHORT},
    {"image not known", SHIP_FAILED_ABSENT},
    {"No such image", SHIP_FAILED_ABSENT},
    {"invalid reference format", SHIP_FAILED_BASE},

    {"no matching manifest for", SHIP_FAILED_PLATFORM},
    {"no image found in manifest list for architecture", SHIP_FAILED_PLATFORM},
    {"no image found in image index for architecture", SHIP_FAILED_PLATFORM},
    {"exec format error", SHIP_FAILED_PLATFORM},
    {"Exec format error", SHIP_FAILED_PLATFORM},

    {"x509: ", SHIP_FAILED_TLS},
    {"server gave HTTP response to HTTPS client", SHIP_FAILED_TLS},

    {"'overlay' is not supported over", SHIP_FAILED_STORAGE},
    {"kernel does not support overlay fs", SHIP_FAILED_STORAGE},
    {"backing file system is unsupported for this graph driver", SHIP_FAILED_STORAGE},
    {"mount program: exec: \"fuse-overlayfs\"", SHIP_FAILED_STORAGE},

    {"dockerfile parse error", SHIP_FAILED_DOCKERFILE},
    {"Unknown instruction", SHIP_FAILED_DOCKERFILE},
    {"unknown instruction:", SHIP_FAILED_DOCKERFILE},
    {"the Dockerfile cannot be empty", SHIP_FAILED_DOCKERFILE},
    {"Error: no contents in", SHIP_FAILED_DOCKERFILE},
    {"Build error: Unknown instruction", SHIP_FAILED_DOCKERFILE},

    {"COPY failed: ", SHIP_FAILED_COPY},
    {"ADD failed: ", SHIP_FAILED_COPY},
    {"failed to calculate checksum of ref", SHIP_FAILED_COPY},
    {"failed to compute cache key: \"", SHIP_FAILED_COPY},
    {"copier: stat: ", SHIP_FAILED_COPY},
    {"copier: get: ", SHIP_FAILED_COPY},
    {"no items matching glob", SHIP_FAILED_COPY},

    {"creating container for [", SHIP_FAILED_ISOLATION},
    {"did not get container create message", SHIP_FAILED_ISOLATION},
    {"OCI permission denied", SHIP_FAILED_ISOLATION},
    {"cannot clone: Operation not permitted", SHIP_FAILED_ISOLATION},
    {"cannot re-exec process", SHIP_FAILED_ISOLATION},
    {"unshare(CLONE_NEW", SHIP_FAILED_ISOLATION},
    {"newuidmap", SHIP_FAILED_ISOLATION},
    {"potentially insufficient UIDs or GIDs", SHIP_FAILED_ISOLATION},

    {"no such host", SHIP_FAILED_NETWORK},
    {"Temporary failure in name resolution", SHIP_FAILED_NETWORK},
    {"TLS handshake timeout", SHIP_FAILED_NETWORK},
    {"i/o timeout", SHIP_FAILED_NETWORK},
    {"network is unreachable", SHIP_FAILED_NETWORK},
    {"Client.Timeout exceeded while awaiting headers", SHIP_FAILED_NETWORK},
    {"connect: connection refused", SHIP_FAILED_NETWORK},
    {"connection reset by peer", SHIP_FAILED_NETWORK},
    {"proxyconnect tcp", SHIP_FAILED_NETWORK},

    {"did not complete successfully: exit code", SHIP_FAILED_STEP},
    {"returned a non-zero code", SHIP_FAILED_STEP},
    {"while running runtime: exit status", SHIP_FAILED_STEP},
    {"building at STEP \"RUN", SHIP_FAILED_STEP},
    {"]: exit code: ", SHIP_FAILED_STEP},

    /* BuildKit of docker 20.10, of whatever keeps it from a base: the others are above */
    {"failed to create LLB definition: ", SHIP_FAILED_BASE},
};

/* No address of a real error is farther from the end: lines before are what worked. */
enum { LAST_BYTES = 8192 };

static struct slice last_of(struct slice text)
{
    return slice_from(text, text.len > LAST_BYTES ? text.len - LAST_BYTES : 0);
}

enum ship_failure ship_failure_find(struct slice text)
{
    struct slice last = last_of(text);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (slice_search(last, slice_str(patterns[i].text)) < last.len)
            return patterns[i].failure;
    return SHIP_FAILED;
}

/* "STEP 2/3: RUN x" (podman, buildah), "Step 2/3 : RUN x" (docker's classic builder),
   " > [builder 2/3] RUN x:" (BuildKit, in its summary of what failed). */
static bool is_step(struct slice line)
{
    return slice_starts(line, SLICE("STEP ")) || slice_starts(line, SLICE("Step ")) ||
           (slice_starts(line, SLICE("> [")) && slice_find(line, ']') < line.len);
}

struct slice ship_failure_step(struct slice text)
{
    struct slice found = {NULL, 0};
    while (text.len) {
        struct slice line = slice_trim(slice_cut_line(&text));
        if (is_step(line))
            found = line;
    }
    if (slice_starts(found, SLICE("> ")))
        found = slice_from(found, 2);
    if (found.len && found.at[found.len - 1] == ':')
        found.len--;
    return found;
}

/* Lines that follow the one that says why, and say nothing. */
static bool is_chatter(struct slice line)
{
    static const char *const starts[] = {"time=",
                                         "See '",
                                         "Run '",
                                         "-----",
                                         "exit status",
                                         "subprocess exited",
                                         ":",
                                         "DEPRECATED:",
                                         "Install the buildx",
                                         "https://docs.docker.com",
                                         "ERRO["};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (slice_starts(line, slice_str(starts[i])))
            return true;
    return line.len == 0;
}

/* What the engine adds to the words of the command that failed. */
static bool is_summary(struct slice line)
{
    return slice_starts(line, SLICE("Error: building at STEP")) ||
           slice_starts(line, SLICE("ERROR: failed to")) ||
           slice_search(line, SLICE("executor failed running [")) < line.len ||
           slice_starts(line, SLICE("The command '"));
}

static struct slice last_line(struct slice text, bool with_summary)
{
    struct slice found = {NULL, 0};
    while (text.len) {
        struct slice line = slice_trim(slice_cut_line(&text));
        if (!is_chatter(line) && !is_step(line) && (with_summary || !is_summary(line)))
            found = line;
    }
    return found;
}

static struct slice line_with(struct slice text, struct slice pattern)
{
    struct slice found = {NULL, 0};
    while (text.len) {
        struct slice line = slice_trim(slice_cut_line(&text));
        if (slice_search(line, pattern) < line.len)
            found = line;
    }
    return found;
}

/* The last line with the first of its patterns that is there. */
static struct slice line_of(struct slice text, enum ship_failure failure)
{
    struct slice found = {NULL, 0};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns && !found.len; i++)
        if (patterns[i].failure == failure)
            found = line_with(text, slice_str(patterns[i].text));
    return found;
}

/* buildah tells all fields of its copier's request; what went wrong stands behind them. */
static struct slice without_request(struct slice line)
{
    size_t request = slice_search(line, SLICE("copier.request{"));
    size_t why = slice_search(line, SLICE("copier: get: "));
    return request < why && why < line.len ? slice_from(line, why) : line;
}

struct slice ship_failure_reason(struct slice text, enum ship_failure failure)
{
    struct slice found = {NULL, 0};
    if (failure != SHIP_FAILED && failure != SHIP_FAILED_STEP)
        found = line_of(last_of(text), failure);
    if (!found.len && failure == SHIP_FAILED_STEP)
        found = last_line(text, false);
    return without_request(found.len ? found : last_line(text, true));
}
