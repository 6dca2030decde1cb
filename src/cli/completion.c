/*
 * Completion scripts for bash, zsh and fish. They are complete in themselves: written when the
 * program is built, from the rows; no program runs while somebody types.
 */
#include "cli/help.h"

/* Calls `visit` for the program and every visible command and subcommand; path "db update". */
static void each_command(FILE *file, void (*visit)(FILE *, const char *, const struct command *))
{
    char path[200];
    visit(file, "", &program);
    for (size_t i = 0; commands[i]; i++) {
        if (commands[i]->hidden)
            continue;
        visit(file, commands[i]->name, commands[i]);
        const struct command *const *sub = commands[i]->commands;
        for (; sub && *sub; sub++) {
            snprintf(path, sizeof path, "%s %s", commands[i]->name, (*sub)->name);
            visit(file, path, *sub);
        }
    }
}

static void put_names(FILE *file, const struct command *const *table)
{
    for (; table && *table; table++)
        if (!(*table)->hidden)
            fprintf(file, "%s ", (*table)->name);
}

static void put_option_words(FILE *file, const struct option *rows)
{
    for (; rows && rows->name; rows++)
        fprintf(file, "--%s ", rows->name);
}

static const struct command *const *subcommands(const struct command *command)
{
    return command == &program ? commands : command->commands;
}

/* ---- bash ---- */

static void bash_words(FILE *file, const char *path, const struct command *command)
{
    fprintf(file, "    '%s') words='", path);
    put_names(file, subcommands(command));
    put_option_words(file, command->options);
    put_option_words(file, global_options);
    fputs("' ;;\n", file);
}

static void bash_choices_of(FILE *file, const char *path, const struct option *row)
{
    for (; row && row->name; row++) {
        if (row->choices)
            fprintf(file, "    '%s --%s') choices='%s' ;;\n", path, row->name, row->choices);
        else if (row->type != OPTION_FLAG)
            fprintf(file, "    '%s --%s') files=1 ;;\n", path, row->name);
    }
}

static void bash_choices(FILE *file, const char *path, const struct command *command)
{
    bash_choices_of(file, path, command->options);
    bash_choices_of(file, path, global_options);
}

void completion_print_bash(FILE *file)
{
    fputs("# bash completion of plimsoll; made by `plimsoll completion bash`\n"
          "_plimsoll() {\n"
          "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path= word\n"
          "  local words= choices= files=\n"
          "  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then\n"
          "    prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
          "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
          "    case \"${path:+$path }$word\" in\n",
          file);
    for (size_t i = 0; commands[i]; i++) {
        if (commands[i]->hidden)
            continue;
        fprintf(file, "    '%s') path='%s' ;;\n", commands[i]->name, commands[i]->name);
        for (const struct command *const *sub = commands[i]->commands; sub && *sub; sub++)
            fprintf(file, "    '%s %s') path='%s %s' ;;\n", commands[i]->name, (*sub)->name,
                    commands[i]->name, (*sub)->name);
    }
    fputs("    esac\n  done\n  case \"$path $prev\" in\n", file);
    each_command(file, bash_choices);
    fputs("  esac\n  case \"$path\" in\n", file);
    each_command(file, bash_words);
    fputs("  esac\n"
          "  if [[ $choices ]]; then COMPREPLY=($(compgen -W \"$choices\" -- \"$cur\"))\n"
          "  elif [[ $files ]]; then COMPREPLY=($(compgen -f -- \"$cur\"))\n"
          "  elif [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
          "  elif [[ ${words%%--*} ]]; then\n"
          "    COMPREPLY=($(compgen -W \"${words%%--*}\" -- \"$cur\"))\n"
          "  else COMPREPLY=($(compgen -f -- \"$cur\"))\n"
          "  fi\n"
          "}\n"
          "complete -o filenames -F _plimsoll plimsoll\n",
          file);
}

/* ---- zsh and fish: prose beside every word ---- */

/* In single quotes; a quote in the text ends and reopens them. `marks` get a backslash. */
static void put_quoted(FILE *file, const char *text, const char *marks)
{
    for (; *text && *text != '\n'; text++) {
        if (*text == '\'')
            fputs("'\\''", file);
        else if (strchr(marks, *text))
            fprintf(file, "\\%c", *text);
        else
            fputc(*text, file);
    }
}

static void zsh_options(FILE *file, const struct option *row)
{
    for (; row && row->name; row++) {
        bool many = row->type == OPTION_LIST || row->type == OPTION_WORDS;
        fprintf(file, "      '%s--%s%s[", many ? "*" : "", row->name, row->argument ? "=" : "");
        put_quoted(file, row->prose, "[]:\\");
        fputc(']', file);
        if (row->argument) {
            fprintf(file, ":%s:", row->argument);
            if (row->choices)
                fprintf(file, "(%s)", row->choices);
            else
                fputs("_files", file);
        }
        fputs("'\n", file);
    }
}

static void zsh_command(FILE *file, const char *path, const struct command *command)
{
    const struct command *const *sub = subcommands(command);
    fprintf(file, "  '%s')\n    rows=(\n", path);
    zsh_options(file, command->options);
    zsh_options(file, global_options);
    fputs("    )\n    names=(\n", file);
    for (; sub && *sub; sub++) {
        if ((*sub)->hidden)
            continue;
        fprintf(file, "      '%s:", (*sub)->name);
        put_quoted(file, (*sub)->summary, ":\\");
        fputs("'\n", file);
    }
    fputs("    ) ;;\n", file);
}

void completion_print_zsh(FILE *file)
{
    fputs("#compdef plimsoll\n"
          "# zsh completion of plimsoll; made by `plimsoll completion zsh`\n"
          "_plimsoll() {\n"
          "  local path_words= word\n"
          "  local -a rows names\n"
          "  for word in ${words[2,CURRENT-1]}; do\n"
          "    case \"${path_words:+$path_words }$word\" in\n",
          file);
    for (size_t i = 0; commands[i]; i++) {
        if (commands[i]->hidden)
            continue;
        fprintf(file, "    '%s')", commands[i]->name);
        fprintf(file, " path_words='%s' ;;\n", commands[i]->name);
        for (const struct command *const *sub = commands[i]->commands; sub && *sub; sub++)
            fprintf(file, "    '%s %s') path_words='%s %s' ;;\n", commands[i]->name, (*sub)->name,
                    commands[i]->name, (*sub)->name);
    }
    fputs("    esac\n  done\n  case \"$path_words\" in\n", file);
    each_command(file, zsh_command);
    fputs("  esac\n"
          "  if (( ${#names} )) && [[ $words[CURRENT] != -* ]]; then\n"
          "    _describe command names\n"
          "  else\n"
          "    _arguments -s $rows '*:file:_files'\n"
          "  fi\n"
          "}\n"
          "_plimsoll \"$@\"\n",
          file);
}

static void fish_condition(FILE *file, const char *path, const struct command *command)
{
    const char *space = strchr(path, ' ');
    if (!*path)
        fputs("complete -c plimsoll -n __fish_use_subcommand", file);
    else if (!space)
        fprintf(file, "complete -c plimsoll -n '__fish_seen_subcommand_from %s'", path);
    else
        fprintf(file,
                "complete -c plimsoll -n '__fish_seen_subcommand_from %.*s; and "
                "__fish_seen_subcommand_from %s'",
                (int)(space - path), path, command->name);
}

static void fish_option(FILE *file, const struct option *row)
{
    fprintf(file, " -l %s", row->name);
    if (row->letter)
        fprintf(file, " -s %c", row->letter);
    if (row->choices)
        fprintf(file, " -x -a '%s'", row->choices);
    else if (row->argument)
        fputs(" -r", file);
    fputs(" -d '", file);
    put_quoted(file, row->prose, "\\");
    fputs("'\n", file);
}

static void fish_command(FILE *file, const char *path, const struct command *command)
{
    for (const struct command *const *sub = subcommands(command); sub && *sub; sub++) {
        if ((*sub)->hidden)
            continue;
        fish_condition(file, path, command);
        fprintf(file, " -a %s -d '", (*sub)->name);
        put_quoted(file, (*sub)->summary, "\\");
        fputs("'\n", file);
    }
    for (const struct option *row = command->options; row && row->name; row++) {
        fish_condition(file, path, command);
        fish_option(file, row);
    }
}

void completion_print_fish(FILE *file)
{
    fputs("# fish completion of plimsoll; made by `plimsoll completion fish`\n", file);
    each_command(file, fish_command);
    for (const struct option *row = global_options; row->name; row++) {
        fputs("complete -c plimsoll", file);
        fish_option(file, row);
    }
}
