#pragma once
/*
 * What a Dockerfile means: stages, who builds on whom, and what holds at each instruction (USER,
 * WORKDIR, SHELL, ENV, ARG), inherited from the stage it builds on and, where the base image could
 * be read, from that. RUN bodies are parsed as shell. Made once a file; all rules read it.
 */
#include "lint/dockerfile/dockerfile.h"
#include "lint/shell/shell.h"

/* What is known of a base image. `known` false: nobody could say; all else is then empty. */
struct base_image {
    bool known;
    struct slice reference; /* as asked */
    struct slice digest; /* "sha256:…" of what the reference resolves to (the index, where there is
                            one); may be empty */
    struct slice user, workdir;
    struct slice *shell;
    size_t shell_count;
    struct slice *env; /* "NAME=value" */
    size_t env_count;
    bool has_healthcheck;
    struct slice *onbuild;
    size_t onbuild_count;
    uint64_t size;         /* bytes of its layers as stored; 0: not known */
    struct slice platform; /* "linux/amd64" of the configuration that was read; empty: not known */
};

/* Who can be asked about base images: lint/base_image.c for the program, tables in tests. Answers
   are kept for the run. */
struct base_resolver {
    /* NULL: not known (not found, offline, timed out). `platform` may be empty. */
    const struct base_image *(*image)(void *context, struct slice reference, struct slice platform);
    void *context;
};

struct variable {
    struct slice name, value;
    bool has_value; /* `ARG X` without a default: false */
    bool partial;   /* a variable in its value had none itself */
    bool is_arg;
    const struct instruction *where; /* NULL: from the base image, predefined, or global */
    const struct variable *next;     /* older ones: a list, newest first */
};

/* What a build says besides the Dockerfile: its --build-arg and its --target. */
struct model_argument {
    struct slice name, value;
};

struct model_build {
    const struct model_argument *arguments;
    size_t count;
    struct slice target; /* name or number of the stage that is built; empty: the last */
};

struct table;
struct variable_index; /* finds them by name: variable.c */

/* What holds before an instruction. */
struct stage_state {
    struct slice user;    /* as set, expanded; empty: not set by anybody we know */
    struct slice workdir; /* expanded, made absolute where that is known; empty: not set */
    const struct instruction *user_set, *workdir_set,
        *shell_set;            /* where; NULL: base image or default */
    const struct slice *shell; /* words; {"/bin/sh", "-c"} unless set */
    size_t shell_count;
    const struct variable *variables;
    const struct variable_index *index;
};

struct stage {
    size_t index;
    const struct instruction *from; /* NULL: instructions in front of any FROM of a fragment */
    struct slice name;              /* as written; empty: none */
    struct slice base_written;      /* "x:${TAG}" */
    struct slice base;              /* expanded; empty when it cannot be */
    bool base_unset;                /* a variable in it has no value */
    struct slice platform;          /* expanded --platform */
    const struct stage *parent;     /* the stage it builds on */
    const struct base_image
        *image;             /* of the nearest external base; never NULL (known may be false) */
    size_t first, last;     /* instructions [first, last) of the file, FROM included */
    bool used;              /* the final stage, or one that (through others) it needs */
    bool final;             /* what is built: the last stage, unless a build has a target */
    bool has_triggers;      /* there is an ONBUILD in it */
    bool many_parents;      /* its base names another stage for each platform */
    struct stage_state end; /* what holds behind its last instruction */
    const struct stage *namesake; /* the nearest earlier one of the same name */
};

/* A RUN body (or CMD, ENTRYPOINT, HEALTHCHECK CMD) as shell. An instruction has several when its
   heredocs are fed to interpreters. dockerfile_check_run shows rules those of RUN alone. */
struct run_body {
    const struct instruction *instruction;
    struct shell_script script; /* of the logical text, a heredoc's content, or a file (JSON: the
                                   words as one command) */
    const struct dockerfile_heredoc *heredoc; /* NULL: not from one */
    struct slice
        shell; /* base name of what runs it: "sh", "bash", "ash", "powershell", "cmd", "python3" */
    bool is_shell; /* a POSIX-like shell: script was parsed */
    bool pipefail; /* the shell has it from its own words: SHELL ["bash","-o","pipefail","-c"] */
    bool exec;     /* JSON form */
};

struct dockerfile_model {
    const struct dockerfile *dockerfile;
    struct stage *stages;
    size_t stage_count;
    const struct stage_state **states; /* beside dockerfile->instructions */
    const struct stage *
        *stage_of;            /* beside dockerfile->instructions; NULL: before the first FROM */
    struct run_body **bodies; /* beside dockerfile->instructions; arrays ended by one without
                                 instruction; NULL: none */
    struct stage_state
        global; /* ARGs in front of the first FROM, and predefined ones, as FROM sees them */
    const struct table *names; /* of stages, in lower case → the last one so named */
    struct arena *arena;
    size_t *expanded; /* bytes that were made by expanding: bounded */
};

/* An instruction may be asked to expand to so much of all: beyond it words stay as written. */
enum { MODEL_EXPANDED_MAX = 32 << 20, MODEL_VALUE_MAX = 64 << 10 };

bool dockerfile_model_make(const struct dockerfile *dockerfile,
                           const struct base_resolver *resolver, struct arena *arena,
                           struct dockerfile_model *model, struct error *err);
/* As one build sees it; NULL: as it stands. A target that is none is taken for the last stage. */
bool dockerfile_model_make_build(const struct dockerfile *dockerfile,
                                 const struct base_resolver *resolver,
                                 const struct model_build *build, struct arena *arena,
                                 struct dockerfile_model *model, struct error *err);

size_t model_index(const struct dockerfile_model *model,
                   const struct instruction *instruction); /* ONBUILD's inner: its outer's */
const struct stage *model_stage(const struct dockerfile_model *model,
                                const struct instruction *instruction);
const struct stage_state *model_state(const struct dockerfile_model *model,
                                      const struct instruction *instruction);
/* Words of an instruction with the variables that hold there. `complete` false: some had no value.
 */
struct slice model_expand(const struct dockerfile_model *model,
                          const struct instruction *instruction, struct slice word, bool *complete);
/* The stage that COPY --from, RUN --mount from= or FROM names: by name (case-insensitive) or
   number, only of those before `before`. */
const struct stage *model_find_stage(const struct dockerfile_model *model, struct slice name,
                                     const struct stage *before);
/* What an instruction's flag (--from, --mount) takes from: the name of a stage, or of an image;
   empty: nothing. */
struct slice model_flag_from(const struct dockerfile_flag *flag);
/* NULL when it is not set or declared here; `ARG X` alone gives one without has_value. */
const struct variable *stage_variable(const struct stage_state *state, struct slice name);
