"""Random requests, in the form that examples/conformance.rs reads.

All of a case is awkward, and both signers must agree on it: odd bytes in paths and parameters, repeated headers, odd
spacing. Besides, every fourth case or so gets one of the `ODDITIES`, which lead to the differences of differences.py.
"""
import hashlib
from datetime import datetime, timedelta

EMPTY = hashlib.sha256(b"").hexdigest()
STREAMING = [f"STREAMING-{name}" for name in (
    "AWS4-HMAC-SHA256-PAYLOAD", "AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "UNSIGNED-PAYLOAD-TRAILER",
    "AWS4-ECDSA-P256-SHA256-PAYLOAD", "AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER")]

ASCII = [chr(code) for code in range(128)]
RESERVED = list("!*'()$&+,:;=@/?#[]% \"<>\\^`{|}-._~")
UNICODE = list("éßıſKåÅΩяשע日本語한\u0301\u00a0\u0085\u00ad\u200b\u200d\u2028\u3000\u202e\ufeff\ufffd\uffff") + [
    "e\u0301", "\u1e9e", "😀", "👩\u200d👩\u200d👧", "𝒳", "\U000e0001", "\U0010ffff"]
SEGMENTS = ["", "", ".", "..", "...", ".a", "a.", "a", "b", "%", "%2F", "%2f", "%2E%2E", "%zz", "%%41", "%C3%A9", "+",
            "a+b", " ", "a ", " a", "a b", "~", "?", "#", "é", "a=b&c=d", "X-Amz-Date"]
NAMES = ["a", "A", "a-b", "a.b", "a b", "a=", "a&", "aé", "a~", "ab", "", "b", "é", "日", "😀", "~", "-", "_", "+", "%",
         "%41", "acl", "prefix", "list-type", "X-Amz-Meta", "X-amz-z", "x-amz-acl", "x-id", "Signature"]
VALUES = ["", "", "0", "1", "a", "A", "a b", "a+b", "a/b/", "é", "e\u0301", "日本", "😀", "%20", "%", "&", "=", "a=b",
          "~", "/", "*", 'attachment; filename="a b.txt"']
CUSTOMER = "x-amz-server-side-encryption-customer"
HEADERS = ["content-type", "content-md5", "content-length", "content-encoding", "cache-control", "range", "accept",
           "accept-encoding", "if-match", "cookie", "forwarded", "my-header", "my-header1", "a", "b-c", "b", "b_c",
           "z~|`^!#$%&'*+.", "x-amz", "x-amzn", "x-amz-", "x-amz-acl", "x-amz-acl-b", "x-amz-copy-source",
           "x-amz-meta-a", "x-amz-meta-a-b", "x-amz-meta-a.b", f"{CUSTOMER}-algorithm", f"{CUSTOMER}-key",
           f"{CUSTOMER}-key-md5", "x-amz-trailer", "x-forwarded-for", "security", "proxy", "date-x",
           "x-amz-meta-" + "long-" * 20]
NEVER_SIGNED = ["User-Agent", "expect", "X-Amzn-Trace-Id", "connection", "keep-alive", "TE", "trailer", "upgrade",
                "transfer-encoding", "proxy-authorization", "Proxy-Authenticate", "traceparent", "tracestate", "baggage"]
HOSTS = ["examplebucket.s3.amazonaws.com", "s3.eu-west-1.amazonaws.com", "localhost", "a_b.example.com", "192.0.2.1",
         "[::1]", "2001:db8::1", "[::ffff:192.0.2.1]", "xn--bcher-kva.example", "example.com."]
SERVICES = ["s3", "s3", "s3-outposts", "s3-object-lambda", "s3express", "s3express", "service", "iam", "sts",
            "execute-api", "es", "a+b:c%=&"]
METHODS = ["GET", "PUT", "HEAD", "POST", "DELETE", "OPTIONS", "PROPFIND", "M-SEARCH"]
REGIONS = ["us-east-1", "eu-west-1", "cn-north-1", "auto", "garage", "EU-Central_1", "a+b:c%=&;", "*"]
WHITE = "\v\f\x1c\x1d\x1e\x1f\u0085\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"


def text(rng, most):
    pool = rng.choice([ASCII, RESERVED, UNICODE, ASCII + UNICODE, ["a", "b", "-", "%"]])
    return "".join(rng.choices(pool, k=rng.randint(0, most)))


def path(rng):
    count = rng.choice([0, 1, 1, 2, 3, 4, 8])
    segments = [rng.choice(SEGMENTS) if rng.random() < 0.6 else text(rng, 12) for _ in range(count)]
    if rng.random() < 0.02:
        segments.append(rng.choice(["k", "é", "%", " "]) * rng.randint(1000, 4000))
    return rng.choice(["/", "/", "/examplebucket/"]) + "/".join(segments)


def query(rng, unique):
    count = rng.choice([0, 0, 0, 1, 2, 3, 5, 8, 20])
    pairs = [[rng.choice(NAMES) if rng.random() < 0.8 else text(rng, 8),
              rng.choice(VALUES) if rng.random() < 0.8 else text(rng, 12)] for _ in range(count)]
    return [[name, value] for name, value in dict(pairs).items()] if unique else pairs


def mixed_case(rng, name):
    return rng.choice([name, name.title(), name.upper(), "".join(rng.choice([c, c.upper()]) for c in name)])


def header_value(rng):
    pool = rng.choice([["a", "B", "1"], ["a", ",", ";", "=", '"', "a  b", ":"], list("aé日😀\u200b\ufeff\u0301\x01\x7f")])
    blanks = rng.choice([["", " "], ["", " ", "  ", "\t", " \t "]])
    words = (rng.choice(blanks) + rng.choice(pool) for _ in range(rng.choice([0, 1, 1, 2, 4, 8])))
    return "".join(words) + rng.choice(blanks)


def some_headers(rng):
    names = rng.choices(HEADERS, k=rng.choice([0, 0, 1, 2, 3, 6]))
    names += rng.choices(NEVER_SIGNED, k=rng.choice([0, 0, 1, 3]))
    names += rng.choices(names or ["via"], k=rng.choice([0, 0, 1, 2]))  # repeated
    rng.shuffle(names)
    return [[mixed_case(rng, name), header_value(rng)] for name in names]


def secret(rng, most):
    return "".join(rng.choices("ABCXYZabcxyz0189+/=", k=rng.randint(1, most)))


def payload(rng):
    return rng.choice([hashlib.sha256(rng.randbytes(8)).hexdigest(), EMPTY, "UNSIGNED-PAYLOAD", rng.choice(STREAMING)])


def timestamp(rng):
    years = 8000 if rng.random() < 0.1 else 80
    moment = datetime(1970, 1, 1) + timedelta(seconds=rng.randrange(years * 365 * 86400))
    if rng.random() < 0.2:
        edges = [(1, 1, 0, 0, 0), (12, 31, 23, 59, 59), (2, 28, 23, 59, 59), (3, 1, 0, 0, 0)]
        moment = datetime(moment.year, *rng.choice(edges))
    return moment.strftime("%Y%m%dT%H%M%SZ")


def random_case(rng, number):
    case = plain_case(rng, number)
    while rng.random() < 0.25:
        rng.choice(ODDITIES)(rng, case)
    return case


def plain_case(rng, number):
    link, service = rng.random() < 0.5, rng.choice(SERVICES)
    general = service != "s3express" and rng.random() < 0.35  # botocore has S3's rules alone for s3express
    token = rng.choice([None, secret(rng, 300), secret(rng, 20) + rng.choice(["%2B", "&;", ":", "=="])])
    host, port = rng.choice(HOSTS), rng.choice([None, None, None, 80, 443, 8080, 65535, 1])
    upper = mixed_case(rng, host) if rng.random() < 0.3 else host
    name = (f"[{upper}]" if ":" in host and host[0] != "[" else upper) + ("" if port is None else f":{port}")
    headers = some_headers(rng) + ([] if upper == host and rng.random() < 0.3 else [["Host", name]])
    parameters = query(rng, unique=link)
    if service == "s3express":
        if link:
            parameters.append(["X-Amz-S3session-Token", token or "token"])
        else:
            headers.append(["x-amz-s3session-token", token or "token"])
    signed_payload = payload(rng) if not link else EMPTY if general else "UNSIGNED-PAYLOAD"
    if link and rng.random() < 0.1:
        signed_payload = payload(rng)
        headers.append(["X-Amz-Content-Sha256", signed_payload])
    if not link and rng.random() < 0.2:  # left over from an earlier signing
        left = ["X-Amz-Date", "Authorization"] + ["X-Amz-Security-Token"] * (service != "s3express")
        headers += [[mixed_case(rng, name), "stale"] for name in left]
    rng.shuffle(headers)
    free = [name for name, _ in headers if not name.lower().startswith(("host", "x-amz-"))]
    return {
        "id": number,
        "kind": "presign" if link else "header",
        "method": rng.choice(METHODS),
        "url": {"scheme": rng.choice(["https", "https", "http"]), "host": upper, "port": port,
                "path": path(rng), "query": parameters},
        "headers": headers,
        "unsigned_headers": [] if rng.random() < 0.8 else [mixed_case(rng, name) for name in free[:2]] + ["not-there"],
        "payload": {"hash": signed_payload},
        "access_key": rng.choice(["AKIA" + secret(rng, 16).upper(), "a+b:c", "a/b=c", "%41&;~", "a'b\"", "0"]),
        "secret_key": rng.choice([secret(rng, 40), "pass word é 日 😀", "k" * 200]),
        "session_token": token if service != "s3express" else None,
        "region": rng.choice(REGIONS),
        "service": service,
        "timestamp": timestamp(rng),
        "expires": rng.choice([1, 60, 900, 3600, 86400, 604800, rng.randint(1, 604800)]),
        "options": {"double_encode": general, "normalize_path": general,
                    "sign_body_header": not general or rng.random() < 0.5},
        # How the query reaches botocore: in the URL, there without the "=" of an empty value, or as a list of pairs.
        "botocore_query": rng.choice(["url", "bare", "params"]),
    }


def add_header(rng, case, name, value):
    case["headers"].insert(rng.randint(0, len(case["headers"])), [mixed_case(rng, name), value])


def odd_white_space(rng, case):
    value = rng.choice(["", "a", "a "]) + rng.choice(WHITE) + rng.choice(["", "b", " b"])
    add_header(rng, case, rng.choice(HEADERS), value)


def break_a_header(rng, case):
    value = "a" + rng.choice(["\r\n", "\n", "\r", "\0", "\0", " \r\n "]) + rng.choice(["", "b"])
    add_header(rng, case, rng.choice(HEADERS + NEVER_SIGNED), value)


def without_host_header(rng, case):
    case["headers"] = [pair for pair in case["headers"] if pair[0].lower() != "host"]
    case["url"]["host"] = mixed_case(rng, case["url"]["host"])


def without_path(rng, case):
    case["url"]["path"] = ""


def lower_case_method(rng, case):
    case["method"] = mixed_case(rng, case["method"].lower())


def repeated_parameter(rng, case):
    case["url"]["query"] += [["a", rng.choice(VALUES)] for _ in range(rng.randint(2, 4))]


def authentication_parameter(rng, case):
    name = rng.choice(["Algorithm", "Credential", "Date", "Expires", "Security-Token", "SignedHeaders", "Signature"])
    case["url"]["query"].append([rng.choice([f"X-Amz-{name}", f"x-amz-{name}".lower()]), "1"])


def payload_of_link(rng, case):
    case["payload"]["hash"] = payload(rng)


def payload_header(rng, case):
    if not any(name.lower() == "x-amz-content-sha256" for name, _ in case["headers"]):
        add_header(rng, case, "x-amz-content-sha256", payload(rng))


def unsigned_names(rng, case):
    given = [name for name, _ in case["headers"]]
    case["unsigned_headers"] = case["unsigned_headers"] + rng.sample(given, k=min(len(given), rng.randint(1, 3))) + ["host"]


def lifetime(rng, case):
    case["expires"] = rng.choice([0, 604801, 10**9])


def header(name, *values):
    return lambda rng, case: add_header(rng, case, name, rng.choice(values))


ODDITIES = [
    odd_white_space, break_a_header, without_host_header, without_path, lower_case_method, repeated_parameter,
    authentication_parameter, payload_of_link, payload_header, unsigned_names, lifetime,
    header("date", "Fri, 24 May 2013 00:00:00 GMT", "", "a  b"), header("host", "example.com", "Example.com:8080"),
    header("sec-fetch-mode", "cors", ""), header("proxy-connection", "keep-alive", "a  b"),
    header("authorization", "Basic YTpi"), header("x-amz-date", "20130524T000000Z"),
    header("x-amz-security-token", "stale"),
    header("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
]
