#pragma once
/*
 * The rows of inspect/ in store/meta. Scope is the repository's where it says so, else "".
 *
 * kind         scope       name                      what
 * scan         repository  digest of a manifest      how its scan went (scan_row.h), JSON
 * inventory    repository  digest of a manifest      what is in it (inventory.h)
 * quarantine   repository  digest of a manifest      why it may not be pulled, who said so, JSON;
 *                                                    stays when the manifest goes: it may come
 * again wish         repository  digest of a manifest      somebody asked for a scan that is not
 * made yet package      ""          TYPE "/" SOURCE " " KEY   one package of one release, whatever
 * image has it: itself, and its vulnerabilities holder       ""          KEY IMAGE this image has
 * that package; how often inspected    ""          IMAGE                     which image that is:
 * scope, space, digest inspect      ""          "cursor", "store"         how far the journal was
 * read; the advisories (store_reader_identity) that `package` rows tell of; "analysis": the
 * ANALYSIS_VERSION whose form they have. KEY and IMAGE are the
 * first 16 bytes of a SHA-256 (index.h).
 *
 * So new advisories are asked once for each package that some image has, and only those that have
 * other vulnerabilities than before lead, by `holder`, to images.
 */
#define ROW_SCAN       "scan"
#define ROW_INVENTORY  "inventory"
#define ROW_QUARANTINE "quarantine"
#define ROW_WISH       "wish"
#define ROW_PACKAGE    "package"
#define ROW_HOLDER     "holder"
#define ROW_INSPECTED  "inspected"
#define ROW_INSPECT    "inspect"
