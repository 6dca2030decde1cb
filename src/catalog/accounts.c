/*
 * /etc/passwd, /etc/shadow and /etc/group (passwd(5), shadow(5), group(5)): accounts, empty
 * passwords, ids that stand twice. Not a package database: nothing is owned or installed by them.
 */
#include "base/table.h"
#include "catalog/finder.h"

enum { ACCOUNTS_LIMIT = 1 << 20, ACCOUNTS_MOST = 500 };

static bool accounts_want(struct slice path)
{
    return slice_equal(path, SLICE("etc/passwd")) || slice_equal(path, SLICE("etc/shadow")) ||
           slice_equal(path, SLICE("etc/group"));
}

static void accounts_add(struct collector *collector, enum observation_kind kind, struct slice path,
                         struct slice detail, struct slice amount)
{
    struct observation made = {kind, path, detail, amount};
    collector_add_observation(collector, &made);
}

/* The second name of an id is told once with the first one. */
static void accounts_check_id(struct collector *collector, struct table *ids, struct slice path,
                              struct slice name, struct slice id)
{
    struct slice *first = table_get(ids, id);
    if (!first) {
        first = arena_new(collector->scratch, struct slice);
        if (!first || !table_put(ids, id, first)) {
            collector->failed = true;
            return;
        }
        *first = name;
        return;
    }
    if (slice_equal(*first, name))
        return;
    struct slice both =
        arena_printf(collector->scratch, "%.*s and %.*s", SLICE_ARG(*first), SLICE_ARG(name));
    accounts_add(collector, OBSERVATION_DUPLICATE_ID, path, both, id);
}

static void accounts_read(struct slice path, struct slice bytes, struct collector *collector)
{
    bool shadow = slice_ends(path, SLICE("shadow")), passwd = slice_ends(path, SLICE("passwd"));
    struct table ids;
    table_init(&ids, collector->scratch);
    for (size_t lines = 0; bytes.len && lines < ACCOUNTS_MOST; lines++) {
        struct slice line = slice_cut_line(&bytes);
        struct slice name = slice_cut(&line, ':');
        bool has_password = line.len > 0;
        struct slice password = slice_cut(&line, ':');
        if (!name.len || !has_password || name.at[0] == '#')
            continue;
        if (!password.len && (shadow || passwd))
            accounts_add(collector, OBSERVATION_EMPTY_PASSWORD, path, name, SLICE(""));
        struct slice id = slice_cut(&line, ':');
        if (shadow || !id.len)
            continue;
        accounts_check_id(collector, &ids, path, name, id);
        if (passwd)
            accounts_add(collector, OBSERVATION_ACCOUNT, path, name, id);
    }
}

const struct finder finder_accounts = {
    .name = "accounts",
    .limit = ACCOUNTS_LIMIT,
    .only_owns = true,
    .wants = accounts_want,
    .read = accounts_read,
};
