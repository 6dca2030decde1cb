"""Runs the cases of ecr_cases_*.py by boto3 or by the aws CLI (ecr_run.py WORK boto3|aws [ecr_cases_x…]), and judges at
the end what both have seen (ecr_run.py WORK coverage).

Each of these files has
    ANSWERS = {"CreateRepository": "ok RepositoryAlreadyExistsException …"}   what must have been seen by the end
    CANNOT = {"CreateRepository": {"KmsException": "there is no KMS here"}}   the model's other errors, and why not
    def run(test): …                                                          test: ecr_test.Test
"""
import glob
import importlib
import json
import os
import sys

import ecr_test
from ecr_test import Test

# Of every operation: what needs a fault of the machine.
NEVER = {"ServerException": "our own fault"}


def judge_coverage(modules):
    """A row for each operation; what is expected and was not seen, and errors of the model that nobody thought of."""
    said = Test("coverage", "")
    for module in modules:
        said.group = module.__name__.removeprefix("ecr_cases_")
        for operation, answers in sorted(module.ANSWERS.items()):
            wanted, cannot = set(answers.split()), {**NEVER, **module.CANNOT.get(operation, {})}
            seen = Test.model.seen.get(operation, {})
            missing = sorted(wanted - set(seen))
            forgotten = sorted(Test.model.errors_of(operation) - wanted - set(cannot))
            row = " ".join(f"{answer.removesuffix('Exception')}:{count}" for answer, count in sorted(seen.items()))
            lines = [f"not seen: {name}" for name in missing]
            lines += [f"neither expected nor excused: {name}" for name in forgotten]
            lines += [f"excused, but seen: {name}" for name in set(cannot) & set(seen)]
            said.check(f"{operation}: {row or 'not called'}", not lines, *lines)
    all_of_them = set(Test.model.service_model.operation_names)
    covered = set().union(*(module.ANSWERS for module in modules))
    said.group = "all"
    said.check(f"{len(covered)} of the model's {len(all_of_them)} operations have cases", covered == all_of_them,
               *sorted(all_of_them - covered))


def run(driver, work, modules):
    test = Test(driver, work)
    for module in modules:
        test.group = module.__name__.removeprefix("ecr_cases_")
        with test.case("ended early"):
            module.run(test)
    test.group = "model"
    test.check(f"{Test.model.responses} responses are what the model of botocore {ecr_test.botocore.__version__} says",
               not Test.model.complaints, *sorted(set(Test.model.complaints))[:60])


def add_seen(path):
    """What former processes have seen, and this one."""
    if os.path.exists(path):
        with open(path) as file:
            for operation, answers in json.load(file).items():
                for answer, count in answers.items():
                    row = Test.model.seen.setdefault(operation, {})
                    row[answer] = row.get(answer, 0) + count
    with open(path, "w") as file:
        json.dump(Test.model.seen, file)


def main():
    work, driver, wanted = sys.argv[1], sys.argv[2], sys.argv[3:]
    with open(os.environ["AWS_CONFIG_FILE"], "w") as file:  # the server is to judge, not botocore
        file.write("[default]\nparameter_validation = false\nretry_mode = standard\nmax_attempts = 1\n")
    here = os.path.dirname(os.path.abspath(__file__))
    every = sorted(os.path.basename(path)[:-3] for path in glob.glob(here + "/ecr_cases_*.py"))
    modules = [importlib.import_module(name) for name in (wanted or every)]
    if driver == "coverage":
        add_seen(work + "/seen.json")
        judge_coverage(modules)
    else:
        run(driver, work, modules)
        add_seen(work + "/seen.json")
    sys.exit(1 if Test.failed else 0)


main()
