#!/bin/sh
# ECR's API against the real aws CLI and boto3: every operation, its documented errors, paginators and waiters. Every
# response goes through a validator over botocore's own model (ecr_model.py); what each operation must be seen to answer
# is said beside its cases (ecr_cases_*.py), and a table at the end fails for what was not seen.
. "$(dirname "$0")/lib.sh"
clients aws python
serve --account 123456789012
python "$here/ecr_run.py" "$work" || fail "ecr_run.py ended with $?"
