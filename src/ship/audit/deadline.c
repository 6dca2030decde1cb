/* Deadlines by severity; see audit.h. */
#include "ship/audit/audit.h"

enum { DAYS_MAX = 36500 };

void audit_deadlines_default(int64_t deadlines[AUDIT_SEVERITIES])
{
    deadlines[SEVERITY_UNKNOWN] = deadlines[SEVERITY_NEGLIGIBLE] = -1;
    deadlines[SEVERITY_LOW] = 90;
    deadlines[SEVERITY_MEDIUM] = 30;
    deadlines[SEVERITY_HIGH] = 7;
    deadlines[SEVERITY_CRITICAL] = 0;
}

/* Negative days: no deadline. */
static bool set_deadline(struct slice level, int64_t days, int64_t deadlines[AUDIT_SEVERITIES],
                         struct error *err)
{
    enum severity severity;
    if (!severity_parse(level, &severity))
        return error_set(err, ERROR_USAGE,
                         "deadline: \"%.*s\" is no severity (critical, high, medium, low)",
                         SLICE_ARG(slice_upto(level, 40)));
    if (days > DAYS_MAX)
        return error_set(err, ERROR_USAGE, "deadline of %.*s: more than %d days",
                         SLICE_ARG(slice_upto(level, 40)), DAYS_MAX);
    deadlines[severity] = days < 0 ? -1 : days;
    return true;
}

bool audit_deadline_parse(struct slice text, int64_t deadlines[AUDIT_SEVERITIES], struct error *err)
{
    uint64_t days = 0;
    size_t equals = slice_find(text, '=');
    struct slice level = slice_trim(slice_upto(text, equals));
    struct slice number = slice_trim(slice_from(text, equals + 1));
    bool never = slice_equal_str(number, "none");
    if (equals == text.len || (!never && (!slice_u64(number, &days) || days > DAYS_MAX)))
        return error_set(err, ERROR_USAGE,
                         "deadline \"%.*s\": LEVEL=DAYS is expected, such as high=7 or low=none",
                         SLICE_ARG(slice_upto(text, 60)));
    return set_deadline(level, never ? -1 : (int64_t)days, deadlines, err);
}

bool audit_rebuild(const struct audit_repository *repository)
{
    return !repository->error.len &&
           (repository->base.state == AUDIT_BASE_MOVED || repository->update_count > 0);
}
