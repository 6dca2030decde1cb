/* The table of steps: see voyage.h. */
#include "ship/voyage/steps.h"

/* Steps that are `always` done again ask somebody (a registry, the rules of today) or cost nothing;
   the others have made something that still holds for the same input. */
const struct voyage_step voyage_steps[VOYAGE_STEPS] = {
    [VOYAGE_LINT] = {"lint the Dockerfile and the configuration that it copies", true, NULL,
                     lint_step_tell, lint_step_run},
    [VOYAGE_LOGIN] = {"log in to the registry", true, NULL, login_step_tell, login_step_run},
    [VOYAGE_PULL] = {"pull fresh base images", false, pull_step_idle, pull_step_tell,
                     pull_step_run},
    [VOYAGE_BUILD] = {"build the image and save it", false, NULL, build_step_tell, build_step_run},
    [VOYAGE_SCAN] = {"scan it for vulnerabilities and secrets", false, NULL, scan_step_tell,
                     scan_step_run},
    [VOYAGE_GATE] = {"judge the findings", true, gate_step_idle, gate_step_tell, gate_step_run},
    [VOYAGE_TEST] = {"test it", false, test_step_idle, test_step_tell, test_step_run},
    [VOYAGE_TAG] = {"plan its tags", true, NULL, tag_step_tell, tag_step_run},
    [VOYAGE_PUSH] = {"push it and move its tags", true, NULL, push_step_tell, push_step_run},
    [VOYAGE_DEPLOY] = {"deploy it", false, deploy_step_idle, deploy_step_tell, deploy_step_run},
    [VOYAGE_RECORD] = {"keep the record", true, NULL, record_step_tell, record_step_run},
};
