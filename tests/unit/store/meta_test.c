/* The same promises of both backends: every test runs over rows in memory and over SQLite. */
#include "store/meta.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

struct store {
    struct meta *meta;
    char folder[64];
    char path[96];
    struct arena arena;
};

static bool with_sqlite;

static int set_up(void **state)
{
    static struct store store;
    struct error err = {0};
    store = (struct store){.folder = "/tmp/plimsoll-meta-XXXXXX"};
    arena_init(&store.arena, 64 << 20);
    assert_non_null(mkdtemp(store.folder));
    snprintf(store.path, sizeof store.path, "%s/meta.db", store.folder);
    if (!with_sqlite)
        store.meta = meta_memory_new();
    else if (!meta_sqlite_open(&store.meta, store.path, &err))
        fail_msg("%s", err.text);
    *state = &store;
    return 0;
}

static int tear_down(void **state)
{
    struct store *store = *state;
    meta_close(store->meta);
    arena_done(&store->arena);
    DIR *folder = opendir(store->folder);
    char path[512];
    for (struct dirent *entry; (entry = readdir(folder));) {
        snprintf(path, sizeof path, "%s/%s", store->folder, entry->d_name);
        unlink(path);
    }
    closedir(folder);
    rmdir(store->folder);
    return 0;
}

#define OK(call)                                                                                   \
    do {                                                                                           \
        struct error err = {0};                                                                    \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, err.text);                                                   \
    } while (0)
#define FAILS(kind_wanted, call)                                                                   \
    do {                                                                                           \
        struct error err = {0};                                                                    \
        assert_false(call);                                                                        \
        assert_int_equal(err.kind, kind_wanted);                                                   \
        assert_true(err.text[0] != '\0');                                                          \
    } while (0)

static struct meta_txn *begin(struct store *store, bool write)
{
    struct meta_txn *txn = NULL;
    OK(meta_begin(store->meta, write, &txn, &err));
    return txn;
}

static void put(struct meta_txn *txn, const char *scope, const char *name, const char *value)
{
    OK(meta_put(txn, "tag", slice_str(scope), slice_str(name), slice_str(value), &err));
}

static void put_alone(struct store *store, const char *scope, const char *name, const char *value)
{
    struct meta_txn *txn = begin(store, true);
    put(txn, scope, name, value);
    OK(meta_commit(&txn, &err));
    assert_null(txn);
}

/* The value, or NULL. */
static const char *get(struct store *store, struct meta_txn *txn, const char *scope,
                       const char *name)
{
    struct slice value = {0};
    bool found = false;
    OK(meta_get(txn, "tag", slice_str(scope), slice_str(name), &store->arena, &value, &found,
                &err));
    return found ? arena_string(&store->arena, value) : NULL;
}

static const char *get_alone(struct store *store, const char *scope, const char *name)
{
    struct meta_txn *txn = begin(store, false);
    const char *value = get(store, txn, scope, name);
    meta_abort(&txn);
    return value;
}

static void test_rows(void **state)
{
    struct store *store = *state;
    struct meta_txn *txn = begin(store, true);
    put(txn, "a", "x", "1");
    put(txn, "a", "x", "2");
    put(txn, "a", "", "empty name");
    put(txn, "", "x", "");
    OK(meta_put(txn, "blob", SLICE("a"), SLICE("x"), SLICE("other kind"), &err));
    OK(meta_put(txn, "tag", SLICE("a"), SLICE("z\0y"), SLICE("\0\1\2"), &err));
    assert_string_equal(get(store, txn, "a", "x"), "2");
    OK(meta_commit(&txn, &err));
    assert_string_equal(get_alone(store, "a", "x"), "2");
    assert_string_equal(get_alone(store, "a", ""), "empty name");
    assert_string_equal(get_alone(store, "", "x"), "");
    assert_null(get_alone(store, "a", "z"));
    txn = begin(store, true);
    struct slice value;
    bool found = false;
    OK(meta_get(txn, "tag", SLICE("a"), SLICE("z\0y"), &store->arena, &value, &found, &err));
    assert_true(found);
    assert_true(slice_equal(value, SLICE("\0\1\2")));
    OK(meta_remove(txn, "tag", SLICE("a"), SLICE("x"), &err));
    OK(meta_remove(txn, "tag", SLICE("a"), SLICE("was never there"), &err));
    OK(meta_commit(&txn, &err));
    assert_null(get_alone(store, "a", "x"));
    assert_string_equal(get_alone(store, "a", ""), "empty name");
}

static void test_abort_forgets(void **state)
{
    struct store *store = *state;
    put_alone(store, "a", "x", "1");
    struct meta_txn *txn = begin(store, true);
    put(txn, "a", "x", "2");
    put(txn, "a", "y", "2");
    meta_abort(&txn);
    meta_abort(&txn);
    assert_string_equal(get_alone(store, "a", "x"), "1");
    assert_null(get_alone(store, "a", "y"));
}

static void *change_beside(void *context)
{
    put_alone(context, "a", "x", "new");
    put_alone(context, "a", "y", "new");
    return NULL;
}

/* A reader sees the moment of its first look, however much is committed meanwhile. */
static void test_one_moment(void **state)
{
    struct store *store = *state;
    put_alone(store, "a", "x", "old");
    struct meta_txn *txn = begin(store, false);
    assert_string_equal(get(store, txn, "a", "x"), "old");
    pthread_t thread;
    pthread_create(&thread, NULL, change_beside, store);
    pthread_join(thread, NULL);
    assert_string_equal(get(store, txn, "a", "x"), "old");
    assert_null(get(store, txn, "a", "y"));
    OK(meta_commit(&txn, &err));
    assert_string_equal(get_alone(store, "a", "y"), "new");
}

enum { WRITERS = 4, ROUNDS = 50 };

static void *count_up(void *context)
{
    struct store *store = context;
    for (int i = 0; i < ROUNDS; i++) {
        struct arena arena;
        arena_init(&arena, 1 << 20);
        struct error err = {0};
        struct meta_txn *txn = NULL;
        struct slice value = SLICE("");
        bool found = false;
        uint64_t number = 0;
        if (!meta_begin(store->meta, true, &txn, &err) ||
            !meta_get(txn, "counter", SLICE(""), SLICE("n"), &arena, &value, &found, &err))
            abort();
        if (found && !slice_u64(value, &number))
            abort();
        value = arena_printf(&arena, "%llu", (unsigned long long)number + 1);
        if (!meta_put(txn, "counter", SLICE(""), SLICE("n"), value, &err) ||
            !meta_commit(&txn, &err))
            abort();
        arena_done(&arena);
    }
    return NULL;
}

static void test_writers_are_serial(void **state)
{
    struct store *store = *state;
    pthread_t threads[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&threads[i], NULL, count_up, store);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    struct meta_txn *txn = begin(store, false);
    struct slice value = {0};
    bool found = false;
    OK(meta_get(txn, "counter", SLICE(""), SLICE("n"), &store->arena, &value, &found, &err));
    meta_abort(&txn);
    uint64_t number = 0;
    assert_true(found && slice_u64(value, &number));
    assert_int_equal(number, WRITERS * ROUNDS);
}

static void test_second_writer_of_a_thread(void **state)
{
    struct store *store = *state;
    struct meta_txn *txn = begin(store, true), *second = NULL;
    FAILS(ERROR_INTERNAL, meta_begin(store->meta, true, &second, &err));
    put(txn, "a", "x", "1");
    OK(meta_commit(&txn, &err));
    assert_string_equal(get_alone(store, "a", "x"), "1");
}

struct rows {
    char text[1000];
    size_t count, stop_at;
};

static bool collect(void *context, const struct meta_row *row)
{
    struct rows *rows = context;
    size_t used = strlen(rows->text);
    snprintf(rows->text + used, sizeof rows->text - used, "%s%.*s:%.*s=%.*s", used ? " " : "",
             SLICE_ARG(row->scope), SLICE_ARG(row->name), SLICE_ARG(row->value));
    return ++rows->count != rows->stop_at;
}

static const char *scan(struct store *store, struct meta_range range, size_t stop_at)
{
    static struct rows rows;
    struct meta_txn *txn = begin(store, false);
    rows = (struct rows){.stop_at = stop_at};
    range.kind = "tag";
    OK(meta_scan(txn, &range, collect, &rows, &err));
    meta_abort(&txn);
    return rows.text;
}
#define SCAN(...) scan(store, (struct meta_range){__VA_ARGS__}, 0)

static void test_scan(void **state)
{
    struct store *store = *state;
    static const char *const names[] = {"b", "a", "ab", "abc", "b/1", "c", "\xff"};
    struct meta_txn *txn = begin(store, true);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put(txn, "s", names[i], "v");
    put(txn, "r", "z", "v");
    put(txn, "t", "a", "v");
    OK(meta_put(txn, "tab", SLICE("s"), SLICE("a"), SLICE("v"), &err));
    OK(meta_put(txn, "tah", SLICE("s"), SLICE("a"), SLICE("v"), &err));
    OK(meta_commit(&txn, &err));
    assert_string_equal(SCAN(.scope = SLICE("s")),
                        "s:a=v s:ab=v s:abc=v s:b=v s:b/1=v s:c=v s:\xff=v");
    assert_string_equal(SCAN(.scope = SLICE("s"), .limit = 2), "s:a=v s:ab=v");
    assert_string_equal(SCAN(.scope = SLICE("s"), .prefix = SLICE("ab")), "s:ab=v s:abc=v");
    assert_string_equal(SCAN(.scope = SLICE("s"), .prefix = SLICE("ab"), .after = SLICE("ab")),
                        "s:abc=v");
    assert_string_equal(SCAN(.scope = SLICE("s"), .prefix = SLICE("ab"), .after = SLICE("a")),
                        "s:ab=v s:abc=v");
    assert_string_equal(SCAN(.scope = SLICE("s"), .prefix = SLICE("ab"), .after = SLICE("b")), "");
    assert_string_equal(SCAN(.scope = SLICE("s"), .after = SLICE("b"), .limit = 1), "s:b/1=v");
    assert_string_equal(SCAN(.scope = SLICE("s"), .after = SLICE("\xff")), "");
    assert_string_equal(SCAN(.scope = SLICE("q")), "");
    assert_string_equal(SCAN(.scope = SLICE("")), "");
    assert_string_equal(scan(store, (struct meta_range){.scope = SLICE("s")}, 3),
                        "s:a=v s:ab=v s:abc=v");
}

static void test_scan_below(void **state)
{
    struct store *store = *state;
    static const char *const scopes[] = {"a/b",  "a/b/", "a/b/c", "a/b/c/d", "a/b-c", "a/b.c",
                                         "a/b0", "a",    "a/c",   "",        "b"};
    struct meta_txn *txn = begin(store, true);
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        put(txn, scopes[i], "n", "v");
    put(txn, "a/b", "m", "v");
    put(txn, "a/b/c", "", "v");
    OK(meta_commit(&txn, &err));
    const char *all = "a/b:m=v a/b:n=v a/b/:n=v a/b/c:=v a/b/c:n=v a/b/c/d:n=v";
    assert_string_equal(SCAN(.scope = SLICE("a/b"), .below = true), all);
    assert_string_equal(SCAN(.scope = SLICE("a/b"), .below = true, .limit = 3),
                        "a/b:m=v a/b:n=v a/b/:n=v");
    assert_string_equal(SCAN(.scope = SLICE("a/b"), .below = true, .after_scope = SLICE("a/b"),
                             .after = SLICE("m")),
                        "a/b:n=v a/b/:n=v a/b/c:=v a/b/c:n=v a/b/c/d:n=v");
    assert_string_equal(SCAN(.scope = SLICE("a/b"), .below = true, .after_scope = SLICE("a/b"),
                             .after = SLICE("n"), .limit = 1),
                        "a/b/:n=v");
    assert_string_equal(SCAN(.scope = SLICE("a/b"), .below = true, .after_scope = SLICE("a/b/c"),
                             .after = SLICE("")),
                        "a/b/c:n=v a/b/c/d:n=v");
    assert_string_equal(SCAN(.scope = SLICE("a/b"), .below = true, .after_scope = SLICE("a/b/c/d"),
                             .after = SLICE("n")),
                        "");
    assert_string_equal(SCAN(.scope = SLICE("a/c"), .below = true), "a/c:n=v");
    assert_string_equal(SCAN(.below = true, .limit = 2), ":n=v a:n=v");
    assert_string_equal(SCAN(.below = true, .after_scope = SLICE("a/c"), .after = SLICE("n")),
                        "b:n=v");
    assert_string_equal(SCAN(.below = true, .after = SLICE("n"), .limit = 1), "a:n=v");
}

struct nested {
    struct store *store;
    struct meta_txn *txn;
    size_t inner;
};

static bool count_inner(void *context, const struct meta_row *row)
{
    (void)row;
    ((struct nested *)context)->inner++;
    return true;
}

static bool scan_within(void *context, const struct meta_row *row)
{
    struct nested *nested = context;
    struct meta_range range = {.kind = "tag", .scope = row->scope};
    OK(meta_scan(nested->txn, &range, count_inner, nested, &err));
    assert_non_null(get(nested->store, nested->txn, "s", "a"));
    FAILS(ERROR_INTERNAL, meta_put(nested->txn, "tag", SLICE("s"), SLICE("a"), SLICE(""), &err));
    return true;
}

static void test_scan_within_a_scan(void **state)
{
    struct store *store = *state;
    struct nested nested = {.store = store, .txn = begin(store, true)};
    struct meta_range range = {.kind = "tag", .scope = SLICE("s")};
    for (const char *name = "abcde"; *name; name++)
        put(nested.txn, "s", (char[]){*name, '\0'}, "v");
    OK(meta_scan(nested.txn, &range, scan_within, &nested, &err));
    assert_int_equal(nested.inner, 25);
    /* Somebody wrote from within: a fault of ours, so nothing of the transaction is kept. */
    FAILS(ERROR_INTERNAL, meta_commit(&nested.txn, &err));
    assert_null(get_alone(store, "s", "a"));
}

static void test_limits(void **state)
{
    struct store *store = *state;
    char *big = calloc(1, META_VALUE_MAX + 1);
    struct slice name = slice_of(big, META_NAME_MAX), long_name = slice_of(big, META_NAME_MAX + 1);
    struct meta_txn *txn = begin(store, true);
    OK(meta_put(txn, "tag", SLICE("s"), name, slice_of(big, META_VALUE_MAX), &err));
    OK(meta_commit(&txn, &err));
    txn = begin(store, false);
    struct slice value = {0};
    bool found = false;
    OK(meta_get(txn, "tag", SLICE("s"), name, &store->arena, &value, &found, &err));
    assert_true(found && value.len == META_VALUE_MAX);
    FAILS(ERROR_LIMIT,
          meta_get(txn, "tag", SLICE("s"), long_name, &store->arena, &value, &found, &err));
    FAILS(ERROR_INTERNAL, meta_put(txn, "tag", SLICE("s"), SLICE("a"), SLICE(""), &err));
    FAILS(ERROR_INTERNAL, meta_remove(txn, "tag", SLICE("s"), SLICE("a"), &err));
    meta_abort(&txn);
    txn = begin(store, true);
    put(txn, "s", "before", "v");
    FAILS(ERROR_LIMIT, meta_put(txn, "tag", SLICE("s"), long_name, SLICE(""), &err));
    FAILS(ERROR_INTERNAL, meta_commit(&txn, &err));
    txn = begin(store, true);
    FAILS(ERROR_LIMIT,
          meta_put(txn, "tag", SLICE("s"), SLICE("a"), slice_of(big, META_VALUE_MAX + 1), &err));
    meta_abort(&txn);
    txn = begin(store, true);
    FAILS(ERROR_LIMIT,
          meta_put(txn, "tag", slice_of(big, META_SCOPE_MAX + 1), SLICE("a"), SLICE(""), &err));
    meta_abort(&txn);
    assert_null(get_alone(store, "s", "before"));
    free(big);
}

static void test_small_arena(void **state)
{
    struct store *store = *state;
    put_alone(store, "s", "a", "a value that does not fit");
    struct arena small;
    arena_init(&small, 8);
    struct meta_txn *txn = begin(store, false);
    struct slice value = {0};
    bool found = false;
    FAILS(ERROR_LIMIT, meta_get(txn, "tag", SLICE("s"), SLICE("a"), &small, &value, &found, &err));
    meta_abort(&txn);
    arena_done(&small);
}

/* Random changes, compared with a plain array. */
static void test_random_rows(void **state)
{
    enum { NAMES = 64, STEPS = 3000 };
    struct store *store = *state;
    bool there[NAMES] = {false};
    uint64_t seed = 7;
    struct meta_txn *txn = begin(store, true);
    for (int i = 0; i < STEPS; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        unsigned which = (unsigned)(seed >> 33) % NAMES;
        char name[8];
        snprintf(name, sizeof name, "%u", which);
        there[which] = (seed >> 50) % 2;
        if (there[which])
            put(txn, "s", name, name);
        else
            OK(meta_remove(txn, "tag", SLICE("s"), slice_str(name), &err));
    }
    OK(meta_commit(&txn, &err));
    size_t count = 0;
    for (unsigned i = 0; i < NAMES; i++) {
        char name[8];
        snprintf(name, sizeof name, "%u", i);
        const char *value = get_alone(store, "s", name);
        assert_int_equal(value != NULL, there[i]);
        count += there[i];
    }
    struct nested nested = {0};
    struct meta_range range = {.kind = "tag", .scope = SLICE("s")};
    txn = begin(store, false);
    OK(meta_scan(txn, &range, count_inner, &nested, &err));
    meta_abort(&txn);
    assert_int_equal(nested.inner, count);
}

static void test_crash_drops_what_is_open(void **state)
{
    struct store *store = *state;
    if (with_sqlite)
        return;
    put_alone(store, "s", "a", "kept");
    struct meta_txn *txn = begin(store, true);
    put(txn, "s", "a", "lost");
    meta_memory_crash(store->meta);
    FAILS(ERROR_IO, meta_commit(&txn, &err));
    assert_string_equal(get_alone(store, "s", "a"), "kept");
}

static void reopen(struct store *store)
{
    meta_close(store->meta);
    store->meta = NULL;
    OK(meta_sqlite_open(&store->meta, store->path, &err));
}

static void test_other_process(void **state)
{
    struct store *store = *state;
    if (!with_sqlite)
        return;
    bool changed = true;
    put_alone(store, "s", "a", "ours");
    OK(meta_changed(store->meta, &changed, &err));
    assert_false(changed);
    /* Another opening of the same file stands for another process. */
    struct store other = {.folder = ""};
    arena_init(&other.arena, 1 << 20);
    OK(meta_sqlite_open(&other.meta, store->path, &err));
    OK(meta_changed(store->meta, &changed, &err));
    assert_false(changed);
    put_alone(&other, "s", "a", "theirs");
    assert_string_equal(get_alone(store, "s", "a"), "theirs");
    OK(meta_changed(store->meta, &changed, &err));
    assert_true(changed);
    OK(meta_changed(store->meta, &changed, &err));
    assert_false(changed);
    /* Seen by our own writing in between, and told when it is asked. */
    put_alone(&other, "s", "b", "theirs");
    put_alone(store, "s", "c", "ours");
    OK(meta_changed(store->meta, &changed, &err));
    assert_true(changed);
    meta_close(other.meta);
    arena_done(&other.arena);
}

static void write_file(const char *path, size_t offset, const char *bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, strlen(bytes), (off_t)offset), strlen(bytes));
    close(fd);
}

/* Somebody else writes while we may only read: what is committed is seen, also from the log. */
static void test_read_while_others_write(void **state)
{
    struct store *store = *state;
    struct store other = {.meta = NULL};
    struct meta_txn *txn = NULL;
    if (!with_sqlite)
        skip();
    put_alone(store, "s", "a", "one");
    arena_init(&other.arena, 1 << 20);
    OK(meta_sqlite_open_frozen(&other.meta, store->path, &err));
    assert_string_equal(get_alone(&other, "s", "a"), "one");
    put_alone(store, "s", "a", "two");
    assert_string_equal(get_alone(&other, "s", "a"), "two");
    FAILS(ERROR_IO, meta_begin(other.meta, true, &txn, &err));
    meta_close(other.meta);
    arena_done(&other.arena);
    assert_string_equal(get_alone(store, "s", "a"), "two");
}

static void test_strange_files(void **state)
{
    struct store *store = *state;
    if (!with_sqlite)
        return;
    char path[128];
    struct meta *meta = NULL;
    snprintf(path, sizeof path, "%s/text", store->folder);
    for (int i = 0; i < 100; i++)
        write_file(path, (size_t)i * 20, "not a database at all");
    FAILS(ERROR_FORMAT, meta_sqlite_open(&meta, path, &err));
    snprintf(path, sizeof path, "%s/none/meta.db", store->folder);
    FAILS(ERROR_IO, meta_sqlite_open(&meta, path, &err));
    /* user_version stands at byte 60 of the file, big endian. */
    meta_close(store->meta);
    store->meta = NULL;
    write_file(store->path, 60, "\x7f");
    FAILS(ERROR_UNSUPPORTED, meta_sqlite_open(&meta, store->path, &err));
    assert_null(meta);
}

static void test_damage_is_found(void **state)
{
    struct store *store = *state;
    if (!with_sqlite)
        return;
    struct meta_txn *txn = begin(store, true);
    char name[16];
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "name-%d", i);
        put(txn, "s", name, "value");
    }
    OK(meta_commit(&txn, &err));
    struct slice trouble = SLICE("x");
    OK(meta_check(store->meta, &store->arena, &trouble, &err));
    assert_int_equal(trouble.len, 0);
    meta_close(store->meta);
    store->meta = NULL;
    write_file(store->path, 3 * 8192 + 3, "damage damage damage damage");
    reopen(store);
    OK(meta_check(store->meta, &store->arena, &trouble, &err));
    assert_true(trouble.len > 0);
}

static void test_backup(void **state)
{
    struct store *store = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/copy.db", store->folder);
    put_alone(store, "s", "a", "1");
    if (!with_sqlite) {
        FAILS(ERROR_UNSUPPORTED, meta_backup(store->meta, path, &err));
        return;
    }
    struct meta_txn *txn = begin(store, true);
    put(txn, "s", "a", "not yet");
    OK(meta_backup(store->meta, path, &err));
    OK(meta_commit(&txn, &err));
    struct store copy = {.folder = ""};
    arena_init(&copy.arena, 1 << 20);
    OK(meta_sqlite_open(&copy.meta, path, &err));
    assert_string_equal(get_alone(&copy, "s", "a"), "1");
    meta_close(copy.meta);
    arena_done(&copy.arena);
}

/* What was acknowledged is there after the process was killed. */
static void test_killed(void **state)
{
    struct store *store = *state;
    if (!with_sqlite)
        return;
    meta_close(store->meta);
    store->meta = NULL;
    pid_t child = fork();
    if (child == 0) {
        struct error err = {0};
        struct meta_txn *txn = NULL;
        if (!meta_sqlite_open(&store->meta, store->path, &err))
            _exit(1);
        put_alone(store, "s", "a", "acknowledged");
        if (!meta_begin(store->meta, true, &txn, &err) ||
            !meta_put(txn, "tag", SLICE("s"), SLICE("a"), SLICE("not"), &err))
            _exit(1);
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    reopen(store);
    assert_string_equal(get_alone(store, "s", "a"), "acknowledged");
}

#define BOTH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_rows),
        BOTH(test_abort_forgets),
        BOTH(test_one_moment),
        BOTH(test_writers_are_serial),
        BOTH(test_second_writer_of_a_thread),
        BOTH(test_scan),
        BOTH(test_scan_below),
        BOTH(test_scan_within_a_scan),
        BOTH(test_limits),
        BOTH(test_small_arena),
        BOTH(test_random_rows),
        BOTH(test_crash_drops_what_is_open),
        BOTH(test_other_process),
        BOTH(test_read_while_others_write),
        BOTH(test_strange_files),
        BOTH(test_damage_is_found),
        BOTH(test_backup),
        BOTH(test_killed),
    };
    int failed = cmocka_run_group_tests_name("memory", tests, NULL, NULL);
    with_sqlite = true;
    return failed + cmocka_run_group_tests_name("sqlite", tests, NULL, NULL);
}
