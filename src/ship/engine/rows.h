#pragma once
/*
 * The engines' rows, and what their files share. To add an engine: a row beside the one it is like
 * (words_docker.c, words_containers.c) or in a file of its own, its line here and in engine.c's
 * table, cases in tests/data/ship/engine_words.txt, and in tests/data/ship/engine_failures.txt what
 * it says when something is wrong.
 */
#include "ship/engine/engine.h"

extern const struct ship_engine_row ship_engine_docker, ship_engine_podman, ship_engine_buildah,
    ship_engine_nerdctl;

/* "tag IMAGE NAME" and "rmi IMAGE", the same in all. */
void ship_words_tag(const struct ship_engine *engine, const struct ship_request *request,
                    struct ship_words *words);
void ship_words_remove(const struct ship_engine *engine, const struct ship_request *request,
                       struct ship_words *words);
/* "images --format …", lines that ship_engine_tags_read takes. */
void ship_words_list(const struct ship_engine *engine, const struct ship_request *request,
                     struct ship_words *words);
/* FOLDER/image.tar, into which an engine saves or builds straight. */
#define SHIP_IMAGE_FILE "image.tar"
/* FOLDER/image, a layout. */
#define SHIP_IMAGE_LAYOUT "image"

/* find.c: runs a question of a probe; its output without blanks around. False with what it said,
   recognised. */
bool ship_probe_ask(const struct ship_engine *engine, const char *const *words, struct arena *arena,
                    struct slice *output, struct error *err);
/* Answers "VERSION|STORAGE|SECURITY" (docker, nerdctl). */
bool ship_probe_docker(struct ship_engine *engine, struct arena *arena, struct error *err);
/* Isolation and storage of buildah and podman: from the environment, or what can be had. */
bool ship_probe_container(struct ship_engine *engine, const char *const *words, struct arena *arena,
                          struct slice *output, struct error *err);
/* One more note, printf's; those over the limit are dropped. */
__attribute__((format(printf, 3, 4))) void
ship_engine_note(struct ship_engine *engine, struct arena *arena, const char *format, ...);
