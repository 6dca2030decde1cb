/* See init.h: the text of a plimsoll.yaml. */
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "ship/init/init.h"

static bool is_plain(struct slice text)
{
    bool plain = text.len && (ascii_alnum(text.at[0]) || ascii_among(text.at[0], "./_"));
    for (size_t i = 0; i < text.len && plain; i++)
        plain = ascii_alnum(text.at[i]) || ascii_among(text.at[i], "._/-");
    return plain;
}

/* Plain, or between double quotes with YAML's escapes. */
static void put(FILE *file, struct slice text)
{
    if (is_plain(text)) {
        fprintf(file, "%.*s", SLICE_ARG(text));
        return;
    }
    fputc('"', file);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '"' || c == '\\')
            fprintf(file, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            fprintf(file, "\\x%02x", c);
        else
            fputc(c, file);
    }
    fputc('"', file);
}

static void put_key(FILE *file, const char *key, struct slice value)
{
    fprintf(file, "    %s: ", key);
    put(file, value);
    fputc('\n', file);
}

/* A test where a compose file and a health check are; else how one would be written. */
static void put_test(FILE *file, const struct project *project, const struct project_image *image,
                     const struct project_hint *hint, struct arena *arena)
{
    const char *compose = init_compose_file(project->folder, arena);
    struct slice health =
        compose ? init_compose_health(compose, image->dockerfile, hint->health, arena) : SLICE("");
    if (!health.len) {
        fprintf(file,
                "    # test: {command: make test}    or {compose: docker-compose.yml, "
                "health: \"http://127.0.0.1:%s/health\"}\n",
                hint->port.len ? hint->port.at : "8080");
        return;
    }
    const char *name = strrchr(compose, '/');
    fputs("    test: {compose: ", file);
    put(file, slice_str(name ? name + 1 : compose));
    fputs(", health: ", file);
    put(file, health);
    fputs("}\n", file);
}

/* As the file lies in the project's folder, paths in it begin there. */
static struct slice from_folder(const struct project *project, const char *path)
{
    struct slice text = slice_str(path), folder = slice_str(project->folder);
    if (slice_equal(text, folder))
        return SLICE(".");
    if (slice_starts(text, folder) && text.at[folder.len] == '/')
        return slice_from(text, folder.len + 1);
    return text;
}

static void put_image(FILE *file, const struct project *project, const struct project_image *image,
                      const struct project_hint *hint, struct arena *arena)
{
    fputs("  - name: ", file);
    put(file, image->name);
    fputc('\n', file);
    put_key(file, "dockerfile", from_folder(project, image->dockerfile));
    put_key(file, "context", from_folder(project, image->context));
    put_key(file, "repository", image->name);
    fputs("    base: minor    # patch, minor, major, digest or none: how far `plimsoll update` may "
          "go\n",
          file);
    put_test(file, project, image, hint, arena);
    fputs("    gate: {fail-on: [critical, high]}\n"
          "    # deploy: pulumi up\n",
          file);
}

bool init_yaml(const struct project *project, const struct project_hint *hints,
               struct slice registry, struct arena *arena, struct slice *text, struct error *err)
{
    char *bytes = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&bytes, &len);
    if (!file)
        return error_errno(err, "plimsoll.yaml");
    fputs("# What plimsoll ships; `plimsoll help ship` says how.\n", file);
    if (registry.len) {
        fputs("registry: ", file);
        put(file, registry);
        fputc('\n', file);
    } else
        fputs("# registry: 123456789.dkr.ecr.us-east-1.amazonaws.com    in front of the "
              "repositories below\n",
              file);
    fputs("tags: {latest: true}    # keep-v: true makes v1.2.0 beside 1.2.0\nimages:\n", file);
    for (size_t i = 0; i < project->image_count; i++)
        put_image(file, project, &project->images[i], &hints[i], arena);
    bool fine = !ferror(file);
    fine = fclose(file) == 0 && fine;
    *text = fine ? arena_copy(arena, slice_of(bytes, len)) : SLICE("");
    free(bytes);
    return (fine && text->at) || arena_error(err);
}
