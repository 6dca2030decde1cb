/* How a Dockerfile is put together: what builders refuse, in which order, and what only looks like
   a comment. */
#include "base/ascii.h"
#include "lint/rules/rule_text.h"

static void look_unknown(struct dockerfile_check *check, const struct instruction *instruction)
{
    if (instruction->keyword != KEYWORD_UNKNOWN)
        return;
    struct nearest nearest = {.word = instruction->word};
    for (int keyword = KEYWORD_UNKNOWN + 1; keyword < KEYWORDS; keyword++)
        nearest_offer(&nearest, slice_str(dockerfile_keyword_name(keyword)));
    if (nearest.best.len)
        check_report(check, instruction, instruction->word,
                     "there is no instruction %.*s; did you mean %.*s?",
                     SLICE_ARG(instruction->word), SLICE_ARG(nearest.best));
    else
        check_report(check, instruction, instruction->word,
                     "there is no instruction %.*s; if it belongs to the line above, end that line "
                     "with %c",
                     SLICE_ARG(instruction->word), check->dockerfile->escape);
}

static void look_order(struct dockerfile_check *check)
{
    const struct dockerfile *dockerfile = check->dockerfile;
    for (size_t i = 0; i < dockerfile->count; i++) {
        const struct instruction *instruction = &dockerfile->instructions[i];
        if (instruction->keyword == KEYWORD_FROM)
            return;
        if (instruction->keyword == KEYWORD_ARG || instruction->keyword == KEYWORD_UNKNOWN)
            continue;
        check_report(check, instruction, instruction->word,
                     "%.*s stands in front of the first FROM; only ARG may, so begin with FROM",
                     SLICE_ARG(instruction->word));
        return;
    }
}

static void look_onbuild(struct dockerfile_check *check, const struct instruction *instruction)
{
    const struct instruction *inner = instruction->onbuild;
    if (!inner || (inner->keyword != KEYWORD_ONBUILD && inner->keyword != KEYWORD_FROM &&
                   inner->keyword != KEYWORD_MAINTAINER))
        return;
    check_report(check, instruction, inner->word,
                 "ONBUILD cannot hold %.*s: builders refuse it; write it in the image that builds "
                 "on this one",
                 SLICE_ARG(inner->word));
}

/* Blank lines inside a continued instruction, up to where its heredocs begin. */
static void look_continuation(struct dockerfile_check *check, const struct instruction *instruction)
{
    if (!instruction->empty_continuation || instruction->outer)
        return;
    const struct lint_file *file = check->dockerfile->file;
    unsigned last = instruction->end_line;
    if (instruction->heredoc_count)
        last = instruction->heredocs[0].start_line - 1;
    struct lint_finding *finding = NULL;
    for (unsigned line = instruction->start_line + 1; line < last; line++) {
        if (slice_trim(lint_file_line(file, line)).len)
            continue;
        size_t start = file->lines[line - 1], end = file->lines[line];
        if (!finding) {
            finding = lint_add(check->report, &check->rule->rule, file, start, start,
                               "a blank line inside an instruction will end it in a future "
                               "version of Docker; remove it");
            lint_fix(check->report, finding, "remove the blank lines inside the instruction");
        }
        lint_fix_edit(check->report, finding, start, end, SLICE(""));
    }
}

/*
 * Where a "#" stands that was meant to begin a comment: behind white space, outside quotes. Empty:
 * nowhere. For `legacy` values ("ENV COLOR #fff") only "# " counts.
 */
static struct slice trailing_comment(struct slice body, bool legacy)
{
    char quote = 0;
    for (size_t i = 0; i < body.len; i++) {
        char c = body.at[i];
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '#' && i && ascii_space(body.at[i - 1]) &&
                 (!legacy || i + 1 == body.len || ascii_space(body.at[i + 1])))
            return slice_from(body, i);
    }
    return (struct slice){NULL, 0};
}

/* CMD ["x"] # why: no JSON any more, so a shell gets it, brackets and all. */
static struct slice comment_behind_json(struct slice body)
{
    if (!body.len || body.at[0] != '[')
        return (struct slice){NULL, 0};
    char quote = 0;
    for (size_t i = 0; i < body.len; i++) {
        char c = body.at[i];
        if (quote && c == '\\')
            i++;
        else if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"')
            quote = c;
        else if (c == ']') {
            struct slice rest = slice_trim(slice_from(body, i + 1));
            return rest.len && rest.at[0] == '#' ? rest : (struct slice){NULL, 0};
        }
    }
    return (struct slice){NULL, 0};
}

static const char *comment_harm(const struct instruction *instruction)
{
    switch (instruction->keyword) {
    case KEYWORD_COPY:
    case KEYWORD_ADD:
        return "the words behind it are taken for files";
    case KEYWORD_USER:
    case KEYWORD_WORKDIR:
        return "it becomes part of the name";
    case KEYWORD_CMD:
    case KEYWORD_ENTRYPOINT:
    case KEYWORD_RUN:
    case KEYWORD_HEALTHCHECK:
        return "the JSON form is lost and a shell gets the brackets";
    case KEYWORD_VOLUME:
    case KEYWORD_ENV:
        return "the words behind it are taken for values";
    default:
        return "the build fails";
    }
}

/* Whether what stands in front of the comment is an instruction by itself. */
static bool is_whole_without(const struct instruction *instruction, struct slice comment)
{
    size_t words = 0;
    for (size_t i = 0; i < instruction->argument_count; i++)
        words += instruction->arguments[i].at < comment.at;
    switch (instruction->keyword) {
    case KEYWORD_COPY:
    case KEYWORD_ADD:
        return words >= 2;
    case KEYWORD_FROM:
        return words == 1 || words == 3;
    case KEYWORD_ENV:
    case KEYWORD_LABEL:
        return words >= 2;
    default:
        return words >= 1;
    }
}

static void move_comment_up(struct dockerfile_check *check, struct lint_finding *finding,
                            const struct instruction *instruction, struct slice comment)
{
    const struct instruction *whole = instruction->outer ? instruction->outer : instruction;
    if (!is_whole_without(instruction, comment))
        return;
    /* In the first line it would become a directive. */
    if (whole->start_line == 1 && slice_find(comment, '=') < comment.len)
        return;
    /* The blanks in front of it go, too. */
    struct slice text = instruction->text;
    size_t start = (size_t)(comment.at - text.at);
    while (start && ascii_space(text.at[start - 1]))
        start--;
    lint_fix(check->report, finding, "move the comment to a line of its own above");
    check_fix_replace(
        check, finding, instruction,
        slice_of(text.at + start, (size_t)(comment.at - text.at) - start + comment.len), SLICE(""));
    check_fix_line_before(check, finding, instruction, false, slice_trim(comment));
}

static void look_comment(struct dockerfile_check *check, const struct instruction *instruction)
{
    struct slice comment;
    switch (instruction->keyword) {
    case KEYWORD_RUN:
    case KEYWORD_CMD:
    case KEYWORD_ENTRYPOINT:
    case KEYWORD_HEALTHCHECK: {
        struct slice body = instruction->body;
        if (instruction->keyword == KEYWORD_HEALTHCHECK)
            body = slice_from(body, slice_find(body, '['));
        comment = instruction->json ? (struct slice){NULL, 0} : comment_behind_json(body);
        break;
    }
    case KEYWORD_ONBUILD: /* its inner one is asked by itself */
    case KEYWORD_MAINTAINER:
    case KEYWORD_UNKNOWN:
        return;
    default:
        if (instruction->json || instruction->heredoc_count)
            return;
        comment = trailing_comment(instruction->body,
                                   instruction->legacy || instruction->keyword == KEYWORD_LABEL);
    }
    bool value = instruction->legacy && instruction->argument_count > 1 &&
                 instruction->arguments[1].at >= comment.at; /* ENV COLOR # fff: all there is */
    if (!comment.len || value)
        return;
    struct lint_finding *finding = check_report(
        check, instruction, comment,
        "a Dockerfile has comments only on lines of their own: here %s; move the comment above",
        comment_harm(instruction));
    move_comment_up(check, finding, instruction, comment);
}

const struct dockerfile_rule rules_shape[] = {
    {.rule = {.id = "unknown-instruction",
              .codes = "DL1000",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT | IN_HADOLINT | IN_BUILDKIT,
              .title = "word that is no instruction",
              .why = "The build stops here. The rest of the file is looked at all the same.",
              .bad = "FROM alpine:3.23.1\nRUNN apk add --no-cache tini",
              .good = "FROM alpine:3.23.1\nRUN apk add --no-cache tini",
              .fix = NULL},
     .instruction = look_unknown},
    {.rule = {.id = "from-first",
              .codes = "DL3061",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "instruction in front of the first FROM",
              .why = "There is nothing yet that it could change; builders refuse the file.",
              .bad = "WORKDIR /srv\nFROM alpine:3.23.1",
              .good = "FROM alpine:3.23.1\nWORKDIR /srv",
              .fix = NULL},
     .file = look_order},
    {.rule = {.id = "onbuild-trigger",
              .codes = "DL3043",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "ONBUILD holds an instruction it cannot hold",
              .why = "ONBUILD, FROM and MAINTAINER are refused as triggers.",
              .bad = "FROM alpine:3.23.1\nONBUILD FROM alpine:3.23.1",
              .good = "FROM alpine:3.23.1\nONBUILD COPY . /srv",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_ONBUILD),
     .instruction = look_onbuild},
    {.rule = {.id = "empty-continuation",
              .codes = "NoEmptyContinuation",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_BUILDKIT,
              .title = "blank line inside an instruction",
              .why = "Docker skips it today and says that it will be an error.",
              .bad = "RUN apk add --no-cache \\\n\n    tini",
              .good = "RUN apk add --no-cache \\\n    tini",
              .fix = "removes the blank lines"},
     .instruction = look_continuation},
    {.rule = {.id = "trailing-comment",
              .codes = "",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT,
              .title = "comment at the end of an instruction's line",
              .why = "A Dockerfile knows comments only on lines of their own. Behind an "
                     "instruction, # and what follows are arguments: the build fails or, worse, "
                     "takes them.",
              .bad = "FROM haproxy:3.3.1-alpine  # what we tested",
              .good = "# what we tested\nFROM haproxy:3.3.1-alpine",
              .fix = "moves the comment to a line of its own above"},
     .instruction = look_comment},
    {.rule = {.id = NULL}},
};
