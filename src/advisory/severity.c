/* Words for severity and fix state, and the choice among several opinions. */
#include "advisory/severity.h"

#include "version/cvss.h"

static const char *const severity_names[] = {"unknown", "negligible", "low",
                                             "medium",  "high",       "critical"};

/* What feeds call them: OSV and GitHub, Red Hat and Microsoft, nginx, Debian's urgencies, ECR. */
static const struct {
    const char *word;
    enum severity severity;
} severity_words[] = {
    {"untriaged", SEVERITY_UNKNOWN},
    {"undefined", SEVERITY_UNKNOWN},
    {"none", SEVERITY_NEGLIGIBLE},
    {"informational", SEVERITY_NEGLIGIBLE},
    {"unimportant", SEVERITY_NEGLIGIBLE},
    {"minor", SEVERITY_LOW},
    {"moderate", SEVERITY_MEDIUM},
    {"important", SEVERITY_HIGH},
    {"major", SEVERITY_HIGH},
    {"urgent", SEVERITY_CRITICAL},
};

const char *severity_name(enum severity severity)
{
    size_t count = sizeof severity_names / sizeof *severity_names;
    return severity_names[(size_t)severity < count ? severity : SEVERITY_UNKNOWN];
}

bool severity_parse(struct slice name, enum severity *severity)
{
    for (size_t i = 0; i < sizeof severity_names / sizeof *severity_names; i++)
        if (slice_equal_nocase(name, slice_str(severity_names[i]))) {
            *severity = (enum severity)i;
            return true;
        }
    for (size_t i = 0; i < sizeof severity_words / sizeof *severity_words; i++)
        if (slice_equal_nocase(name, slice_str(severity_words[i].word))) {
            *severity = severity_words[i].severity;
            return true;
        }
    return false;
}

static const char *const state_names[] = {"unknown",
                                          "fixed",
                                          "affected",
                                          "will_not_fix",
                                          "deferred",
                                          "end_of_life",
                                          "under_investigation",
                                          "not_affected"};

const char *fix_state_name(enum fix_state state)
{
    size_t count = sizeof state_names / sizeof *state_names;
    return state_names[(size_t)state < count ? state : FIX_UNKNOWN];
}

/* v3 and v4: critical from 9.0; v2 has no critical (the NVD's scale). Unknown for 0 in any. */
static enum severity of_score(struct slice version, double score)
{
    if (!(score > 0))
        return SEVERITY_UNKNOWN;
    if (score >= 9 && !slice_starts(version, SLICE("2")))
        return SEVERITY_CRITICAL;
    return score >= 7 ? SEVERITY_HIGH : score >= 4 ? SEVERITY_MEDIUM : SEVERITY_LOW;
}

void rating_complete(struct rating *rating)
{
    struct cvss cvss;
    if (rating->vector.len && cvss_parse(rating->vector, &cvss)) {
        rating->version = slice_str(cvss_version_text(cvss.version));
        if (!(rating->score > 0))
            rating->score = cvss.score;
    }
    if (rating->severity == SEVERITY_UNKNOWN)
        rating->severity = of_score(rating->version, rating->score);
}

/* 0: says nothing. The newer the method, the higher; the NVD before others of the same method. */
static int weight(const struct rating *rating, struct slice own)
{
    static const char *const versions[] = {"2.0", "3.0", "3.1", "4.0"};
    if (rating->severity == SEVERITY_UNKNOWN)
        return 0;
    if (rating->version.len == 0)
        return own.len && slice_equal(rating->source, own) ? 100 : 1;
    int found = 2;
    for (int i = 0; i < 4; i++)
        if (slice_equal_str(rating->version, versions[i]))
            found = 10 * (i + 1);
    return found + slice_equal_str(rating->source, "nvd");
}

const struct rating *rating_decides(const struct rating *ratings, size_t count, struct slice own)
{
    const struct rating *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (weight(&ratings[i], own) > (best ? weight(best, own) : 0))
            best = &ratings[i];
    return best;
}
