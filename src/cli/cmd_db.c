/* plimsoll db update|import|status|search|facts|path */
#include "advisory/feed/nvd_facts_write.h"
#include "cli/command_rows.h"
#include "cli/db.h"
#include "cli/option_rows.h"

static const struct option update_options[] = {
    {.name = "mirror",
     .type = OPTION_STRING,
     .argument = "URL|DIR",
     .variable = "PLIMSOLL_MIRROR",
     .key = "update.mirror",
     .prose = "Read the feeds from a mirror, a folder or an http address, instead of upstream."},
    {.name = "only",
     .type = OPTION_WORDS,
     .argument = "FEEDS",
     .variable = "PLIMSOLL_FEEDS",
     .key = "update.only",
     .prose = "Update these feeds alone: alpine, wolfi, chainguard, debian, debian-lists, osv "
              "(or one ecosystem of it: osv/PyPI), nvd, nvd-facts, kev, epss, eol, nginx, "
              "vendor-severity."},
    {.name = "except",
     .type = OPTION_WORDS,
     .argument = "FEEDS",
     .key = "update.except",
     .prose = "Update all but these."},
    {.name = "force", .prose = "Read feeds again that have not changed."},
    {NULL},
};

static const struct command_example update_examples[] = {
    {"plimsoll db update", "all feeds, from upstream"},
    {"plimsoll db update --mirror /srv/feeds", "from a folder with the same layout"},
    {"plimsoll db update --only alpine,osv/PyPI,kev,epss", "some of them"},
    {NULL, NULL},
};

static const struct command update = {
    .name = "update",
    .summary = "bring the advisory database up to date",
    .prose = "Each feed stands alone and is replaced whole: one that fails leaves its old data, is "
             "named, and the exit code is 3; the others are updated. What has not changed is not "
             "read again. Scans may run meanwhile; a second update may not.",
    .options = update_options,
    .examples = update_examples,
    .run = db_update_run,
};

static const struct command_example import_examples[] = {
    {"plimsoll db import alpine main.json community.json", "secdb files that are at hand"},
    {"plimsoll db import osv/PyPI all.zip", "one ecosystem of OSV"},
    {NULL, NULL},
};

static const struct command import = {
    .name = "import",
    .summary = "replace one feed by what files say",
    .operands = "FEED FILE...",
    .examples = import_examples,
    .least = 2,
    .most = 100000,
    .run = db_import_run,
};

static const struct option format_options[] = {
    OPTION_ROW_TABLE_OR_JSON,
    {NULL},
};

static const struct command status = {
    .name = "status",
    .summary = "what the advisory database holds, and how old it is",
    .options = format_options,
    .run = db_status_run,
};

static const struct command_example search_examples[] = {
    {"plimsoll db search CVE-2023-0286", "which feeds know it, and for which packages"},
    {"plimsoll db search openssl", "what is known of a package"},
    {NULL, NULL},
};

static const struct command search = {
    .name = "search",
    .summary = "what the advisory database says of a vulnerability or a package",
    .operands = "ID|PACKAGE",
    .options = format_options,
    .examples = search_examples,
    .least = 1,
    .most = 1,
    .run = db_search_run,
};

static bool run_facts(struct invocation *call, struct error *err)
{
    struct nvd_facts_count count;
    if (!nvd_facts_write(call->operands + 1, call->operand_count - 1, call->operands[0], &count,
                         err))
        return false;
    printf("%zu vulnerabilities: %zu ratings in %s/cvss.csv.gz, %zu ranges in "
           "%s/cpe-ranges.jsonl.gz\n",
           count.vulnerabilities, count.ratings, call->operands[0], count.ranges,
           call->operands[0]);
    return true;
}

static const struct command_example facts_examples[] = {
    {"plimsoll db facts mirror/nvd nvdcve-2.0-modified.json.gz nvdcve-2.0-20*.json.gz",
     "newest first: of two records of a CVE the first counts"},
    {NULL, NULL},
};

static const struct command facts = {
    .name = "facts",
    .summary = "write our compact form of NVD files: ratings and version ranges",
    .operands = "OUTPUT-FOLDER FILE...",
    .examples = facts_examples,
    .least = 2,
    .most = 100000,
    .run = run_facts,
};

static bool run_path(struct invocation *call, struct error *err)
{
    (void)err;
    puts(option_text(call, "db"));
    return true;
}

static const struct command path = {
    .name = "path",
    .summary = "say where the advisory database is",
    .run = run_path,
};

static const struct command *const db_commands[] = {&update, &status, &search, &import,
                                                    &facts,  &path,   NULL};

const struct command command_db = {
    .name = "db",
    .summary = "the advisory database: update, status, search",
    .examples = update_examples,
    .commands = db_commands,
};
