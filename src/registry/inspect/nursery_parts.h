#pragma once
/* What nursery.c and worker.c say to each other over the sockets; nobody else includes it. */
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { NURSERY_MAGIC = 0x4e555253 };
enum { ORDER_LIFE, ORDER_FILE, ORDER_ANSWERS, ORDER_TICK, ORDER_FDS };

struct nursery_order {
    uint32_t magic;
    bool grows;
    uint64_t size;
};

/* Room for the descriptors of one order, aligned as it must be. */
union nursery_rights {
    char room[CMSG_SPACE(ORDER_FDS * sizeof(int))];
    struct cmsghdr align;
};

enum nursery_word {
    NURSERY_STARTED = 1, /* value: process id */
    NURSERY_REFUSES,     /* value: errno */
    NURSERY_ENDED,       /* value: as waitpid has it */
};

struct nursery_saying {
    int32_t word, value;
};

/* Where orders go; -1: there is no nursery. */
int nursery_socket(void);
