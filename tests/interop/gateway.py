"""Works with boto3, as it comes, through the gateway of examples/gateway, and tampers with what it sends.

Reads GATEWAY and SERVER_ENDPOINT (the addresses of the two), GATEWAY_LOG, REGION, CLIENT_ACCESS_KEY_ID with
CLIENT_SECRET_ACCESS_KEY for the one and ACCESS_KEY with SECRET_KEY for the other, and TLS, a folder with cert.pem and
key.pem. Prints a line for each check that failed, and at last their number.
"""

import asyncio
import functools
import hashlib
import io
import os
import ssl
import threading

import boto3
import urllib3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from urllib.parse import urlsplit

GATEWAY = os.environ["GATEWAY"]
BUCKET = "gateway-bucket"
KEY = "a folder/key & é + 100%.txt"
OLD = b"what was there before"
HTTP = urllib3.PoolManager()
MIB = 1 << 20


def client(endpoint, key=os.environ["CLIENT_ACCESS_KEY_ID"], secret=os.environ["CLIENT_SECRET_ACCESS_KEY"], **config):
    s3 = {"addressing_style": "path", **config.pop("s3", {})}
    config = Config(signature_version="s3v4", s3=s3, retries={"total_max_attempts": 1}, **config)
    verify = f"{os.environ['TLS']}/cert.pem" if endpoint.startswith("https:") else None
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name=os.environ["REGION"], verify=verify,
        aws_access_key_id=key, aws_secret_access_key=secret, config=config)


def tunnel():
    """TLS in front of the gateway: over plain HTTP boto3 sends no aws-chunked bodies. Nothing is changed on the way."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{os.environ['TLS']}/cert.pem", f"{os.environ['TLS']}/key.pem")

    async def pump(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()

    async def serve(reader, writer):
        there = urlsplit(GATEWAY)
        other_reader, other_writer = await asyncio.open_connection(there.hostname, there.port)
        await asyncio.gather(pump(reader, other_writer), pump(other_reader, writer))

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0, ssl=context))
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


PLAIN = client(GATEWAY)
TLS = client(tunnel())
DIRECT = client(os.environ["SERVER_ENDPOINT"], os.environ["ACCESS_KEY"], os.environ["SECRET_KEY"])


def data(length):
    """Bytes no two blocks of which are alike."""
    return hashlib.shake_128(str(length).encode()).digest(length)


def expect(found, expected):
    if found != expected:
        raise AssertionError(f"expected {expected!r:.300}, found {found!r:.300}")


def stored(key, s3=DIRECT):
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def log(word):
    with open(os.environ["GATEWAY_LOG"], encoding="utf-8") as lines:
        return [line for line in lines if line.startswith(word)]


class Sent:
    """What the client sent last: its headers, as they were signed."""

    def __init__(self, s3, operation):
        self.headers = {}
        s3.meta.events.register(f"before-send.s3.{operation}", self)

    def __call__(self, request, **_):
        self.headers = {name.lower(): value.decode() if isinstance(value, bytes) else value
                        for name, value in request.headers.items()}


# --- what must work

ACCEPTED = []


def accepted(function):
    ACCEPTED.append(function)
    return function


@accepted
def put_and_get_of_many_lengths():
    sent = Sent(PLAIN, "PutObject")
    for length in [0, 1, 65_535, 65_536, 65_537, 3 * MIB]:
        PLAIN.put_object(Bucket=BUCKET, Key=KEY, Body=data(length))
        expect(len(sent.headers["x-amz-content-sha256"]), 64)
        expect(stored(KEY), data(length))
        expect(stored(KEY, PLAIN), data(length))


@accepted
def put_in_unsigned_chunks_of_many_lengths():
    sent = Sent(TLS, "PutObject")
    for length in [0, 1, 65_535, 65_536, 65_537, 3 * MIB]:
        TLS.put_object(Bucket=BUCKET, Key=KEY, Body=data(length))
        expect(sent.headers["x-amz-content-sha256"], "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        expect(stored(KEY), data(length))
        expect(stored(KEY, TLS), data(length))


@accepted
def put_in_unsigned_chunks_with_every_checksum():
    sent = Sent(TLS, "PutObject")
    for algorithm in ["CRC32", "SHA1", "SHA256"]:
        TLS.put_object(Bucket=BUCKET, Key=KEY, Body=io.BytesIO(data(100_000)), ChecksumAlgorithm=algorithm)
        expect(sent.headers["x-amz-trailer"], f"x-amz-checksum-{algorithm.lower()}")
        expect(stored(KEY), data(100_000))


@accepted
def put_with_a_body_that_is_not_signed():
    s3 = client(TLS.meta.endpoint_url, request_checksum_calculation="when_required",
                s3={"payload_signing_enabled": False})
    sent = Sent(s3, "PutObject")
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=data(200_000))
    expect(sent.headers["x-amz-content-sha256"], "UNSIGNED-PAYLOAD")
    expect(stored(KEY), data(200_000))


@accepted
def metadata_and_headers():
    PLAIN.put_object(Bucket=BUCKET, Key=KEY, Body=b"x", ContentType="text/x-gateway", CacheControl="max-age=60",
                     Metadata={"color": "red   and  blue", "empty": ""})
    for answer in [DIRECT.head_object(Bucket=BUCKET, Key=KEY), PLAIN.head_object(Bucket=BUCKET, Key=KEY)]:
        expect((answer["ContentType"], answer["CacheControl"], answer["ContentLength"]),
               ("text/x-gateway", "max-age=60", 1))
        expect(answer["Metadata"]["color"].split(), ["red", "and", "blue"])


@accepted
def ranges():
    PLAIN.put_object(Bucket=BUCKET, Key=KEY, Body=data(10_000))
    for text, piece in [("bytes=0-9", slice(0, 10)), ("bytes=9990-", slice(9990, None)), ("bytes=-5", slice(-5, None))]:
        answer = PLAIN.get_object(Bucket=BUCKET, Key=KEY, Range=text)
        expect((answer["ResponseMetadata"]["HTTPStatusCode"], answer["Body"].read()), (206, data(10_000)[piece]))


@accepted
def conditions():
    tag = PLAIN.put_object(Bucket=BUCKET, Key=KEY, Body=b"x")["ETag"]
    expect(PLAIN.get_object(Bucket=BUCKET, Key=KEY, IfMatch=tag)["Body"].read(), b"x")
    expect(error(lambda: PLAIN.get_object(Bucket=BUCKET, Key=KEY, IfNoneMatch=tag))[1], 304)


@accepted
def what_is_not_there():
    expect(error(lambda: PLAIN.get_object(Bucket=BUCKET, Key="nothing"))[0], "NoSuchKey")
    expect(error(lambda: PLAIN.head_object(Bucket=BUCKET, Key="nothing"))[1], 404)


@accepted
def transfers_in_parts():
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=4)
    for s3 in [PLAIN, TLS]:
        body = data(17 * MIB + 1)
        s3.upload_fileobj(io.BytesIO(body), BUCKET, "parts", Config=config)
        expect(hashlib.sha256(stored("parts")).digest(), hashlib.sha256(body).digest())
        received = io.BytesIO()
        s3.download_fileobj(BUCKET, "parts", received, Config=config)
        expect(hashlib.sha256(received.getvalue()).digest(), hashlib.sha256(body).digest())


@accepted
def an_upload_by_hand():
    upload = PLAIN.create_multipart_upload(Bucket=BUCKET, Key=KEY)["UploadId"]
    here = {"Bucket": BUCKET, "Key": KEY, "UploadId": upload}
    pieces = [data(5 * MIB), b"the end"]
    tags = [s3.upload_part(**here, PartNumber=number, Body=piece)["ETag"]
            for number, (s3, piece) in enumerate(zip([PLAIN, TLS], pieces), 1)]
    expect([part["Size"] for part in PLAIN.list_parts(**here)["Parts"]], [len(piece) for piece in pieces])
    parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
    PLAIN.complete_multipart_upload(**here, MultipartUpload={"Parts": parts})
    expect(stored(KEY), b"".join(pieces))
    upload = PLAIN.create_multipart_upload(Bucket=BUCKET, Key=KEY)["UploadId"]
    PLAIN.abort_multipart_upload(Bucket=BUCKET, Key=KEY, UploadId=upload)


@accepted
def listings():
    keys = [f"list/{name}" for name in ["a", "b & c", "d/e", "d/é", "plus+"]]
    for key in keys:
        PLAIN.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    pages = PLAIN.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": 2})
    expect(sorted(entry["Key"] for page in pages for entry in page["Contents"]), sorted(keys))
    page = PLAIN.list_objects_v2(Bucket=BUCKET, Prefix="list/", Delimiter="/")
    expect([entry["Prefix"] for entry in page["CommonPrefixes"]], ["list/d/"])
    expect(BUCKET in [bucket["Name"] for bucket in PLAIN.list_buckets()["Buckets"]], True)


@accepted
def copies_and_deletes():
    PLAIN.put_object(Bucket=BUCKET, Key=KEY, Body=data(1000))
    PLAIN.copy_object(Bucket=BUCKET, Key="copied", CopySource={"Bucket": BUCKET, "Key": KEY})
    expect(stored("copied"), data(1000))
    PLAIN.delete_object(Bucket=BUCKET, Key="copied")
    expect(error(lambda: stored("copied"))[0], "NoSuchKey")
    keys = ["delete/1", "delete/2 & 3"]
    for key in keys:
        PLAIN.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    PLAIN.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})
    expect(DIRECT.list_objects_v2(Bucket=BUCKET, Prefix="delete/").get("KeyCount"), 0)


@accepted
def presigned_links():
    body = data(300_000)
    link = presigned("put_object", ContentType="text/x-link")
    expect(fetch("PUT", link, body=body, headers={"Content-Type": "text/x-link"}).status, 200)
    expect(stored(KEY), body)
    answer = fetch("GET", presigned("get_object", ResponseContentType="text/x-asked"))
    expect((answer.status, answer.data, answer.headers["content-type"]), (200, body, "text/x-asked"))
    answer = fetch("GET", presigned("get_object"), headers={"Range": "bytes=5-9"})
    expect((answer.status, answer.data), (206, body[5:10]))
    expect(fetch("HEAD", presigned("head_object")).headers["content-length"], "300000")
    listing = PLAIN.generate_presigned_url("list_objects_v2", Params={"Bucket": BUCKET, "Prefix": KEY})
    expect(fetch("GET", listing).status, 200)
    expect(fetch("DELETE", presigned("delete_object")).status, 204)
    expect(error(lambda: stored(KEY))[0], "NoSuchKey")


@accepted
def browser_forms():
    fields = {"Content-Type": "text/x-form", "x-amz-meta-color": "red"}
    conditions = [{name: value} for name, value in fields.items()] + [["content-length-range", 1, MIB]]
    for length in [1, 1000, 65_536, MIB]:
        form = PLAIN.generate_presigned_post(BUCKET, "forms/${filename}", Fields=fields, Conditions=conditions)
        expect(post(form, data(length)).status, 204)
        expect(stored("forms/a cat.txt"), data(length))
    head = DIRECT.head_object(Bucket=BUCKET, Key="forms/a cat.txt")
    expect((head["ContentType"], head["Metadata"]["color"]), ("text/x-form", "red"))


# --- what must be refused, with what the client is told

REFUSED = []


def refused(code, status):
    def register(function):
        REFUSED.append((function.__name__, function, code, status))
        return function
    return register


def on_the_way(change, call, s3=None, operation="*"):
    """What comes of a call whose request is changed after it was signed."""
    s3 = s3 or client(GATEWAY)
    s3.meta.events.register_last(f"before-send.s3.{operation}", change)
    try:
        return error(lambda: call(s3))
    finally:
        s3.meta.events.unregister(f"before-send.s3.{operation}", change)


def put(s3, body=b"new"):
    return s3.put_object(Bucket=BUCKET, Key=KEY, Body=body, Metadata={"color": "red"}, ContentType="text/plain")


def header(name, value):
    def change(request, **_):
        if value is None:
            del request.headers[name]
        else:
            request.headers[name] = value
    return change


def other_end(text):
    return text[:-1] + ("1" if text[-1] == "0" else "0")


@refused("SignatureDoesNotMatch", 403)
def another_header():
    return on_the_way(header("x-amz-meta-color", "blue"), put)


@refused("SignatureDoesNotMatch", 403)
def another_type():
    return on_the_way(header("Content-Type", "text/html"), put)


@refused("SignatureDoesNotMatch", 403)
def a_header_less():
    return on_the_way(header("x-amz-meta-color", None), put)


@refused("AccessDenied", 403)
def an_amz_header_more():
    return on_the_way(header("x-amz-acl", "public-read"), put)


@refused("AccessDenied", 403)
def a_copy_source_more():
    return on_the_way(header("x-amz-copy-source", f"{BUCKET}/other"), put)


@refused("SignatureDoesNotMatch", 403)
def the_hash_taken_back():
    return on_the_way(header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), put)


@refused("SignatureDoesNotMatch", 403)
def another_signature():
    def change(request, **_):
        request.headers["Authorization"] = other_end(request.headers["Authorization"].decode())
    return on_the_way(change, put)


@refused("AccessDenied", 403)
def no_signature():
    return on_the_way(header("Authorization", None), put)


@refused("SignatureDoesNotMatch", 403)
def another_path():
    def change(request, **_):
        request.url = request.url.replace("100%25", "100%24")
    return on_the_way(change, put)


@refused("SignatureDoesNotMatch", 403)
def a_parameter_more():
    def change(request, **_):
        request.url += "?acl"
    return on_the_way(change, put)


@refused("SignatureDoesNotMatch", 403)
def another_method():
    def change(request, **_):
        request.method = "DELETE"
    return on_the_way(change, lambda s3: s3.get_object(Bucket=BUCKET, Key=KEY))


@refused("SignatureDoesNotMatch", 403)
def another_date():
    def change(request, **_):
        date = request.headers["X-Amz-Date"].decode()
        request.headers["X-Amz-Date"] = date[:-2] + ("1Z" if date[-2] == "0" else "0Z")
    return on_the_way(change, put)


def body_changed(length, at):
    def change(request, **_):
        body = bytearray(data(length))
        body[at] ^= 1
        request.body = bytes(body)
    return lambda: on_the_way(change, lambda s3: put(s3, data(length)))


for length, at in [(1, 0), (1000, 999), (65_536, 0), (200_000, 199_999)]:
    REFUSED.append((f"byte {at} of {length}", body_changed(length, at), "XAmzContentSHA256Mismatch", 400))


@refused("SignatureDoesNotMatch", 403)
def another_secret():
    return error(lambda: put(client(GATEWAY, secret="another")))


@refused("SignatureDoesNotMatch", 403)
def another_key():
    return error(lambda: put(client(GATEWAY, "AKIDNOBODY")))


@refused("SignatureDoesNotMatch", 403)
def the_servers_own_key():
    return error(lambda: put(client(GATEWAY, os.environ["ACCESS_KEY"], os.environ["SECRET_KEY"])))


@refused("SignatureDoesNotMatch", 403)
def another_length_of_unsigned_chunks():
    return on_the_way(header("X-Amz-Decoded-Content-Length", "4"), put, TLS)


def chunks_changed(old, new, data=b"new"):
    """The framed body, read and sent with one text replaced."""
    def change(request, **_):
        body = request.body.read()
        if old not in body:
            raise AssertionError(f"{body!r} has no {old!r}")
        request.body = new.join(body.rsplit(old, 1))
        del request.headers["Transfer-Encoding"]
        request.headers["Content-Length"] = str(len(request.body))
    return lambda: on_the_way(change, lambda s3: put(s3, data), client(TLS.meta.endpoint_url))


for old, new, code in [
    (b"3\r\nnew", b"0\r\nnew", "IncompleteBody"),
    (b"3\r\nnew", b"4\r\nnews", "IncompleteBody"),
    (b"3\r\nnew\r\n", b"", "IncompleteBody"),
    (b"\r\nnew", b";chunk-signature=0\r\nnew", "IncompleteBody"),
    (b"x-amz-checksum-crc32:", b"x-amz-checksum-crc31:", "MalformedTrailerError"),
    (b"x-amz-checksum-crc32:", b"x-amz-acl:public-read\r\nx-amz-checksum-crc32:", "MalformedTrailerError"),
    (b"\r\n\r\n", b"\r\n", "IncompleteBody"),
]:
    REFUSED.append((f"chunks, {old} for {new}", chunks_changed(old, new), code, 400))


def link_changed(name, code, status, change, method="GET", **more):
    def use():
        link = change(presigned("get_object" if method == "GET" else "put_object"))
        return told(fetch(method, link, **more))
    REFUSED.append((f"a link, {name}", use, code, status))


link_changed("another path", "SignatureDoesNotMatch", 403, lambda link: link.replace("100%25", "100%24"))
link_changed("another lifetime", "SignatureDoesNotMatch", 403,
             lambda link: link.replace("X-Amz-Expires=3600", "X-Amz-Expires=36000"))
link_changed("a parameter more", "SignatureDoesNotMatch", 403, lambda link: link + "&response-content-type=text/html")
link_changed("another signature", "SignatureDoesNotMatch", 403, other_end)
link_changed("no signature", "AuthorizationQueryParametersError", 400, lambda link: link.split("&X-Amz-Signature")[0])
link_changed("no parameters", "AccessDenied", 403, lambda link: link.split("?")[0])
link_changed("an amz header more", "AccessDenied", 403, lambda link: link, "PUT",
             body=b"new", headers={"x-amz-acl": "public-read"})
link_changed("a copy source more", "AccessDenied", 403, lambda link: link, "PUT",
             headers={"x-amz-copy-source": f"{BUCKET}/other"})


@refused("SignatureDoesNotMatch", 403)
def a_link_with_another_method():
    return told(fetch("PUT", presigned("get_object"), body=b"new"))


@refused("AccessDenied", 403)
def a_link_that_has_expired():
    link = presigned("get_object", lifetime=1)
    threading.Event().wait(2.1)
    return told(fetch("GET", link))


def form_changed(name, code, status, change, file=b"new"):
    def use():
        conditions = [["starts-with", "$Content-Type", "image/"], ["content-length-range", 2, 8]]
        form = PLAIN.generate_presigned_post(BUCKET, KEY, Fields={"Content-Type": "image/png"}, Conditions=conditions)
        change(form["fields"])
        return told(post(form, file))
    REFUSED.append((f"a form, {name}", use, code, status))


def policy(fields):
    fields["policy"] = PLAIN.generate_presigned_post(BUCKET, "other")["fields"]["policy"]


form_changed("a field more", "AccessDenied", 403, lambda fields: fields.update({"x-amz-meta-more": "1"}))
form_changed("another value", "AccessDenied", 403, lambda fields: fields.update({"Content-Type": "text/html"}))
form_changed("another key", "AccessDenied", 403, lambda fields: fields.update({"key": "another"}))
form_changed("a field less", "AccessDenied", 403, lambda fields: fields.pop("Content-Type"))
form_changed("another policy", "SignatureDoesNotMatch", 403, policy)
form_changed("another signature", "SignatureDoesNotMatch", 403,
             lambda fields: fields.update({"x-amz-signature": other_end(fields["x-amz-signature"])}))
form_changed("too long a file", "EntityTooLarge", 400, lambda fields: None, b"nine byte")
form_changed("too short a file", "EntityTooSmall", 400, lambda fields: None, b"1")
form_changed("too many fields", "MaxPostPreDataLengthExceeded", 400,
             lambda fields: fields.update({"x-ignore-more": "x" * 21_000}))


# --- what is found only when much of it has been passed on

LENGTH = 3 * MIB


def a_form_that_goes_on():
    form = PLAIN.generate_presigned_post(BUCKET, KEY)
    fields = [*form["fields"].items(), ("file", ("a cat.txt", data(LENGTH))), ("x-ignore-more", "1")]
    return told(HTTP.request("POST", form["url"], fields=fields, retries=False))


BROKEN_OFF = [
    (f"byte {LENGTH - 1} of {LENGTH}", body_changed(LENGTH, LENGTH - 1), "XAmzContentSHA256Mismatch", 400),
    ("chunks, another trailer", chunks_changed(b"-crc32:", b"-crc31:", data(LENGTH)), "MalformedTrailerError", 400),
    ("chunks, none at the end", chunks_changed(b"\r\n0\r\n", b"\r\n1\r\n", data(LENGTH)), "IncompleteBody", 400),
    ("a form that goes on behind its file", a_form_that_goes_on, "MalformedPOSTRequest", 400),
]


# --- how

def presigned(operation, lifetime=3600, **parameters):
    return PLAIN.generate_presigned_url(operation, Params={"Bucket": BUCKET, "Key": KEY, **parameters},
                                        ExpiresIn=lifetime)


def fetch(method, url, **more):
    return HTTP.request(method, url, retries=False, **more)


def post(form, file):
    fields = [*form["fields"].items(), ("file", ("a cat.txt", file))]
    return HTTP.request("POST", form["url"], fields=fields, retries=False)


def error(call):
    """Code and status of the refusal that the call ends with."""
    try:
        call()
    except ClientError as refusal:
        answer = refusal.response
        return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError("it was accepted")


def told(answer):
    text = answer.data.decode()
    return text.partition("<Code>")[2].partition("</Code>")[0] or text, answer.status


def refuses(function, told, begun):
    DIRECT.put_object(Bucket=BUCKET, Key=KEY, Body=OLD)
    passed, refusals = len(log("passed on")), len(log("refused"))
    expect(function(), told)
    expect(len(log("passed on")) - passed, begun)
    expect(len(log("refused")) - refusals, 1)
    expect(stored(KEY), OLD)


def main():
    PLAIN.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": os.environ["REGION"]})
    passed, failed = 0, 0
    checks = [(function.__name__, function) for function in ACCEPTED]
    for begun, kind, twins in [(0, "refused", REFUSED), (1, "broken off", BROKEN_OFF)]:
        checks += [(f"{kind} {name}", functools.partial(refuses, function, (code, status), begun))
                   for name, function, code, status in twins]
    for name, check in checks:
        try:
            check()
            passed += 1
        except Exception as problem:  # every check counts, whatever it ends with
            failed += 1
            print(f"FAILED boto3 {name}: {type(problem).__name__}: {problem}"[:600])
    print(f"{passed} passed, {failed} failed")


main()
