#!/usr/bin/env python3
"""Holds the crate's requests to STS against those that botocore's own client sends, on random parameters of all five
operations: URL, body and signature byte for byte, in every partition."""
import argparse
import json
import random
import string
import sys
from datetime import datetime
from unittest import mock

import botocore.session
from botocore import UNSIGNED, auth
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from run import ask_crate

REGIONS = ["us-east-1", "eu-west-3", "aws-global", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1",
           "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"]
WORD = string.ascii_letters + string.digits + "_"
ODD = "éßıſÅΩשע日本語٣Ⅷ \u00a0\u2028\u3000_.:/=+-@" + WORD
JSON = "".join(map(chr, range(32, 127))) + "\t\n\r\x7f\x80é÷ÿ"
HEADERS = ["content-type", "x-amz-date", "x-amz-security-token", "authorization"]


def text(rng, least, most, of):
    return "".join(rng.choices(of, k=min(most, rng.choice([least, least + 1, most, rng.randint(least, most)]))))


def some(rng, **parts):
    """Each of the parts, or not, in this order."""
    return {name: make() for name, make in parts.items() if rng.random() < 0.5}


def parameters(rng, operation):
    """In the order of the service's model, which is that of the crate."""
    name = lambda least=2, most=64: text(rng, least, most, WORD + "+=,.@-")
    arn = lambda: "arn:aws:iam::123456789012:role/" + text(rng, 1, 100, WORD + "+=,.@-/é ")
    arns = lambda: [{"arn": arn()} for _ in range(rng.choice([1, 2, 10]))]
    policy = lambda: text(rng, 1, 2048, JSON)
    tags = lambda: [{"Key": text(rng, 1, 128, ODD), "Value": text(rng, 0, 256, ODD)} for _ in range(rng.choice([1, 2, 50]))]
    keys = lambda: [text(rng, 1, 128, ODD) for _ in range(rng.choice([1, 3]))]
    seconds = lambda most: rng.choice([900, most, rng.randint(900, most)])
    mfa = {"SerialNumber": text(rng, 9, 256, WORD + "+=/:,.@-"), "TokenCode": text(rng, 6, 6, string.digits)}
    mfa = mfa if rng.random() < 0.5 else {}
    if operation == "AssumeRole":
        return {"RoleArn": arn(), "RoleSessionName": name()} | some(
            rng, PolicyArns=arns, Policy=policy, DurationSeconds=lambda: seconds(43200), Tags=tags,
            TransitiveTagKeys=keys, ExternalId=lambda: text(rng, 2, 1224, WORD + "+=,.@:/-")) | mfa | some(
            rng, SourceIdentity=name)
    if operation == "AssumeRoleWithWebIdentity":
        token = text(rng, 4, 2000, "".join(map(chr, range(33, 127))))
        return {"RoleArn": arn(), "RoleSessionName": name(), "WebIdentityToken": token} | some(
            rng, ProviderId=lambda: text(rng, 4, 60, WORD + ".-"), PolicyArns=arns, Policy=policy,
            DurationSeconds=lambda: seconds(43200))
    if operation == "GetSessionToken":
        return some(rng, DurationSeconds=lambda: seconds(129600)) | mfa
    if operation == "GetFederationToken":
        return {"Name": name(2, 32)} | some(
            rng, Policy=policy, PolicyArns=arns, DurationSeconds=lambda: seconds(129600), Tags=tags)
    return {}


OPERATIONS = {"AssumeRole": "assume_role", "AssumeRoleWithWebIdentity": "assume_role_with_web_identity",
              "GetSessionToken": "get_session_token", "GetFederationToken": "get_federation_token",
              "GetCallerIdentity": "get_caller_identity"}


def random_case(rng, number):
    operation = rng.choice(list(OPERATIONS))
    return {"id": number, "kind": "sts", "operation": operation, "parameters": parameters(rng, operation),
            "access_key": "ASIAIOSFODNN7EXAMPLE" if (session := rng.random() < 0.5) else "AKIAIOSFODNN7EXAMPLE",
            "secret_key": f"secret+/{rng.random()}", "session_token": "IQoJb3JpZ2lu+/=" if session else None,
            "region": rng.choice(REGIONS), "timestamp": f"20{rng.randrange(10, 90)}0{rng.randrange(1, 10)}17T120000Z"}


def ask_botocore(session, case):
    """What the client sends."""
    sent, name = [], case["operation"]
    answer = f"<{name}Response><{name}Result/></{name}Response>".encode()

    def send(request, **_):
        sent.append(request)
        return AWSResponse(request.url, 200, {}, mock.Mock(stream=lambda: iter([answer])))
    unsigned = {"signature_version": UNSIGNED} if case["operation"] == "AssumeRoleWithWebIdentity" else {}
    client = session.create_client(
        "sts", region_name=case["region"], aws_access_key_id=case["access_key"],
        aws_secret_access_key=case["secret_key"], aws_session_token=case["session_token"],
        config=Config(parameter_validation=True, **unsigned))
    client.meta.events.register_first("before-send.sts", send)
    now = datetime.strptime(case["timestamp"], "%Y%m%dT%H%M%SZ")
    with mock.patch.object(auth, "get_current_datetime", lambda: now):
        getattr(client, OPERATIONS[case["operation"]])(**case["parameters"])
    (request,) = sent
    headers = {name.lower(): value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
    body = request.body.decode() if isinstance(request.body, bytes) else request.body
    return {"url": request.url, "headers": {name: headers[name] for name in HEADERS if name in headers}, "body": body}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conformance", default="target/release/examples/conformance", help="the built example")
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    rng = random.Random(options.seed)
    session = botocore.session.get_session()
    cases = [random_case(rng, number) for number in range(options.cases)]
    answers = ask_crate(options.conformance, cases, sort=False)
    failed = 0
    for case, answer in zip(cases, answers):
        expected = ask_botocore(session, case) | {"id": case["id"]}
        if answer != expected:
            failed += 1
            if failed <= 10:
                print(f"FAILED {json.dumps(case)}\n  crate    {answer}\n  botocore {expected}")
    print(f"sts, seed {options.seed}: {options.cases - failed} passed, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
