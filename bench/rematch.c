/*
 * How long it takes to find out what new advisories mean for stored images:
 *
 *     bench-rematch [IMAGES [PACKAGES [VERSIONS]]]
 *
 * IMAGES (10,000) images of PACKAGES (150) packages each, out of a thousand sources in VERSIONS
 * (20) versions, stand in a registry's rows (SQLite, on the disk of $TMPDIR). Then the advisory
 * store gets 30 new vulnerabilities in sources that are in nearly every image, and the time of
 * inspect_rematch is printed: once with that change, and once with none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "advisory/update.h"
#include "base/clock.h"
#include "base/file.h"
#include "registry/inspect/inspect_parts.h"

enum { SOURCES = 1000, NEW = 30, BATCH = 200 };

static char top[200], mirror[300], store[300];
static unsigned images = 10000, packages = 150, versions = 20;

static void die(const char *what, const struct error *err)
{
    fprintf(stderr, "bench-rematch: %s: %s\n", what, err->text);
    exit(3);
}

/* Each source has five vulnerabilities that some of the versions have; the first ones get one more
   that all have. */
static void write_feed(unsigned new)
{
    char path[400];
    snprintf(path, sizeof path, "%s/alpine/v3.16", mirror);
    struct error err;
    if (!file_make_folder(path, &err))
        die("the mirror", &err);
    snprintf(path, sizeof path, "%s/alpine/v3.16/main.json", mirror);
    FILE *file = fopen(path, "w");
    if (!file)
        exit(3);
    fputs("{\"distroversion\":\"v3.16\",\"packages\":[", file);
    for (unsigned i = 0; i < SOURCES; i++) {
        fprintf(file, "%s{\"pkg\":{\"name\":\"source%u\",\"secfixes\":{", i ? "," : "", i);
        for (unsigned v = 0; v < 5; v++)
            fprintf(file, "%s\"1.%u.0-r0\":[\"CVE-2020-%u\"]", v ? "," : "", v * versions / 5,
                    10000 + i * 10 + v);
        if (i < new)
            fprintf(file, ",\"2.0.0-r0\":[\"CVE-2026-%u\"]", 10000 + i);
        fputs("}}}", file);
    }
    fputs("]}", file);
    fclose(file);
}

/* In a process of its own, as `db update` is. */
static void update(unsigned new)
{
    int status;
    write_feed(new);
    pid_t child = fork();
    if (child == 0) {
        struct arena arena;
        struct error err = {0};
        struct update_result result;
        struct update_options options = {
            .folder = store, .mirror = slice_str(mirror), .force = true};
        arena_init(&arena, 512 << 20);
        if (!update_run(&options, &arena, &result, &err))
            die("updating", &err);
        _exit(0);
    }
    if (waitpid(child, &status, 0) < 0 || status)
        exit(3);
}

static uint64_t random_state = 42;
static unsigned pick(unsigned below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % below;
}

/* A third are of the sources that nearly all have, as musl and openssl are. */
static void make_inventory(struct inventory *inventory, struct arena *arena)
{
    *inventory =
        (struct inventory){.packages = arena_array(arena, packages, sizeof(struct package)),
                           .layers = arena_array(arena, packages, sizeof(size_t)),
                           .package_count = packages,
                           .distribution = {.id = SLICE("alpine"), .version_id = SLICE("3.16.9")}};
    if (!inventory->packages || !inventory->layers)
        exit(3);
    for (unsigned i = 0; i < packages; i++) {
        unsigned source = i < packages / 3 ? i : packages / 3 + pick(SOURCES - packages / 3);
        struct slice name = arena_printf(arena, "source%u", source);
        struct slice version = arena_printf(arena, "1.%u.0-r0", pick(versions));
        inventory->packages[i] = (struct package){.type = PACKAGE_APK,
                                                  .name = name,
                                                  .version = version,
                                                  .source = name,
                                                  .source_version = version,
                                                  .arch = SLICE("x86_64"),
                                                  .path = SLICE("lib/apk/db/installed")};
    }
}

static void put_image(struct inspect *inspect, struct meta_txn *txn, unsigned number)
{
    struct arena arena;
    struct error err = {0};
    struct inventory inventory;
    struct image image = {.kind = "registry"};
    struct outcome outcome;
    struct evaluation evaluation;
    struct digest digest;
    struct slice encoded;
    arena_init(&arena, 256 << 20);
    struct slice name = arena_printf(&arena, "image %u", number);
    struct slice scope = arena_printf(&arena, "123456789012/us-east-1/team/app%u", number % 100);
    sha256_of(name, &digest);
    make_inventory(&inventory, &arena);
    if (!evaluate(&evaluation, &inventory, &image, inspect->advisories, &arena, &err) ||
        !evaluation_outcome(&evaluation, &arena, &outcome, &err))
        die("matching", &err);
    evaluation_done(&evaluation);
    struct scan_row row = {.status = INSPECT_COMPLETE, .packages = packages};
    memcpy(row.counts, outcome.counts, sizeof row.counts);
    if (!inventory_encode(&inventory, &arena, &encoded, &err) ||
        !meta_put(txn, ROW_SCAN, scope, digest_slice(&digest), scan_row_encode(&row, &arena),
                  &err) ||
        !meta_put(txn, ROW_INVENTORY, scope, digest_slice(&digest), encoded, &err) ||
        !index_add(txn, scope, &digest, &inventory, &outcome, &arena, &err))
        die("an image", &err);
    arena_done(&arena);
}

static void fill(struct inspect *inspect)
{
    struct error err = {0};
    for (unsigned i = 0; i < images; i += BATCH) {
        struct meta_txn *txn = NULL;
        if (!meta_begin(inspect->registry->meta, true, &txn, &err))
            die("filling", &err);
        for (unsigned j = i; j < images && j < i + BATCH; j++)
            put_image(inspect, txn, j);
        if (!meta_commit(&txn, &err))
            die("filling", &err);
    }
}

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void measure(struct inspect *inspect, const char *what)
{
    struct rematch_report report;
    struct error err = {0};
    double begun = processor_seconds();
    if (!inspect_rematch(inspect, &report, &err))
        die("rematching", &err);
    printf("%-22s %6zu images, %6zu changed, %7zu findings more, %zu fewer: %.2f s (%.2f s of "
           "processor)\n",
           what, report.images, report.changed, report.added, report.gone, report.seconds,
           processor_seconds() - begun);
    fflush(stdout);
}

static void run(struct registry *registry)
{
    static struct inspect inspect;
    struct error err = {0};
    struct rusage usage;
    inspect.registry = registry;
    pthread_mutex_init(&inspect.turn, NULL);
    pthread_mutex_init(&inspect.lock, NULL);
    pthread_mutex_init(&inspect.pulls.lock, NULL);
    if (!advisories_open(&inspect.advisories, store, &err))
        die("the store", &err);
    double begun = clock_monotonic();
    fill(&inspect);
    printf("filled in %.0f s\n", clock_monotonic() - begun);
    measure(&inspect, "nothing new");
    update(NEW);
    measure(&inspect, "30 vulnerabilities");
    measure(&inspect, "nothing new");
    getrusage(RUSAGE_SELF, &usage);
    printf("peak memory %ld MB\n", usage.ru_maxrss / 1024);
    fflush(stdout);
    advisories_close(inspect.advisories);
}

int main(int argc, char **argv)
{
    static struct registry registry;
    struct error err = {0};
    struct meta *meta = NULL;
    char path[300];
    const char *folder = getenv("TMPDIR");
    if (argc > 1)
        images = (unsigned)strtoul(argv[1], NULL, 10);
    if (argc > 2)
        packages = (unsigned)strtoul(argv[2], NULL, 10);
    if (argc > 3)
        versions = (unsigned)strtoul(argv[3], NULL, 10);
    snprintf(top, sizeof top, "%.100s/plimsoll-rematch-XXXXXX", folder ? folder : "/tmp");
    if (!mkdtemp(top))
        return 3;
    snprintf(mirror, sizeof mirror, "%s/mirror", top);
    snprintf(store, sizeof store, "%s/store", top);
    snprintf(path, sizeof path, "%s/rows.db", top);
    update(0);
    struct world *world = world_real_new(top, &err);
    struct blobs *blobs = world ? blobs_disk_new(world, &err) : NULL;
    if (!blobs || !meta_sqlite_open(&meta, path, &err) ||
        !registry_init(&registry, world, meta, blobs, &(struct registry_limits){0}, &err))
        die("opening", &err);
    run(&registry);
    registry_done(&registry);
    blobs_free(blobs);
    meta_close(meta);
    world_real_free(world);
    execlp("rm", "rm", "-r", "--", top, NULL);
    return 3;
}
