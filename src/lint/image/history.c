/* Rules about the instructions that made an image, as its history tells them. */
#include "lint/image/image_check.h"

static bool is(const struct shell_command *command, const char *programs, const char *verb)
{
    return lint_has_word(slice_str(programs), command->program) &&
           slice_equal_str(shell_verb(command, "-o -t --target-release -c", NULL), verb);
}

/* "apt-get update" in a layer of its own is an old list for the next build. */
void image_check_update_alone(struct image_check *check)
{
    for (size_t i = 0; i < check->image->history_count; i++) {
        const struct shell_script *body = &check->bodies[i];
        bool update = false, install = false;
        for (size_t j = 0; j < body->count; j++) {
            const struct shell_command *command = &body->commands[j];
            update |= is(command, "apt-get apt", "update") || is(command, "apk", "update");
            install |= is(command, "apt-get apt", "install") || is(command, "apk", "add") ||
                       is(command, "apt-get apt", "upgrade") || is(command, "apk", "upgrade") ||
                       is(command, "apt-get apt", "dist-upgrade");
        }
        if (update && !install)
            image_report(check, SLICE(""),
                         "%.*s: package lists in a layer of their own are out of date when the "
                         "next layer uses them from the cache; update and install in one RUN",
                         SLICE_ARG(slice_upto(check->instructions[i], 100)));
    }
}

void image_check_dist_upgrade(struct image_check *check)
{
    for (size_t i = 0; i < check->image->history_count; i++)
        for (size_t j = 0; j < check->bodies[i].count; j++)
            if (is(&check->bodies[i].commands[j], "apt-get apt", "dist-upgrade") ||
                is(&check->bodies[i].commands[j], "apt-get apt aptitude", "full-upgrade"))
                image_report(check, SLICE(""),
                             "%.*s changes the release under the image; use a newer base image",
                             SLICE_ARG(slice_upto(check->instructions[i], 100)));
}

/* ADD of an archive is how base images are made; of an address it is a download nobody checked. */
void image_check_add(struct image_check *check)
{
    for (size_t i = 0; i < check->image->history_count; i++) {
        struct slice text = check->instructions[i];
        bool address = slice_search(text, SLICE("http://")) < text.len ||
                       slice_search(text, SLICE("https://")) < text.len;
        if (slice_starts(text, SLICE("ADD ")) && address &&
            slice_search(text, SLICE("--checksum")) == text.len)
            image_report(check, SLICE(""),
                         "%.*s: a download without a checksum; use ADD --checksum, or COPY",
                         SLICE_ARG(slice_upto(text, 100)));
    }
}

/* "apk del" in a later layer hides files; it does not make the image smaller. */
void image_check_removed_packages(struct image_check *check)
{
    for (size_t i = 0; i < check->image->history_count; i++) {
        const struct shell_script *body = &check->bodies[i];
        const struct shell_command *removal = NULL;
        bool install = false;
        for (size_t j = 0; j < body->count; j++) {
            const struct shell_command *command = &body->commands[j];
            if (is(command, "apk", "del") || is(command, "apt-get apt", "remove") ||
                is(command, "apt-get apt", "purge"))
                removal = command;
            install |= is(command, "apk", "add") || is(command, "apt-get apt", "install");
        }
        if (removal && !install)
            image_report(check, SLICE(""),
                         "RUN %.*s only hides what a lower layer installed: the image is no "
                         "smaller; install, use and remove in one RUN",
                         SLICE_ARG(slice_upto(removal->raw, 100)));
    }
}
