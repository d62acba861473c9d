#!/usr/bin/env python3
"""Holds what the crate reads out of AWS's shared files and variables against botocore's own session, on random ones: keys,
their end, region, endpoint, addressing; and the kind of error where there is none.

Both get the same files but for what botocore does not know and the other SDKs do (`ours`): comments behind a blank, settings
and sections that are there twice, `[profile default]` above `[default]`, AWS_REGION. Each of these is written so that by AWS's
rules it means what botocore is given.
"""
import argparse
import os
import random
import string
import sys
import tempfile
from datetime import datetime, timezone
from unittest import mock

import botocore.configprovider
import botocore.exceptions
import botocore.session
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import ensure_boolean

from run import ask_crate

NAMES = ["default", "backup", "a-b/c.d_e+f@g:h%i", "x"]
WORD = string.ascii_letters + string.digits + "/+="
ERRORS = [
    ("there is no profile", "ProfileNotFound"), ("is missing", "PartialCredentialsError"), ("no keys were found", "None"),
    ("there is no section [services", "InvalidConfigError"), ("gets its keys from a program", "process"),
    ("has no = behind its name", "ConfigParseError"), ("no ] at its end", "ConfigParseError"),
    ("before the first section", "ConfigParseError"), ("assumes the role", "assume-role"),
    ("token of a web identity", "assume-role-with-web-identity"), ("(sso_account_id", "sso"),
    ("(login_session", "MissingDependencyException"),
    # botocore has no keys then; the crate says whom to ask for some.
    ("(sso_start_url", "None"),
]
DEFERRED = {"assume-role-with-web-identity", "sso"}


def word(rng, start=""):
    return start + "".join(rng.choices(WORD, k=rng.randint(4, 30)))


def some(rng, **settings):
    return {name: make() for name, make in settings.items() if rng.random() < 0.6}


def keys(rng):
    found = some(rng, aws_access_key_id=lambda: word(rng, "ID").replace("=", ""), aws_secret_access_key=lambda: word(rng),
                 aws_session_token=lambda: word(rng), aws_security_token=lambda: word(rng))
    if rng.random() < 0.8 and "aws_access_key_id" in found:
        found["aws_secret_access_key"] = word(rng)
    return found


def boolean(rng):
    return rng.choice(["true", "false", "True", "FALSE"])


def profile(rng):
    settings = some(rng, region=lambda: rng.choice(["eu-west-1", "us-east-1"]), output=lambda: "json",
                    endpoint_url=lambda: "https://" + rng.choice("ab") + ".example")
    if rng.random() < 0.3:
        settings["services"] = rng.choice(["local", "local", "other"])
    if rng.random() < 0.2:
        settings["ignore_configured_endpoint_urls"] = boolean(rng)
    if rng.random() < 0.1:
        settings["credential_process"] = "a program"
    if rng.random() < 0.4:
        settings["s3"] = some(rng, addressing_style=lambda: rng.choice(["path", "virtual", "auto"]), max_queue_size=lambda: "7")
        settings["s3"]["use_accelerate_endpoint"] = "false"
    if rng.random() < 0.15:
        settings |= {"sso_start_url": "https://a.example", "sso_region": "us-east-1"}
        if rng.random() < 0.5:
            settings |= {"sso_account_id": "123456789012", "sso_role_name": "reader"}
    if rng.random() < 0.1:
        settings["login_session"] = "arn:aws:iam::123456789012:user/x"
    if rng.random() < 0.1:
        settings["role_arn"] = "arn:aws:iam::123456789012:role/x"
        settings |= rng.choice([{"web_identity_token_file": "/token"}, {"source_profile": "x"}])
    return {**settings, **(keys(rng) if rng.random() < 0.3 else {})}


def files(rng):
    config = [(name if name == "default" else f"profile {name}", profile(rng)) for name in NAMES if rng.random() < 0.5]
    config += [("sso-session s", {"sso_region": "x"}), ("services local", {"s3": {"endpoint_url": "https://s3.example"}}),
               ("plugins", {"a": "b"}), ("noprefix", {"region": "x"})]
    rng.shuffle(config)
    return config, [(name, keys(rng)) for name in NAMES if rng.random() < 0.5]


def written(rng, sections, ours, is_config):
    """A file, with what only the other SDKs know of where it is the crate's."""
    lines = ["# a comment", "; another", ""]
    for head, settings in sections:
        if ours and rng.random() < 0.2:
            lines += [f"[{head}]"] + [f"{name.upper()} = other" for name in settings if name != "s3"]
        if ours and is_config and head == "default" and rng.random() < 0.3:
            lines += ["[default]", "region = never", "[profile default]  # this is the one"]
        else:
            quote = rng.choice(['"', "'", ""])
            kind, _, name = head.partition(" ")
            lines.append(f"[{kind} {quote}{name}{quote}]" if name else f"[{head}]")
        for name, value in settings.items():
            name = rng.choice([name, name.upper(), name.title()])
            equals = rng.choice(["=", " = ", "=  ", "\t=\t"])
            if isinstance(value, dict):
                lines += [f"{name}{equals}"] + [f"{rng.choice([' ', chr(9), '    '])}{key}{rng.choice(['=', ' = '])}{inner}"
                                                for key, inner in value.items()]
            else:
                comment = rng.choice(["", "", " # behind", "\t; behind"]) if ours else ""
                lines.append(f"{name}{equals}{value}{comment}{rng.choice(['', ' '])}")
            lines += rng.choice([[], [], [""], ["# between"], ["  # indented"]])
    return rng.choice(["\n", "\r\n"]).join(lines) + "\n"


def broken(rng, text):
    return text + rng.choice(["a line\n", "[default\n"])


def variables(rng):
    found = some(rng, AWS_PROFILE=lambda: rng.choice(NAMES)) if rng.random() < 0.5 else {}
    if rng.random() < 0.3:
        found |= {name.upper(): value for name, value in keys(rng).items()}
        if rng.random() < 0.3:
            found["AWS_CREDENTIAL_EXPIRATION"] = rng.choice(["2033-05-24T01:00:00Z", "2033-05-24T03:00:00+02:00"])
    if rng.random() < 0.1:
        found |= {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/y"}
    if rng.random() < 0.3:
        found["AWS_DEFAULT_REGION"] = "ap-south-1"
    for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"]:
        if rng.random() < 0.2:
            found[name] = f"https://{name.lower().replace('_', '-')}.example"
    if rng.random() < 0.1:
        found["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = boolean(rng)
    return found


def split(config, credentials):
    """Half of the keys in each file: the SDKs merge them, and botocore does not. A token alone is no half."""
    of = dict(credentials)
    for head, settings in config:
        other = of.get(head.removeprefix("profile "), {})
        whole = {"aws_access_key_id", "aws_secret_access_key"} <= set(other)
        if not whole and any(name.startswith("aws_") for name in other) and any(name.startswith("aws_") for name in settings):
            return True
    return False


def botocores(config, credentials, environment, asked):
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for name, text in [("AWS_CONFIG_FILE", config), ("AWS_SHARED_CREDENTIALS_FILE", credentials)]:
            paths[name] = os.path.join(folder, name)
            with open(paths[name], "w", encoding="utf-8", newline="") as file:
                file.write(text)
        with mock.patch.dict(os.environ, {**environment, **paths, "AWS_EC2_METADATA_DISABLED": "true"}, clear=True):
            try:
                return asks(botocore.session.Session(profile=asked))
            except botocore.exceptions.BotoCoreError as error:
                return type(error).__name__


def asks(session):
    scoped = session.get_scoped_config()
    provider = botocore.configprovider.ConfiguredEndpointProvider(session.full_config, scoped, "s3", os.environ)
    endpoint = None
    if not ensure_boolean(session.get_config_variable("ignore_configured_endpoint_urls")):
        endpoint = provider.provide()
    with mock.patch("botocore.credentials.ProcessProvider._retrieve_credentials_using", side_effect=FileNotFoundError), \
            mock.patch("botocore.credentials.AssumeRoleProvider._load_creds_via_assume_role", side_effect=PermissionError):
        try:
            credentials = session.get_credentials()
        except FileNotFoundError:
            return "process"
        except PermissionError:
            return "assume-role"
    if credentials is None:
        return "None"
    if credentials.method in DEFERRED:
        return credentials.method
    end = getattr(credentials, "_expiry_time", None)
    frozen = credentials.get_frozen_credentials()
    return {"access_key": frozen.access_key, "secret_key": frozen.secret_key, "session_token": frozen.token,
            "expiration": end and end.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ"), "region": session.get_config_variable("region"),
            "endpoint_url": endpoint, "addressing_style": scoped.get("s3", {}).get("addressing_style")}


def make(rng):
    while True:
        config, credentials = files(rng)
        if not split(config, credentials):
            break
    environment, asked = variables(rng), rng.choice([None, None, None, *NAMES, "nobody"])
    state = rng.getrandbits(64)
    texts = [[written(random.Random(state), part, ours, part is config) for part in (config, credentials)] for ours in (True, False)]
    if rng.random() < 0.05:
        which = rng.randrange(2)
        for pair in texts:
            pair[which] = broken(random.Random(state), pair[which])
    given = dict(environment)
    if "AWS_DEFAULT_REGION" in given and rng.random() < 0.5:
        given |= {"AWS_REGION": given["AWS_DEFAULT_REGION"], "AWS_DEFAULT_REGION": "never"}
    expected = botocores(*texts[1], environment, asked)
    case = {"kind": "config", "config": texts[0][0], "credentials": texts[0][1], "variables": given, "profile": asked,
            "timestamp": "20330524T000000Z"}
    return case, expected


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--conformance", required=True)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--cases", type=int, default=2000)
    options = parser.parse_args()
    print(f"seed {options.seed}")
    rng = random.Random(options.seed)
    cases = [make(rng) for _ in range(options.cases)]
    answers = ask_crate(options.conformance, [{"id": i, **case} for i, (case, _) in enumerate(cases)])
    kinds = {}
    for (case, expected), answer in zip(cases, answers):
        if isinstance(expected, dict):
            # The crate keeps its secrets: what they sign tells whether they are these.
            same = {name: value for name, value in expected.items() if name not in ("secret_key", "session_token")}
            found = {name: answer.get(name) for name in same}
            right = "error" not in answer and found == same and answer["signature"] == signature(expected)
        else:
            kind = next((kind for start, kind in ERRORS if start in answer.get("error", "")), None)
            right = kind == expected
        kind = expected if isinstance(expected, str) else "keys"
        kinds[kind] = kinds.get(kind, 0) + 1
        if not right:
            sys.exit(f"{case['config']}\n---\n{case['credentials']}\n---\n{case}\nbotocore: {expected}\nthe crate: {answer}")
    if missing := ({"keys"} | {kind for _, kind in ERRORS}) - set(kinds):
        sys.exit(f"of these there was none: {missing}")
    print(f"{len(cases)} pairs of files and variables are read alike: {kinds}")


def signature(keys):
    """botocore's, of the request that the crate signs for it."""
    credentials = Credentials(keys["access_key"], keys["secret_key"], keys["session_token"])
    host = "photos.s3.us-east-1.amazonaws.com"
    request = AWSRequest("GET", f"https://{host}/k", headers={"Host": host})
    with mock.patch("botocore.auth.get_current_datetime", return_value=datetime(2033, 5, 24)):
        S3SigV4QueryAuth(credentials, "s3", "us-east-1", expires=900).add_auth(request)
    return request.url.rsplit("=", 1)[1]


main()
