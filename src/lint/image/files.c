/* Rules about what stands in an image's layers. */
#include <inttypes.h>

#include "lint/image/image_check.h"

typedef void (*observed)(struct image_check *check, const struct merged_observation *seen);

static void each(struct image_check *check, enum observation_kind kind, observed tell)
{
    for (size_t i = 0; i < check->seen->observation_count; i++)
        if (check->seen->observations[i].observation->kind == kind)
            tell(check, &check->seen->observations[i]);
}

static void tell_setid(struct image_check *check, const struct merged_observation *seen)
{
    const struct observation *file = seen->observation;
    if (!seen->hidden)
        image_report(check, file->path,
                     "has mode %.*s (owner %.*s): whoever runs it gets its owner's or group's "
                     "rights; take them away: chmod a-s (%.*s)",
                     SLICE_ARG(file->amount), SLICE_ARG(file->detail),
                     SLICE_ARG(image_layer_words(check, seen->layer)));
}

void image_check_setid(struct image_check *check)
{
    each(check, OBSERVATION_SETID, tell_setid);
}

static void tell_world_writable(struct image_check *check, const struct merged_observation *seen)
{
    const struct observation *file = seen->observation;
    if (!seen->hidden)
        image_report(check, file->path,
                     "every account may write this %.*s (mode %.*s); give it to the account that "
                     "needs it (%.*s)",
                     SLICE_ARG(file->detail), SLICE_ARG(file->amount),
                     SLICE_ARG(image_layer_words(check, seen->layer)));
}

void image_check_world_writable(struct image_check *check)
{
    each(check, OBSERVATION_WORLD_WRITABLE, tell_world_writable);
}

static void tell_cache(struct image_check *check, const struct merged_observation *seen)
{
    const struct observation *cache = seen->observation;
    uint64_t bytes = 0;
    (void)slice_u64(cache->amount, &bytes);
    struct slice words = image_bytes_words(check, bytes);
    struct slice layer = image_layer_words(check, seen->layer);
    if (seen->hidden)
        image_report(check, cache->path,
                     "%.*s of %.*s are in %.*s, and only a later layer removes them: they are "
                     "shipped all the same; remove them in the instruction that makes them",
                     SLICE_ARG(words), SLICE_ARG(cache->detail), SLICE_ARG(layer));
    else
        image_report(
            check, cache->path,
            "%.*s of %.*s were left in %.*s; remove them in the instruction that makes them",
            SLICE_ARG(words), SLICE_ARG(cache->detail), SLICE_ARG(layer));
}

void image_check_caches(struct image_check *check)
{
    each(check, OBSERVATION_CACHE, tell_cache);
}

/* What should never have been copied in: deleting it later does not help. */
static void tell_unwanted(struct image_check *check, const struct merged_observation *seen,
                          const char *advice)
{
    const struct observation *file = seen->observation;
    image_report(check, file->path, "%.*s in %.*s%s; %s", SLICE_ARG(file->detail),
                 SLICE_ARG(image_layer_words(check, seen->layer)),
                 seen->hidden ? "; a later layer removes it, but whoever has the image has it" : "",
                 advice);
}

static void tell_secret_file(struct image_check *check, const struct merged_observation *seen)
{
    tell_unwanted(check, seen,
                  "build without it: RUN --mount=type=secret for the build, the environment or AWS "
                  "Secrets Manager for the running container; and replace what it opens");
}

void image_check_keys(struct image_check *check)
{
    each(check, OBSERVATION_KEY, tell_secret_file);
}

void image_check_credentials(struct image_check *check)
{
    each(check, OBSERVATION_CREDENTIALS, tell_secret_file);
}

static void tell_environment_file(struct image_check *check, const struct merged_observation *seen)
{
    tell_unwanted(check, seen,
                  "name it in .dockerignore, and give its values to the running container");
}

void image_check_environment_files(struct image_check *check)
{
    each(check, OBSERVATION_ENVIRONMENT, tell_environment_file);
}

static void tell_repository(struct image_check *check, const struct merged_observation *seen)
{
    tell_unwanted(check, seen, "the whole history is in the image; name it in .dockerignore");
}

void image_check_repositories(struct image_check *check)
{
    each(check, OBSERVATION_REPOSITORY, tell_repository);
}

static void tell_leftover(struct image_check *check, const struct merged_observation *seen)
{
    if (!seen->hidden)
        tell_unwanted(check, seen, "no container needs it; name it in .dockerignore");
}

void image_check_leftovers(struct image_check *check)
{
    each(check, OBSERVATION_LEFTOVER, tell_leftover);
}

static void tell_password(struct image_check *check, const struct merged_observation *seen)
{
    const struct observation *account = seen->observation;
    if (!seen->hidden)
        image_report(check, account->path,
                     "account \"%.*s\" has an empty password: anybody can become it; lock it: "
                     "passwd -l %.*s (%.*s)",
                     SLICE_ARG(account->detail), SLICE_ARG(account->detail),
                     SLICE_ARG(image_layer_words(check, seen->layer)));
}

void image_check_passwords(struct image_check *check)
{
    each(check, OBSERVATION_EMPTY_PASSWORD, tell_password);
}

static void tell_duplicate(struct image_check *check, const struct merged_observation *seen)
{
    const struct observation *id = seen->observation;
    bool group = slice_ends(id->path, SLICE("group"));
    if (!seen->hidden)
        image_report(check, id->path,
                     "%.*s have the same %s %.*s, and so the same rights; give each one of its own",
                     SLICE_ARG(id->detail), group ? "gid" : "uid", SLICE_ARG(id->amount));
}

void image_check_duplicate_ids(struct image_check *check)
{
    each(check, OBSERVATION_DUPLICATE_ID, tell_duplicate);
}

static void tell_root_account(struct image_check *check, const struct merged_observation *seen)
{
    const struct observation *account = seen->observation;
    uint64_t id = 0;
    if (!seen->hidden && slice_u64(account->amount, &id) && id == 0 &&
        !slice_equal(account->detail, SLICE("root")))
        image_report(check, account->path, "account \"%.*s\" has uid 0: it is root by another name",
                     SLICE_ARG(account->detail));
}

void image_check_root_accounts(struct image_check *check)
{
    each(check, OBSERVATION_ACCOUNT, tell_root_account);
}

static bool package_named(const struct package *package, const char *names)
{
    return (package->type == PACKAGE_APK || package->type == PACKAGE_DEB ||
            package->type == PACKAGE_RPM) &&
           lint_has_word(slice_str(names), package->name);
}

void image_check_packages(struct image_check *check)
{
    static const char build[] = "build-base build-essential gcc g++ clang cmake make autoconf "
                                "automake gdb strace git subversion mercurial";
    static const char access[] =
        "openssh-server openssh telnet inetutils-telnet telnetd netcat-openbsd netcat-traditional "
        "nmap ncat tcpdump vim nano";
    for (size_t i = 0; i < check->seen->package_count; i++) {
        const struct package *package = &check->seen->packages[i];
        const char *what = package_named(package, build)    ? "is for building"
                           : package_named(package, access) ? "is for people, and for attackers"
                                                            : NULL;
        if (what)
            image_report(check, package->path,
                         "package %.*s %s: a running container does not need it; build in a stage "
                         "of its own and copy the result (%.*s)",
                         SLICE_ARG(package->name), what,
                         SLICE_ARG(image_layer_words(check, check->seen->layers[i])));
    }
}

void image_check_sudo(struct image_check *check)
{
    for (size_t i = 0; i < check->seen->package_count; i++)
        if (package_named(&check->seen->packages[i], "sudo doas"))
            image_report(check, check->seen->packages[i].path,
                         "package %.*s is installed: a way back to root; do what needs root before "
                         "USER (%.*s)",
                         SLICE_ARG(check->seen->packages[i].name),
                         SLICE_ARG(image_layer_words(check, check->seen->layers[i])));
}
