#include "fixture.h"

struct expected {
    const char *path, *text, *id, *version, *codename, *pretty;
};

static const struct expected cases[] = {
    {"etc/os-release",
     "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME=\"Alpine Linux v3.20\"\n",
     "alpine", "3.20.3", "", "Alpine Linux v3.20"},
    {"usr/lib/os-release",
     "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\n"
     "VERSION_CODENAME=bookworm\r\n\n# a comment\n  ID=debian # tail\n",
     "debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)"},
    {"etc/os-release", "ID='Odd'\nPRETTY_NAME=\"a \\\"b\\\" \\$c \\x\"\nVERSION_ID=1\\ 2", "odd",
     "1 2", "", "a \"b\" $c \\x"},
    {"etc/alpine-release", "3.6.5\n", "alpine", "3.6.5", "", ""},
    {"etc/debian_version", "12.5\n", "debian", "12.5", "", ""},
    {"etc/debian_version", "trixie/sid\n", "debian", "", "trixie", ""},
    {"etc/redhat-release", "CentOS Linux release 7.9.2009 (Core)\n", "centos", "7.9.2009", "",
     "CentOS Linux release 7.9.2009 (Core)"},
    {"etc/redhat-release", "Rocky Linux release 9.3 (Blue Onyx)", "rocky", "9.3", "",
     "Rocky Linux release 9.3 (Blue Onyx)"},
    {"etc/lsb-release",
     "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\nDISTRIB_CODENAME=jammy\n"
     "DISTRIB_DESCRIPTION=\"Ubuntu 22.04.3 LTS\"\n",
     "ubuntu", "22.04", "jammy", "Ubuntu 22.04.3 LTS"},
};

static void release_files_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        FIXTURE f;
        const struct expected *c = &cases[i];
        const struct analysis *analysis =
            fixture_read(&f, "distribution", c->path, slice_str(c->text));
        assert_int_equal(analysis->distribution_count, 1);
        assert_text(analysis->distributions[0].id, c->id);
        assert_text(analysis->distributions[0].version_id, c->version);
        assert_text(analysis->distributions[0].codename, c->codename);
        assert_text(analysis->distributions[0].pretty, c->pretty);
        assert_text(analysis->distributions[0].path, c->path);
    }
}

static void nothing_is_made_of_nothing(void **state)
{
    (void)state;
    const char *const paths[] = {"etc/os-release", "etc/alpine-release", "etc/debian_version",
                                 "etc/redhat-release", "etc/lsb-release"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        FIXTURE f, g;
        assert_int_equal(fixture_read(&f, "distribution", paths[i], SLICE(""))->distribution_count,
                         0);
        assert_int_equal(
            fixture_read(&g, "distribution", paths[i], SLICE("\0\1\2"))->distribution_count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(release_files_are_read),
        cmocka_unit_test(nothing_is_made_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
