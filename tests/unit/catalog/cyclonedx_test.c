/* SBOMs of ours, of Trivy and of Syft, and packages from their purls. */
#include "catalog/cyclonedx.h"

#include "arena.h"
#include "test.h"

#define assert_slice(s, text) assert_true(slice_equal_str((s), (text)))

static struct sbom read_text(const char *text)
{
    struct sbom sbom;
    struct error err = {.kind = ERROR_NONE};
    if (!cyclonedx_read(slice_str(text), &arena, &sbom, &err))
        fail_msg("%s", err.text);
    return sbom;
}

static void refuse(const char *text, enum error_kind kind)
{
    struct sbom sbom;
    struct error err = {.kind = ERROR_NONE};
    assert_false(cyclonedx_read(slice_str(text), &arena, &sbom, &err));
    assert_int_equal(err.kind, kind);
}

#define DIFF_ID "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define DIGEST  "sha256:2222222222222222222222222222222222222222222222222222222222222222"

static void test_trivy(void **state)
{
    (void)state;
    struct sbom sbom = read_text(
        "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.4\",\"components\":["
        "{\"type\":\"library\",\"name\":\"bsdutils\",\"version\":\"1:2.36.1-8+deb11u1\","
        "\"purl\":\"pkg:deb/debian/bsdutils@2.36.1-8%2Bdeb11u1?arch=amd64&distro=debian-11.6&"
        "epoch=1\",\"licenses\":[{\"license\":{\"name\":\"GPL-2.0\"}},{\"expression\":\"MIT\"}],"
        "\"properties\":[{\"name\":\"aquasecurity:trivy:SrcName\",\"value\":\"util-linux\"},"
        "{\"name\":\"aquasecurity:trivy:SrcVersion\",\"value\":\"2.36.1\"},"
        "{\"name\":\"aquasecurity:trivy:SrcRelease\",\"value\":\"8+deb11u1\"},"
        "{\"name\":\"aquasecurity:trivy:SrcEpoch\",\"value\":\"2\"},"
        "{\"name\":\"aquasecurity:trivy:LayerDiffID\",\"value\":\"" DIFF_ID "\"}]},"
        "{\"type\":\"application\",\"name\":\"package-lock.json\",\"properties\":"
        "[{\"name\":\"aquasecurity:trivy:Class\",\"value\":\"lang-pkgs\"}]},"
        "{\"type\":\"library\",\"name\":\"core\",\"group\":\"@babel\",\"version\":\"7.0.0\","
        "\"purl\":\"pkg:npm/%40babel/core@7.0.0\",\"properties\":"
        "[{\"name\":\"aquasecurity:trivy:FilePath\",\"value\":\"app/package.json\"}]},"
        "{\"type\":\"operating-system\",\"name\":\"debian\",\"version\":\"11.6\"}],"
        "\"metadata\":{\"tools\":[{\"vendor\":\"aquasecurity\",\"name\":\"trivy\","
        "\"version\":\"0.34.0\"}],\"component\":{\"type\":\"container\",\"name\":\"debian:11\","
        "\"purl\":\"pkg:oci/debian@" DIGEST "?arch=amd64\",\"properties\":"
        "[{\"name\":\"aquasecurity:trivy:DiffID\",\"value\":\"" DIFF_ID "\"}]}}}");
    assert_int_equal(sbom.count, 2);
    assert_int_equal(sbom.note_count, 0);
    const struct package *first = &sbom.components[0].package;
    assert_slice(first->name, "bsdutils");
    assert_slice(first->version, "1:2.36.1-8+deb11u1");
    assert_slice(first->source, "util-linux");
    assert_slice(first->source_version, "2:2.36.1-8+deb11u1");
    assert_slice(first->license, "GPL-2.0 AND MIT");
    assert_int_equal(sbom.components[0].layer_index, 0);
    assert_slice(sbom.components[1].package.name, "@babel/core");
    assert_slice(sbom.components[1].package.path, "app/package.json");
    assert_slice(sbom.distribution.id, "debian");
    assert_slice(sbom.distribution.version_id, "11.6");
    assert_slice(sbom.tool, "trivy 0.34.0");
    assert_slice(sbom.image.name, "debian:11");
    assert_string_equal(sbom.image.manifest_digest.text, DIGEST);
    assert_slice(sbom.image.architecture, "amd64");
}

static void test_syft(void **state)
{
    (void)state;
    struct sbom sbom = read_text(
        "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"metadata\":{\"tools\":{"
        "\"components\":[{\"type\":\"application\",\"name\":\"syft\",\"version\":\"1.9.0\"}]},"
        "\"component\":{\"type\":\"container\",\"name\":\"x\",\"version\":\"" DIGEST "\"}},"
        "\"components\":[{\"type\":\"library\",\"publisher\":\"someone\",\"name\":\"libssl1.1\","
        "\"version\":\"1.1.1s-r0\",\"purl\":\"pkg:apk/alpine/libssl1.1@1.1.1s-r0?arch=x86_64&"
        "distro=alpine-3.16.9\",\"properties\":["
        "{\"name\":\"syft:package:type\",\"value\":\"apk\"},"
        "{\"name\":\"syft:location:0:path\",\"value\":\"/lib/apk/db/installed\"},"
        "{\"name\":\"syft:location:0:layerID\",\"value\":\"" DIFF_ID "\"},"
        "{\"name\":\"syft:metadata:originPackage\",\"value\":\"openssl\"}]},"
        "{\"type\":\"application\",\"name\":\"acme\",\"version\":\"2.0.31\","
        "\"cpe\":\"cpe:2.3:a:acme:acme:2.0.31:*:*:*:*:*:*:*\",\"purl\":\"pkg:generic/acme@2.0.31\","
        "\"properties\":[{\"name\":\"syft:cpe23\",\"value\":\"cpe:2.3:a:acme:rocket:2.0.31:*\"},"
        "{\"name\":\"syft:cpe23\",\"value\":\"cpe:2.3:a:acme:acme:2.0.31:*\"}]},"
        "{\"type\":\"file\",\"name\":\"/bin/ls\"},"
        "{\"type\":\"operating-system\",\"name\":\"Alpine\",\"version\":\"3.16.9\",\"properties\":"
        "[{\"name\":\"syft:distro:prettyName\",\"value\":\"Alpine Linux v3.16\"}]}]}");
    assert_int_equal(sbom.count, 2);
    assert_slice(sbom.components[0].package.source, "openssl");
    assert_slice(sbom.components[0].package.source_version, "1.1.1s-r0");
    assert_slice(sbom.components[0].package.path, "lib/apk/db/installed");
    assert_slice(sbom.components[0].layer, DIFF_ID);
    assert_true(sbom.components[0].layer_index == SIZE_MAX);
    assert_int_equal(sbom.components[1].package.type, PACKAGE_PROGRAM);
    assert_slice(sbom.components[1].package.cpe, "acme:acme,acme:rocket");
    assert_slice(sbom.distribution.id, "alpine");
    assert_slice(sbom.distribution.pretty, "Alpine Linux v3.16");
    assert_string_equal(sbom.image.manifest_digest.text, DIGEST);
}

static void test_others(void **state)
{
    (void)state;
    /* No operating-system: the purls tell. Nested components are packages, too. */
    struct sbom sbom = read_text(
        "{\"bomFormat\":\"CycloneDX\",\"components\":[{\"type\":\"library\",\"name\":\"a\","
        "\"purl\":"
        "\"pkg:apk/alpine/"
        "a@1-r0?distro=3.16\",\"components\":[{\"type\":\"library\",\"name\":\"b\","
        "\"purl\":\"pkg:pypi/b@2\"}]},{\"type\":\"library\",\"name\":\"nothing\"},"
        "{\"type\":\"library\",\"name\":\"bad\",\"purl\":\"not a purl\"},"
        "{\"type\":\"library\",\"name\":\"c\",\"purl\":\"pkg:apk/alpine/c@1-r0?distro=3.17\"}]}");
    assert_int_equal(sbom.count, 3);
    assert_slice(sbom.components[0].package.name, "b");
    assert_slice(sbom.distribution.id, "alpine");
    assert_slice(sbom.distribution.version_id, "3.16");
    assert_int_equal(sbom.note_count, 3); /* two left out, one of another release */
}

static void test_refused(void **state)
{
    (void)state;
    refuse("", ERROR_FORMAT);
    refuse("[]", ERROR_FORMAT);
    refuse("{}", ERROR_FORMAT);
    refuse("{\"bomFormat\":\"CycloneDX\",\"components\":[", ERROR_FORMAT);
    refuse("{\"bomFormat\":\"other\"}", ERROR_FORMAT);
    refuse("{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[]}", ERROR_UNSUPPORTED);
    refuse("SPDXVersion: SPDX-2.3\n", ERROR_UNSUPPORTED);
    refuse("<?xml version=\"1.0\"?><bom xmlns=\"http://cyclonedx.org/schema/bom/1.4\"/>",
           ERROR_UNSUPPORTED);
}

static void test_looks_like(void **state)
{
    (void)state;
    assert_true(cyclonedx_looks_like(SLICE("{\n \"bomFormat\" : \"CycloneDX\",")));
    assert_false(cyclonedx_looks_like(SLICE("{\"bomFormat\"")));
    assert_false(cyclonedx_looks_like(SLICE("{\"spdxVersion\":\"SPDX-2.3\"}")));
    assert_false(cyclonedx_looks_like(SLICE("")));
}

static void expect_purl(const char *purl, const char *summary)
{
    struct package p;
    struct distribution d;
    struct error err;
    if (!package_from_purl(slice_str(purl), &arena, &p, &d, &err))
        fail_msg("%s: %s", purl, err.text);
    struct slice got = arena_printf(
        &arena, "%s %.*s %.*s (%.*s %.*s) %.*s/%.*s/%.*s", package_type_name(p.type),
        SLICE_ARG(p.name), SLICE_ARG(p.version), SLICE_ARG(p.source), SLICE_ARG(p.source_version),
        SLICE_ARG(d.id), SLICE_ARG(d.version_id), SLICE_ARG(d.codename));
    assert_string_equal(got.at, summary);
}

static void test_purls(void **state)
{
    (void)state;
    expect_purl("pkg:apk/alpine/libssl3@3.1-r0?distro=alpine-3.18.2&upstream=openssl",
                "apk libssl3 3.1-r0 (openssl 3.1-r0) alpine/3.18.2/");
    expect_purl("pkg:apk/alpine/musl@1", "apk musl 1 (musl 1) //");
    expect_purl("pkg:apk/wolfi/musl@1?distro=wolfi", "apk musl 1 (musl 1) wolfi//");
    expect_purl("pkg:deb/debian/zlib1g@1.2?distro=bookworm&upstream=zlib@1.1",
                "deb zlib1g 1.2 (zlib 1.1) debian//bookworm");
    expect_purl("pkg:deb/debian/x@2?distro=debian-12&epoch=1", "deb x 1:2 (x 1:2) debian/12/");
    expect_purl("pkg:rpm/redhat/libacl@2.3-1.el9?distro=redhat-9.2&upstream=acl-2.3-1.el9.src.rpm",
                "rpm libacl 2.3-1.el9 (acl 2.3-1.el9) rhel/9.2/");
    expect_purl("pkg:maven/org.apache/log4j@2", "maven org.apache:log4j 2 (org.apache:log4j 2) //");
    expect_purl("pkg:swift/x/y@1", "other y 1 (y 1) //");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_trivy),   ARENA_TEST(test_syft),       ARENA_TEST(test_others),
        ARENA_TEST(test_refused), ARENA_TEST(test_looks_like), ARENA_TEST(test_purls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
