#!/bin/sh
# ECR's API against the real aws CLI and boto3: every operation, its documented errors, paginators and waiters. Every
# response goes through a validator over botocore's own model (ecr_model.py); what each operation must be seen to answer
# is said beside its cases (ecr_cases_*.py), and a table at the end fails for what was not seen.
. "$(dirname "$0")/lib.sh"
clients aws python
export PLIMSOLL
serve --account 123456789012
for driver in boto3 aws coverage; do # two processes: awscli brings a botocore of its own
    python "$here/ecr_run.py" "$work" $driver || fail "$driver ended with $?"
done
