"""The addresses that botocore's rules make: prints, or with --check compares, tests/vectors/addresses/botocore.tsv."""
import gzip
import itertools
import json
import pathlib
import sys

import botocore
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError

DATA = pathlib.Path(botocore.__file__).parent / "data"
PARTITIONS = json.loads((DATA / "partitions.json").read_text())
RULES = json.loads(gzip.open(DATA / "s3/2006-03-01/endpoint-rule-set-1.json.gz").read())
FILE = pathlib.Path(__file__).parent.parent / "vectors/addresses/botocore.tsv"

OPTIONS = ["dual-stack", "fips", "accelerated"]
SWITCHES = itertools.product([False, True], repeat=3)
ALL = [[option for option, on in zip(OPTIONS, switches) if on] for switches in SWITCHES]
ARN = "arn:{partition}:s3:{region}:123456789012:accesspoint/my-ap"
OUTPOST = "arn:{partition}:s3-outposts:{region}:123456789012:outpost"

# With every option, in a region of a partition that has them all and of one that has not.
NAMES = ["photos", "my.photos", "metrics-abcdefghijklmnopqrstuv-s3alias", "photos--usw2-az1--x-s3",
         "my-ap--use1-az4--xa-s3", ARN, ARN.replace(":s3:", ":s3-object-lambda:"),
         OUTPOST + "/op-01234567890123456/accesspoint/my-ap"]
REGIONS = ["us-west-2", "cn-north-1"]
# With every option, in the other partitions.
FEW_NAMES = ["photos", "photos--usw2-az1--x-s3", ARN]
OTHER_REGIONS = ["us-gov-west-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1",
                 "us-isof-south-1"]
# Without options: names for which botocore does not look at them, other spellings, and ARNs of something else.
OTHER_NAMES = ["x" * 63, "photos-123456789012-us-west-2-an", "lambda-abcdefghijklmnopqrstuv--ol-s3",
               "63a8e430-6e0b-46f5-k833abtwr6s8tmtsycedn8s4yc3xhuse1b--table-s3", "photos--usw2-lax1-az1--x-s3",
               "test-accessp-o0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3",
               "test-accessp-e0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3", ARN.replace("/", ":"),
               OUTPOST + ":op-01234567890123456:accesspoint:my-ap",
               "arn:{partition}:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap", ARN + "/object/cat.jpg",
               ARN.replace("{region}", "eu-south-9"), ARN.replace("accesspoint/my-ap", "bucket/photos"),
               OUTPOST + "/op-01234567890123456/bucket/photos", ARN.replace(":s3:", ":sqs:"),
               "arn:{partition}:s3:::photos"]


def cases():
    for names, regions, switches in [(NAMES, REGIONS, ALL), (FEW_NAMES, OTHER_REGIONS, ALL),
                                     (OTHER_NAMES, ["us-west-2", "cn-north-1"], [[]]),
                                     (["photos"], ["us-east-1", "ap-southeast-5", "ca-west-1"], [[]])]:
        for region in regions:
            partition = next(part["id"] for part in PARTITIONS["partitions"] if region in part["regions"])
            for name, options in itertools.product(names, switches):
                yield name.format(partition=partition, region=region), region, options


def answer(provider, name, region, options):
    try:
        endpoint = provider.resolve_endpoint(
            Bucket=name, Region=region, UseDualStack="dual-stack" in options, UseFIPS="fips" in options,
            Accelerate="accelerated" in options, ForcePathStyle=False, UseGlobalEndpoint=False, UseArnRegion=False,
            DisableMultiRegionAccessPoints=False)
    except EndpointProviderError:
        return ["refused"]
    schemes = [scheme for scheme in endpoint.properties["authSchemes"] if scheme["name"] != "sigv4a"]
    if not schemes:
        return ["refused"]  # SigV4A alone
    return [endpoint.url.rstrip("/"), schemes[0]["signingName"], schemes[0]["signingRegion"]]


def main():
    provider = EndpointProvider(RULES, PARTITIONS)
    lines = ["\t".join([name, region, " ".join(options) or "-", *answer(provider, name, region, options)])
             for name, region, options in cases()]
    text = "\n".join(lines) + "\n"
    if "--check" not in sys.argv:
        print(text, end="")
    elif FILE.read_text() != text:
        sys.exit(f"{FILE} is not what botocore {botocore.__version__} says: write it anew")
    else:
        print(f"{len(lines)} addresses are those of botocore {botocore.__version__}")


main()
