#include "net/aws_profile.h"

#include <stdlib.h>

#include "base/file.h"

static void take(struct slice *to, struct slice value)
{
    if (!to->len)
        *to = value;
}

static void take_setting(struct slice name, struct slice value, struct aws_profile *profile)
{
    if (slice_equal(name, SLICE("aws_access_key_id")))
        take(&profile->key.id, value);
    else if (slice_equal(name, SLICE("aws_secret_access_key")))
        take(&profile->key.secret, value);
    else if (slice_equal(name, SLICE("aws_session_token")))
        take(&profile->key.session, value);
    else if (slice_equal(name, SLICE("region")))
        take(&profile->region, value);
    else if (slice_equal(name, SLICE("endpoint_url")))
        take(&profile->endpoint, value);
}

void aws_profile_read(struct slice file, struct slice section, struct aws_profile *profile)
{
    bool inside = false;
    while (file.len) {
        struct slice line = slice_cut_line(&file), text = slice_trim(line);
        if (!text.len || text.at[0] == '#' || text.at[0] == ';')
            continue;
        if (text.at[0] == '[') {
            struct slice name = slice_upto(slice_from(text, 1), slice_find(text, ']') - 1);
            inside = slice_equal(slice_trim(name), section);
            continue;
        }
        bool nested = line.at[0] == ' ' || line.at[0] == '\t'; /* of "s3 =" and the like */
        size_t equals = slice_find(text, '=');
        if (inside && !nested && equals < text.len)
            take_setting(slice_trim(slice_upto(text, equals)),
                         slice_trim(slice_from(text, equals + 1)), profile);
    }
}

/* A file that is not there says nothing. */
static bool read_file(const char *variable, const char *standard, struct slice section,
                      struct arena *arena, struct aws_profile *profile, struct error *err)
{
    const char *path = getenv(variable), *home = getenv("HOME");
    struct slice bytes;
    if (!path || !*path) {
        struct slice made = arena_printf(arena, "%s/.aws/%s", home ? home : "", standard);
        if (!made.at)
            return arena_error(err);
        path = made.at;
    }
    if (!file_read(path, AWS_FILE_MAX, arena, &bytes, err))
        return err->kind == ERROR_NOT_FOUND;
    aws_profile_read(bytes, section, profile);
    return true;
}

static struct slice variable(const char *name)
{
    return slice_str(getenv(name));
}

/* The three of a key belong together: one from here and one from there would be no key. */
static void take_environment(struct aws_profile *profile)
{
    if (variable("AWS_ACCESS_KEY_ID").len && variable("AWS_SECRET_ACCESS_KEY").len)
        profile->key =
            (struct sigv4_key){variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
                               variable("AWS_SESSION_TOKEN")};
    profile->region = variable("AWS_REGION");
    take(&profile->region, variable("AWS_DEFAULT_REGION"));
    profile->endpoint = variable("AWS_ENDPOINT_URL");
}

bool aws_profile_find(struct arena *arena, struct aws_profile *profile, struct error *err)
{
    struct aws_profile found = {.region = {NULL, 0}};
    struct slice name = variable("AWS_PROFILE");
    take_environment(&found);
    struct sigv4_key given = found.key;
    if (!name.len)
        name = SLICE("default");
    struct slice section = slice_equal(name, SLICE("default"))
                               ? name
                               : arena_printf(arena, "profile %.*s", SLICE_ARG(name));
    if (!section.at)
        return arena_error(err);
    if (!read_file("AWS_SHARED_CREDENTIALS_FILE", "credentials", name, arena, &found, err) ||
        !read_file("AWS_CONFIG_FILE", "config", section, arena, &found, err))
        return false;
    if (given.id.len)
        found.key = given;
    *profile = found;
    return true;
}
