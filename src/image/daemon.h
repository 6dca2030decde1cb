#pragma once
/*
 * Images out of an engine on this machine (Docker's API, which podman's service speaks, too). The
 * engine is asked what the image is; its layers are exported only when somebody opens one, all in
 * one stream and in the engine's order: see source_ops.prepare.
 *
 * Where engines are looked for: DOCKER_HOST (unix://PATH, tcp://HOST:PORT), CONTAINER_HOST for
 * podman; else /var/run/docker.sock, $XDG_RUNTIME_DIR/podman/podman.sock, /run/podman/podman.sock.
 */
#include "image/source.h"

/* Any engine that has the image; docker's or podman's alone. */
bool daemon_open(const char *name, const struct source_options *options, struct arena *arena,
                 struct image_list *list, struct error *err);
bool docker_open(const char *name, const struct source_options *options, struct arena *arena,
                 struct image_list *list, struct error *err);
bool podman_open(const char *name, const struct source_options *options, struct arena *arena,
                 struct image_list *list, struct error *err);
