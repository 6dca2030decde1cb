#pragma once
/*
 * ECR refuses an upload of which a part but the last was smaller than 5 MiB. A small part leaves a
 * row ("layerpart", scope, upload id: where it ended); when more follows, the upload is refused at
 * its end. Rows of uploads that were given up are removed when another is written.
 */
#include "registry/ecr/operations.h"

enum { LAYER_PART_LEAST = 5 << 20, LAYER_PART_MOST = 20 << 20 };

bool layer_parts_note(struct ecr_call *call, struct slice upload, uint64_t end);
/* *small: a small part was followed by more. Forgets what it knew of the upload. */
bool layer_parts_judge(struct ecr_call *call, struct slice upload, uint64_t size, bool *small);
