/*
 * Secrets in the words of RUN: the history keeps them, whatever a later command deletes. Values are
 * judged by the secret module and never shown; a variable is none (ENV and ARG have their own
 * rule).
 */
#include "base/ascii.h"
#include "lint/rules/run.h"

#define USE_INSTEAD                                                                                \
    "it stays in the image's history for everybody who can pull it: revoke it, and give it by "    \
    "RUN --mount=type=secret"

enum { PLACES_MAX = 16 };

struct seen { /* of one body */
    struct dockerfile_check *check;
    const struct run_body *body;
    struct slice places[PLACES_MAX]; /* that have a finding */
    size_t place_count;
};

/* The patterns and the names may both see one value: it is told once. */
static bool is_told(const struct seen *seen, struct slice place)
{
    for (size_t i = 0; i < seen->place_count; i++)
        if (seen->places[i].at < place.at + place.len &&
            place.at < seen->places[i].at + seen->places[i].len)
            return true;
    return false;
}

static void tell(struct seen *seen, struct slice place, const struct secret_kind *kind)
{
    if (seen->place_count == PLACES_MAX || (place.at && is_told(seen, place)))
        return;
    seen->places[seen->place_count++] = place;
    struct lint_finding *finding =
        check_report(seen->check, seen->body->instruction, run_place(seen->body, place),
                     "what looks like a secret (%s) is written here; " USE_INSTEAD, kind->title);
    if (finding)
        finding->secret = true;
}

static bool on_match(void *context, const struct secret_match *match)
{
    struct seen *seen = context;
    struct slice source = seen->body->script.source;
    if (match->start < match->end && match->end <= source.len)
        tell(seen, slice_of(source.at + match->start, match->end - match->start), match->kind);
    return true;
}

static bool judge(struct seen *seen, struct slice name, struct slice value,
                  const struct shell_word *word)
{
    struct secret_match match;
    if (!value.len || slice_find(value, '$') < value.len || slice_find(value, '`') < value.len)
        return false;
    const struct secret_kind *kind =
        secret_of_assignment(seen->check->secrets, name, value, &match);
    if (kind)
        tell(seen, word->raw, kind);
    return kind;
}

/* "https://user:value@host/…": the value. */
static struct slice url_password(struct slice word)
{
    size_t scheme = slice_search(word, SLICE("://"));
    struct slice none = {NULL, 0}, host = slice_from(word, scheme + 3);
    if (scheme == word.len)
        return none;
    host = slice_upto(host, slice_find(host, '/'));
    size_t at = slice_find_last(host, '@');
    if (at == host.len)
        return none;
    struct slice user = slice_upto(host, at);
    return slice_from(user, slice_find(user, ':') + 1);
}

/* "--db-password" as a name: db_password. */
static struct slice option_name(struct slice option, char *buffer, size_t size)
{
    size_t len = 0;
    while (option.len && option.at[0] == '-')
        option = slice_from(option, 1);
    for (; len < option.len && len < size; len++)
        buffer[len] = option.at[len] == '-' ? '_' : option.at[len];
    return slice_of(buffer, len);
}

/* Programs that take a password behind a letter of its own. */
static bool is_password_letter(const struct shell_command *command, struct slice option)
{
    struct slice program = command->program;
    if (slice_equal(option, SLICE("-p")))
        return slice_equal(program, SLICE("sshpass")) ||
               run_is(command, "docker podman buildah skopeo", "login", "-u --username");
    if (slice_equal(option, SLICE("-a")))
        return slice_equal(program, SLICE("redis-cli"));
    return false;
}

/* adduser --disabled-password app: a switch, what follows is no value of it. */
static bool turns_off(struct slice name)
{
    return slice_starts(name, SLICE("disable")) || slice_starts(name, SLICE("no_")) ||
           slice_starts(name, SLICE("without")) || slice_starts(name, SLICE("skip")) ||
           slice_starts(name, SLICE("empty"));
}

static void look_option(struct seen *seen, const struct shell_command *command, size_t i)
{
    char buffer[64];
    const struct shell_word *word = shell_argument(command, i),
                            *next = shell_argument(command, i + 1);
    struct slice value = word->value, option = slice_cut(&value, '=');
    struct slice password = SLICE("password");
    if (slice_equal(command->program, SLICE("curl")) &&
        lint_has_word(SLICE("-u --user -U --proxy-user"), option)) {
        struct slice pair = value.len ? value : next->value;
        judge(seen, password, slice_from(pair, slice_find(pair, ':') + 1), value.len ? word : next);
    } else if (is_password_letter(command, option)) {
        judge(seen, password, next->value, next);
    } else if (lint_has_word(SLICE("mysql mysqladmin mysqldump mariadb"), command->program) &&
               slice_starts(option, SLICE("-p")) && word->value.len > 2) {
        judge(seen, password, slice_from(word->value, 2), word);
    } else if (slice_starts(option, SLICE("--"))) {
        struct slice name = option_name(option, buffer, sizeof buffer);
        bool is_switch = !value.len && (!next->value.len || next->value.at[0] == '-');
        if (!is_switch && !turns_off(name) && secret_name(name))
            judge(seen, name, value.len ? value : next->value, value.len ? word : next);
    }
}

/* `npm config set //registry.example.com/:_authToken x`, `… _auth=x` */
static void look_config(struct seen *seen, const struct shell_command *command)
{
    size_t count = shell_argument_count(command);
    for (size_t i = 0; i < count; i++) {
        const struct shell_word *word = shell_argument(command, i);
        struct slice value = word->value, key = slice_cut(&value, '=');
        key = slice_from(key,
                         slice_find_last(key, ':') == key.len ? 0 : slice_find_last(key, ':') + 1);
        if (!lint_has_word(SLICE("_authToken _auth _password"), key))
            continue;
        const struct shell_word *held = value.len ? word : shell_argument(command, i + 1);
        judge(seen, SLICE("auth_token"), value.len ? value : held->value, held);
    }
}

static void look_assignments(struct seen *seen, const struct shell_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct slice value = words[i].value, name = slice_cut(&value, '=');
        if (name.len < words[i].value.len && secret_name(name))
            judge(seen, name, value, &words[i]);
    }
}

static void look_command(struct seen *seen, const struct shell_command *command)
{
    look_assignments(seen, command->assignments, command->assignment_count);
    if (slice_equal(command->program, SLICE("export")))
        look_assignments(seen, command->words, command->word_count);
    if (lint_has_word(SLICE("npm yarn pnpm"), command->program))
        look_config(seen, command);
    size_t count = shell_argument_count(command);
    for (size_t i = 0; i < count; i++) {
        const struct shell_word *word = shell_argument(command, i);
        if (word->value.len && word->value.at[0] == '-')
            look_option(seen, command, i);
        else
            judge(seen, SLICE("password"), url_password(word->value), word);
    }
}

static void check_secrets(struct dockerfile_check *check, const struct run_body *body)
{
    if (!run_is_build(body) || !check->secrets)
        return;
    struct seen seen = {.check = check, .body = body};
    secret_search(check->secrets, (struct slice){NULL, 0}, body->script.source, on_match, &seen);
    if (!body->is_shell)
        return;
    for (size_t i = 0; i < body->script.count; i++)
        look_command(&seen, &body->script.commands[i]);
}

const struct dockerfile_rule rules_run_secrets[] = {
    {{"secret-in-run", "CIS-4.10", LINT_ERROR, IN_DEFAULT, "a secret is written into a RUN",
      "The history of an image shows every RUN as it was written, so a password or token in it is "
      "everybody's who can pull the image.",
      "RUN curl -u deploy:hunter2 https://example.com/app",
      "RUN --mount=type=secret,id=netrc,target=/root/.netrc curl -n https://example.com/app", NULL},
     .body = check_secrets},
    {{NULL}},
};
