/*
 * CVSS 4.0 specification, §8: vectors fall into 270 macro vectors by six classes (equivalence sets,
 * EQ1–EQ6); experts gave each a score; within a macro vector, the score falls towards the next
 * lower ones by the share of the way from its highest vectors (§8.2, "New Vulnerability Scoring").
 * Scores of macro vectors: the table of §8.3's reference data, in tenths.
 */
#include "version/cvss_metrics.h"

enum {
    AV,
    AC,
    AT,
    PR,
    UI,
    VC,
    VI,
    VA,
    SC,
    SI,
    SA,
    E,
    CR,
    IR,
    AR,
    MODIFIED, /* MAV and so on, in the order of the eleven */
    BASE = 11,
};

const struct cvss_metric cvss4_metrics[] = {
    {"AV", "N A L P", true},     {"AC", "L H", true},
    {"AT", "N P", true},         {"PR", "N L H", true},
    {"UI", "N P A", true},       {"VC", "H L N", true},
    {"VI", "H L N", true},       {"VA", "H L N", true},
    {"SC", "H L N", true},       {"SI", "H L N", true},
    {"SA", "H L N", true},       {"E", "X A P U", false},
    {"CR", "X H M L", false},    {"IR", "X H M L", false},
    {"AR", "X H M L", false},    {"MAV", "X N A L P", false},
    {"MAC", "X L H", false},     {"MAT", "X N P", false},
    {"MPR", "X N L H", false},   {"MUI", "X N P A", false},
    {"MVC", "X H L N", false},   {"MVI", "X H L N", false},
    {"MVA", "X H L N", false},   {"MSC", "X H L N", false},
    {"MSI", "X S H L N", false}, {"MSA", "X S H L N", false},
    {"S", "X N P", false},       {"AU", "X N Y", false},
    {"R", "X A U I", false},     {"V", "X D C", false},
    {"RE", "X L M H", false},    {"U", "X Clear Green Amber Red", false},
    {NULL, NULL, false},
};

enum { NO_SCORE = 255 }; /* EQ3 = 2 with EQ6 = 0 cannot be */

/* [EQ1][EQ2][EQ3][EQ4][EQ5][EQ6] */
static const unsigned char macro_scores[3][2][3][3][3][2] = {
    {
        {
            {{{100, 99}, {98, 95}, {95, 92}},
             {{100, 96}, {93, 87}, {91, 81}},
             {{93, 90}, {89, 80}, {81, 68}}},
            {{{98, 95}, {95, 92}, {90, 84}},
             {{93, 92}, {89, 81}, {81, 65}},
             {{88, 80}, {78, 70}, {69, 48}}},
            {{{NO_SCORE, 92}, {NO_SCORE, 82}, {NO_SCORE, 72}},
             {{NO_SCORE, 79}, {NO_SCORE, 69}, {NO_SCORE, 50}},
             {{NO_SCORE, 69}, {NO_SCORE, 55}, {NO_SCORE, 27}}},
        },
        {
            {{{99, 97}, {95, 92}, {92, 85}},
             {{95, 91}, {90, 83}, {84, 71}},
             {{92, 81}, {82, 71}, {72, 53}}},
            {{{95, 93}, {92, 85}, {85, 73}},
             {{92, 82}, {80, 72}, {70, 59}},
             {{84, 70}, {71, 52}, {50, 30}}},
            {{{NO_SCORE, 86}, {NO_SCORE, 75}, {NO_SCORE, 52}},
             {{NO_SCORE, 71}, {NO_SCORE, 52}, {NO_SCORE, 29}},
             {{NO_SCORE, 63}, {NO_SCORE, 29}, {NO_SCORE, 17}}},
        },
    },
    {
        {
            {{{98, 95}, {94, 87}, {91, 81}},
             {{94, 89}, {86, 74}, {77, 64}},
             {{87, 75}, {74, 63}, {63, 49}}},
            {{{94, 89}, {88, 77}, {76, 67}},
             {{86, 76}, {74, 58}, {59, 50}},
             {{72, 57}, {57, 52}, {52, 25}}},
            {{{NO_SCORE, 83}, {NO_SCORE, 70}, {NO_SCORE, 54}},
             {{NO_SCORE, 65}, {NO_SCORE, 58}, {NO_SCORE, 26}},
             {{NO_SCORE, 53}, {NO_SCORE, 21}, {NO_SCORE, 13}}},
        },
        {
            {{{95, 90}, {88, 76}, {76, 70}},
             {{90, 77}, {75, 62}, {61, 53}},
             {{77, 66}, {68, 59}, {52, 30}}},
            {{{89, 78}, {76, 67}, {62, 58}},
             {{74, 59}, {57, 57}, {47, 23}},
             {{61, 52}, {57, 29}, {24, 16}}},
            {{{NO_SCORE, 71}, {NO_SCORE, 59}, {NO_SCORE, 30}},
             {{NO_SCORE, 58}, {NO_SCORE, 26}, {NO_SCORE, 15}},
             {{NO_SCORE, 23}, {NO_SCORE, 13}, {NO_SCORE, 6}}},
        },
    },
    {
        {
            {{{93, 87}, {86, 72}, {75, 58}},
             {{86, 74}, {74, 61}, {56, 34}},
             {{70, 54}, {52, 40}, {40, 22}}},
            {{{85, 75}, {74, 55}, {62, 51}},
             {{72, 57}, {55, 41}, {46, 19}},
             {{53, 36}, {34, 19}, {19, 8}}},
            {{{NO_SCORE, 64}, {NO_SCORE, 51}, {NO_SCORE, 20}},
             {{NO_SCORE, 47}, {NO_SCORE, 21}, {NO_SCORE, 11}},
             {{NO_SCORE, 24}, {NO_SCORE, 9}, {NO_SCORE, 4}}},
        },
        {
            {{{88, 75}, {73, 53}, {60, 50}},
             {{73, 55}, {59, 40}, {41, 20}},
             {{54, 43}, {45, 22}, {20, 11}}},
            {{{75, 55}, {58, 45}, {40, 21}},
             {{61, 51}, {48, 18}, {20, 9}},
             {{46, 18}, {17, 7}, {8, 2}}},
            {{{NO_SCORE, 53}, {NO_SCORE, 24}, {NO_SCORE, 14}},
             {{NO_SCORE, 24}, {NO_SCORE, 12}, {NO_SCORE, 5}},
             {{NO_SCORE, 10}, {NO_SCORE, 3}, {NO_SCORE, 1}}},
        },
    },
};

struct macro {
    int eq[7]; /* eq[1] to eq[6] */
};

/* The value that counts: the modified one, else the base one; not given requirements and exploit
   maturity are the worst. */
static char effective(const struct cvss_values *values, int metric)
{
    char value = values->value[metric];
    if (metric < BASE) {
        char modified = values->value[MODIFIED + metric];
        return modified && modified != 'X' ? modified : value;
    }
    if (value && value != 'X')
        return value;
    return metric == E ? 'A' : 'H';
}

/* How far from the worst value, in steps. The scope's confidentiality starts at 1, since the safety
   that the two others know is no value of it. */
static int level(int metric, char value)
{
    static const char *const scales[] = {
        [AV] = "NALP", [AC] = "LH",  [AT] = "NP",  [PR] = "NLH",  [UI] = "NPA",
        [VC] = "HLN",  [VI] = "HLN", [VA] = "HLN", [SC] = "SHLN", [SI] = "SHLN",
        [SA] = "SHLN", [CR] = "HML", [IR] = "HML", [AR] = "HML"};
    const char *found = strchr(scales[metric], value);
    return found ? (int)(found - scales[metric]) : 0;
}

static struct macro macro_of(const struct cvss_values *values)
{
    char v[BASE];
    for (int i = 0; i < BASE; i++)
        v[i] = effective(values, i);
    int easy = (v[AV] == 'N') + (v[PR] == 'N') + (v[UI] == 'N');
    bool any_high = v[VC] == 'H' || v[VI] == 'H' || v[VA] == 'H';
    char exploit = effective(values, E);
    struct macro macro = {0};
    macro.eq[1] = easy == 3 ? 0 : easy == 0 || v[AV] == 'P' ? 2 : 1;
    macro.eq[2] = !(v[AC] == 'L' && v[AT] == 'N');
    macro.eq[3] = v[VC] == 'H' && v[VI] == 'H' ? 0 : any_high ? 1 : 2;
    macro.eq[4] = v[SI] == 'S' || v[SA] == 'S'                   ? 0
                  : v[SC] == 'H' || v[SI] == 'H' || v[SA] == 'H' ? 1
                                                                 : 2;
    macro.eq[5] = exploit == 'A' ? 0 : exploit == 'P' ? 1 : 2;
    macro.eq[6] = !((effective(values, CR) == 'H' && v[VC] == 'H') ||
                    (effective(values, IR) == 'H' && v[VI] == 'H') ||
                    (effective(values, AR) == 'H' && v[VA] == 'H'));
    return macro;
}

static int score_of(const struct macro *macro)
{
    const int *eq = macro->eq;
    if (eq[1] > 2 || eq[2] > 1 || eq[3] > 2 || eq[4] > 2 || eq[5] > 2 || eq[6] > 1)
        return NO_SCORE;
    return macro_scores[eq[1]][eq[2]][eq[3]][eq[4]][eq[5]][eq[6]];
}

/* Score of the macro vector one lower in `which` (and `other`, when it is not 0). */
static int lower_score(struct macro macro, int which, int other)
{
    macro.eq[which]++;
    if (other)
        macro.eq[other]++;
    return score_of(&macro);
}

/* EQ3 and EQ6 move together; where two ways lead down, the shorter one counts. */
static int lower_score_3_6(const struct macro *macro)
{
    int eq3 = macro->eq[3], eq6 = macro->eq[6];
    if (eq3 == 0 && eq6 == 0) {
        int left = lower_score(*macro, 6, 0), right = lower_score(*macro, 3, 0);
        return left > right ? left : right;
    }
    if (eq3 == 1 && eq6 == 0)
        return lower_score(*macro, 6, 0);
    return lower_score(*macro, 3, eq6 == 1 ? 0 : 6);
}

/* The metrics of a class and its highest vectors (each as many letters as there are metrics). */
struct class
{
    const int *metrics;
    int metric_count;
    const char *const *highest; /* ends with NULL */
    int depth;                  /* steps from the highest vectors to the lowest */
};

static const int metrics_1[] = {AV, PR, UI}, metrics_2[] = {AC, AT},
                 metrics_3_6[] = {VC, VI, VA, CR, IR, AR}, metrics_4[] = {SC, SI, SA};

static struct class class_1(const struct macro *macro)
{
    static const char *const highest[3][4] = {{"NNN"}, {"ANN", "NLN", "NNP"}, {"PNN", "ALP"}};
    static const int depth[] = {1, 4, 5};
    int eq = macro->eq[1];
    return (struct class){metrics_1, 3, highest[eq], depth[eq]};
}

static struct class class_2(const struct macro *macro)
{
    static const char *const highest[2][3] = {{"LN"}, {"HN", "LP"}};
    int eq = macro->eq[2];
    return (struct class){metrics_2, 2, highest[eq], eq + 1};
}

static struct class class_3_6(const struct macro *macro)
{
    static const char *const highest[3][2][6] = {
        {{"HHHHHH"}, {"HHLMMH", "HHHMMM"}},
        {{"LHHHHH", "HLHHHH"}, {"LHLHMH", "LHHHMM", "HLHMHM", "HLLMHH", "LLHHHM"}},
        {{NULL}, {"LLLHHH"}}};
    static const int depth[3][2] = {{7, 6}, {8, 8}, {1, 10}};
    int eq3 = macro->eq[3], eq6 = macro->eq[6];
    return (struct class){metrics_3_6, 6, highest[eq3][eq6], depth[eq3][eq6]};
}

static struct class class_4(const struct macro *macro)
{
    static const char *const highest[3][2] = {{"HSS"}, {"HHH"}, {"LLL"}};
    static const int depth[] = {6, 5, 4};
    int eq = macro->eq[4];
    return (struct class){metrics_4, 3, highest[eq], depth[eq]};
}

/* Steps from the first highest vector that is nowhere below the vector. */
static int distance(const struct cvss_values *values, const struct class *class)
{
    for (const char *const *highest = class->highest; *highest; highest++) {
        int sum = 0, least = 0;
        for (int i = 0; i < class->metric_count; i++) {
            int metric = class->metrics[i];
            int steps = level(metric, effective(values, metric)) - level(metric, (*highest)[i]);
            sum += steps;
            least = steps < least ? steps : least;
        }
        if (least == 0)
            return sum;
    }
    return 0;
}

static bool has_no_impact(const struct cvss_values *values)
{
    for (int metric = VC; metric <= SA; metric++)
        if (effective(values, metric) != 'N')
            return false;
    return true;
}

double cvss4_score(const struct cvss_values *values)
{
    if (has_no_impact(values))
        return 0;
    struct macro macro = macro_of(values);
    struct class classes[] = {class_1(&macro), class_2(&macro), class_3_6(&macro), class_4(&macro)};
    int lower[] = {lower_score(macro, 1, 0), lower_score(macro, 2, 0), lower_score_3_6(&macro),
                   lower_score(macro, 4, 0), lower_score(macro, 5, 0)};
    double score = score_of(&macro) / 10.0, sum = 0;
    int existing = 0;
    for (int i = 0; i < 5; i++) {
        if (lower[i] == NO_SCORE)
            continue;
        existing++;
        if (i < 4) /* EQ5 is one metric: no way within it */
            sum += (score - lower[i] / 10.0) * distance(values, &classes[i]) / classes[i].depth;
    }
    if (existing)
        score -= sum / existing;
    /* A little is added so that ties, which floating point may put below, are rounded up. */
    int tenths = (int)((score + 1e-6) * 10 + 0.5);
    return tenths <= 0 ? 0 : tenths >= 100 ? 10 : tenths / 10.0;
}
