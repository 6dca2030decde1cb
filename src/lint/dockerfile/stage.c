/* Stages: what FROM names, what is inherited from there, and which stages the last one needs. */
#include "base/ascii.h"
#include "lint/dockerfile/maker.h"

static const struct base_image unknown_image;
static const struct base_image scratch_image = {.known = true, .reference = {"scratch", 7}};

static const struct slice posix_shell[] = {{"/bin/sh", 7}, {"-c", 2}};
static const struct slice windows_shell[] = {{"cmd", 3}, {"/S", 2}, {"/C", 2}};

/* What TARGETARCH can be, for `FROM base-${TARGETARCH}`. */
static const char *const architectures[] = {"amd64", "arm64",   "arm/v7",  "arm/v6", "386",
                                            "s390x", "ppc64le", "riscv64", "arm"};

enum { NAME_MAX_SHOWN = 256 };

/* Names are compared without case. A name too long for `buffer` is nobody's. */
static struct slice lower(struct slice name, char buffer[NAME_MAX_SHOWN])
{
    if (name.len > NAME_MAX_SHOWN)
        return (struct slice){NULL, 0};
    for (size_t i = 0; i < name.len; i++)
        buffer[i] = ascii_lower(name.at[i]);
    return slice_of(buffer, name.len);
}

static const struct stage *find_name(const struct table *names, struct slice name,
                                     const struct stage *before)
{
    char buffer[NAME_MAX_SHOWN];
    struct slice key = lower(name, buffer);
    const struct stage *stage = key.len ? table_get(names, key) : NULL;
    while (stage && before && stage->index >= before->index)
        stage = stage->namesake;
    return stage;
}

const struct stage *model_find_stage(const struct dockerfile_model *model, struct slice name,
                                     const struct stage *before)
{
    const struct stage *stage = find_name(model->names, name, before);
    uint64_t number;
    size_t end = before ? before->index : model->stage_count;
    if (!stage && slice_u64(name, &number) && number < end)
        stage = &model->stages[number];
    return stage;
}

static bool has_words(struct slice text, const char *words)
{
    struct slice rest = slice_str(words);
    while (rest.len)
        if (slice_search(text, slice_cut(&rest, ' ')) < text.len)
            return true;
    return false;
}

/* What only a stage for Windows says: its accounts, its drives. */
static bool says_windows(const struct instruction *instruction)
{
    struct slice word =
        instruction->argument_count ? instruction->arguments[0] : (struct slice){NULL, 0};
    if (instruction->keyword == KEYWORD_USER)
        return slice_equal_nocase(word, SLICE("ContainerUser")) ||
               slice_equal_nocase(word, SLICE("ContainerAdministrator"));
    return instruction->keyword == KEYWORD_WORKDIR && word.len > 2 && ascii_alpha(word.at[0]) &&
           word.at[1] == ':' && (word.at[2] == '\\' || word.at[2] == '/');
}

/* Bases that are Linux whatever the file's escape character is. */
static bool says_linux(const struct stage *stage)
{
    return slice_starts(stage->platform, SLICE("linux")) ||
           has_words(stage->base_written,
                     "alpine debian ubuntu linux busybox centos fedora bookworm bullseye trixie "
                     "jammy noble slim");
}

/* Images of Windows have another shell, and nothing that would be one of ours. */
static bool is_windows(const struct model_maker *maker, const struct stage *stage)
{
    const struct dockerfile *dockerfile = maker->dockerfile;
    for (size_t i = stage->first + 1; i < dockerfile->count; i++) {
        if (dockerfile->instructions[i].keyword == KEYWORD_FROM)
            break;
        if (says_windows(&dockerfile->instructions[i]))
            return true;
    }
    return slice_starts(stage->platform, SLICE("windows")) ||
           has_words(stage->base_written, "windows/ nanoserver windowsservercore") ||
           (dockerfile->escape == '`' && !says_linux(stage));
}

static void put_environment(struct model_maker *maker, struct stage_state *state,
                            const struct base_image *image)
{
    struct variable path = {
        .name = SLICE("PATH"),
        .value = SLICE("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        .has_value = true,
    };
    maker->failed |= !variable_put(maker->arena, state, &path);
    for (size_t i = 0; i < image->env_count && !maker->failed; i++) {
        size_t equal = slice_find(image->env[i], '=');
        struct variable variable = {.name = slice_upto(image->env[i], equal),
                                    .value = slice_from(image->env[i], equal + 1),
                                    .has_value = true};
        maker->failed |= !variable_put(maker->arena, state, &variable);
    }
}

/* ONBUILD instructions of a base image are text: they are read as a small Dockerfile. */
static void apply_image_triggers(struct model_maker *maker, const struct base_image *image)
{
    for (size_t i = 0; i < image->onbuild_count && !maker->failed; i++) {
        struct dockerfile *triggers = arena_new(maker->arena, struct dockerfile);
        struct lint_file *file = arena_new(maker->arena, struct lint_file);
        struct error err = {0};
        unsigned line;
        if (!triggers || !file) {
            maker->failed = true;
            return;
        }
        if (!lint_file_init(file, SLICE("ONBUILD"), image->onbuild[i], LINT_DOCKERFILE,
                            maker->arena) ||
            !dockerfile_parse(file, maker->arena, triggers, &line, &err))
            continue;
        for (size_t j = 0; j < triggers->count; j++)
            maker_apply(maker, &triggers->instructions[j], NULL);
    }
}

static void apply_stage_triggers(struct model_maker *maker, const struct stage *parent)
{
    for (size_t i = parent->first; parent->has_triggers && i < parent->last; i++) {
        const struct instruction *instruction = &maker->dockerfile->instructions[i];
        if (instruction->onbuild && !maker->failed)
            maker_apply(maker, instruction->onbuild, instruction);
    }
}

/* The state of a stage that builds on an image, known or not. */
static void start_from_image(struct model_maker *maker, struct stage *stage)
{
    const struct base_image *image = stage->image;
    bool windows = is_windows(maker, stage);
    struct stage_state state = {
        .user = image->user,
        .workdir = image->workdir,
        .shell = image->shell_count ? image->shell
                 : windows          ? windows_shell
                                    : posix_shell,
        .shell_count = image->shell_count ? image->shell_count
                       : windows          ? 3
                                          : 2,
    };
    maker->state = &state;
    struct stage_state *made = maker_change(maker);
    if (!made)
        return;
    put_environment(maker, made, image);
    apply_image_triggers(maker, image);
}

static const struct base_image *ask_image(struct model_maker *maker, const struct stage *stage)
{
    if (!stage->base.len)
        return &unknown_image;
    if (slice_equal_str(stage->base, "scratch"))
        return &scratch_image;
    const struct base_image *image = NULL;
    if (maker->resolver && maker->resolver->image)
        image = maker->resolver->image(maker->resolver->context, stage->base, stage->platform);
    return image ? image : &unknown_image;
}

/* The stage that a base names, for any architecture when the name has one. */
static const struct stage *find_parent(struct model_maker *maker, const struct stage *stage,
                                       bool has_platform)
{
    const struct stage *parent = find_name(maker->names, stage->base, NULL);
    for (size_t i = 0; !parent && has_platform && i < sizeof architectures / sizeof *architectures;
         i++) {
        bool complete;
        struct slice base = state_expand(maker->model, &maker->model->global, stage->base_written,
                                         architectures[i], &complete, NULL);
        parent = complete ? find_name(maker->names, base, NULL) : NULL;
    }
    return parent;
}

static void read_from(struct model_maker *maker, struct stage *stage)
{
    const struct instruction *from = stage->from;
    const struct dockerfile_flag *flag = instruction_flag(from, "platform");
    const struct stage_state *globals = &maker->model->global;
    bool complete, has_platform = false;
    if (flag)
        stage->platform = state_expand(maker->model, globals, flag->value, NULL, &complete, NULL);
    if (!from->argument_count)
        return;
    stage->base_written = from->arguments[0];
    stage->base =
        state_expand(maker->model, globals, stage->base_written, NULL, &complete, &has_platform);
    stage->base_unset = !complete;
    if (!complete)
        stage->base = (struct slice){NULL, 0};
    if (from->argument_count > 2)
        stage->name = from->arguments[2];
    stage->parent = stage->base.len ? find_parent(maker, stage, has_platform) : NULL;
    stage->many_parents = has_platform;
}

static void add_name(struct model_maker *maker, struct stage *stage)
{
    char buffer[NAME_MAX_SHOWN];
    struct slice key = lower(stage->name, buffer);
    if (!key.len)
        return;
    stage->namesake = table_get(maker->names, key);
    key = arena_copy(maker->arena, key);
    if (!key.at || !table_put(maker->names, key, stage))
        maker->failed = true;
}

void maker_start_stage(struct model_maker *maker, const struct instruction *from, size_t index)
{
    struct dockerfile_model *model = maker->model;
    struct stage *stage = &model->stages[model->stage_count];
    *stage = (struct stage){.index = model->stage_count, .from = from, .image = &unknown_image};
    stage->first = index;
    if (from)
        read_from(maker, stage);
    model->stage_count++;
    maker->stage = stage;
    if (stage->parent) {
        stage->image = stage->parent->image;
        maker->state = &stage->parent->end;
        apply_stage_triggers(maker, stage->parent);
    } else {
        if (from)
            stage->image = ask_image(maker, stage);
        start_from_image(maker, stage);
    }
    add_name(maker, stage);
}

static void mark(const struct dockerfile_model *model, struct slice name, const struct stage *user)
{
    const struct stage *stage = name.len ? model_find_stage(model, name, user) : NULL;
    if (stage)
        model->stages[stage->index].used = true;
}

/* "from" of --mount=type=bind,from=build,target=/x; empty when there is none. */
static struct slice mount_from(struct slice value)
{
    while (value.len) {
        struct slice part = slice_cut(&value, ',');
        size_t equal = slice_find(part, '=');
        if (slice_equal_nocase(slice_upto(part, equal), SLICE("from")))
            return slice_from(part, equal + 1);
    }
    return value;
}

struct slice model_flag_from(const struct dockerfile_flag *flag)
{
    if (slice_equal_str(flag->name, "mount"))
        return mount_from(flag->value);
    return slice_equal_str(flag->name, "from") ? flag->value : SLICE("");
}

static void mark_references(const struct dockerfile_model *model, const struct stage *stage,
                            const struct instruction *instruction)
{
    for (size_t i = 0; i < instruction->flag_count; i++) {
        const struct dockerfile_flag *flag = &instruction->flags[i];
        mark(model, model_flag_from(flag), stage);
    }
    if (instruction->onbuild)
        mark_references(model, stage, instruction->onbuild);
}

/* All stages that `base-${TARGETARCH}` can name. */
static void mark_parents(struct model_maker *maker, const struct stage *stage)
{
    for (size_t i = 0; i < sizeof architectures / sizeof *architectures; i++) {
        bool complete;
        struct slice base = state_expand(maker->model, &maker->model->global, stage->base_written,
                                         architectures[i], &complete, NULL);
        const struct stage *parent = complete ? find_name(maker->names, base, stage) : NULL;
        if (parent)
            maker->model->stages[parent->index].used = true;
    }
}

void maker_mark_used(struct model_maker *maker)
{
    struct dockerfile_model *model = maker->model;
    if (!model->stage_count)
        return;
    const struct stage *target = maker->build && maker->build->target.len
                                     ? model_find_stage(model, maker->build->target, NULL)
                                     : NULL;
    struct stage *last = &model->stages[target ? target->index : model->stage_count - 1];
    last->used = last->final = true;
    for (size_t i = model->stage_count; i-- > 0;) {
        const struct stage *stage = &model->stages[i];
        if (!stage->used)
            continue;
        if (stage->parent)
            model->stages[stage->parent->index].used = true;
        if (stage->many_parents)
            mark_parents(maker, stage);
        for (size_t j = stage->first; j < stage->last; j++)
            mark_references(model, stage, &model->dockerfile->instructions[j]);
    }
}
