/* What clients do, as the seed says. */
#include "simulation.h"

static int pick(struct simulation *simulation, int count)
{
    return (int)schedule_random(&simulation->schedule, (uint64_t)count);
}

/* As docker push does: HEAD, mount or upload, then the manifest; children first. */
static bool push(struct simulation *simulation, int repository, int manifest, int tag)
{
    const struct recipe *recipe = &recipes[manifest];
    bool done = true;
    for (int i = 0; done && i < recipe->child_count; i++)
        done = push(simulation, repository, recipe->children[i], NONE);
    for (int i = 0; done && i < recipe->blob_count; i++) {
        int blob = recipe->blobs[i];
        if (pick(simulation, 4) && client_head(simulation, repository, blob))
            continue;
        if (pick(simulation, 2) && client_mount(simulation, repository, !repository, blob))
            continue;
        done = client_upload(simulation, repository, blob) ||
               (!simulation->schedule.crashed && client_upload(simulation, repository, blob));
    }
    return done && client_put(simulation, repository, manifest, tag);
}

static void step(struct simulation *simulation)
{
    int repository = pick(simulation, REPOSITORIES), manifest = pick(simulation, MANIFESTS);
    int tag = pick(simulation, TAGS), which = pick(simulation, 100);
    if (which < 36)
        push(simulation, repository, manifest, pick(simulation, 4) ? tag : NONE);
    else if (which < 52)
        client_pull(simulation, repository, manifest, pick(simulation, 2) ? tag : NONE);
    else if (which < 60)
        client_delete(simulation, repository, manifest, false);
    else if (which < 63)
        client_delete(simulation, repository, manifest, true);
    else if (which < 66)
        client_lifecycle(simulation, repository);
    else if (which < 71)
        client_restore(simulation, repository, manifest);
    else if (which < 74)
        client_tag(simulation, repository, manifest, tag);
    else if (which < 77)
        client_untag(simulation, repository, tag);
    else if (which < 90)
        client_collect(simulation);
    else if (which < 92)
        client_resume(simulation);
    else if (which < 95)
        client_delete_blob(simulation, repository, pick(simulation, BLOBS));
    else if (which < 97)
        (void)(client_delete_repository(simulation, repository) && pick(simulation, 4) &&
               client_create(simulation, repository));
    else
        client_create(simulation, repository);
}

void actor_act(struct simulation *simulation, unsigned actor)
{
    struct error err;
    (void)actor;
    for (unsigned i = 0; i < simulation->steps && !simulation->schedule.crashed; i++) {
        if (!schedule_point(&simulation->schedule, "step", ""))
            return;
        step(simulation);
        if (actor == 0)
            (void)registry_tick(&simulation->registry, &err);
    }
}
