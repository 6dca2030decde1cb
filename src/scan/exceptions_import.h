#pragma once
/*
 * Exceptions from other programs' files, and to them. What a foreign rule says beyond what ours can
 * say is never dropped silently, since that would make it wider: such a rule is left out and named.
 */
#include <stdio.h>

#include "scan/exceptions.h"

struct imported {
    struct exceptions exceptions; /* `location` is the line in the foreign file */
    struct note *notes;           /* rules that were left out, and why */
    size_t note_count, note_room;
};

/* Tells the form by its content: .trivyignore (plain, YAML), .grype.yaml, OpenVEX. */
bool exceptions_import(struct slice bytes, const char *path, struct arena *arena,
                       struct imported *imported, struct error *err);

/* As a list in the form of plimsoll.exceptions.yaml. */
bool exceptions_write_yaml(const struct exceptions *exceptions, FILE *file, struct error *err);
/* As an OpenVEX 0.2.0 document; `now` in seconds since 1970. Lint rules have no place in it. */
bool exceptions_write_openvex(const struct exceptions *exceptions, int64_t now, FILE *file,
                              struct error *err);

/* One a form; for exceptions_import's table. */
bool trivyignore_import(struct slice bytes, const char *path, struct arena *arena,
                        struct imported *imported, struct error *err);
bool trivyignore_yaml_import(struct slice bytes, const char *path, struct arena *arena,
                             struct imported *imported, struct error *err);
bool grype_import(struct slice bytes, const char *path, struct arena *arena,
                  struct imported *imported, struct error *err);
bool openvex_import(struct slice bytes, const char *path, struct arena *arena,
                    struct imported *imported, struct error *err);

/* For the importers. `line` 0: none. */
bool imported_add(struct imported *imported, struct arena *arena, struct exception *exception,
                  const char *path, unsigned line);
__attribute__((format(printf, 5, 6))) bool imported_note(struct imported *imported,
                                                         struct arena *arena, const char *path,
                                                         unsigned line, const char *format, ...);
