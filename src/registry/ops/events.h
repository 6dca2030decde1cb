#pragma once
/*
 * Events from the journal to webhooks: CloudEvents 1.0 (structured JSON), or shaped as EventBridge
 * has ECR's ("ECR Image Action", "ECR Image Scan"). Each hook remembers how far it has come; a
 * delivery is tried again with growing waits, and after `attempts` goes to the dead-letter list,
 * from where it can be sent again. Hooks are settings of the account or a repository
 * ("webhook/NAME"). Its own thread.
 */
#include "registry/core/core.h"

struct events;

bool events_open(struct events **events, struct registry *registry, struct error *err);
void events_close(struct events *events);
