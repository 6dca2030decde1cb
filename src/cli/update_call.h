#pragma once
/* What `plimsoll update` and its parts share: options made of rows and plimsoll.yaml, and the ways
   to write a result. */
#include "base/terminal.h"
#include "cli/command.h"
#include "cli/option_rows.h"
#include "project/project.h"
#include "update/bases.h"
#include "update/pins/pins.h"

/* Rows for a command's table; update_call_options reads all of them. */
#define UPDATE_ASK_OPTIONS                                                                         \
    {.name = "offline",                                                                            \
     .variable = "PLIMSOLL_OFFLINE",                                                               \
     .key = "scan.offline",                                                                        \
     .prose = "Ask nobody: only what was kept of earlier runs."},                                  \
        {.name = "wait",                                                                           \
         .type = OPTION_INT,                                                                       \
         .argument = "SECONDS",                                                                    \
         .standard = "30",                                                                         \
         .variable = "PLIMSOLL_UPDATE_WAIT",                                                       \
         .low = 0,                                                                                 \
         .high = 86400,                                                                            \
         .prose = "How long to wait at most when a registry says that it was asked too often; 0: " \
                  "stop at once, with until when."},                                               \
        OPTION_ROWS_REGISTRY

/* How lists of tags are asked for. */
struct tag_list_options update_call_tags(struct invocation *call);
/* plimsoll.yaml, if there is one, and the command's options. */
bool update_call_options(struct invocation *call, struct project *project,
                         struct bases_options *options, struct error *err);

/* What each change brings, by scanning both images: fills result->brings and the summaries. */
bool update_call_brings(struct invocation *call, struct bases_result *result, struct error *err);

/* `why`: every tag that was not taken, with its reason. */
bool update_write_table(const struct bases_result *result, bool why, struct arena *arena,
                        struct error *err);
/* update_detail.c: what stands below the table, every tag with its reason, and what changes bring.
 */
bool update_put_tags(const struct bases_result *result, struct arena *arena, struct error *err);
bool update_put_brings(const struct bases_result *result, struct arena *arena, struct error *err);
bool update_write_json(const struct bases_result *result, const struct pins_result *pins, bool why,
                       struct arena *arena, struct error *err);
bool update_write_markdown(const struct bases_result *result, struct arena *arena,
                           struct error *err);

/* A row of a table, its head too: to the terminal's width, whole where there is none. The fourth
   cell is styled. */
void update_put_cells(const struct slice *cells, const unsigned *widths, size_t count,
                      enum terminal_style style);

/* update_pins.c: judges the pins that were found, and adds their changes to the result. */
bool update_pins_judge(struct invocation *call, struct bases_result *result,
                       struct pins_result *pins, struct error *err);
bool update_pins_table(const struct pins_result *pins, struct arena *arena, struct error *err);
void update_pins_markdown(const struct pins_result *pins);
struct json_writer;
void update_pins_json(struct json_writer *json, const struct pins_result *pins);

extern const struct command command_update_tags;
