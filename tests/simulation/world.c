#include "world.h"

#include <stdlib.h>

static struct sim_world *own(struct world *world)
{
    return (struct sim_world *)world;
}

static const double sim_epoch = 1700000000;

static double sim_now(struct world *world)
{
    return sim_epoch + own(world)->schedule->elapsed + own(world)->schedule->set;
}

static double sim_monotonic(struct world *world)
{
    return 1000 + own(world)->schedule->elapsed;
}

static bool sim_random(struct world *world, void *to, size_t len, struct error *err)
{
    (void)err;
    for (size_t i = 0; i < len; i++)
        ((unsigned char *)to)[i] = (unsigned char)schedule_random(own(world)->schedule, 256);
    return true;
}

/* Every operation begins here. */
static bool enter(struct sim_world *world, const char *what, const char *detail, struct error *err)
{
    return schedule_point(world->schedule, what, detail) ||
           error_set(err, ERROR_IO, "the machine has crashed");
}

static bool faulty(struct sim_world *world, struct error *err)
{
    if (!schedule_fault(world->schedule))
        return false;
    error_set(err, ERROR_IO, "the simulation says: Input/output error");
    return true;
}

static bool disk_is_full(struct sim_world *world, struct error *err)
{
    if (!world->schedule->disk_full || world->schedule->quiet)
        return false;
    error_set(err, ERROR_FULL, "the simulation says: No space left on device");
    return true;
}

static int find(const struct name *names, int count, const char *path)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i].path, path) == 0)
            return i;
    return -1;
}

static void set_name(struct name *names, int *count, const char *path, int inode)
{
    int at = find(names, *count, path);
    if (at >= 0 && inode < 0) {
        names[at] = names[--*count];
    } else if (at >= 0) {
        names[at].inode = inode;
    } else if (inode >= 0) {
        if (*count == INODES_MAX)
            abort();
        snprintf(names[*count].path, SIM_PATH, "%s", path);
        names[(*count)++].inode = inode;
    }
}

static void change_name(struct sim_world *world, const char *path, int inode)
{
    set_name(world->seen, &world->seen_count, path, inode);
    if (world->pending_count == PENDING_MAX)
        abort();
    struct name *pending = &world->pending[world->pending_count++];
    snprintf(pending->path, SIM_PATH, "%s", path);
    pending->inode = inode;
}

/* The disk has all changes of this name up to now. */
static void keep_name(struct sim_world *world, const char *path)
{
    int at = find(world->seen, world->seen_count, path), left = 0;
    set_name(world->kept, &world->kept_count, path, at < 0 ? -1 : world->seen[at].inode);
    for (int i = 0; i < world->pending_count; i++)
        if (strcmp(world->pending[i].path, path) != 0)
            world->pending[left++] = world->pending[i];
    world->pending_count = left;
}

static int new_handle(struct sim_world *world, int inode, struct error *err)
{
    for (int i = 0; i < HANDLES_MAX; i++) {
        if (world->handles[i])
            continue;
        world->handles[i] = inode + 1;
        return i;
    }
    error_set(err, ERROR_IO, "the simulation has no more handles");
    return -1;
}

static struct inode *inode_of(struct sim_world *world, int file)
{
    if (file < 0 || file >= HANDLES_MAX || !world->handles[file])
        abort();
    return &world->inodes[world->handles[file] - 1];
}

static int sim_open(struct world *world, const char *path, bool write, struct error *err)
{
    struct sim_world *sim = own(world);
    if (!enter(sim, "open", path, err) || faulty(sim, err))
        return -1;
    int at = find(sim->seen, sim->seen_count, path);
    if (at >= 0)
        return new_handle(sim, sim->seen[at].inode, err);
    if (!write) {
        error_set(err, ERROR_NOT_FOUND, "%s: No such file or directory", path);
        return -1;
    }
    if (disk_is_full(sim, err))
        return -1;
    if (sim->inode_count == INODES_MAX)
        abort();
    sim->inodes[sim->inode_count] = (struct inode){.changed = sim_now(world)};
    change_name(sim, path, sim->inode_count);
    return new_handle(sim, sim->inode_count++, err);
}

static void sim_close(struct world *world, int file)
{
    inode_of(own(world), file);
    own(world)->handles[file] = 0;
}

static bool sim_append(struct world *world, int file, uint64_t offset, struct slice bytes,
                       struct error *err)
{
    struct sim_world *sim = own(world);
    if (!enter(sim, "append", "", err) || faulty(sim, err) || disk_is_full(sim, err))
        return false;
    struct inode *inode = inode_of(sim, file);
    size_t end = (size_t)offset + bytes.len;
    if (end > inode->room) {
        inode->room = end * 2;
        inode->bytes = realloc(inode->bytes, inode->room);
        if (!inode->bytes)
            abort();
    }
    if (offset > inode->size)
        memset(inode->bytes + inode->size, 0, offset - inode->size);
    memcpy(inode->bytes + offset, bytes.at, bytes.len);
    inode->size = end > inode->size ? end : inode->size;
    inode->durable = offset < inode->durable ? (size_t)offset : inode->durable;
    inode->changed = sim_now(world);
    return true;
}

static bool sim_read(struct world *world, int file, uint64_t offset, void *to, size_t len,
                     size_t *got, struct error *err)
{
    struct sim_world *sim = own(world);
    if (!enter(sim, "read", "", err) || faulty(sim, err))
        return false;
    const struct inode *inode = inode_of(sim, file);
    size_t left = offset < inode->size ? inode->size - (size_t)offset : 0;
    *got = len < left ? len : left;
    if (*got)
        memcpy(to, inode->bytes + offset, *got);
    return true;
}

static bool sim_size(struct world *world, int file, uint64_t *size, struct error *err)
{
    (void)err;
    *size = inode_of(own(world), file)->size;
    return true;
}

static bool sim_sync(struct world *world, int file, struct error *err)
{
    struct sim_world *sim = own(world);
    if (!enter(sim, "sync", "", err))
        return false;
    struct inode *inode = inode_of(sim, file);
    if (faulty(sim, err)) {
        inode->lost = inode->lost || inode->durable < inode->size;
        return false;
    }
    if (!inode->lost && !sim->skip_sync)
        inode->durable = inode->size;
    return true;
}

static bool sim_rename(struct world *world, const char *from, const char *to, struct error *err)
{
    struct sim_world *sim = own(world);
    if (!enter(sim, "rename", to, err))
        return false;
    bool fault = faulty(sim, err);
    if (fault && schedule_chance(sim->schedule, 1, 2))
        return false;
    int at = find(sim->seen, sim->seen_count, from);
    if (at < 0)
        return error_set(err, ERROR_NOT_FOUND, "%s: No such file or directory", from);
    int inode = sim->seen[at].inode;
    change_name(sim, to, inode);
    change_name(sim, from, -1);
    if (fault || !enter(sim, "renamed", to, err))
        return false;
    keep_name(sim, to);
    keep_name(sim, from);
    return true;
}

static bool sim_remove(struct world *world, const char *path, struct error *err)
{
    struct sim_world *sim = own(world);
    if (!enter(sim, "remove", path, err) || faulty(sim, err))
        return false;
    if (find(sim->seen, sim->seen_count, path) >= 0)
        change_name(sim, path, -1);
    return true;
}

static bool sim_stat(struct world *world, const char *path, uint64_t *size, double *changed,
                     struct error *err)
{
    struct sim_world *sim = own(world);
    if (!enter(sim, "stat", path, err))
        return false;
    const struct inode *inode = sim_world_file(sim, path);
    if (!inode)
        return error_set(err, ERROR_NOT_FOUND, "%s: No such file or directory", path);
    *size = inode->size;
    *changed = inode->changed;
    return true;
}

static bool sim_list(struct world *world, const char *folder,
                     bool (*each)(void *context, const char *path), void *context,
                     struct error *err)
{
    struct sim_world *sim = own(world);
    if (!enter(sim, "list", folder, err))
        return false;
    /* A copy: `each` may open and remove, and others may get the baton. */
    int count = sim->seen_count, len = (int)strlen(folder);
    struct name *names = malloc(sizeof *names * (size_t)(count + 1));
    if (!names)
        abort();
    memcpy(names, sim->seen, sizeof *names * (size_t)count);
    for (int i = 0; i < count; i++)
        if (strncmp(names[i].path, folder, (size_t)len) == 0 && names[i].path[len] == '/' &&
            !each(context, names[i].path))
            break;
    free(names);
    return true;
}

static const struct world_ops sim_ops = {
    .now = sim_now,
    .monotonic = sim_monotonic,
    .random = sim_random,
    .open = sim_open,
    .close = sim_close,
    .append = sim_append,
    .read = sim_read,
    .size = sim_size,
    .sync = sim_sync,
    .rename = sim_rename,
    .remove = sim_remove,
    .stat = sim_stat,
    .list = sim_list,
};

void sim_world_init(struct sim_world *world, struct schedule *schedule)
{
    world->world.ops = &sim_ops;
    world->schedule = schedule;
    world->inode_count = world->seen_count = world->kept_count = world->pending_count = 0;
    world->skip_sync = false;
    memset(world->handles, 0, sizeof world->handles);
}

void sim_world_done(struct sim_world *world)
{
    for (int i = 0; i < world->inode_count; i++)
        free(world->inodes[i].bytes);
    world->inode_count = 0;
}

/* Of bytes that the disk may not have: none, some, or as many but zeros. */
static void crash_bytes(struct sim_world *world, struct inode *inode)
{
    size_t doubtful = inode->size - inode->durable;
    if (!doubtful)
        return;
    size_t arrived = schedule_random(world->schedule, doubtful + 1);
    bool zeros = inode->lost || schedule_chance(world->schedule, 1, 2);
    if (zeros)
        memset(inode->bytes + inode->durable, 0, doubtful);
    inode->size = inode->durable + arrived;
    inode->durable = inode->size;
    inode->lost = false;
}

void sim_world_crash(struct sim_world *world)
{
    /* A file system with a journal keeps the changes up to some point; others any of them. */
    bool journal = schedule_chance(world->schedule, 1, 2);
    int arrived = (int)schedule_random(world->schedule, (uint64_t)world->pending_count + 1);
    for (int i = 0; i < world->pending_count; i++)
        if (journal ? i < arrived : schedule_chance(world->schedule, 1, 2))
            set_name(world->kept, &world->kept_count, world->pending[i].path,
                     world->pending[i].inode);
    world->pending_count = 0;
    memcpy(world->seen, world->kept, sizeof world->kept);
    world->seen_count = world->kept_count;
    memset(world->handles, 0, sizeof world->handles);
    for (int i = 0; i < world->inode_count; i++)
        crash_bytes(world, &world->inodes[i]);
}

const struct inode *sim_world_file(const struct sim_world *world, const char *path)
{
    int at = find(world->seen, world->seen_count, path);
    return at < 0 ? NULL : &world->inodes[world->seen[at].inode];
}
