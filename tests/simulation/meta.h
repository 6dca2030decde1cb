#pragma once
/* Rows of another backend, with the points, faults and crashes of a schedule around transactions.
 */
#include "schedule.h"
#include "store/meta.h"

struct sim_meta {
    struct meta meta;
    struct meta *below;
    struct schedule *schedule;
};

void sim_meta_init(struct sim_meta *meta, struct meta *below, struct schedule *schedule);
