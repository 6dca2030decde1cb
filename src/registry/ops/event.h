#pragma once
/*
 * An entry of the journal as the body of a webhook. CloudEvents 1.0 in structured JSON
 * (github.com/cloudevents/spec, spec.md and json-format.md), or the shape that Amazon EventBridge
 * has for ECR (ECR user guide, "Sample events from Amazon ECR"): "ECR Image Action" and "ECR Image
 * Scan". Pure; any thread.
 */
#include "registry/ops/hook.h"

enum { EVENT_ID_MAX = 37 };

struct event {
    struct slice body, content_type;
    char id[EVENT_ID_MAX]; /* a UUID; the same for the same entry, so that receivers can tell */
};

/* True with body empty: there is no such event in that format (a policy's change is no event of
   ECR). `tags` are the image's by now. False: no memory. */
bool event_make(const struct journal_entry *entry, const struct slice *tags, size_t tag_count,
                enum hook_format format, struct arena *arena, struct event *event,
                struct error *err);
