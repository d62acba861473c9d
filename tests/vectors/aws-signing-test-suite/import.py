#!/usr/bin/env python3
"""Turns AWS's signing test suite (v4) into one JSON file, a case a line.

    python3 import.py PACKAGE > v4.jsonl        # PACKAGE: the unpacked crate aws-sigv4 1.6.4
    python3 import.py --check PACKAGE           # v4.jsonl against the package's own files

The check goes the other way: it rebuilds every file of the package from v4.jsonl and compares the bytes, so nobody has
to trust the import. README.md names the deviations, which are spelled out in DEVIATIONS below.
"""
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
STAGES = ["canonical-request", "string-to-sign", "signature"]

# What the package's copy of the suite gets wrong or leaves out.
DEVIATIONS = {
    # The request was changed to an encoded path, while the expected texts still encode a raw space, once.
    "get-space-normalized": {"target": "/example space/"},
    # No context.json. The package's own test signs double-encode-path with these credentials.
    "double-encode-path": {"access_key": "ANOTREAL", "secret_key": "notrealrnrELgWzOk3IfjzDKtFBhDby"},
    # No context.json. Its texts and its Authorization header name this instant, region and service.
    "double-url-encode": {"timestamp": "20210511T154045Z", "region": "us-east-2", "service": "lambda"},
}
# This canonical request is of another instant than the request and its signature.
CANONICAL_DATE = {"double-encode-path": "20210511T154045Z"}


def read_text(f):
    # This one file ends in a line feed; no string to sign does.
    return f.read_text().removesuffix("\n") if f.parent.name == "double-url-encode" else f.read_text()


def parse_request(text):
    head, _, body = text.partition("\n\n")
    request_line, *lines = head.rstrip("\n").split("\n")
    method, rest = request_line.split(" ", 1)
    headers = []
    for line in lines:
        if line[0] in " \t":  # RFC 9112, section 5.2: the value goes on
            headers[-1][1] += "\n" + line
        else:
            headers.append(line.split(":", 1))
    return {"method": method, "target": rest.removesuffix(" HTTP/1.1"), "headers": headers, "body": body}


def parse_case(folder):
    case = {"name": folder.name} | parse_request((folder / "request.txt").read_text())
    context = folder / "context.json"
    context = json.loads(context.read_text()) if context.exists() else {}
    credentials = context.get("credentials", {})
    case["access_key"] = credentials.get("access_key_id", "AKIDEXAMPLE")
    case["secret_key"] = credentials.get("secret_access_key", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    case["token"] = credentials.get("token")
    case["token_after_signing"] = context.get("omit_session_token", False)
    case["region"] = context.get("region", "us-east-1")
    case["service"] = context.get("service", "service")
    case["timestamp"] = context.get("timestamp", "2015-08-30T12:36:00Z").replace("-", "").replace(":", "")
    case["expires"] = context.get("expiration_in_seconds", 3600)
    case["normalize"] = context.get("normalize", True)
    case["sign_body"] = context.get("sign_body", False)
    case |= DEVIATIONS.get(folder.name, {})
    for how in ["header", "query"]:
        files = {stage: folder / f"{how}-{stage}.txt" for stage in STAGES}
        stages = {stage.replace("-", "_"): read_text(f) for stage, f in files.items() if f.exists()}
        if stages and "signature" not in stages:
            # No file for it, but the signed request shows it.
            signed = (folder / f"{how}-signed-request.txt").read_text()
            stages["signature"] = signed.split("Signature=")[1][:64]
        if how == "header" and folder.name in CANONICAL_DATE:
            stages["canonical_date"] = CANONICAL_DATE[folder.name]
        if stages:
            case[how] = stages
    return case


def rebuild_request(case):
    lines = [f"{case['method']} {case['target']} HTTP/1.1"] + [f"{n}:{v}" for n, v in case["headers"]]
    return "\n".join(lines) + "\n\n" + case["body"]


def check(package):
    cases = {case["name"]: case for case in map(json.loads, (HERE / "v4.jsonl").read_text().splitlines())}
    folders = {f.name: f for f in (package / "aws-signing-test-suite/v4").iterdir() if f.is_dir()}
    assert cases.keys() == folders.keys(), cases.keys() ^ folders.keys()
    compared = 0
    for name, case in cases.items():
        theirs = (folders[name] / "request.txt").read_text()
        if name == "get-space-normalized":
            theirs = theirs.replace("/example%20space/", "/example space/")
        assert rebuild_request(case).rstrip("\n") == theirs.rstrip("\n"), f"{name}: the request differs"
        compared += 1
        for f in sorted(folders[name].iterdir()):
            how, _, stage = f.stem.partition("-")
            if stage in STAGES:
                assert case[how][stage.replace("-", "_")] == read_text(f), f"{name}: {f.name} differs"
                compared += 1
            elif stage == "signed-request":
                signature = f"Signature={case[how]['signature']}"
                assert signature in f.read_text(), f"{name}: {f.name} shows another signature"
                compared += 1
            elif f.name == "context.json":
                context = json.loads(f.read_text())
                ours = {
                    "credentials": {"access_key_id": case["access_key"], "secret_access_key": case["secret_key"]}
                    | ({"token": case["token"]} if case["token"] else {}),
                    "expiration_in_seconds": case["expires"],
                    "normalize": case["normalize"],
                    "region": case["region"],
                    "service": case["service"],
                    "sign_body": case["sign_body"],
                    "timestamp": "{0}-{1}-{2}T{3}:{4}:{5}Z".format(
                        *(case["timestamp"][a:b] for a, b in [(0, 4), (4, 6), (6, 8), (9, 11), (11, 13), (13, 15)])
                    ),
                }
                assert context.pop("omit_session_token", False) == case["token_after_signing"], name
                assert ours == context, f"{name}: the context differs"
                compared += 1
    print(f"{len(cases)} cases, {compared} files compared with the package: all alike")


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        check(Path(sys.argv[2]))
    else:
        for folder in sorted((Path(sys.argv[1]) / "aws-signing-test-suite/v4").iterdir()):
            print(json.dumps(parse_case(folder), ensure_ascii=False))
