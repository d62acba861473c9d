#!/usr/bin/env python3
"""Random requests signed by botocore are verified by the crate as they are sent, and refused once they are changed."""
import argparse
import hashlib
import json
import random
import sys
from collections import Counter
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from botocore.auth import _host_from_url

from cases import plain_case
from differences import is_link, unsigned
from run import ask_crate, sign_by_botocore


def received(rng, number):
    """A case as a server receives it from a client of botocore's."""
    case = plain_case(rng, number)
    if "STREAMING" in case["payload"]["hash"]:  # a link cannot have one, and a request needs more headers with it
        case["payload"]["hash"] = hashlib.sha256(rng.randbytes(8)).hexdigest()
        for pair in case["headers"]:
            if pair[0].lower() == "x-amz-content-sha256":
                pair[1] = case["payload"]["hash"]
    # Left over from another signing: no client sends it without the session.
    case["headers"] = [pair for pair in case["headers"] if pair[0].lower() != "x-amz-security-token"]
    if is_link(case):  # botocore keeps one parameter of each name, and signs what is left over from another signing
        query = dict(case["url"]["query"])
        case["url"]["query"] = [[name, value] for name, value in query.items()]
        if case["options"]["double_encode"]:  # by the general rules a link has an empty body
            case["options"]["sign_body_header"] = False
    request, _, _ = sign_by_botocore(case)
    url = urlsplit(request.url)
    if request.params:  # as botocore's own requests are prepared, with a plus for a space
        url = url._replace(query=urlencode([tuple(pair) for pair in request.params]))
    headers = [[name, value] for name, value in request.headers.items()]
    if not any(name.lower() == "host" for name, _ in headers):
        headers.append(["Host", _host_from_url(request.url)])
    left = unsigned(case)
    headers += [[name, value] for name, value in case["headers"]
                if name.lower() in left and name.lower() not in {given.lower() for given, _ in headers}]
    token = next((value for name, value in case["url"]["query"] + case["headers"]
                  if name.lower() == "x-amz-s3session-token"), case["session_token"])
    same = {name: case[name] for name in ("id", "method", "access_key", "secret_key", "region", "service", "timestamp",
                                          "expires", "options", "unsigned_headers", "payload")}
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    return same | {"kind": "verify", "session_token": token, "target": target, "headers": headers}


def changed(rng, case):
    """The same, but for one change that matters, and what that is."""
    change = rng.choice(CHANGES)
    headers = [list(pair) for pair in case["headers"]]
    return change.__name__, case | change(rng, case | {"headers": headers})


def method(_, case):
    return {"method": "PATCH"}


def path(_, case):
    before, question, query = case["target"].partition("?")
    return {"target": before + "x" + question + query}


def parameter(_, case):
    return {"target": case["target"] + ("&" if "?" in case["target"] else "?") + "zz=1"}


def amz_header(_, case):
    return {"headers": case["headers"] + [["X-Amz-Grant-Read", "everybody"]]}


def signed_value(rng, case):
    signed = signed_headers(case)
    pair = rng.choice([pair for pair in case["headers"] if pair[0].lower() in signed])
    pair[1] += "x"
    return {"headers": case["headers"]}


def header_lost(rng, case):
    lost = rng.choice(sorted(signed_headers(case)))
    return {"headers": [pair for pair in case["headers"] if pair[0].lower() != lost]}


def signature(rng, case):
    digit = rng.randrange(64)
    def other(text):
        start = text.index("Signature=") + len("Signature=") + digit
        return text[:start] + ("0" if text[start] != "0" else "1") + text[start + 1:]
    if "X-Amz-Signature=" in case["target"]:
        start, name, rest = case["target"].partition("X-Amz-Signature=")
        return {"target": start + other(name + rest)}
    return {"headers": [[name, other(value) if name == "Authorization" else value] for name, value in case["headers"]]}


def time(_, case):
    late = case["expires"] if "X-Amz-Signature=" in case["target"] else 900
    now = datetime.strptime(case["timestamp"], "%Y%m%dT%H%M%SZ") + timedelta(seconds=late + 1)
    return {"timestamp": now.strftime("%Y%m%dT%H%M%SZ")}


def secret(_, case):
    return {"secret_key": case["secret_key"] + "x"}


def session(_, case):
    return {"session_token": "x" + (case["session_token"] or "")}


CHANGES = [method, path, parameter, amz_header, signed_value, header_lost, signature, time, secret, session]


def signed_headers(case):
    given = {name.lower() for name, _ in case["headers"]}
    authorization = dict(case["headers"]).get("Authorization", "")
    if "SignedHeaders=" in authorization:
        listed = authorization.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    else:
        listed = case["target"].partition("X-Amz-SignedHeaders=")[2].partition("&")[0].split("%3B")
    return given & set(listed)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conformance", default="target/release/examples/conformance", help="the built example")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    rng = random.Random(options.seed)
    cases = [received(rng, number) for number in range(options.cases)]
    changes = [changed(rng, case) for case in cases]
    failed, refusals = 0, Counter()
    for case, answer in zip(cases, ask_crate(options.conformance, cases)):
        if answer.get("access_key") != case["access_key"]:
            failed += 1
            if failed <= 10:
                print(f"FAILED {json.dumps(case)}\n  {answer}")
    for (name, case), answer in zip(changes, ask_crate(options.conformance, [case for _, case in changes])):
        if "error" in answer:
            refusals[name] += 1
        else:
            failed += 1
            if failed <= 10:
                print(f"FAILED: verified with another {name}: {json.dumps(case)}")
    missing = [change.__name__ for change in CHANGES if not refusals[change.__name__]]
    print(f"verified, seed {options.seed}: {2 * options.cases - failed} passed, {failed} failed; refused: {dict(refusals)}")
    sys.exit(bool(failed or missing))


if __name__ == "__main__":
    main()
