#pragma once
/*
 * Programs and libraries compiled from source, told by evidence in their bytes. A file's bytes are
 * fed in pieces as they come out of the tar; nothing is kept but a tail of a few hundred bytes for
 * literals across a piece's edge. Only ELF files (first piece starts with \x7fELF), or files that a
 * row wants by name (a VERSION file beside go, java's release), are looked at.
 *
 * The anchors (literals) of all rows are searched at once (hyperscan, compiled at build); at each
 * hit the row's `check` reads the version around it, and a second literal decides where one is not
 * enough. Rows: program_table.c. One scanner a thread, reused for many files.
 */
#include "catalog/finder.h"

struct program_scanner;

/* NULL when out of memory. */
struct program_scanner *program_scanner_new(void);
void program_scanner_free(struct program_scanner *scanner);

/* Starts a file; false when neither its head (its first bytes, up to 4096, at least what the file
   has) nor its name can be of interest: then nothing else needs to be called. `head` is not
   consumed: feed it too. The path must stay until program_end. */
bool program_begin(struct program_scanner *scanner, struct slice clean_path, struct slice head,
                   uint64_t size);
/* The next bytes, in order. program_wants tells of an offset range whether it can be skipped (ELF:
   only segments that are not executable hold evidence), so that a seekable source need not read it.
 */
void program_feed(struct program_scanner *scanner, uint64_t offset, struct slice bytes);
bool program_wants(const struct program_scanner *scanner, uint64_t offset, uint64_t len);
/* Ends the file; adds what it was to the collector (PACKAGE_PROGRAM). */
void program_end(struct program_scanner *scanner, struct collector *collector);
