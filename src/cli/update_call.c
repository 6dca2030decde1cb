#include "cli/update_call.h"

#include "base/terminal.h"
#include "cli/configuration.h"

struct tag_list_options update_call_tags(struct invocation *call)
{
    const char *cache = option_text(call, "cache");
    return (struct tag_list_options){
        .source = {.plain_http = option_flag(call, "plain-http"),
                   .insecure = option_flag(call, "insecure"),
                   .offline = option_flag(call, "offline")},
        .keep_in = cache && *cache ? arena_printf(call->arena, "%s/tags", cache).at : NULL,
        .wait_max = (unsigned)option_number(call, "wait"),
    };
}

static void show_progress(void *context, size_t done, size_t count)
{
    (void)context;
    progress_show("asking for tags: %zu of %zu images", done, count);
}

static enum update_policy policy_of(enum project_policy policy)
{
    static const enum update_policy policies[] = {
        [PROJECT_UNSAID] = POLICY_MINOR,  [PROJECT_NONE] = POLICY_NONE,
        [PROJECT_DIGEST] = POLICY_DIGEST, [PROJECT_PATCH] = POLICY_PATCH,
        [PROJECT_MINOR] = POLICY_MINOR,   [PROJECT_MAJOR] = POLICY_MAJOR};
    return policies[policy];
}

static bool make_rules(struct invocation *call, const struct project *project,
                       struct bases_options *options, struct error *err)
{
    struct bases_rule *rules = arena_array(call->arena, project->image_count + 1, sizeof *rules);
    if (!rules)
        return arena_error(err);
    for (size_t i = 0; i < project->image_count; i++) {
        const struct project_image *image = &project->images[i];
        rules[i] = (struct bases_rule){slice_str(image->dockerfile), policy_of(image->base.policy),
                                       image->base.suffix};
    }
    options->rules = rules;
    options->rule_count = project->image_count;
    return true;
}

bool update_call_options(struct invocation *call, struct project *project,
                         struct bases_options *options, struct error *err)
{
    const char *found = NULL, *policy = option_text(call, "policy"),
               *suffix = option_text(call, "suffix");
    struct yaml_node *tree = NULL;
    if (!configuration_read(option_text(call, "config"), call->arena, &found, &tree, err) ||
        !project_read(found, tree, call->arena, project, err))
        return false;
    *options = (struct bases_options){
        .paths = call->operands,
        .path_count = call->operand_count,
        .patterns = project->update.files.items,
        .pattern_count = project->update.files.count,
        .standard = {.policy = policy_of(project->update.policy), .suffix = project->update.suffix},
        .rules_give_way = policy || suffix,
        .tags = update_call_tags(call),
        .progress = show_progress,
    };
    if (policy && !update_policy_parse(slice_str(policy), &options->standard.policy))
        return error_set(err, ERROR_USAGE, "no policy: %s", policy);
    if (suffix)
        options->standard.suffix = slice_str(suffix);
    return make_rules(call, project, options, err);
}
