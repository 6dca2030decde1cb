#pragma once
/* One running registry and its parts, as the APIs get it. Made by serve.c; all parts are there
   before the first request and until after the last. */
#include "registry/auth/auth.h"
#include "registry/core/core.h"

struct inspect;
struct mirror;
struct events;
struct metrics;

struct node_options {
    struct slice account, region;
    struct slice uri_template; /* "{account}.dkr.ecr.{region}.amazonaws.com/{repository}"; empty:
                                  the address that it listens on */
    struct slice public_url;   /* "http://127.0.0.1:5000", for proxyEndpoint and realms */
    bool create_on_push;       /* a push makes its repository (by template where one fits) */
    bool deletes;              /* DELETE over the distribution API */
};

struct node {
    struct node_options options;
    struct registry *registry;
    struct auth *auth;
    struct inspect *inspect; /* NULL: no scanning */
    struct mirror *mirror;   /* NULL: none */
    struct events *events;
    struct metrics *metrics;
};

/* "127.0.0.1:5000/team/app", by the template. */
struct slice node_repository_uri(const struct node *node, const struct scope *scope,
                                 struct arena *arena);
/* "https://123456789012.dkr.ecr.us-east-1.amazonaws.com", "http://127.0.0.1:5000": where the
   registry of this account and region is, by the template. */
struct slice node_endpoint(const struct node *node, const struct scope *scope, struct arena *arena);
