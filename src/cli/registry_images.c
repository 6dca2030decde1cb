/* plimsoll registry list|quarantine|release|quarantined|recycled|restore|collect */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/terminal.h"
#include "cli/registry_call.h"
#include "registry/core/collect.h"
#include "registry/core/manifest.h"
#include "registry/core/repository.h"
#include "registry/inspect/quarantine.h"
#include "ship/size/size_report.h"

static const struct option folder_options[] = {REGISTRY_CALL_OPTIONS, {NULL}};

static bool run_list(struct invocation *call, struct error *err)
{
    struct registry_call CLEANUP_REGISTRY_CALL registry = {.folder.lock = -1};
    struct repository_list list = {0};
    struct failure failure = {0};
    if (!registry_call_look(&registry, call, NULL, err))
        return false;
    if (!repository_list(&registry.folder.registry, &registry.scope, (struct slice){NULL, 0}, 0,
                         call->arena, &list, &failure))
        return registry_call_error(&failure, err);
    enum { NAME_MOST = 60 };
    unsigned widest = 0;
    for (size_t i = 0; i < list.count; i++) {
        unsigned columns = terminal_columns(list.items[i].name);
        if (columns > widest && columns <= NAME_MOST)
            widest = columns;
    }
    for (size_t i = 0; i < list.count; i++) {
        unsigned columns = terminal_columns(list.items[i].name);
        terminal_put(stdout, list.items[i].name);
        printf("%*s  %9s\n", columns < widest ? (int)(widest - columns) : 0, "",
               size_text(list.items[i].bytes).at);
    }
    return true;
}

static void put_recycled(const struct recycled *item, struct arena *arena)
{
    terminal_style(stdout, STYLE_BOLD);
    terminal_put(stdout, digest_slice(&item->facts.digest));
    terminal_style(stdout, STYLE_PLAIN);
    for (size_t i = 0; i < item->facts.tag_count; i++) {
        fputs(i ? ", " : "  ", stdout);
        terminal_put(stdout, item->facts.tags[i]);
    }
    fputs("  until ", stdout);
    terminal_put(stdout, clock_format((int64_t)item->until, arena));
    fputs("  ", stdout);
    terminal_put(stdout, item->why);
    putchar('\n');
}

static bool run_recycled(struct invocation *call, struct error *err)
{
    struct registry_call CLEANUP_REGISTRY_CALL registry = {.folder.lock = -1};
    struct recycled *items;
    struct failure failure = {0};
    size_t count;
    if (!registry_call_look(&registry, call, call->operands[0], err))
        return false;
    if (!recycled_list(&registry.folder.registry, &registry.scope, call->arena, &items, &count,
                       &failure))
        return registry_call_error(&failure, err);
    for (size_t i = 0; i < count; i++)
        put_recycled(&items[i], call->arena);
    return true;
}

static bool run_restore(struct invocation *call, struct error *err)
{
    struct registry_call CLEANUP_REGISTRY_CALL registry = {.folder.lock = -1};
    struct failure failure = {0};
    struct digest digest;
    struct slice *tags;
    size_t count;
    if (!digest_parse(&digest, slice_str(call->operands[1]), err)) {
        err->kind = ERROR_USAGE;
        return false;
    }
    if (!registry_call_open(&registry, call, call->operands[0], err))
        return false;
    if (!recycled_restore(&registry.folder.registry, &registry.scope, &digest, &registry.who,
                          call->arena, &tags, &count, &failure))
        return registry_call_error(&failure, err);
    printf("%s is back", digest.text);
    for (size_t i = 0; i < count; i++) {
        fputs(i ? ", " : ", with the tags ", stdout);
        terminal_put(stdout, tags[i]);
    }
    putchar('\n');
    return true;
}

static bool set_quarantine(struct invocation *call, const char *why, bool on, struct error *err)
{
    struct registry_call CLEANUP_REGISTRY_CALL registry = {.folder.lock = -1};
    struct failure failure = {0};
    struct digest digest;
    if (!registry_call_open(&registry, call, call->operands[0], err))
        return false;
    if (!manifest_resolve(&registry.folder.registry, &registry.scope, slice_str(call->operands[1]),
                          &digest, &failure) ||
        !quarantine_set(&registry.folder.registry, &registry.scope, &digest, slice_str(why), on,
                        &registry.who, &failure))
        return registry_call_error(&failure, err);
    printf("%s %s\n", digest.text,
           on ? "is quarantined: nobody can pull it" : "can be pulled again");
    return true;
}

static bool run_quarantine(struct invocation *call, struct error *err)
{
    return set_quarantine(call, option_text(call, "why"), true, err);
}

static bool run_release(struct invocation *call, struct error *err)
{
    return set_quarantine(call, NULL, false, err);
}

static bool run_quarantined(struct invocation *call, struct error *err)
{
    struct registry_call CLEANUP_REGISTRY_CALL registry = {.folder.lock = -1};
    struct quarantine *list;
    struct repository repository;
    struct failure failure = {0};
    size_t count;
    if (!registry_call_look(&registry, call, call->operands[0], err))
        return false;
    if (!repository_get(&registry.folder.registry, &registry.scope, call->arena, &repository,
                        &failure))
        return registry_call_error(&failure, err);
    if (!quarantine_list(&registry.folder.registry, scope_text(&registry.scope, call->arena),
                         call->arena, &list, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        terminal_style(stdout, STYLE_BOLD);
        terminal_put(stdout, digest_slice(&list[i].digest));
        terminal_style(stdout, STYLE_PLAIN);
        fputs("  since ", stdout);
        terminal_put(stdout, clock_format((int64_t)list[i].when, call->arena));
        fputs("  by ", stdout);
        terminal_put(stdout, list[i].who);
        fputs("  ", stdout);
        terminal_put(stdout, list[i].why);
        putchar('\n');
    }
    return true;
}

static bool run_collect(struct invocation *call, struct error *err)
{
    struct registry_call CLEANUP_REGISTRY_CALL registry = {.folder.lock = -1};
    struct collect_report report = {0};
    if (!registry_call_open(&registry, call, NULL, err) ||
        !collect_run(&registry.folder.registry, 0, NULL, &report, err))
        return false;
    printf("%" PRIu64 " blobs removed (%" PRIu64 " bytes), %" PRIu64 " uploads given up, %" PRIu64
           " recycled images gone, %" PRIu64 " files without an owner\n",
           report.blobs, report.bytes, report.uploads, report.recycled, report.orphans);
    return true;
}

const struct command registry_list = {
    .name = "list",
    .summary = "the repositories, and how much they hold",
    .options = folder_options,
    .run = run_list,
};

const struct command registry_recycled = {
    .name = "recycled",
    .summary = "what lifecycle policies expired and can still be restored",
    .operands = "REPOSITORY",
    .options = folder_options,
    .least = 1,
    .most = 1,
    .run = run_recycled,
};

static const struct command_example restore_examples[] = {
    {"plimsoll registry restore react-app-haproxy sha256:…", "as `registry recycled` lists them"},
    {NULL, NULL},
};

const struct command registry_restore = {
    .name = "restore",
    .summary = "bring an expired image back, with those of its tags that are free",
    .operands = "REPOSITORY DIGEST",
    .options = folder_options,
    .examples = restore_examples,
    .least = 2,
    .most = 2,
    .run = run_restore,
};

static const struct option quarantine_options[] = {
    {.name = "why",
     .type = OPTION_STRING,
     .argument = "TEXT",
     .prose = "The reason, for those who cannot pull it and for the audit log."},
    REGISTRY_CALL_OPTIONS,
    {NULL},
};

static const struct command_example quarantine_examples[] = {
    {"plimsoll registry quarantine react-app-nginx v1.0.0 --why 'key in layer 3'", ""},
    {NULL, NULL},
};

const struct command registry_quarantine = {
    .name = "quarantine",
    .summary = "keep an image from everybody, whatever the policies say",
    .operands = "REPOSITORY TAG|DIGEST",
    .prose = "The manifest is named by its digest from then on: a tag that moves elsewhere can be "
             "pulled.",
    .options = quarantine_options,
    .examples = quarantine_examples,
    .least = 2,
    .most = 2,
    .run = run_quarantine,
};

const struct command registry_release = {
    .name = "release",
    .summary = "take an image out of quarantine",
    .operands = "REPOSITORY TAG|DIGEST",
    .options = folder_options,
    .least = 2,
    .most = 2,
    .run = run_release,
};

const struct command registry_quarantined = {
    .name = "quarantined",
    .summary = "the images of a repository that nobody can pull, since when and why",
    .operands = "REPOSITORY",
    .options = folder_options,
    .least = 1,
    .most = 1,
    .run = run_quarantined,
};

const struct command registry_collect = {
    .name = "collect",
    .summary = "remove now what nothing names any more",
    .prose = "What a running server does by itself every hour (serve --collect-every). Blobs stay "
             "for 24 hours after a client was told of them.",
    .options = folder_options,
    .run = run_collect,
};
