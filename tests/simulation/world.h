#pragma once
/*
 * Files of a machine that can crash. Beside what programs see there is what the disk has: bytes
 * reach it for certain only by sync, names only by rename; a name made by open or taken away by
 * remove may or may not have arrived when the crash comes. Operations fail where the seed says:
 * a failed sync loses the bytes for good, a failed rename may have happened all the same.
 */
#include "schedule.h"
#include "store/world.h"

enum { INODES_MAX = 4096, HANDLES_MAX = 256, PENDING_MAX = 4096, SIM_PATH = 160 };

struct inode {
    char *bytes;
    size_t size, room;
    size_t durable; /* bytes that are on the disk */
    bool lost;      /* a sync failed: what was not on the disk then never will be */
    double changed;
};

/* path is now inode (-1: nothing). */
struct name {
    char path[SIM_PATH];
    int inode;
};

struct sim_world {
    struct world world;
    struct schedule *schedule;
    struct inode inodes[INODES_MAX];
    int inode_count;
    struct name seen[INODES_MAX], kept[INODES_MAX]; /* as programs see it; as the disk has it */
    int seen_count, kept_count;
    struct name pending[PENDING_MAX]; /* changes of names that the disk may not have */
    int pending_count;
    int handles[HANDLES_MAX]; /* inode + 1 */
    bool skip_sync;           /* a planted fault: sync does nothing */
};

void sim_world_init(struct sim_world *world, struct schedule *schedule);
void sim_world_done(struct sim_world *world);
/* Becomes what the disk has. */
void sim_world_crash(struct sim_world *world);
/* The bytes of a file as programs see it; NULL when it is not there. */
const struct inode *sim_world_file(const struct sim_world *world, const char *path);
