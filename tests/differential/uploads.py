#!/usr/bin/env python3
"""Holds the crate's uploads against botocore on random cases: aws-chunked bodies with an unsigned trailer byte for
byte, and the signatures of POST policies."""
import argparse
import base64
import hashlib
import io
import json
import random
import sys
from datetime import datetime
from unittest import mock

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum, Sha1Checksum, Sha256Checksum

from run import ask_crate

CHECKSUMS = {"x-amz-checksum-crc32": Crc32Checksum, "x-amz-checksum-sha1": Sha1Checksum,
             "x-amz-checksum-sha256": Sha256Checksum}
SOME_TEXT = ["", "a", "image/", "user/eric/", "${filename}", "\"", "\\", "é", "😀", "</form>", "'", "\n", "$", ","]


def common(rng, number):
    return {"id": number, "access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": f"secret+/{rng.random()}",
            "session_token": rng.choice([None, "IQoJb3JpZ2lu+/="]), "region": rng.choice(["us-east-1", "eu-west-3"]),
            "service": "s3", "timestamp": f"20{rng.randrange(10, 90)}0{rng.randrange(1, 10)}17T120000Z"}


def body(rng):
    length = rng.choice([0, 1, 8191, 8192, 8193, rng.randrange(100_000), rng.randrange(100_000)])
    return {"byte": rng.randrange(256), "len": length} if rng.random() < 0.3 else {"seed": rng.randrange(2**63), "len": length}


def bytes_of(body):
    if "byte" in body:
        return bytes([body["byte"]]) * body["len"]
    block = lambda i: hashlib.sha256(body["seed"].to_bytes(8, "big") + i.to_bytes(8, "big")).digest()
    return b"".join(block(i) for i in range(-(-body["len"] // 32)))[:body["len"]]


def chunked(rng, number):
    """The case, and what botocore's own framing makes of it."""
    name, checksum = rng.choice(list(CHECKSUMS.items()))
    case = common(rng, number) | {
        "kind": "chunked", "method": "PUT", "headers": [["Host", "h.example"]], "body": body(rng),
        "url": {"scheme": "https", "host": "h.example", "port": None, "path": "/key", "query": []},
        "payload": {"hash": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}, "mode": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "chunk_size": rng.choice([8192, 10_000, 65_536]),
        "options": {"double_encode": False, "normalize_path": False, "sign_body_header": True}}
    data = bytes_of(case["body"])
    framed = AwsChunkedWrapper(io.BytesIO(data), checksum, name, case["chunk_size"]).read()
    value = checksum()
    value.update(data)
    case["trailers"] = [[name, value.b64digest()]]
    return case, {"encoded_length": len(framed), "encoded_sha256": hashlib.sha256(framed).hexdigest()}


def post(rng, number):
    """The case with the policy that botocore makes, and the fields that it adds."""
    case = common(rng, number)
    conditions = [{"bucket": "b"}, ["starts-with", "$key", rng.choice(SOME_TEXT)], {"acl": rng.choice(SOME_TEXT)},
                  ["content-length-range", 0, rng.randrange(10**9)]][:rng.randrange(5)]
    request = AWSRequest("POST", "https://b.example/")
    request.context["s3-presign-post-policy"] = {"expiration": "2099-12-30T12:00:00.000Z", "conditions": conditions}
    credentials = Credentials(case["access_key"], case["secret_key"], case["session_token"])
    now = datetime.strptime(case["timestamp"], "%Y%m%dT%H%M%SZ")
    with mock.patch.object(auth, "get_current_datetime", lambda: now):
        auth.S3SigV4PostAuth(credentials, case["service"], case["region"]).add_auth(request)
    fields = request.context["s3-presign-post-fields"]
    policy = json.loads(base64.b64decode(fields["policy"]))
    case |= {"kind": "post", "conditions": policy["conditions"], "input_fields": {}, "policy": fields["policy"],
             "expiration": policy["expiration"]}
    return case, {"signature": fields["x-amz-signature"], "fields": fields}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conformance", default="target/release/examples/conformance", help="the built example")
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    rng = random.Random(options.seed)
    cases = [(chunked, post)[number % 2](rng, number) for number in range(options.cases)]
    answers = ask_crate(options.conformance, [case for case, _ in cases])
    failed = 0
    for (case, expected), answer in zip(cases, answers):
        if any(answer.get(name) != value for name, value in expected.items()):
            failed += 1
            if failed <= 10:
                print(f"FAILED {json.dumps(case)}\n  crate    {answer}\n  botocore {expected}")
    print(f"uploads, seed {options.seed}: {options.cases - failed} passed, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
