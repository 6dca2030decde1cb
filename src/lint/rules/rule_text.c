#include "lint/rules/rule_text.h"

#include "base/ascii.h"

struct slice text_unquoted(struct slice word)
{
    if (word.len < 2 || (word.at[0] != '"' && word.at[0] != '\'') ||
        word.at[word.len - 1] != word.at[0])
        return word;
    return slice_of(word.at + 1, word.len - 2);
}

bool text_has_variable(struct slice word)
{
    return slice_find(word, '$') < word.len;
}

bool text_starts(struct slice text, const char *prefix)
{
    struct slice want = slice_str(prefix);
    return text.len >= want.len && slice_equal_nocase(slice_upto(text, want.len), want);
}

bool text_ends(struct slice text, const char *suffix)
{
    struct slice want = slice_str(suffix);
    return text.len >= want.len && slice_equal_nocase(slice_from(text, text.len - want.len), want);
}

bool text_contains(struct slice text, const char *needle)
{
    for (; text.len; text = slice_from(text, 1))
        if (text_starts(text, needle))
            return true;
    return false;
}

static struct slice mapped(struct slice text, struct arena *arena, char (*map)(char))
{
    char *copy = arena_alloc(arena, text.len + 1);
    if (!copy)
        return text;
    for (size_t i = 0; i < text.len; i++)
        copy[i] = map(text.at[i]);
    return slice_of(copy, text.len);
}

struct slice text_lower(struct slice text, struct arena *arena)
{
    return mapped(text, arena, ascii_lower);
}

struct slice text_upper(struct slice text, struct arena *arena)
{
    return mapped(text, arena, ascii_upper);
}

bool text_is_plain(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_alnum(text.at[i]) && !memchr("._-:/@+", text.at[i], 7))
            return false;
    return text.len > 0;
}

bool text_is_lower(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] >= 'A' && text.at[i] <= 'Z')
            return false;
    return true;
}

bool text_is_upper(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] >= 'a' && text.at[i] <= 'z')
            return false;
    return true;
}

enum { NEAR_LENGTH_MAX = 40 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

enum { EDITS_MAX = 2 };

/* Insertions, deletions, replacements and swaps of neighbours, letters of any case; more than
   EDITS_MAX is not counted out, so only cells so near to the diagonal are looked at. */
static size_t edit_distance(struct slice a, struct slice b)
{
    size_t rows[3][NEAR_LENGTH_MAX + 2];
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *higher = rows[(i + 1) % 3];
        size_t first = i > EDITS_MAX ? i - EDITS_MAX : 1, last = smaller(b.len, i + EDITS_MAX);
        size_t least = row[first - 1] = i;
        if (first > last)
            return EDITS_MAX + 1;
        if (i + EDITS_MAX <= b.len)
            above[i + EDITS_MAX] = EDITS_MAX + 1; /* outside what was looked at */
        for (size_t j = first; j <= last; j++) {
            char x = ascii_lower(a.at[i - 1]), y = ascii_lower(b.at[j - 1]);
            row[j] = smaller(above[j - 1] + (x != y), smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && x == ascii_lower(b.at[j - 2]) && y == ascii_lower(a.at[i - 2]))
                row[j] = smaller(row[j], higher[j - 2] + 1);
            least = smaller(least, row[j]);
        }
        if (least > EDITS_MAX)
            return least;
    }
    return rows[a.len % 3][b.len];
}

void nearest_offer(struct nearest *nearest, struct slice name)
{
    struct slice word = nearest->word;
    if (!word.len || !name.len || word.len > NEAR_LENGTH_MAX || name.len > NEAR_LENGTH_MAX)
        return;
    size_t allowed = smaller(word.len, name.len) < 4 ? 1 : 2;
    size_t more = word.len > name.len ? word.len - name.len : name.len - word.len;
    if (more > allowed)
        return;
    size_t distance = edit_distance(word, name);
    if (distance > allowed || distance >= smaller(word.len, name.len))
        return;
    if (nearest->best.len && distance >= nearest->distance)
        return;
    nearest->best = name;
    nearest->distance = distance;
}

struct base_name base_name_split(struct slice reference)
{
    struct base_name base = {.text = reference};
    size_t start = 0, at = reference.len, colon = reference.len;
    unsigned depth = 0;
    for (size_t i = 0; i < reference.len; i++) {
        char c = reference.at[i];
        if (c == '$' && i + 1 < reference.len && reference.at[i + 1] == '{')
            depth++;
        else if (c == '}' && depth)
            depth--;
        else if (depth)
            continue;
        else if (c == '/' && at == reference.len)
            start = i + 1, colon = reference.len;
        else if (c == '@' && at == reference.len)
            at = i;
        else if (c == ':' && at == reference.len)
            colon = i;
    }
    base.digest = slice_from(reference, at + 1);
    base.has_tag = colon < at;
    if (base.has_tag)
        base.tag = slice_of(reference.at + colon + 1, at - colon - 1);
    base.name = slice_upto(reference, base.has_tag ? colon : at);
    base.last = slice_from(base.name, start);
    return base;
}

bool stage_is_scratch(const struct stage *stage)
{
    return stage && !stage->parent && slice_equal_str(stage->base, "scratch");
}

const struct stage *stage_root(const struct stage *stage)
{
    while (stage && stage->parent)
        stage = stage->parent;
    return stage;
}

bool stage_is_windows(const struct dockerfile_check *check, const struct stage *stage)
{
    if (check->dockerfile->escape == '`')
        return true;
    const struct stage *root = stage_root(stage);
    if (!root)
        return false;
    if (text_starts(root->platform, "windows") || text_starts(root->image->platform, "windows"))
        return true;
    return text_contains(root->base_written, "windows") ||
           text_contains(root->base_written, "nanoserver") ||
           text_contains(root->base_written, "servercore");
}

bool path_is_absolute(struct slice path, bool windows)
{
    if (path.len && path.at[0] == '/')
        return true;
    if (windows && path.len && path.at[0] == '\\')
        return true;
    return path.len >= 3 && ascii_alpha(path.at[0]) && path.at[1] == ':' &&
           (path.at[2] == '\\' || path.at[2] == '/');
}

const struct stage *stage_around(const struct dockerfile_check *check,
                                 const struct instruction *instruction)
{
    return model_stage(check->model, instruction->outer ? instruction->outer : instruction);
}

bool base_may_set(const struct stage *stage, struct slice name)
{
    const struct stage *root = stage_root(stage);
    if (!root || stage->image->known)
        return false;
    struct slice last = base_name_split(root->base.len ? root->base : root->base_written).last;
    if (!last.len || name.len <= last.len || name.at[last.len] != '_')
        return false;
    for (size_t i = 0; i < last.len; i++)
        if (ascii_lower(name.at[i]) != (last.at[i] == '-' ? '_' : ascii_lower(last.at[i])))
            return false;
    return true;
}

const struct stage *stage_final(const struct dockerfile_check *check)
{
    const struct dockerfile_model *model = check->model;
    return model->stage_count ? &model->stages[model->stage_count - 1] : NULL;
}

bool stage_is_shipped(const struct dockerfile_check *check, const struct stage *stage)
{
    for (const struct stage *each = stage_final(check); each; each = each->parent)
        if (each == stage)
            return true;
    return false;
}

struct slice argument_place(const struct instruction *instruction, struct slice word)
{
    struct slice text = instruction->text;
    bool inside = word.at >= text.at && word.at + word.len <= text.at + text.len;
    return inside ? word : (struct slice){NULL, 0};
}

const struct instruction *check_instruction(const struct dockerfile_check *check, size_t index)
{
    return &check->dockerfile->instructions[index];
}

struct slice check_expand(const struct dockerfile_check *check,
                          const struct instruction *instruction, struct slice word, bool *complete)
{
    bool all = true;
    struct slice text = model_expand(check->model, instruction, word, &all);
    if (complete)
        *complete = all;
    return text;
}

struct slice copy_destination(const struct instruction *instruction)
{
    return instruction->argument_count ? instruction->arguments[instruction->argument_count - 1]
                                       : (struct slice){NULL, 0};
}

size_t copy_source_count(const struct instruction *instruction)
{
    return instruction->argument_count ? instruction->argument_count - 1 : 0;
}

bool source_is_heredoc(struct slice source)
{
    return text_starts(source, "<<");
}

bool source_is_git(struct slice source)
{
    size_t hash = slice_find(source, '#');
    struct slice address = slice_upto(source, hash);
    return text_starts(source, "git@") || text_starts(source, "git://") ||
           text_starts(source, "ssh://") ||
           (text_starts(source, "http") && text_ends(address, ".git"));
}

bool source_is_url(struct slice source)
{
    return text_starts(source, "http://") || text_starts(source, "https://") ||
           source_is_git(source);
}

bool text_ends_any(struct slice text, const char *const *suffixes)
{
    for (; *suffixes; suffixes++)
        if (text_ends(text, *suffixes))
            return true;
    return false;
}

struct slice file_name_of(struct slice path)
{
    path = text_unquoted(path);
    size_t slash = slice_find_last(path, '/');
    return slash == path.len ? path : slice_from(path, slash + 1);
}
