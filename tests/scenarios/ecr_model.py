"""Validates responses strictly by botocore's service model, and remembers which answers were seen."""
import base64
import binascii
import json
import re

# Of the model, and yet not kept to by the service itself: a page of ListImages has up to 1000.
UNBOUNDED_LISTS = {"ImageIdentifierList"}
# What any operation may answer, beside its own errors (AWS: "Common errors").
COMMON_ERRORS = {
    "AccessDeniedException", "ExpiredTokenException", "InvalidSignatureException", "MissingAuthenticationTokenException",
    "SerializationException", "ThrottlingException", "UnknownOperationException", "UnrecognizedClientException",
}


def no_duplicates(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


class Judge:
    """Complaints about one document, each with its path."""

    def __init__(self):
        self.complaints = []

    def say(self, path, what):
        self.complaints.append(f"{path or '.'}: {what}")

    def value(self, shape, value, path):
        if value is None:
            return self.say(path, "null")
        getattr(self, shape.type_name if shape.type_name not in ("long", "integer") else "whole")(shape, value, path)

    def structure(self, shape, value, path):
        if not isinstance(value, dict):
            return self.say(path, f"not an object but {value!r:.60}")
        for name in shape.required_members:
            if name not in value:
                self.say(f"{path}.{name}", "required and missing")
        for name, member in value.items():
            if name in shape.members:
                self.value(shape.members[name], member, f"{path}.{name}")
            else:
                self.say(f"{path}.{name}", f"{shape.name} has no such member")

    def list(self, shape, value, path):
        if not isinstance(value, list):
            return self.say(path, f"not a list but {value!r:.60}")
        if shape.name not in UNBOUNDED_LISTS:
            self.limits(shape, len(value), path, "elements")
        for i, element in enumerate(value):
            self.value(shape.member, element, f"{path}[{i}]")

    def map(self, shape, value, path):
        if not isinstance(value, dict):
            return self.say(path, f"not a map but {value!r:.60}")
        for key, element in value.items():
            self.value(shape.key, key, f"{path}<{key}>")
            self.value(shape.value, element, f"{path}.{key}")

    def limits(self, shape, size, path, what):
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if low is not None and size < low or high is not None and size > high:
            self.say(path, f"{size} {what}, not {low} to {high}")

    def string(self, shape, value, path):
        if not isinstance(value, str):
            return self.say(path, f"not a text but {value!r:.60}")
        self.limits(shape, len(value), path, "characters")
        if shape.enum and value not in shape.enum:
            self.say(path, f"{value!r} is none of {shape.enum}")
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            self.say(path, f"{value!r} is not {pattern}")

    def whole(self, shape, value, path):
        if not isinstance(value, int) or isinstance(value, bool):
            return self.say(path, f"not a whole number but {value!r:.60}")
        self.limits(shape, value, path, "as its value")

    def double(self, shape, value, path):
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            self.say(path, f"not a number but {value!r:.60}")

    float = double

    def boolean(self, shape, value, path):
        if not isinstance(value, bool):
            self.say(path, f"not true or false but {value!r:.60}")

    def timestamp(self, shape, value, path):
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return self.say(path, f"not a number of seconds but {value!r:.60}")
        if not 1.5e9 < value < 1e10:
            self.say(path, f"{value} is no time of today")

    def blob(self, shape, value, path):
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, TypeError, ValueError):
            self.say(path, "not base64")


class Model:
    """Give `before_parse` to botocore's event of that name: then every response is judged."""

    def __init__(self, service_model):
        self.service_model = service_model
        self.complaints = []
        self.responses = 0
        self.seen = {}  # operation -> {"ok" or the exception's name: how often}

    def before_parse(self, operation_model, response_dict, **_):
        operation, headers = operation_model.name, response_dict["headers"]
        self.responses += 1
        judge = Judge()
        status = response_dict["status_code"]
        if headers.get("content-type") != "application/x-amz-json-1.1":
            judge.say("Content-Type", repr(headers.get("content-type")))
        if not headers.get("x-amzn-requestid"):
            judge.say("x-amzn-RequestId", "missing")
        try:
            document = json.loads(response_dict["body"], object_pairs_hook=no_duplicates)
        except ValueError as error:
            judge.say("", f"{error}: {response_dict['body']!r:.200}")
            document = {}
        if status == 200:
            answer = "ok"
            judge.structure(operation_model.output_shape, document, "")
        else:
            answer = self.judge_error(judge, operation_model, status, headers, document)
        self.seen.setdefault(operation, {}).setdefault(answer, 0)
        self.seen[operation][answer] += 1
        self.complaints += [f"{operation} ({answer}): {text}" for text in judge.complaints]

    def judge_error(self, judge, operation_model, status, headers, document):
        name = document.pop("__type", None)
        errors = {shape.name: shape for shape in operation_model.error_shapes}
        if headers.get("x-amzn-errortype") != name:
            judge.say("X-Amzn-ErrorType", f"{headers.get('x-amzn-errortype')!r}, not {name!r}")
        if status != (500 if name == "ServerException" else 400):
            judge.say("status", f"{status} for {name}")
        if not document.get("message"):
            judge.say("message", "missing")
        if name in errors:
            judge.structure(errors[name], document, "")
        elif name in COMMON_ERRORS:
            if set(document) - {"message"}:
                judge.say("", f"has {sorted(document)}")
        else:
            judge.say("__type", f"{name!r} is no error of {operation_model.name}: {document.get('message')}")
        return str(name)

    def errors_of(self, operation):
        return {shape.name for shape in self.service_model.operation_model(operation).error_shapes}
