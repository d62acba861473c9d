"""Where the crate and botocore answer differently on purpose. README.md tells why, with sources.

A difference is a function from a case to the fields that it changes in it. It belongs to a case if it changes anything,
and the answers prove it: given the same case, the two signers differ; once the signer that `given_to` names is given
the changed case instead, they agree in every stage.
"""
from calendar import timegm
from datetime import datetime
from email.utils import formatdate

from botocore.auth import SIGNED_HEADERS_BLACKLIST

from cases import EMPTY

DIFFERENCES = []


def difference(given_to, error=None, text=None):
    """`given_to`: crate, botocore or both. `error`: what the crate's refusal says, for cases that it refuses. `text`:
    turns the crate's canonical request into botocore's, where no change of the case does."""
    def register(change):
        change.given_to, change.error, change.text = given_to, error, text
        change.label = change.__name__.replace("_", "-")
        DIFFERENCES.append(change)
        return change
    return register


def is_link(case):
    return case["kind"] == "presign"


def unsigned(case):
    return [name.lower() for name in case["unsigned_headers"]]


def is_replaced(case, name):
    """Whether signing sets this header, or a parameter in its place, so that the crate ignores a given one."""
    return (name == "x-amz-date" or (name == "x-amz-security-token" and case["session_token"] is not None)
            or (name == "x-amz-content-sha256" and not is_link(case) and case["options"]["sign_body_header"]))


def is_signed(case, name):
    """Whether the crate signs this header as the caller gave it."""
    name = name.lower()
    never = name in [*SIGNED_HEADERS_BLACKLIST, "authorization"] or name.startswith(("sec-", "proxy-"))
    return not (never or name in unsigned(case) or is_replaced(case, name))


def signed_values(case, name):
    return [value for given, value in case["headers"] if given.lower() == name and is_signed(case, given)]


def without_headers(case, drop):
    return {"headers": [[name, value] for name, value in case["headers"] if not drop(name.lower())]}


def header_values(case, change):
    return {"headers": [[name, change(name, value)] for name, value in case["headers"]]}


@difference("both", "cannot be left unsigned")
def must_be_signed(case):
    given = {name.lower() for name, _ in case["headers"]}
    keep = {name for name in given if (name == "host" or name.startswith("x-amz-")) and not is_replaced(case, name)}
    return {"unsigned_headers": [name for name in case["unsigned_headers"] if name.lower() not in keep]}


@difference("both", "more than one host header")
def host_repeated(case):
    hosts = [pair for pair in case["headers"] if pair[0].lower() == "host"]
    others = [pair for pair in case["headers"] if pair not in hosts]
    return {"headers": others + hosts[:1]} if len(hosts) > 1 else {}


@difference("both", "has a NUL")
def nul_in_header(case):
    return header_values(case, lambda name, value: value.replace("\0", ""))


@difference("crate", "has a line feed|has a carriage return")
def line_break_in_header(case):
    return header_values(case, lambda name, value: value.replace("\r", " ").replace("\n", " "))


@difference("both", "already has the authentication parameter")
def authentication_parameter(case):
    added = ["algorithm", "credential", "date", "expires", "security-token", "signedheaders", "signature"]
    query = [pair for pair in case["url"]["query"] if pair[0].lower() not in [f"x-amz-{name}" for name in added]]
    return {"url": case["url"] | {"query": query}}


@difference("both", "1 to 604800 seconds")
def lifetime_out_of_range(case):
    return {"expires": min(max(case["expires"], 1), 604800)} if is_link(case) else {}


@difference("crate", "differs from the payload hash")
def payload_conflict(case):
    values = signed_values(case, "x-amz-content-sha256")
    return {"payload": {"hash": values[0]}} if values else {}


@difference("crate")
def payload_of_link(case):
    if not is_link(case) or signed_values(case, "x-amz-content-sha256"):
        return {}
    return {"payload": {"hash": EMPTY if case["options"]["double_encode"] else "UNSIGNED-PAYLOAD"}}


@difference("crate")
def method_in_lower_case(case):
    return {"method": case["method"].upper()}


@difference("botocore")
def empty_path(case):
    path = case["url"]["path"] or "/"
    return {"url": case["url"] | {"path": path}} if not case["options"]["normalize_path"] else {}


@difference("crate")
def host_in_upper_case(case):
    if signed_values(case, "host"):
        return {}
    return {"url": case["url"] | {"host": case["url"]["host"].lower()}}


@difference("crate")
def repeated_parameter_in_link(case):
    query = case["url"]["query"]
    if not is_link(case):
        return {}
    # botocore puts the parameters into a dict: from a list the last one of a name wins, from a URL the first one.
    one_each = dict(query) if case["botocore_query"] == "params" else dict(reversed(query))
    if len(one_each) == len(query):
        return {}
    return {"url": case["url"] | {"query": [list(pair) for pair in one_each.items()]}}


@difference("crate")
def form_content_type_in_link(case):
    first = signed_values(case, "content-type")[:1]
    if not is_link(case) or first != ["application/x-www-form-urlencoded; charset=utf-8"]:
        return {}
    return without_headers(case, lambda name: name == "content-type")


def without_amz_date(text):
    head, _, rest = text.partition("\nx-amz-date:")
    return head + "\n" + rest.partition("\n")[2].replace(";x-amz-date", "", 1)


@difference("crate", text=without_amz_date)
def date_header(case):
    if is_link(case) or not signed_values(case, "date"):
        return {}
    seconds = timegm(datetime.strptime(case["timestamp"], "%Y%m%dT%H%M%SZ").timetuple())
    others = without_headers(case, lambda name: name == "date")["headers"]
    return {"headers": others + [["Date", formatdate(seconds)]]}


@difference("crate")
def unicode_white_space(case):
    def fold(name, value):
        ours = " ".join(filter(None, value.replace("\t", " ").split(" ")))
        theirs = " ".join(value.split())
        return theirs if theirs != ours and is_signed(case, name) else value
    return header_values(case, fold)


@difference("botocore")
def sec_or_proxy_header(case):
    kept = [*SIGNED_HEADERS_BLACKLIST, *unsigned(case)]
    return without_headers(case, lambda name: name.startswith(("sec-", "proxy-")) and name not in kept)


@difference("botocore")
def left_over_in_link(case):
    left = lambda name: (name == "authorization" or is_replaced(case, name)) and name not in unsigned(case)
    return without_headers(case, left) if is_link(case) else {}


@difference("crate")
def s3_express_security_token(case):
    if is_link(case) or case["service"] != "s3express" or not signed_values(case, "x-amz-security-token"):
        return {}
    return without_headers(case, lambda name: name == "x-amz-security-token")
