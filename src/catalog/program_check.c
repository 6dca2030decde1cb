/* How versions are read where a literal was found (program_table.h). */
#include <stdio.h>

#include "base/ascii.h"
#include "catalog/program_table.h"

static size_t count_digits(struct slice text)
{
    size_t len = 0;
    while (len < text.len && ascii_digit(text.at[len]))
        len++;
    return len;
}

/* "-rc1", "-dev3", "rc1" behind a release's numbers. */
static size_t pre_release(struct slice text)
{
    static const char *const words[] = {"alpha", "beta", "dev", "pre", "rc"};
    size_t dash = text.len && (text.at[0] == '-' || text.at[0] == '_') ? 1 : 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct slice word = slice_str(words[i]);
        if (slice_starts(slice_from(text, dash), word))
            return dash + word.len + count_digits(slice_from(text, dash + word.len));
    }
    return 0;
}

static size_t letter_suffix(struct slice text)
{
    size_t len = 0;
    while (len < text.len && len < 5 && ascii_alpha(text.at[len]))
        len++;
    return len ? len + count_digits(slice_from(text, len)) : 0;
}

struct slice program_version(struct slice text, unsigned parts, bool letters)
{
    size_t len = 0;
    unsigned seen = 0;
    for (;;) {
        size_t digits = count_digits(slice_from(text, len));
        if (digits == 0 || digits > 8)
            return (struct slice){0};
        len += digits;
        seen++;
        bool more = len + 1 < text.len && text.at[len] == '.' && ascii_digit(text.at[len + 1]);
        if (!more)
            break;
        len++;
    }
    if (seen < parts)
        return (struct slice){0};
    size_t suffix = pre_release(slice_from(text, len));
    if (suffix == 0 && letters)
        suffix = letter_suffix(slice_from(text, len));
    return slice_upto(text, len + suffix);
}

unsigned program_version_part(struct slice version, unsigned index)
{
    struct slice part = slice_cut(&version, '.');
    for (; index > 0; index--)
        part = slice_cut(&version, '.');
    uint64_t number = 0;
    part = slice_upto(part, count_digits(part));
    return slice_u64(part, &number) && number < INT32_MAX ? (unsigned)number : 0;
}

static bool found(struct slice version, struct slice *out)
{
    *out = version;
    return version.len != 0;
}

/* What stands behind the literal, up to the NUL; at most 200 bytes. */
static struct slice text_behind(const struct program_sight *sight)
{
    struct slice rest = slice_upto(slice_from(sight->window, sight->end), 200);
    return slice_upto(rest, slice_find(rest, 0));
}

/* What stands before it, back to the NUL; at most 100 bytes. */
static struct slice text_before(const struct program_sight *sight)
{
    size_t most = sight->at < 100 ? sight->at : 100;
    struct slice rest = slice_upto(slice_from(sight->window, sight->at - most), most);
    size_t nul = slice_find_last(rest, 0);
    return nul == rest.len ? (struct slice){0} : slice_from(rest, nul + 1);
}

/* " version 3.3.14-1a2b3c4, released 2026/09/01" */
bool program_check_haproxy(const struct program_sight *sight, struct slice *version)
{
    struct slice before = text_before(sight), start = SLICE(" version ");
    return slice_starts(before, start) &&
           found(program_version(slice_from(before, start.len), 2, false), version);
}

/* "OpenSSL 3.0.22 25 Aug 2026", "OpenSSL 1.1.1w  11 Sep 2023", "OpenSSL 1.0.2k-fips  26 Jan 2017";
   not "OpenSSL 1.1.1 (compatible; BoringSSL)". */
bool program_check_openssl(const struct program_sight *sight, struct slice *version)
{
    struct slice text = slice_upto(slice_from(sight->window, sight->end - 2), 100);
    text = slice_upto(text, slice_find(text, 0));
    if (!found(program_version(text, 3, true), version))
        return false;
    struct slice date = slice_from(text, slice_find(text, ' '));
    while (date.len && date.at[0] == ' ')
        date = slice_from(date, 1);
    size_t day = count_digits(date);
    return day && day <= 2 && date.len >= day + 9 && date.at[day] == ' ' &&
           ascii_upper(date.at[day + 1]) == date.at[day + 1] &&
           count_digits(slice_from(date, day + 5)) == 4;
}

/* The build information of the go command itself: "\xff Go buildinf:" … its version with a length
   byte … 16 bytes … "path\tcmd/go". Source: Go, src/debug/buildinfo. */
bool program_check_go(const struct program_sight *sight, struct slice *version)
{
    enum { REACH = 64 };
    size_t most = sight->at < REACH ? sight->at : REACH;
    struct slice before = slice_upto(slice_from(sight->window, sight->at - most), most);
    for (size_t i = 1; i + 4 < before.len; i++) {
        struct slice text = slice_from(before, i);
        if (!slice_starts(text, SLICE("go1.")))
            continue;
        size_t len = (unsigned char)before.at[i - 1];
        if (len > 4 && len < text.len)
            return found(program_version(slice_upto(slice_from(text, 2), len - 2), 2, true),
                         version);
    }
    return false;
}

/* NUL "10.11.19-MariaDB" NUL */
bool program_check_mariadb(const struct program_sight *sight, struct slice *version)
{
    struct slice before = text_before(sight), behind = text_behind(sight);
    return (behind.len == 0 || behind.at[0] == '-') &&
           found(program_version(before, 3, false), version) && version->len == before.len;
}

/* "GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36." */
bool program_check_glibc(const struct program_sight *sight, struct slice *version)
{
    struct slice text = text_behind(sight), key = SLICE("release version ");
    size_t at = slice_search(text, key);
    return found(program_version(slice_from(text, at + key.len), 2, false), version);
}

/* LIBXML_VERSION_STRING: "20914" is 2.9.14; behind it NUL or "-GITv2.9.14". */
bool program_check_libxml2(const struct program_sight *sight, struct slice *version)
{
    struct slice digits = slice_upto(slice_from(sight->window, sight->at), 6);
    uint64_t number;
    bool ends = digits.len == 6 && (digits.at[5] == 0 || digits.at[5] == '-');
    if (!ends || !slice_u64(slice_upto(digits, 5), &number))
        return false;
    int len = snprintf(sight->room, PROGRAM_VERSION_MAX, "%u.%u.%u", (unsigned)(number / 10000),
                       (unsigned)(number / 100 % 100), (unsigned)(number % 100));
    return len > 0 && found(slice_of(sight->room, (size_t)len), version);
}

/* Go build information, "mod\tMODULE[/vN]\tv1.2.3\t…"; "(devel)" tells nothing. */
bool program_check_module(const struct program_sight *sight, struct slice *version)
{
    struct slice text = text_behind(sight);
    struct slice line = slice_cut_line(&text);
    struct slice last = line.len && line.at[0] == 'v' ? line : (struct slice){0};
    if (sight->window.at[sight->end - 1] != '\t' || !last.len || !ascii_digit(last.at[1])) {
        (void)slice_cut(&line, '\t');
        last = line;
    }
    return last.len && last.at[0] == 'v' &&
           found(program_version(slice_from(last, 1), 3, false), version);
}

/* "<commit>/1.27.0/Clean/RELEASE/BoringSSL" */
bool program_check_envoy(const struct program_sight *sight, struct slice *version)
{
    struct slice before = text_before(sight);
    size_t slash = slice_find_last(before, '/');
    struct slice last = slice_from(before, slash + 1);
    return slash == 40 && found(program_version(last, 3, false), version) &&
           version->len == last.len;
}

/* The launcher's "openjdk" NUL "java" NUL release NUL "17.0.9+9-Debian" NUL; of Java 8
   "1.8.0_292-b10". */
bool program_check_java(const struct program_sight *sight, struct slice *version)
{
    struct slice rest = slice_upto(slice_from(sight->window, sight->end), 200);
    struct slice release = slice_cut(&rest, 0), full = slice_cut(&rest, 0);
    if (program_version(release, 1, false).len == 0 ||
        !found(program_version(full, 1, false), version))
        return false;
    struct slice behind = slice_from(full, version->len);
    if (behind.len > 1 && behind.at[0] == '_')
        version->len += 1 + count_digits(slice_from(behind, 1));
    return true;
}

/* "10.42 2022-12-11" */
bool program_check_pcre2(const struct program_sight *sight, struct slice *version)
{
    struct slice text = slice_upto(slice_from(sight->window, sight->at + 1), 40);
    text = slice_upto(text, slice_find(text, 0));
    struct slice number = slice_cut(&text, ' ');
    return text.len == 10 && text.at[4] == '-' && text.at[7] == '-' &&
           found(program_version(number, 2, false), version);
}

/* "lighttpd/1.4.69 (ssl) - a light and fast webserver" */
bool program_check_lighttpd(const struct program_sight *sight, struct slice *version)
{
    struct slice text = text_behind(sight);
    return slice_search(text, SLICE("a light and fast webserver")) < text.len &&
           found(program_version(text, 3, false), version);
}

/* "OpenSSH_9.2p1 Debian-2": the portable one, which has a letter; "OpenSSH_7.0*" is a pattern. */
bool program_check_openssh(const struct program_sight *sight, struct slice *version)
{
    struct slice text = text_behind(sight);
    if (!found(program_version(text, 2, true), version))
        return false;
    struct slice behind = slice_from(text, version->len);
    return slice_find(*version, 'p') < version->len && (behind.len == 0 || behind.at[0] == ' ');
}

/* NUL behind "3.40.1", an array of its own: any byte that is no text may stand before it. */
bool program_check_sqlite(const struct program_sight *sight, struct slice *version)
{
    struct slice text = slice_upto(slice_from(sight->window, sight->at), 16);
    char before = sight->at ? sight->window.at[sight->at - 1] : 0;
    bool starts = (unsigned char)before < ' ' || (unsigned char)before >= 0x7f;
    return starts && found(program_version(text, 3, false), version) && version->len < text.len &&
           text.at[version->len] == 0;
}

/* A file that is called python3.11 or libpython3.11.so.1.0 is of that series. */
bool program_fits_python(struct slice version, struct slice name)
{
    unsigned major = program_version_part(version, 0), minor = program_version_part(version, 1);
    bool known = (major == 3 && minor >= 4 && minor < 40) || (major == 2 && minor == 7);
    size_t at = slice_search(name, SLICE("python"));
    struct slice series = program_version(slice_from(name, at + sizeof "python" - 1), 2, false);
    if (series.len &&
        (program_version_part(series, 0) != major || program_version_part(series, 1) != minor))
        return false;
    return known && program_version(version, 3, true).len == version.len;
}

/* Its table of commands names the release that each came with: the highest is the program's. */
bool program_fits_redis(struct slice version, struct slice name)
{
    (void)name;
    return program_version(version, 3, false).len == version.len &&
           program_version_part(version, 0) >= 2 && program_version_part(version, 1) < 30;
}

bool program_fits_musl(struct slice version, struct slice name)
{
    (void)name;
    return program_version(version, 3, false).len == version.len &&
           program_version_part(version, 0) == 1;
}

bool program_fits_jq(struct slice version, struct slice name)
{
    (void)name;
    unsigned minor = program_version_part(version, 1);
    return program_version_part(version, 0) == 1 && minor >= 4 && minor < 20;
}

bool program_fits_lzma(struct slice version, struct slice name)
{
    (void)name;
    return program_version(version, 3, true).len == version.len &&
           program_version_part(version, 0) == 5;
}
