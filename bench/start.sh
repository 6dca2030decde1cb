#!/bin/sh
# Start time of commands that only start and end, beside an empty program. usage: bench/start.sh [BUILD]
# Target: `plimsoll --version` under 2 ms.
build=${1:-build}
runs=${RUNS:-300}
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
printf 'int main(void){return 0;}' >"$work/empty.c"
${CC:-cc} -O2 -o "$work/empty" "$work/empty.c" || exit 3
cat >"$work/clock.c" <<'C'
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <fcntl.h>
extern char **environ;
static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
int main(int argc, char **argv)
{
    int runs = (int)strtol(argv[1], NULL, 10);
    double *times = calloc((size_t)runs, sizeof *times);
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    for (int i = 0; argc > 2 && i < runs; i++) {
        struct timespec from, to;
        pid_t pid;
        clock_gettime(CLOCK_MONOTONIC, &from);
        if (posix_spawn(&pid, argv[2], &quiet, NULL, argv + 2, environ) || waitpid(pid, NULL, 0) < 0)
            return 1;
        clock_gettime(CLOCK_MONOTONIC, &to);
        times[i] = (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
    }
    qsort(times, (size_t)runs, sizeof *times, by_value);
    printf("%.2f\n", times[runs / 2]);
}
C
${CC:-cc} -O2 -o "$work/clock" "$work/clock.c" || exit 3
echo "start to exit, median of $runs runs:"
printf '  %-28s %s ms\n' 'an empty program' "$("$work/clock" "$runs" "$work/empty")"
for command in --version 'help' 'version compare apk'; do
    # shellcheck disable=SC2086 # words of the command
    printf '  %-28s %s ms\n' "plimsoll $command" \
        "$("$work/clock" "$runs" "$build/src/cli/plimsoll" $command </dev/null)"
done
