#include "registry/oci/accept.h"

#include "test.h"

#define OCI    "application/vnd.oci.image.manifest.v1+json"
#define INDEX  "application/vnd.oci.image.index.v1+json"
#define DOCKER "application/vnd.docker.distribution.manifest.v2+json"
#define LIST   "application/vnd.docker.distribution.manifest.list.v2+json"

static void clients_take_what_they_name(void **state)
{
    (void)state;
    static const struct {
        const char *accept, *type;
        bool takes;
    } cases[] = {
        {"", OCI, true},
        {"*/*", DOCKER, true},
        {OCI ", " DOCKER, DOCKER, true},
        {OCI, DOCKER, false},
        {DOCKER, OCI, false},
        {DOCKER "," LIST, INDEX, false},
        {OCI ";q=0.5, */*;q=0.1", DOCKER, true},
        {OCI ";q=0", OCI, true}, /* names nothing that it takes: does not negotiate */
        {OCI ";q=0, " DOCKER, OCI, false},
        {"Application/Vnd.OCI.image.manifest.v1+json", OCI, true},
        {"application/json", OCI, true}, /* knows nothing of manifests */
        {"text/html, application/xhtml+xml", OCI, true},
        {"application/*", OCI, true},
        {",,;;,q=,", OCI, true},
        {OCI, "", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (oci_accepts(slice_str(cases[i].accept), slice_str(cases[i].type)) != cases[i].takes)
            fail_msg("%s for %s", cases[i].accept, cases[i].type);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(clients_take_what_they_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
