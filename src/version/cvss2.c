/* "A Complete Guide to the Common Vulnerability Scoring System Version 2.0", §3.2.1: base equation.
 */
#include "version/cvss_metrics.h"

enum { AV, AC, AU, C, I, A };

const struct cvss_metric cvss2_metrics[] = {
    {"AV", "N A L", true},        {"AC", "L M H", true},
    {"Au", "N S M", true},        {"C", "N P C", true},
    {"I", "N P C", true},         {"A", "N P C", true},
    {"E", "U POC F H ND", false}, {"RL", "OF TF W U ND", false},
    {"RC", "UC UR C ND", false},  {"CDP", "N L LM MH H ND", false},
    {"TD", "N L M H ND", false},  {"CR", "L M H ND", false},
    {"IR", "L M H ND", false},    {"AR", "L M H ND", false},
    {NULL, NULL, false},
};

static double impact_weight(char value)
{
    return value == 'C' ? 0.660 : value == 'P' ? 0.275 : 0.0;
}

double cvss2_score(const struct cvss_values *values)
{
    const char *v = values->value;
    double vector = v[AV] == 'N' ? 1.0 : v[AV] == 'A' ? 0.646 : 0.395;
    double complexity = v[AC] == 'L' ? 0.71 : v[AC] == 'M' ? 0.61 : 0.35;
    double authentication = v[AU] == 'N' ? 0.704 : v[AU] == 'S' ? 0.56 : 0.45;
    double impact = 10.41 * (1 - (1 - impact_weight(v[C])) * (1 - impact_weight(v[I])) *
                                     (1 - impact_weight(v[A])));
    double exploitability = 20 * vector * complexity * authentication;
    double score = (0.6 * impact + 0.4 * exploitability - 1.5) * (impact > 0 ? 1.176 : 0);
    int tenths = (int)(score * 10 + 0.5);
    return tenths <= 0 ? 0 : tenths / 10.0;
}
