/* STOPSIGNAL and VOLUME. */
#include "base/ascii.h"
#include "lint/rules/rule_text.h"

enum { SIGNAL_MAX = 65 };

static bool is_signal(struct slice text)
{
    static const char names[] =
        "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV "
        "STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU UNUSED URG USR1 USR2 VTALRM WINCH XCPU XFSZ "
        "RTMIN RTMAX";
    uint64_t number;
    if (slice_u64(text, &number))
        return number && number <= SIGNAL_MAX;
    if (text_starts(text, "SIG"))
        text = slice_from(text, 3);
    size_t sign = 0;
    while (sign < text.len && ascii_alnum(text.at[sign]))
        sign++;
    struct slice name = slice_upto(text, sign), rest = slice_from(text, sign + 1);
    if (sign < text.len && !(text_starts(name, "RTM") && slice_u64(rest, &number)))
        return false;
    for (struct slice all = slice_str(names); all.len;)
        if (slice_equal_nocase(slice_cut(&all, ' '), name))
            return true;
    return false;
}

static void look_signal(struct dockerfile_check *check, const struct instruction *instruction)
{
    bool complete;
    struct slice value = check_expand(check, instruction, instruction->body, &complete);
    value = slice_trim(text_unquoted(value));
    if (!complete || !value.len || slice_find(value, '#') < value.len)
        return;
    struct slice name = text_starts(value, "SIG") ? slice_from(value, 3) : value;
    if (!is_signal(value))
        check_report(check, instruction, instruction->body,
                     "%.*s is no signal; write its name, such as SIGTERM or SIGQUIT",
                     SLICE_ARG(value));
    else if (slice_equal_nocase(name, SLICE("KILL")) || slice_equal_nocase(name, SLICE("STOP")) ||
             slice_equal_str(value, "9") || slice_equal_str(value, "19"))
        check_report(check, instruction, instruction->body,
                     "no program can catch %.*s, so nothing is finished before the end; use "
                     "SIGTERM, or what the program asks for",
                     SLICE_ARG(value));
}

static bool is_below(struct slice path, struct slice folder)
{
    while (folder.len > 1 && folder.at[folder.len - 1] == '/')
        folder.len--;
    return folder.len > 1 && slice_starts(path, folder) &&
           (path.len == folder.len || path.at[folder.len] == '/');
}

/* A word of the RUN's commands that lies in the volume. */
static bool touches(const struct run_body *bodies, struct slice folder)
{
    static const char harmless[] = "ls cat test [ echo grep find du stat head tail";
    for (; bodies && bodies->instruction; bodies++)
        for (size_t i = 0; i < bodies->script.count; i++) {
            const struct shell_command *command = &bodies->script.commands[i];
            for (size_t j = 0; j < command->redirect_count; j++)
                if (command->redirects[j].operator.len && command->redirects[j].operator.at[0] ==
                    '>' && is_below(command->redirects[j].target.value, folder))
                    return true;
            if (lint_has_word(slice_str(harmless), command->program))
                continue;
            for (size_t j = command->first_argument; j < command->word_count; j++)
                if (is_below(command->words[j].value, folder))
                    return true;
        }
    return false;
}

enum { LOOK_MAX = 500 }; /* instructions behind a VOLUME */

static void look_after_volume(struct dockerfile_check *check, const struct instruction *instruction)
{
    const struct stage *stage = stage_around(check, instruction);
    if (!stage || instruction->outer)
        return;
    for (size_t k = 0; k < instruction->argument_count; k++) {
        struct slice folder = text_unquoted(instruction->arguments[k]);
        if (!folder.len || folder.at[0] != '/')
            continue;
        size_t begin = model_index(check->model, instruction) + 1;
        for (size_t i = begin; i < stage->last && i < begin + LOOK_MAX; i++)
            if (check_instruction(check, i)->keyword == KEYWORD_RUN &&
                touches(check->model->bodies[i], folder)) {
                check_report(check, check_instruction(check, i), (struct slice){NULL, 0},
                             "this changes %.*s behind its VOLUME in line %u; BuildKit keeps that, "
                             "other builders drop it: put VOLUME last",
                             SLICE_ARG(folder), instruction->start_line);
                break;
            }
    }
}

static void look_system_volume(struct dockerfile_check *check,
                               const struct instruction *instruction)
{
    static const char folders[] = "/ /boot /dev /etc /lib /proc /sys /usr /bin /sbin /var /root";
    for (size_t i = 0; i < instruction->argument_count; i++) {
        struct slice folder = text_unquoted(instruction->arguments[i]);
        while (folder.len > 1 && folder.at[folder.len - 1] == '/')
            folder.len--;
        if (lint_has_word(slice_str(folders), folder))
            check_report(check, instruction, argument_place(instruction, instruction->arguments[i]),
                         "%.*s belongs to the system; make a volume only of the folder that holds "
                         "data",
                         SLICE_ARG(folder));
    }
}

const struct dockerfile_rule rules_runtime[] = {
    {.rule = {.id = "stopsignal",
              .codes = "",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "STOPSIGNAL that does not stop the program well",
              .why = "What is no signal fails when the container is stopped; SIGKILL gives the "
                     "program no time to finish requests.",
              .bad = "STOPSIGNAL SIGKILL",
              .good = "STOPSIGNAL SIGQUIT",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_STOPSIGNAL),
     .instruction = look_signal},
    {.rule = {.id = "change-after-volume",
              .codes = "",
              .severity = LINT_INFO,
              .profiles = IN_DEFAULT,
              .title = "folder is changed behind its VOLUME",
              .why = "Only BuildKit keeps such changes; elsewhere the image lacks them.",
              .bad = "VOLUME /data\nRUN chown app /data",
              .good = "RUN chown app /data\nVOLUME /data",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_VOLUME),
     .instruction = look_after_volume},
    {.rule = {.id = "system-volume",
              .codes = "DKL-DI-0002",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "VOLUME is a folder of the system",
              .why = "Each container gets a copy of its own that updates of the image never reach.",
              .bad = "VOLUME /etc",
              .good = "VOLUME /var/lib/app",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_VOLUME),
     .instruction = look_system_volume},
    {.rule = {.id = NULL}},
};
