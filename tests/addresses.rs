//! Addresses: Amazon's, those of other servers, and what is read back from them.

mod util;

use core::time::Duration;
use proptest::prelude::*;
use s3_sigv4::{
    AwsEndpoint, Bucket, Endpoint, Error, PayloadHash, Profile, Service, Unsupported, Warning, region_of_host,
};
use util::{bucket, credentials, now, session, signer};

const MINUTE: Duration = Duration::from_secs(60);

/// One refusal, by its whole message.
#[track_caller]
fn refused(result: Result<Bucket, Error>, message: &str) {
    assert_eq!(result.expect_err("should be refused").to_string(), message);
}

/// Addresses: how the bucket is named, its endpoint, its name, the key, the URL.
#[test]
fn addresses() {
    let by_host = |endpoint: &str, name: &str| Bucket::virtual_hosted(endpoint, name).expect("a bucket");
    let by_path = |endpoint: &str, name: &str| Bucket::path_style(endpoint, name).expect("a bucket");
    for (bucket, key, url) in [
        (
            by_host("https://s3.eu-west-1.amazonaws.com", "photos"),
            "cat.jpg",
            "https://photos.s3.eu-west-1.amazonaws.com/cat.jpg",
        ),
        (by_host("https://S3.Example.COM:443/", "photos"), "cat.jpg", "https://photos.s3.example.com/cat.jpg"),
        (by_host("http://s3.localhost:9000", "photos"), "cat.jpg", "http://photos.s3.localhost:9000/cat.jpg"),
        (by_host("https://example.com/storage/", "photos"), "cat.jpg", "https://photos.example.com/storage/cat.jpg"),
        (
            by_path("https://s3.eu-west-1.amazonaws.com", "photos"),
            "cat.jpg",
            "https://s3.eu-west-1.amazonaws.com/photos/cat.jpg",
        ),
        (by_path("http://127.0.0.1:9000", "Photos_2024"), "cat.jpg", "http://127.0.0.1:9000/Photos_2024/cat.jpg"),
        (by_path("http://127.0.0.1:80", "photos"), "cat.jpg", "http://127.0.0.1/photos/cat.jpg"),
        (by_path("http://127.0.0.1:443", "photos"), "cat.jpg", "http://127.0.0.1:443/photos/cat.jpg"),
        (by_path("http://[::1]:9000", "photos"), "cat.jpg", "http://[::1]:9000/photos/cat.jpg"),
        (by_path("https://[2001:DB8::1]", "photos"), "cat.jpg", "https://[2001:db8::1]/photos/cat.jpg"),
        (by_path("https://example.com/a/b", "photos"), "cat.jpg", "https://example.com/a/b/photos/cat.jpg"),
        (
            Bucket::aws("eu-west-1", "photos").expect("a bucket"),
            "cat.jpg",
            "https://photos.s3.eu-west-1.amazonaws.com/cat.jpg",
        ),
        (
            Bucket::aws("eu-west-1", "my.photos").expect("a bucket"),
            "cat.jpg",
            "https://s3.eu-west-1.amazonaws.com/my.photos/cat.jpg",
        ),
        (
            Bucket::aws("cn-north-1", "photos").expect("a bucket"),
            "cat.jpg",
            "https://photos.s3.cn-north-1.amazonaws.com.cn/cat.jpg",
        ),
        // Keys of any kind, none of them joined, resolved or normalised.
        (by_path("http://h", "b"), "/cat", "http://h/b//cat"),
        (by_path("http://h", "b"), "//", "http://h/b///"),
        (by_path("http://h", "b"), "a/../../c", "http://h/b/a/../../c"),
        (by_path("http://h", "b"), "a b+c%2Fd", "http://h/b/a%20b%2Bc%252Fd"),
        (by_path("http://h", "b"), "!*'()$&+,:;=@", "http://h/b/%21%2A%27%28%29%24%26%2B%2C%3A%3B%3D%40"),
        (by_path("http://h", "b"), "?x=y#z\\", "http://h/b/%3Fx%3Dy%23z%5C"),
        (by_path("http://h", "b"), "\0\t\r\n\u{7f} ", "http://h/b/%00%09%0D%0A%7F%20"),
        (by_path("http://h", "b"), "é/e\u{301}/😀", "http://h/b/%C3%A9/e%CC%81/%F0%9F%98%80"),
        (by_path("http://h", "b"), "https://other.example/x", "http://h/b/https%3A//other.example/x"),
    ] {
        assert_eq!(bucket.get(key).expect("a request").url().to_string(), url);
        let link =
            signer().presign(&bucket.get(key).expect("a request").allow_dot_segments(), MINUTE, now()).expect("a link");
        assert!(link.url().starts_with(&format!("{url}?X-Amz-Algorithm=")), "{link}");
    }
    for (bucket, url) in [
        (by_host("https://s3.example.com", "photos"), "https://photos.s3.example.com/"),
        (by_host("https://s3.example.com/a", "photos"), "https://photos.s3.example.com/a/"),
        (by_path("https://s3.example.com", "photos"), "https://s3.example.com/photos"),
        (by_path("https://s3.example.com/a", "photos"), "https://s3.example.com/a/photos"),
    ] {
        assert_eq!(bucket.on_bucket("PUT").expect("a request").url().to_string(), url);
        assert_eq!(bucket.list().url().to_string(), format!("{url}?list-type=2"));
    }
    let bucket = bucket();
    let methods =
        [bucket.get("k"), bucket.head("k"), bucket.put("k"), bucket.delete("k"), bucket.on_object("POST", "k")];
    assert_eq!(methods.map(|request| request.expect("a request").method()), ["GET", "HEAD", "PUT", "DELETE", "POST"]);
}

/// What botocore's rules say, a line each: name, region, options, URL or `refused`, service, region that is signed.
#[test]
fn amazons_addresses_are_those_of_botocore() {
    let mut lines = 0;
    for line in include_str!("vectors/addresses/botocore.tsv").lines() {
        let columns: Vec<_> = line.split('\t').collect();
        let [name, region, options] = columns[..3] else { panic!("{line}") };
        let bucket = Bucket::aws(endpoint(region, options), name);
        match (bucket, &columns[3..]) {
            (Ok(bucket), [url, service, signed_region]) => {
                let request = bucket.on_bucket("GET").expect("a request");
                assert_eq!(request.url().to_string().trim_end_matches('/'), *url, "{line}");
                assert_eq!((bucket.service().name(), bucket.region()), (*service, Some(*signed_region)), "{line}");
                assert_eq!(bucket.warning(), None);
                let read = (!options.contains("accelerated")).then_some(region);
                assert_eq!(region_of_host(request.host()), read, "{line}");
                let signer = bucket.signer(credentials(), now()).expect("a signer");
                let scope = format!("20130524/{signed_region}/{service}/aws4_request");
                assert_eq!(signer.key().scope().to_string(), scope);
                if options == "-" && name.starts_with("arn:") {
                    assert_eq!(Bucket::from_arn(name).as_ref(), Ok(&bucket), "{line}");
                }
            }
            (Err(_), ["refused"]) => {}
            (bucket, _) => panic!("{line}: {bucket:?}"),
        }
        lines += 1;
    }
    assert_eq!(lines, 307);
}

fn endpoint<'a>(region: &'a str, options: &str) -> AwsEndpoint<'a> {
    let mut endpoint = AwsEndpoint::new(region);
    for option in options.split(' ') {
        endpoint = match option {
            "dual-stack" => endpoint.with_dual_stack(),
            "fips" => endpoint.with_fips(),
            "accelerated" => endpoint.with_acceleration(),
            _ => endpoint,
        };
    }
    endpoint
}

#[test]
fn what_amazon_does_not_offer() {
    let arn = "arn:aws:s3:us-west-2:123456789012:accesspoint/my-ap";
    let lambda = "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/my-ap";
    let outpost = "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01/accesspoint/my-ap";
    let on_outpost = "test-accessp-o0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3";
    for (name, region, options, message) in [
        ("photos", "us-west-2", "fips accelerated", "transfer acceleration with FIPS"),
        ("my.photos", "us-west-2", "accelerated", "transfer acceleration for a bucket name with a dot"),
        ("photos--usw2-az1--x-s3", "us-west-2", "accelerated", "transfer acceleration for directory buckets"),
        (arn, "us-west-2", "accelerated", "transfer acceleration for access points"),
        (lambda, "us-west-2", "accelerated", "transfer acceleration for Object Lambda access points"),
        (lambda, "us-west-2", "dual-stack", "dual-stack endpoint for Object Lambda access points"),
        (outpost, "us-west-2", "accelerated", "transfer acceleration for access points on Outposts"),
        (outpost, "us-west-2", "dual-stack", "dual-stack endpoint for access points on Outposts"),
        (outpost, "us-west-2", "fips", "FIPS endpoint for access points on Outposts"),
        // botocore goes on without them.
        (on_outpost, "us-west-2", "accelerated", "transfer acceleration for access points on Outposts"),
        (on_outpost, "us-west-2", "dual-stack", "dual-stack endpoint for access points on Outposts"),
        (on_outpost, "us-west-2", "fips", "FIPS endpoint for access points on Outposts"),
        ("photos", "cn-north-1", "fips", "FIPS endpoint in the partition aws-cn"),
        ("photos", "cn-northwest-1", "accelerated", "transfer acceleration in the partition aws-cn"),
    ] {
        refused(Bucket::aws(endpoint(region, options), name), &format!("there is no {message}"));
    }
}

#[test]
fn regions_of_amazons() {
    let form = "the region does not have the form of AWS's, such as eu-west-1 or us-gov-west-1";
    for region in ["us-east1", "us-east-1a", "US-EAST-1", "auto", "aws-global", "eu", "-west-1", "eu--1", "eu-west-"]
        .into_iter()
        .chain(["eu-west-1-2", "europe-west-1", "fips-us-west-1", "e1-west-1"])
    {
        refused(Bucket::aws(region, "photos"), form);
    }
    refused(Bucket::aws("eu.west", "photos"), "the region has the character . at byte offset 2");
    refused(Bucket::aws("", "photos"), "the region is empty");
    let region = String::from("eu-west-1");
    assert_eq!(Bucket::aws(&region, "photos"), Bucket::aws(AwsEndpoint::from("eu-west-1"), "photos"));
}

#[test]
fn arns() {
    let region = "the region does not have the form of AWS's, such as eu-west-1 or us-gov-west-1";
    let multi = "a Multi-Region Access Point has no region, and takes signatures by SigV4A alone, not those of Signer";
    let name = "the ARN has an access point name other than 1 to 50 lower-case letters, digits and -";
    let long = format!("arn:aws:s3:us-west-2:123456789012:accesspoint/{}", "a".repeat(51));
    for (arn, message) in [
        ("", "the ARN does not have the form arn:partition:service:region:account-id:resource"),
        ("photos", "the ARN does not have the form arn:partition:service:region:account-id:resource"),
        ("arn:aws:s3:us-west-2", "the ARN does not have the form arn:partition:service:region:account-id:resource"),
        ("arn:aws:s3:::photos", "the ARN is a bucket's and names no region: Bucket::aws takes the name"),
        ("arn:aws:s3:::photos/cat.jpg", "the ARN is a bucket's and names no region: Bucket::aws takes the name"),
        ("arn:aws:s3-object-lambda::123456789012:accesspoint/my-ap", "the ARN names no region"),
        ("arn:aws:s3:uswest2:123456789012:accesspoint/my-ap", region),
        ("arn:aws-cn:s3:us-west-2:123456789012:accesspoint/my-ap", "the ARN names a region of another partition"),
        ("arn:aws:s3:us-gov-west-1:123456789012:accesspoint/my-ap", "the ARN names a region of another partition"),
        ("arn:aws:s3:us-west-2::accesspoint/my-ap", "the ARN has no account id of 12 digits"),
        ("arn:aws:s3:us-west-2:12345678901x:accesspoint/my-ap", "the ARN has no account id of 12 digits"),
        ("arn:aws:iam:us-west-2:123456789012:role/my-ap", "the ARN is not of s3, s3-object-lambda or s3-outposts"),
        ("arn:aws:s3:us-west-2:123456789012:bucket/photos", "the ARN is not an access point's"),
        ("arn:aws:s3-outposts:us-west-2:123456789012:accesspoint/my-ap", "the ARN is not an access point's"),
        (
            "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01/bucket/photos",
            "the ARN is not outpost/outpost-id/accesspoint/name of an Outpost",
        ),
        (
            "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op.01/accesspoint/my-ap",
            "the ARN is not outpost/outpost-id/accesspoint/name of an Outpost",
        ),
        (
            "arn:aws:s3:us-west-2:123456789012:accesspoint/my-ap/object/cat.jpg",
            "the ARN names something below an access point",
        ),
        ("arn:aws:s3:us-west-2:123456789012:accesspoint/", name),
        ("arn:aws:s3:us-west-2:123456789012:accesspoint", name),
        ("arn:aws:s3:us-west-2:123456789012:accesspoint/My-Ap", name),
        ("arn:aws:s3:us-west-2:123456789012:accesspoint/my.ap", name),
        ("arn:aws:s3:us-west-2:123456789012:accesspoint/-ap", name),
        (&long, name),
        ("arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap", multi),
    ] {
        refused(Bucket::from_arn(arn), message);
    }
    let arn = "arn:aws:s3:us-west-2:123456789012:accesspoint/my-ap";
    refused(Bucket::aws("us-east-1", arn), "the ARN names another region than the one that was asked for");
    refused(Bucket::aws("us-west-2", "mfzwi23gnjvgw.mrap"), multi);
    assert!(Bucket::from_arn(&long[..long.len() - 1]).is_ok());
}

/// AWS's rules for general purpose buckets, a row each, and the names that only a caller who knows can address.
#[test]
fn names_of_general_purpose_buckets() {
    for (name, reason) in [
        ("", "is empty"),
        ("ab", "is not 3 to 63 characters long"),
        (&*"a".repeat(64), "is not 3 to 63 characters long"),
        ("Photos", "has the character P at byte offset 0"),
        ("pho_tos", "has the character _ at byte offset 3"),
        ("a/b", "has the character / at byte offset 1"),
        ("photos@evil", "has the character @ at byte offset 6"),
        ("caf\u{e9}", "has a byte outside ASCII (0xc3) at byte offset 3"),
        ("-photos", "does not start and end with a letter or digit"),
        ("photos-", "does not start and end with a letter or digit"),
        (".photos", "does not start and end with a letter or digit"),
        ("photos.", "does not start and end with a letter or digit"),
        ("pho..tos", "has two adjacent periods"),
        ("192.168.5.4", "looks like an IP address"),
        ("xn--photos", "starts with xn--, which AWS does not allow"),
        ("sthree-photos", "starts with sthree-, which AWS does not allow"),
        ("sthree-configurator", "starts with sthree-, which AWS does not allow"),
        ("amzn-s3-demo-photos", "starts with amzn-s3-demo-, which AWS keeps for the examples of its documents"),
    ] {
        let message = format!("the bucket name {reason}");
        assert_eq!(Bucket::check_name(name).expect_err("should be refused").to_string(), message);
        refused(Bucket::aws("eu-west-1", name), &message);
    }
    // No general purpose bucket is called so, but each is something that can be addressed.
    for (name, reason) in [
        ("photos-s3alias", "ends with -s3alias, which AWS keeps for the aliases of access points"),
        ("photos--ol-s3", "ends with --ol-s3, which AWS keeps for the aliases of Object Lambda access points"),
        ("photos.mrap", "ends with .mrap, which AWS keeps for Multi-Region Access Points"),
        ("photos--usw2-az1--x-s3", "ends with --x-s3, which AWS keeps for directory buckets"),
        ("photos--table-s3", "ends with --table-s3, which AWS keeps for the tables of table buckets"),
    ] {
        let message = format!("the bucket name {reason}");
        assert_eq!(Bucket::check_name(name).expect_err("should be refused").to_string(), message);
        assert_eq!(Bucket::aws("us-west-2", name).is_ok(), !name.ends_with(".mrap"));
    }
    for name in ["abc", "a.b", "1.2.3", "a-.-b", "192.168.5.400", "0.0.0", "x--s3", "my-an", &*"a".repeat(63)] {
        assert_eq!(Bucket::check_name(name), Ok(()), "{name}");
        assert!(Bucket::aws("eu-west-1", name).is_ok(), "{name}");
    }
    // Older than the rule, or on a server that has no such rule.
    assert!(Bucket::virtual_hosted("https://s3.amazonaws.com", "sthree-photos").is_ok());
    assert!(Bucket::path_style("https://s3.amazonaws.com", "Photos_2006").is_ok());
}

#[test]
fn names_of_directory_buckets_and_aliases() {
    let form = "the bucket name does not have the form base-name--zone-id--x-s3";
    let outpost = "the bucket name ends with --op-s3 and names no Outpost in front of it";
    for (name, message) in [
        ("photos--x-s3", form),
        ("a----x-s3", form),
        ("photos---az1---x-s3", form),
        ("photos-usw2-az1--x-s3", form),
        ("usw2-az1--xa-s3", form),
        ("my-ap--op-s3", outpost),
        ("test-accessp-x0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3", outpost),
        ("test-accessp-o-b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3", outpost),
        ("test-accessp-e-b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3", outpost),
        ("my.photos--usw2-az1--x-s3", "the bucket name has a dot, which no directory bucket and no alias has"),
        ("my.photos-s3alias", "the bucket name has a dot, which no directory bucket and no alias has"),
        ("-photos--usw2-az1--x-s3", "the bucket name does not start and end with a letter or digit"),
        ("xn--photos--usw2-az1--x-s3", "the bucket name starts with xn--, which AWS does not allow"),
        (&*format!("{}--usw2-az1--x-s3", "a".repeat(48)), "the bucket name is not 3 to 63 characters long"),
    ] {
        refused(Bucket::aws("us-west-2", name), message);
    }
    assert!(Bucket::aws("us-west-2", &format!("{}--usw2-az1--x-s3", "a".repeat(47))).is_ok());
}

#[test]
fn hosts_that_name_a_region_and_those_that_only_look_so() {
    for (host, region) in [
        ("s3.eu-west-1.amazonaws.com", "eu-west-1"),
        ("photos.s3.eu-west-1.amazonaws.com", "eu-west-1"),
        ("my.own.photos.s3.eu-west-1.amazonaws.com", "eu-west-1"),
        ("s3.s3.eu-west-1.amazonaws.com", "eu-west-1"),
        ("dualstack.s3.eu-west-1.amazonaws.com", "eu-west-1"),
        ("s3-fips.us-gov-east-1.amazonaws.com", "us-gov-east-1"),
        ("s3.dualstack.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("photos.s3-us-west-2.amazonaws.com", "us-west-2"),
        ("s3-us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("photos.s3.s3-us-west-2.amazonaws.com", "us-west-2"),
        ("s3express-control.us-west-2.amazonaws.com", "us-west-2"),
        ("photos.s3.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
    ] {
        assert_eq!(region_of_host(host), Some(region), "{host}");
    }
    for host in [
        "",
        ".",
        "amazonaws.com",
        "s3.amazonaws.com",
        "photos.s3.amazonaws.com",
        "photos.s3-accelerate.amazonaws.com",
        "photos.s3-accelerate.dualstack.amazonaws.com",
        "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com",
        "s3.eu-west-1.amazonaws.com.evil.example",
        "s3.eu-west-1.amazonaws.com.",
        "s3.eu-west-1.amazonaws.com:443",
        "s3.eu-west-1.evil-amazonaws.com",
        "s3.eu-west-1.amazonaws.co",
        "evils3.eu-west-1.amazonaws.com",
        "s3.evil.eu-west-1.amazonaws.com",
        "evil.example/s3.eu-west-1.amazonaws.com",
        "evil.example?.s3.eu-west-1.amazonaws.com",
        "user@s3.eu-west-1.amazonaws.com",
        ".s3.eu-west-1.amazonaws.com",
        "photos..s3.eu-west-1.amazonaws.com",
        "s3..amazonaws.com",
        "S3.eu-west-1.amazonaws.com",
        "s3.EU-WEST-1.amazonaws.com",
        "s3.eu-west-1.amazonaws.com.cn",
        "s3.cn-north-1.amazonaws.com",
        "s3.us-iso-east-1.amazonaws.com",
        "s3.us-east-1a.amazonaws.com",
        "s3.us-east-1.us-east-1.amazonaws.com",
        "s3.dualstack.amazonaws.com",
        "s3-fips-us-gov-west-1.amazonaws.com",
        "s3-website-eu-west-1.amazonaws.com",
        "photos.s3-website.eu-central-1.amazonaws.com",
        "s3-outposts.us-west-2.amazonaws.com",
        "s3express-.us-west-2.amazonaws.com",
        "ec2.eu-west-1.amazonaws.com",
        "localhost",
        "127.0.0.1",
    ] {
        assert_eq!(region_of_host(host), None, "{host}");
    }
}

proptest! {
    /// What is written is read back, and is nothing that can be moved to another domain.
    #[test]
    fn regions_are_read_back(
        name in prop_oneof!["[a-z0-9.-]{3,63}", "[a-z0-9-]{1,20}--[a-z]{3,4}[0-9]-az[0-9]--x-s3"],
        area in prop::sample::select(&["us", "us-gov", "cn", "eusc", "us-iso", "us-isob", "eu-isoe", "us-isof", "mx"][..]),
        (direction, number) in ("[a-z]{3,9}", 1..20),
        (dual_stack, fips) in any::<(bool, bool)>(),
        junk in "[a-z0-9.]{1,12}",
    ) {
        let region = format!("{area}-{direction}-{number}");
        let mut endpoint = AwsEndpoint::new(&region);
        if dual_stack { endpoint = endpoint.with_dual_stack(); }
        if fips { endpoint = endpoint.with_fips(); }
        if let Ok(bucket) = Bucket::aws(endpoint, &name) {
            let host = bucket.on_bucket("GET").expect("a request").host().to_owned();
            prop_assert_eq!(region_of_host(&host), Some(&*region), "{}", host);
            let bare = host.rfind(".s3").map_or(&*host, |dot| &host[dot + 1..]);
            prop_assert_eq!(region_of_host(bare), Some(&*region), "{}", bare);
            let elsewhere = [format!("{host}.{junk}"), format!("{host}{junk}"), format!("{host}/{junk}")];
            for other in elsewhere.iter().filter(|other| **other != format!("{host}.cn")) {
                prop_assert_eq!(region_of_host(other), None, "{}", other);
            }
        }
    }

    #[test]
    fn nothing_panics(text in "(arn:)?[a-z0-9:/. -]{0,80}(--x-s3|--op-s3|--xa-s3|-s3alias|\\PC*)", host in "\\PC*") {
        let _ = (Bucket::aws("us-west-2", &text), Bucket::aws(&*text, "photos"), Bucket::from_arn(&text));
        let _ = (Bucket::check_name(&text), region_of_host(&text), region_of_host(&host));
        let _ = region_of_host(&format!("{host}.amazonaws.com"));
    }
}

/// However it comes, it is read as strictly.
#[test]
fn an_endpoint_from_any_kind_of_text() {
    let text = "https://S3.Example.COM:443/a/";
    let endpoint = Endpoint::parse(text).expect("an endpoint");
    assert_eq!(endpoint.to_string(), "https://s3.example.com/a");
    assert_eq!(text.parse(), Ok(endpoint.clone()));
    assert_eq!([text.try_into(), String::from(text).try_into()], [Ok(endpoint.clone()), Ok(endpoint.clone())]);
    assert_eq!((&String::from(text)).try_into(), Ok(endpoint.clone()));
    assert_eq!(Endpoint::from(&endpoint), endpoint);
    let message = |result: Result<Endpoint, Error>| result.expect_err("should be refused").to_string();
    let refused = "the endpoint has the character ? at byte offset 10";
    assert_eq!(message(Endpoint::try_from("https://h/?".to_owned())), refused);
    assert_eq!(message("https://h/?".parse()), refused);
    #[cfg(feature = "url")]
    {
        let url = url::Url::parse(text).expect("a URL");
        assert_eq!([(&url).try_into(), url.try_into()], [Ok(endpoint.clone()), Ok(endpoint)]);
        let url = url::Url::parse("https://h/?").expect("a URL");
        assert_eq!([message(Endpoint::try_from(&url)), message(url.try_into())], [refused, refused]);
    }
}

#[test]
fn a_dot_in_front_of_a_wildcard() {
    let message =
        "the bucket name has a dot, so a wildcard certificate does not cover its host: use Bucket::path_style";
    assert_eq!(Warning::DotUnderWildcard.to_string(), message);
    let warning = |bucket: Result<Bucket, Error>| bucket.expect("a bucket").warning();
    let dotted = Some(Warning::DotUnderWildcard);
    assert_eq!(warning(Bucket::virtual_hosted("https://s3.eu-west-1.amazonaws.com", "my.photos")), dotted);
    assert_eq!(warning(Bucket::virtual_hosted("https://s3.example.com:9000", "my.photos")), dotted);
    assert_eq!(warning(Profile::CLOUDFLARE_R2.bucket("https://a.r2.cloudflarestorage.com", "my.photos")), dotted);
    assert_eq!(warning(Bucket::virtual_hosted("http://s3.example.com", "my.photos")), None);
    assert_eq!(warning(Bucket::virtual_hosted("https://s3.example.com", "photos")), None);
    assert_eq!(warning(Bucket::path_style("https://s3.example.com", "my.photos")), None);
    assert_eq!(warning(Bucket::aws("eu-west-1", "my.photos")), None);
}

/// The table of profiles, a row each: its bucket at this endpoint, the region, the headers that are not signed, what is
/// not there.
#[test]
fn profiles() {
    use Unsupported::{BrowserUpload, ObjectAcl, PlainHttp, SessionToken};
    for (profile, name, endpoint, url, region, unsigned, unsupported) in [
        (
            Profile::MINIO,
            "MinIO",
            "http://127.0.0.1:9000",
            "http://127.0.0.1:9000/photos/cat.jpg",
            Some("us-east-1"),
            &[][..],
            &[ObjectAcl][..],
        ),
        (
            Profile::CLOUDFLARE_R2,
            "Cloudflare R2",
            "https://0123.r2.cloudflarestorage.com",
            "https://photos.0123.r2.cloudflarestorage.com/cat.jpg",
            Some("auto"),
            &[],
            &[BrowserUpload, ObjectAcl],
        ),
        (
            Profile::GOOGLE_CLOUD_STORAGE,
            "Google Cloud Storage",
            "https://storage.googleapis.com",
            "https://storage.googleapis.com/photos/cat.jpg",
            Some("auto"),
            &["accept-encoding"],
            &[],
        ),
        (
            Profile::BACKBLAZE_B2,
            "Backblaze B2",
            "https://s3.us-west-004.backblazeb2.com",
            "https://s3.us-west-004.backblazeb2.com/photos/cat.jpg",
            Some("us-west-004"),
            &[],
            &[BrowserUpload, ObjectAcl, PlainHttp],
        ),
        (
            Profile::CEPH,
            "Ceph",
            "https://ceph.example/rgw",
            "https://ceph.example/rgw/photos/cat.jpg",
            Some("us-east-1"),
            &[],
            &[],
        ),
        (
            Profile::DIGITALOCEAN_SPACES,
            "DigitalOcean Spaces",
            "https://nyc3.digitaloceanspaces.com",
            "https://photos.nyc3.digitaloceanspaces.com/cat.jpg",
            Some("nyc3"),
            &[],
            &[SessionToken],
        ),
        // At a domain of one's own the endpoint does not tell the region.
        (
            Profile::DIGITALOCEAN_SPACES,
            "DigitalOcean Spaces",
            "https://media.example.com",
            "https://photos.media.example.com/cat.jpg",
            None,
            &[],
            &[SessionToken],
        ),
    ] {
        let bucket = profile.bucket(endpoint, "photos").expect("a bucket");
        assert_eq!(bucket.get("cat.jpg").expect("a request").url().to_string(), url);
        assert_eq!((profile.name(), bucket.region()), (name, region));
        assert_eq!((profile.unsigned_headers(), profile.unsupported()), (unsigned, unsupported));
        assert_eq!(bucket.service(), &profile.service());
        assert_eq!(bucket.service().name(), "s3");
    }
    for host in ["s3.backblazeb2.com", "a.b.digitaloceanspaces.com", "digitaloceanspaces.com"] {
        for profile in [Profile::BACKBLAZE_B2, Profile::DIGITALOCEAN_SPACES] {
            let bucket = profile.bucket(format!("https://{host}"), "photos").expect("a bucket");
            assert_eq!(bucket.region(), None, "{host}");
        }
    }
}

#[test]
fn profiles_decide_what_is_signed() {
    let photos = Profile::GOOGLE_CLOUD_STORAGE.bucket("https://storage.googleapis.com", "photos").expect("a bucket");
    let signer = photos.signer(credentials(), now()).expect("a signer");
    let get = photos.get("cat.jpg").expect("a request");
    let get = get.with_headers(&[("Accept-Encoding", "gzip"), ("range", "bytes=0-9")]);
    let signed = signer.sign(&get, PayloadHash::EMPTY, now()).expect("a signature");
    assert!(signed.authorization().contains("/20130524/auto/s3/aws4_request, SignedHeaders=host;range;x-amz-"));

    let plain = Profile::BACKBLAZE_B2.bucket("http://s3.us-west-004.backblazeb2.com", "photos");
    refused(plain, "there is no plain HTTP at this server: use https://");
    let ours = Profile::DIGITALOCEAN_SPACES.bucket("https://media.example.com", "photos").expect("a bucket");
    let message = "the address does not tell its region: make the signer with Signer::for_service";
    assert_eq!(ours.signer(credentials(), now()).expect_err("no region").to_string(), message);
    assert_eq!(bucket().signer(credentials(), now()).expect_err("no region"), Error::RegionUnknown);
    assert_eq!((bucket().region(), bucket().service()), (None, &Service::S3));
}

#[test]
fn a_directory_bucket_brings_the_name_of_its_token() {
    let photos = Bucket::aws("us-west-2", "photos--usw2-az1--x-s3").expect("a bucket");
    let signer = photos.signer(session(), now()).expect("a signer");
    let link = signer.presign(&photos.get("cat.jpg").expect("a request"), MINUTE, now()).expect("a link").to_string();
    assert!(link.contains("%2Fus-west-2%2Fs3express%2Faws4_request&"));
    assert!(link.contains("&X-Amz-S3session-Token=") && !link.contains("Security"));
}
