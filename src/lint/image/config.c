/* Rules about an image's configuration. */
#include <inttypes.h>

#include "base/ascii.h"
#include "lint/image/image_check.h"

static const struct slice whole = {"", 0};

void image_check_user(struct image_check *check)
{
    struct slice user = check->image->user;
    uint64_t id = 0;
    if (!user.len)
        image_report(check, whole,
                     "no USER is set, so its program runs as root; add an account and USER to the "
                     "Dockerfile");
    else if (image_user_id(check, user, &id) && id == 0)
        image_report(check, whole,
                     "USER is \"%.*s\", which is root; name an account without rights",
                     SLICE_ARG(user));
}

void image_check_health(struct image_check *check)
{
    const struct image *image = check->image;
    if (!image->healthcheck_count)
        image_report(check, whole,
                     "it has no HEALTHCHECK: nobody notices when its program hangs; add one to the "
                     "Dockerfile");
    else if (slice_equal_nocase(image->healthcheck[0], SLICE("NONE")))
        image_report(check, whole, "HEALTHCHECK NONE switches the base image's health check off");
}

/* Whether a distribution's package brings it: also curl-minimal, wget2; busybox brings a wget. */
static bool is_packaged(const struct image_check *check, struct slice program)
{
    bool wget = slice_equal(program, SLICE("wget"));
    for (size_t i = 0; i < check->seen->package_count; i++) {
        struct slice name = check->seen->packages[i].name;
        if (slice_starts(name, program) || (wget && slice_starts(name, SLICE("busybox"))))
            return true;
    }
    return false;
}

/* A tool that is called and not there makes a container unhealthy for ever. */
void image_check_health_shell(struct image_check *check)
{
    const struct image *image = check->image;
    struct shell_script script = {0};
    struct error err;
    if (image->healthcheck_count < 2 || !check->seen->package_count)
        return;
    bool json = slice_equal(image->healthcheck[0], SLICE("CMD"));
    bool fine = json ? shell_parse_words(image->healthcheck + 1, image->healthcheck_count - 1,
                                         check->arena, &script, &err)
                     : shell_parse(image->healthcheck[1], check->arena, &script, &err);
    for (size_t i = 0; fine && i < script.count; i++) {
        const struct shell_command *each = &script.commands[i];
        struct slice program = each->program;
        bool tool = slice_equal(program, SLICE("curl")) || slice_equal(program, SLICE("wget"));
        /* By a path it may be one that was copied in. */
        bool by_path =
            each->first_argument && slice_find(each->words[each->first_argument - 1].value, '/') <
                                        each->words[each->first_argument - 1].value.len;
        if (tool && !by_path && !is_packaged(check, program))
            image_report(check, whole,
                         "HEALTHCHECK calls %.*s, which no package of the image brings: the "
                         "container would never be healthy; install it, or call what is there",
                         SLICE_ARG(program));
    }
}

void image_check_ports(struct image_check *check)
{
    for (size_t i = 0; i < check->image->exposed_port_count; i++) {
        struct slice port = check->image->exposed_ports[i], rest = port;
        if (slice_equal(slice_cut(&rest, '/'), SLICE("22")))
            image_report(check, whole,
                         "it exposes port %.*s (SSH); use `docker exec` and logs instead of logins",
                         SLICE_ARG(port));
    }
}

/* Folders whose loss or exposure to the host breaks the container or the host. */
static bool volume_is_sensitive(struct slice volume)
{
    static const char *const folders[] = {
        "/",     "/bin",  "/boot", "/dev", "/etc", "/lib", "/proc",
        "/root", "/sbin", "/sys",  "/usr", "/var", "/run", "/var/run/docker.sock"};
    while (volume.len > 1 && slice_ends(volume, SLICE("/")))
        volume = slice_upto(volume, volume.len - 1);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (slice_equal_str(volume, folders[i]))
            return true;
    return false;
}

void image_check_volumes(struct image_check *check)
{
    for (size_t i = 0; i < check->image->volume_count; i++)
        if (volume_is_sensitive(check->image->volumes[i]))
            image_report(
                check, check->image->volumes[i],
                "VOLUME %.*s covers a folder of the system; declare only folders of your own data",
                SLICE_ARG(check->image->volumes[i]));
}

static bool has_label(const struct image *image, const char *name)
{
    for (size_t i = 0; i < image->label_count; i++) {
        struct slice rest = image->labels[i];
        if (slice_equal_str(slice_cut(&rest, '='), name) && rest.len)
            return true;
    }
    return false;
}

void image_check_labels(struct image_check *check)
{
    static const char *const names[] = {"org.opencontainers.image.source",
                                        "org.opencontainers.image.revision",
                                        "org.opencontainers.image.version"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!has_label(check->image, names[i]))
            image_report(check, whole, "it has no label %s: nobody can tell what it was built from",
                         names[i]);
}

void image_check_command_form(struct image_check *check)
{
    const struct image *image = check->image;
    bool entry = image->entrypoint_count > 0;
    const struct slice *words = entry ? image->entrypoint : image->cmd;
    size_t count = entry ? image->entrypoint_count : image->cmd_count;
    if (count < 3 || !slice_ends(words[0], SLICE("/sh")) || !slice_equal(words[1], SLICE("-c")) ||
        slice_starts(slice_trim(words[2]), SLICE("exec ")))
        return;
    image_report(check, whole,
                 "%s is run by a shell, which passes no signals on: `docker stop` waits ten "
                 "seconds and kills; use the JSON form, or `exec`",
                 entry ? "ENTRYPOINT" : "CMD");
}

void image_check_tls(struct image_check *check)
{
    static const struct {
        const char *name, *value, *what;
    } rows[] = {
        {"NODE_TLS_REJECT_UNAUTHORIZED", "0", "Node.js verifies no TLS certificate"},
        {"PYTHONHTTPSVERIFY", "0", "Python verifies no TLS certificate"},
        {"GIT_SSL_NO_VERIFY", "1", "git verifies no TLS certificate"},
        {"GIT_SSL_NO_VERIFY", "true", "git verifies no TLS certificate"},
        {"NPM_CONFIG_STRICT_SSL", "false", "npm verifies no TLS certificate"},
        {"npm_config_strict_ssl", "false", "npm verifies no TLS certificate"},
    };
    for (size_t i = 0; i < check->image->env_count; i++) {
        struct slice value = check->image->env[i], name = slice_cut(&value, '=');
        for (size_t j = 0; j < sizeof rows / sizeof *rows; j++)
            if (slice_equal_str(name, rows[j].name) &&
                slice_equal_nocase(value, slice_str(rows[j].value)))
                image_report(check, whole,
                             "ENV %.*s=%s: %s in every container; remove it, and add the authority "
                             "that is missing",
                             SLICE_ARG(name), rows[j].value, rows[j].what);
    }
}

void image_check_tag(struct image_check *check)
{
    struct slice tag = check->image->tag;
    size_t colon = slice_find_last(tag, ':');
    if (colon < tag.len && slice_equal(slice_from(tag, colon + 1), SLICE("latest")))
        image_report(
            check, whole,
            "its only name here is %.*s, which says nothing of its version; tag it with one, too",
            SLICE_ARG(tag));
}
