#!/usr/bin/env python3
"""Holds the crate against botocore on random cases: every stage must be the same, or differ as differences.py says."""
import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from datetime import datetime
from unittest import mock

import botocore
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import percent_encode, percent_encode_sequence

from cases import random_case
from differences import DIFFERENCES, is_link, unsigned

SIGNERS = {("s3", False): auth.S3SigV4Auth, ("s3", True): auth.S3SigV4QueryAuth,
           ("express", False): auth.S3ExpressAuth, ("express", True): auth.S3ExpressQueryAuth,
           ("general", False): auth.SigV4Auth, ("general", True): auth.SigV4QueryAuth}


def ask_botocore(case):
    """botocore's answer, and a function that continues its signing from another canonical request."""
    request, signer, answer = sign_by_botocore(case)

    def sign(canonical):
        text = signer.string_to_sign(request, canonical)
        return text, signer.signature(text, request)
    return answer, sign


def sign_by_botocore(case):
    """The signed request, its signer, and every stage."""
    link, token = is_link(case), case["session_token"]
    rules = "general" if case["options"]["double_encode"] else "express" if case["service"] == "s3express" else "s3"
    query, headers = case["url"]["query"], case["headers"]
    arguments = {"expires": case["expires"]} if link else {}
    if rules == "express":  # the session's token comes from the credentials
        arguments["identity_cache"] = None
        is_token = lambda pair: pair[0].lower() == "x-amz-s3session-token"
        token = next(value for _, value in filter(is_token, query if link else headers))
        query, headers = [[pair for pair in pairs if not is_token(pair)] for pairs in (query, headers)]
    # botocore cannot be told not to sign a header: one sets it after signing.
    headers = [pair for pair in headers if pair[0].lower() not in unsigned(case)]

    in_url = case["botocore_query"] != "params"
    request = AWSRequest(case["method"], url_of(case, query if in_url else []), params=[] if in_url else query)
    for name, value in headers:
        request.headers[name] = value
    signer = SIGNERS[rules, link](Credentials(case["access_key"], case["secret_key"], token),
                                  case["service"], case["region"], **arguments)
    if not link:  # which payload is signed is the caller's choice, not the signer's
        signer.payload = lambda _: case["payload"]["hash"]
        if rules == "general" and case["options"]["sign_body_header"]:
            del request.headers["x-amz-content-sha256"]
            request.headers["X-Amz-Content-SHA256"] = case["payload"]["hash"]

    answer = {}
    for stage in ["canonical_request", "string_to_sign", "signature"]:
        record(signer, stage, answer)
    now = datetime.strptime(case["timestamp"], "%Y%m%dT%H%M%SZ")
    with mock.patch.object(auth, "get_current_datetime", lambda: now):
        signer.add_auth(request)
    if link:
        answer["url"] = sorted_url(request.url)
    else:
        answer["authorization"] = request.headers["Authorization"]
        answer["signed_headers"] = answer["canonical_request"].rsplit("\n", 2)[1]
    return request, signer, dict(answer)


def record(signer, stage, answer):
    method = getattr(signer, stage)

    def recorded(*arguments):
        answer[stage] = method(*arguments)
        return answer[stage]
    setattr(signer, stage, recorded)


def url_of(case, query):
    url = case["url"]
    host = f"[{url['host']}]" if ":" in url["host"] and url["host"][0] != "[" else url["host"]
    port = "" if url["port"] is None else f":{url['port']}"
    text = percent_encode_sequence(query)
    if case["botocore_query"] == "bare":
        text = "&".join(pair if pair == "=" else pair.removesuffix("=") for pair in text.split("&"))
    return f"{url['scheme']}://{host}{port}{percent_encode(url['path'], safe='/~')}" + (f"?{text}" if text else "")


def sorted_url(url):
    """Path and query, the query sorted but for the signature: botocore appends what the crate sorts in."""
    path, _, query = url.split("://", 1)[1].partition("?")
    query, _, signature = query.rpartition("&")
    pairs = sorted(pair if "=" in pair else pair + "=" for pair in query.split("&"))
    return "/" + path.partition("/")[2], pairs, signature


def ask_crate(binary, cases, sort=True):
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    done = subprocess.run([binary], input=lines, capture_output=True, text=True, encoding="utf-8", check=True)
    answers = [json.loads(line) for line in done.stdout.split("\n")[:-1]]
    assert [answer.get("id") for answer in answers] == [case["id"] for case in cases], "answers are not in order"
    for answer in answers:
        if sort and "url" in answer:
            answer["url"] = sorted_url(answer["url"])
    return answers


def explain(case):
    """The differences that belong to a case, and the cases to give to the two signers so that they agree."""
    given, found = {"crate": case, "botocore": case}, []
    for difference in DIFFERENCES:
        for signer in given if difference.given_to == "both" else [difference.given_to]:
            changed = given[signer] | difference(given[signer])
            if changed != given[signer]:
                given[signer] = changed
                if difference not in found:
                    found.append(difference)
    return found, given["crate"], given["botocore"]


def check(case, found, crate, changed_crate, changed_case):
    """What is wrong with the answers to a case, one text a finding."""
    refusals = [text for difference in found if difference.error for text in difference.error.split("|")]
    if "error" in crate and not any(text in crate["error"] for text in refusals):
        return [f"the crate refuses it: {crate['error']}"]
    if refusals and "error" not in crate:
        return ["the crate should refuse it"]
    botocore_answer, sign = ask_botocore(case)
    wrong = []
    if "error" not in crate:
        # Whatever the canonical request is, botocore must go on from it as the crate does.
        if sign(crate["canonical_request"]) != (crate["string_to_sign"], crate["signature"]):
            wrong.append("botocore signs the crate's canonical request in another way")
        if found and crate["canonical_request"] == botocore_answer["canonical_request"]:
            wrong.append("there is no difference where one is listed")
    if "error" in changed_crate:
        return wrong + [f"the crate refuses the changed case: {changed_crate['error']}"]
    if changed_case is not case:
        botocore_answer, _ = ask_botocore(changed_case)
    stages = list(botocore_answer)
    expected = {stage: changed_crate[stage] for stage in stages}
    for change in filter(None, (difference.text for difference in found)):
        # The later stages follow from the text, as the check above shows.
        stages, expected["canonical_request"] = ["canonical_request"], change(expected["canonical_request"])
    for stage in stages:
        if expected[stage] != botocore_answer[stage]:
            wrong.append(f"{stage}\n    crate    {expected[stage]!r}\n    botocore {botocore_answer[stage]!r}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conformance", default="target/release/examples/conformance", help="the built example")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    print(f"botocore {botocore.__version__}, {options.cases} cases, seed {options.seed}")

    rng = random.Random(options.seed)
    cases = [random_case(rng, number) for number in range(options.cases)]
    explained = [explain(case) for case in cases]
    answers = ask_crate(options.conformance, cases)
    changed_answers = ask_crate(options.conformance, [changed for _, changed, _ in explained])

    failed, counts, alone = 0, Counter(), Counter()
    for case, (found, _, changed), answer, changed_answer in zip(cases, explained, answers, changed_answers):
        counts.update(difference.label for difference in found)
        alone.update(difference.label for difference in found if len(found) == 1)
        wrong = check(case, found, answer, changed_answer, changed)
        if wrong:
            failed += 1
            if failed <= 10:
                print(f"\nFAILED {json.dumps(case)}\n  differences: {[difference.label for difference in found]}")
                print("\n".join(f"  {text}" for text in wrong))

    print(f"{sum(not found for found, _, _ in explained):7} without a difference")
    for label in (difference.label for difference in DIFFERENCES):
        print(f"{counts[label]:7} with {label}, {alone[label]} of them with no other")
    missing = [difference.label for difference in DIFFERENCES if not alone[difference.label]]
    if missing:
        print(f"FAILED: no case has, as its only difference, {', '.join(missing)}")
    print(f"{options.cases - failed} passed, {failed + len(missing)} failed")
    sys.exit(bool(failed or missing))


if __name__ == "__main__":
    main()
