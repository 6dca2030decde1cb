#pragma once
/*
 * The rows of the registry in store/meta. Scope is the repository's unless said; values are JSON
 * objects unless said. Only core/ writes those of the first part; each folder adds its own below.
 *
 * kind           name                          what
 * repository     name of the repository        settings; its scope is the account's
 * tag            tag                           digest, since when
 * manifest       digest                        facts
 * document       digest                        bytes of the manifest (raw)
 * reference      BLOB-OR-CHILD/MANIFEST        this manifest names that blob or child
 * referrer       SUBJECT/MANIFEST              this manifest is about that one
 * tagged         DIGEST/TAG                    tags of a manifest
 * moved          digest                        when a tag last moved away from it
 * pulled         digest                        when it was last pulled (decimal seconds)
 * blob           digest                        size, last told
 * upload         id                            since when, by whom
 * recycled       digest                        facts, until when, why
 * setting        name                          verbatim
 * blobfile       (scope "") digest/SCOPE       this repository has that blob
 * free           (scope "") digest             its file may go: no repository has that blob now
 * journal        (scope "") sequence           entry
 * counter        (any scope) name              decimal numbers: bytes, sequences, how many
 */
#define ROW_REPOSITORY "repository"
#define ROW_TAG        "tag"
#define ROW_MANIFEST   "manifest"
#define ROW_DOCUMENT   "document"
#define ROW_REFERENCE  "reference"
#define ROW_REFERRER   "referrer"
#define ROW_TAGGED     "tagged"
#define ROW_MOVED      "moved"
#define ROW_PULLED     "pulled"
#define ROW_BLOB       "blob"
#define ROW_UPLOAD     "upload"
#define ROW_RECYCLED   "recycled"
#define ROW_SETTING    "setting"
#define ROW_BLOBFILE   "blobfile"
#define ROW_FREE       "free"
#define ROW_JOURNAL    "journal"
#define ROW_COUNTER    "counter"
