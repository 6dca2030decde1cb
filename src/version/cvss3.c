/*
 * CVSS 3.1 specification, §7.1 (base equations), §7.4 (weights) and appendix A (Roundup, which
 * makes 3.0's "smallest number with one decimal" safe from floating point). 3.0 has the same base.
 */
#include "version/cvss_metrics.h"

enum { AV, AC, PR, UI, S, C, I, A };

const struct cvss_metric cvss3_metrics[] = {
    {"AV", "N A L P", true},    {"AC", "L H", true},       {"PR", "N L H", true},
    {"UI", "N R", true},        {"S", "U C", true},        {"C", "N L H", true},
    {"I", "N L H", true},       {"A", "N L H", true},      {"E", "X U P F H", false},
    {"RL", "X O T W U", false}, {"RC", "X U R C", false},  {"CR", "X L M H", false},
    {"IR", "X L M H", false},   {"AR", "X L M H", false},  {"MAV", "X N A L P", false},
    {"MAC", "X L H", false},    {"MPR", "X N L H", false}, {"MUI", "X N R", false},
    {"MS", "X U C", false},     {"MC", "X N L H", false},  {"MI", "X N L H", false},
    {"MA", "X N L H", false},   {NULL, NULL, false},
};

static double impact_weight(char value)
{
    return value == 'H' ? 0.56 : value == 'L' ? 0.22 : 0;
}

static double privilege_weight(char value, bool changed)
{
    if (value == 'N')
        return 0.85;
    if (value == 'L')
        return changed ? 0.68 : 0.62;
    return changed ? 0.5 : 0.27;
}

static double power15(double base)
{
    double result = 1;
    for (int i = 0; i < 15; i++)
        result *= base;
    return result;
}

/* Up to the next tenth, by integers. */
static double round_up(double score)
{
    int scaled = (int)(score * 100000 + 0.5);
    return scaled % 10000 == 0 ? scaled / 100000.0 : (scaled / 10000 + 1) / 10.0;
}

double cvss3_score(const struct cvss_values *values)
{
    const char *v = values->value;
    bool changed = v[S] == 'C';
    double sub =
        1 - (1 - impact_weight(v[C])) * (1 - impact_weight(v[I])) * (1 - impact_weight(v[A]));
    double impact = changed ? 7.52 * (sub - 0.029) - 3.25 * power15(sub - 0.02) : 6.42 * sub;
    double vector = v[AV] == 'N' ? 0.85 : v[AV] == 'A' ? 0.62 : v[AV] == 'L' ? 0.55 : 0.2;
    double exploitability = 8.22 * vector * (v[AC] == 'L' ? 0.77 : 0.44) *
                            privilege_weight(v[PR], changed) * (v[UI] == 'N' ? 0.85 : 0.62);
    if (impact <= 0)
        return 0;
    double score = (changed ? 1.08 : 1) * (impact + exploitability);
    return round_up(score < 10 ? score : 10);
}
