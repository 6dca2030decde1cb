/* Two texts in one input, parted by a byte 0: their diff ends, and is empty only when they are the
   same. */
#include <stdlib.h>

#include "report/diff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice after = slice_of(data, size), before = slice_cut(&after, '\0');
    char *text = NULL;
    size_t len = 0;
    struct error err;
    FILE *file = open_memstream(&text, &len);
    if (!file)
        return 0;
    bool fine = diff_write(SLICE("f"), before, after, file, &err);
    fclose(file);
    if (fine && (len == 0) != slice_equal(before, after))
        abort();
    free(text);
    return 0;
}
