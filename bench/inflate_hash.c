/*
 * The yardstick of bench/scan: what inflating (ISA-L) and hashing (SHA-256) some gzip files costs
 * at least, as tasks on as many threads as there are cores, the largest first. Prints wall seconds.
 * usage: inflate_hash FILE.gz...
 */
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct file {
    unsigned char *bytes;
    size_t size;
};

static struct file *files;
static unsigned task_count;
static atomic_uint next_task;

static void fail(const char *what)
{
    perror(what);
    exit(3);
}

static void file_map(struct file *file, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0)
        fail(path);
    file->size = (size_t)status.st_size;
    file->bytes = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (file->bytes == MAP_FAILED)
        fail(path);
    close(fd);
}

static void inflate_file(const struct file *file)
{
    struct inflate_state state;
    unsigned char out[256 * 1024];
    isal_inflate_init(&state);
    state.crc_flag = ISAL_GZIP;
    state.next_in = file->bytes;
    state.avail_in = (uint32_t)file->size;
    while (state.block_state != ISAL_BLOCK_FINISH) {
        state.next_out = out;
        state.avail_out = sizeof out;
        if (isal_inflate(&state) != ISAL_DECOMP_OK)
            fail("inflate");
    }
}

static void hash_file(const struct file *file)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (!EVP_Digest(file->bytes, file->size, digest, NULL, EVP_sha256(), NULL))
        fail("sha256");
}

static void *work(void *unused)
{
    (void)unused;
    for (unsigned task; (task = atomic_fetch_add(&next_task, 1)) < task_count;) {
        if (task % 2 == 0)
            inflate_file(&files[task / 2]);
        else
            hash_file(&files[task / 2]);
    }
    return NULL;
}

static int by_size_down(const void *a, const void *b)
{
    size_t left = ((const struct file *)a)->size, right = ((const struct file *)b)->size;
    return left < right ? 1 : left > right ? -1 : 0;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    enum { THREADS_MAX = 16 };
    pthread_t threads[THREADS_MAX];
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (cores > THREADS_MAX)
        cores = THREADS_MAX;
    task_count = 2 * (unsigned)(argc - 1);
    files = calloc((size_t)argc, sizeof *files);
    if (argc < 2 || !files)
        return 2;
    for (int i = 1; i < argc; i++)
        file_map(&files[i - 1], argv[i]);
    qsort(files, (size_t)argc - 1, sizeof *files, by_size_down);
    double start = seconds();
    for (long i = 0; i < cores; i++)
        if (pthread_create(&threads[i], NULL, work, NULL))
            fail("thread");
    for (long i = 0; i < cores; i++)
        pthread_join(threads[i], NULL);
    printf("%.3f\n", seconds() - start);
    return 0;
}
