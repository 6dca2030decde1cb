/* See operand.h. */
#include "cli/operand.h"

#include <sys/stat.h>

#include "base/slice.h"

bool operand_is_file(const char *word)
{
    struct stat status;
    return stat(word, &status) == 0 && S_ISREG(status.st_mode);
}

bool operand_is_vulnerability(const char *word)
{
    struct slice text = slice_str(word);
    return slice_equal_nocase(slice_upto(text, 4), SLICE("CVE-")) ||
           slice_equal_nocase(slice_upto(text, 5), SLICE("GHSA-"));
}
