#!/usr/bin/env python3
"""Holds the crate's requests to STS against those that botocore's own client sends, on random parameters of all five
operations: URL, body and signature byte for byte, in every partition. And STS's answers as both read them, down to the
signature by the keys that they hold."""
import argparse
import json
import random
import string
import sys
from datetime import datetime
from unittest import mock
from xml.sax.saxutils import escape

import botocore.session
from botocore import UNSIGNED, auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials

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


WHO = {"AssumeRole": ("AssumedRoleUser", "AssumedRoleId"), "GetFederationToken": ("FederatedUser", "FederatedUserId"),
       "AssumeRoleWithWebIdentity": ("AssumedRoleUser", "AssumedRoleId"), "GetSessionToken": None}


def random_answer(rng, number):
    """STS's answer with random texts, elements in any order, written in any of XML's ways."""
    operation = rng.choice(list(WHO))
    odd = WORD + "+/=<>&\"'é日😀"

    def element(name, value):
        written = rng.choice([escape(value), "".join(f"&#x{ord(c):x};" for c in value),
                              escape(value) + "<!-- a -->" if value else "", f"<![CDATA[{value}]]>"])
        return f"<{name}>{written}</{name}>"

    def group(name, elements):
        rng.shuffle(elements)
        blank = rng.choice(["", "\n  "])
        return f"<{name}>{blank}{blank.join(elements)}{blank}</{name}>"
    # Later than any request is dated.
    instant = f"209{rng.randrange(10)}-0{rng.randrange(1, 10)}-1{rng.randrange(10)}T{rng.randrange(10, 24)}:34:41"
    parts = [group("Credentials", [
        element("AccessKeyId", "ASIA" + text(rng, 12, 16, WORD)), element("SecretAccessKey", text(rng, 20, 40, odd)),
        element("SessionToken", text(rng, 100, 2000, WORD + "+/=")),
        element("Expiration", instant + rng.choice(["Z", ".359Z", "+02:00", "-05:30"]))])]
    if WHO[operation]:
        user, name = WHO[operation]
        parts.append(group(user, [element("Arn", "arn:aws:sts::123456789012:" + text(rng, 1, 60, odd)),
                                  element(name, text(rng, 2, 193, odd))]))
        parts += some(rng, a=lambda: element("PackedPolicySize", str(rng.randrange(101)))).values()
    if operation.startswith("Assume"):
        parts += some(rng, a=lambda: element("SourceIdentity", text(rng, 2, 64, WORD))).values()
    if operation == "AssumeRoleWithWebIdentity":
        names = ["SubjectFromWebIdentityToken", "Provider", "Audience"]
        parts += [element(name, text(rng, 6, 60, odd)) for name in names if rng.random() < 0.7]
    answer = group(f"{operation}Result", parts) + group("ResponseMetadata", [element("RequestId", text(rng, 30, 36, WORD))])
    answer = f'<{operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">{answer}</{operation}Response>'
    return random_case(rng, number) | {"operation": operation, "parameters": parameters(rng, operation),
                                       "answer": rng.choice(["", '<?xml version="1.0"?>\n']) + answer}


def session_of(parsed, case):
    """The session as the crate tells of it."""
    keys = parsed["Credentials"]
    user = parsed.get("AssumedRoleUser") or parsed.get("FederatedUser") or {}
    request = AWSRequest("POST", "https://sts.amazonaws.com/", data="Action=GetCallerIdentity&Version=2011-06-15")
    request.headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
    now = datetime.strptime(case["timestamp"], "%Y%m%dT%H%M%SZ")
    with mock.patch.object(auth, "get_current_datetime", lambda: now):
        credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        auth.SigV4Auth(credentials, "sts", "us-east-1").add_auth(request)
    return {"access_key": keys["AccessKeyId"], "expiration": int(keys["Expiration"].timestamp()),
            "arn": user.get("Arn"), "user_id": user.get("AssumedRoleId") or user.get("FederatedUserId"),
            "packed_policy_size": parsed.get("PackedPolicySize"), "source_identity": parsed.get("SourceIdentity"),
            "subject": parsed.get("SubjectFromWebIdentityToken"), "provider": parsed.get("Provider"),
            "audience": parsed.get("Audience"), "request_id": parsed["ResponseMetadata"]["RequestId"],
            "authorization": request.headers["Authorization"], "token": keys["SessionToken"]}


def ask_botocore(session, case):
    """What the client sends, or what it makes of the answer."""
    sent, name = [], case["operation"]
    answer = case.get("answer", f"<{name}Response><{name}Result/></{name}Response>").encode()

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
        parsed = getattr(client, OPERATIONS[case["operation"]])(**case["parameters"])
    if "answer" in case:
        return session_of(parsed, case)
    (request,) = sent
    headers = {name.lower(): value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
    body = request.body.decode() if isinstance(request.body, bytes) else request.body
    return {"url": request.url, "headers": {name: headers[name] for name in HEADERS if name in headers}, "body": body}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conformance", default="target/release/examples/conformance", help="the built example")
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    rng = random.Random(options.seed)
    session = botocore.session.get_session()
    cases = [(random_case, random_answer)[number % 2](rng, number) for number in range(options.cases)]
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
