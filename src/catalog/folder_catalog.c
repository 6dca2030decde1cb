/* A folder that is a root, read like a layer (layer_catalog.h). */
#include "catalog/layer_visit.h"

static void note_unreadable(void *context, struct slice path, const char *why)
{
    struct layer_visit *visit = context;
    collector_add_note(&visit->collector, path, why);
}

bool catalog_folder(int folder, const struct catalog_options *wanted, struct arena *arena,
                    struct analysis *analysis, struct error *err)
{
    struct layer_visit visit;
    struct layer_summary summary = {0};
    bool good = layer_visit_init(&visit, wanted, arena, analysis, err);
    if (good) {
        good =
            layer_walk_folder(folder, NULL, &layer_visitor, &visit, note_unreadable, &summary, err);
        good = layer_visit_finish(&visit, good, &summary, err);
    }
    layer_visit_done(&visit);
    return good;
}
