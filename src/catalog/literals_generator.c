/* Runs at build time: compiles the literals of program_table.c and writes them as C. */
#include <stdio.h>

#include "catalog/literal_compile.h"
#include "catalog/program_table.h"

enum { LITERALS_MAX = 256 };

static bool write_literals(FILE *out)
{
    static const char *texts[LITERALS_MAX];
    static size_t lens[LITERALS_MAX];
    static const unsigned flags[LITERALS_MAX];
    if (program_literal_count > LITERALS_MAX)
        return false;
    for (unsigned i = 0; i < program_literal_count; i++) {
        texts[i] = program_literals[i].text;
        lens[i] = program_literals[i].len;
    }
    fprintf(out, "#include <stddef.h>\n\n");
    return literal_compile(&(struct literal_list){"program_literals", texts, lens, flags,
                                                  (unsigned)program_literal_count},
                           out);
}

int main(int argc, char **argv)
{
    FILE *out = argc == 2 ? fopen(argv[1], "w") : NULL;
    bool fine = out && write_literals(out);
    if (out && fclose(out) != 0)
        fine = false;
    return fine ? 0 : 1;
}
