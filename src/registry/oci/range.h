#pragma once
/* Ranges of bytes: of what is asked for (Range, RFC 9110 section 14.2), and of what comes
   (Content-Range of an upload's chunk, distribution specification 1.1, "Pushing a blob in chunks").
   Input is hostile. Pure; any thread. */
#include "base/slice.h"

enum oci_range { OCI_RANGE_ALL, OCI_RANGE_PART, OCI_RANGE_IMPOSSIBLE };

/* What of `size` bytes a Range header asks for. What is no single range of bytes is not understood,
   and means all of it (RFC 9110: a server may ignore Range). */
enum oci_range oci_range_of(struct slice header, uint64_t size, uint64_t *first, uint64_t *count);

/* "0-1023", as the specification has it, or "bytes 0-1023/…", as HTTP has it. False for all else,
   also when the end is before the beginning. */
bool oci_chunk_range(struct slice header, uint64_t *first, uint64_t *last);
