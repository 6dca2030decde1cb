/*
 * Stands in for libFuzzer's main: feeds every file of the folders named, and a few inputs that
 * every parser must survive, to the target once. Exits 77 (skipped) when there is no corpus, so
 * that a lost one is seen.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    static uint8_t bytes[4 << 20];
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    /* An exact heap copy, so that a read past the end is seen by the sanitizer. */
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    for (size_t i = 0; i < size; i++)
        copy[i] = bytes[i];
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    return 1;
}

static int replay_folder(const char *folder)
{
    int count = 0;
    DIR *entries = opendir(folder);
    if (!entries)
        return 0;
    for (struct dirent *entry; (entry = readdir(entries));) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        count += replay_file(path);
    }
    closedir(entries);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++)
        count += replay_folder(argv[i]);
    printf("%d inputs replayed\n", count);
    return count ? 0 : 77;
}
