//! Operations by their own names: what they send, and what is signed of it.

mod util;

use core::time::Duration;
use s3_sigv4::{Bucket, ContentDisposition, Error, Lifetime, Limit, PayloadHash, Request, ResponseHeaders, Signer};
use util::{at, bucket, now, request, session, signer};

const MINUTE: Duration = Duration::from_secs(60);

#[track_caller]
fn refused<T: core::fmt::Debug>(result: Result<T, Error>, message: &str) {
    assert_eq!(result.expect_err("should be refused").to_string(), message);
}

#[test]
fn what_operations_send() {
    let bucket = Bucket::path_style("http://h", "b").expect("a bucket");
    let id = "VXBs+b2Fk/IElE=";
    let encoded = "VXBs%2Bb2Fk%2FIElE%3D";
    let response = ResponseHeaders::new()
        .with_expires("Thu, 01 Dec 1994 16:00:00 GMT")
        .with_content_type("image/jpeg")
        .with_content_language("de")
        .with_content_encoding("gzip")
        .with_content_disposition(ContentDisposition::inline("a.jpg").expect("a name"))
        .with_cache_control("no-cache");
    let get = || bucket.get("k").expect("a request");
    for (request, line) in [
        (bucket.list(), "GET http://h/b?list-type=2".to_owned()),
        (bucket.list().with_query(&[("prefix", "a/")]), "GET http://h/b?prefix=a%2F&list-type=2".to_owned()),
        (bucket.create_multipart_upload("k").expect("a request"), "POST http://h/b/k?uploads=".to_owned()),
        (
            bucket.upload_part("k", 10_000, id).expect("a request"),
            format!("PUT http://h/b/k?partNumber=10000&uploadId={encoded}"),
        ),
        (bucket.list_parts("k", id).expect("a request"), format!("GET http://h/b/k?uploadId={encoded}")),
        (
            bucket.complete_multipart_upload("k", id).expect("a request"),
            format!("POST http://h/b/k?uploadId={encoded}"),
        ),
        (bucket.abort_multipart_upload("k", id).expect("a request"), format!("DELETE http://h/b/k?uploadId={encoded}")),
        (get().with_version_id("a+b").expect("a version"), "GET http://h/b/k?versionId=a%2Bb".to_owned()),
        (
            get().with_query(&[("x", "y")]).with_response(&response).with_version_id("v").expect("a version"),
            "GET http://h/b/k?x=y&versionId=v&response-cache-control=no-cache\
             &response-content-disposition=inline%3B%20filename%3D%22a.jpg%22&response-content-encoding=gzip\
             &response-content-language=de&response-content-type=image%2Fjpeg\
             &response-expires=Thu%2C%2001%20Dec%201994%2016%3A00%3A00%20GMT"
                .to_owned(),
        ),
        (
            Request::from_url("GET", "http://h/b/k?x=y&z").expect("a request").with_version_id("v").expect("a version"),
            "GET http://h/b/k?versionId=v&x=y&z".to_owned(),
        ),
    ] {
        let url = request.url().to_string();
        assert_eq!(format!("{} {url}", request.method()), line);
        // The same URL as a stranger's has the same canonical form, by header and in a link.
        let (signer, read_back) = (signer(), Request::from_url(request.method(), &url).expect("a request"));
        let canonical = |request: &Request<'_>| {
            signer.canonical_request(request, PayloadHash::EMPTY, now()).expect("a canonical request").to_string()
        };
        assert_eq!(canonical(&request), canonical(&read_back), "{line}");
        let link = |request: &Request<'_>| signer.presign(request, MINUTE, now()).expect("a link").to_string();
        assert_eq!(link(&request), link(&read_back), "{line}");
    }
    let parts: Vec<_> =
        bucket.upload_parts("k", 3..=5, "id").map(|part| part.expect("a part").url().to_string()).collect();
    assert_eq!(parts, [3, 4, 5].map(|part| format!("http://h/b/k?partNumber={part}&uploadId=id")));

    refused(bucket.upload_part("k", 0, id), "a part's number is 1 to 10000, not 0");
    refused(bucket.upload_part("k", 10_001, id), "a part's number is 1 to 10000, not 10001");
    for result in [
        bucket.upload_part("k", 1, ""),
        bucket.list_parts("k", ""),
        bucket.complete_multipart_upload("k", ""),
        bucket.abort_multipart_upload("k", ""),
    ] {
        refused(result, "the upload id is empty");
    }
    refused(get().with_version_id(""), "the version id is empty");
    // What the operation says cannot be said again: servers differ in which of the two they take.
    let part = || bucket.upload_part("k", 1, id).expect("a part");
    for (request, name) in [
        (part().with_query(&[("partNumber", "2")]), "partNumber"),
        (part().with_query(&[("x", "y"), ("uploadId", "")]), "uploadId"),
        (bucket.list().with_query(&[("list-type", "1")]), "list-type"),
        (get().with_version_id("v").expect("a version").with_query(&[("versionId", "w")]), "versionId"),
        (get().with_response(&response).with_query(&[("response-expires", "0")]), "response-expires"),
    ] {
        let message = format!("the query has the parameter {name}, which the operation has already");
        refused(signer().presign(&request, MINUTE, now()), &message);
        refused(signer().sign(&request, PayloadHash::EMPTY, now()), &message);
    }
    let empty = "the object key is empty: the request would act on the bucket itself, which Bucket::on_bucket is for";
    for result in [
        bucket.create_multipart_upload(""),
        bucket.upload_part("", 1, id),
        bucket.list_parts("", id),
        bucket.complete_multipart_upload("", id),
        bucket.abort_multipart_upload("", id),
    ] {
        refused(result, empty);
    }
}

/// All parameters that a request can have at once.
#[test]
fn the_operations_parameters_do_not_count() {
    let query = [("a", "b"); 128];
    let response = ResponseHeaders::new()
        .with_cache_control("")
        .with_content_disposition(ContentDisposition::inline("a").expect("a name"))
        .with_content_encoding("")
        .with_content_language("")
        .with_content_type("")
        .with_expires("");
    let bucket = bucket();
    let request = bucket.upload_part("k", 1, "id").expect("a part").with_version_id("v").expect("a version");
    let request = request.with_query(&query).with_response(&response);
    let session = Signer::new(session(), "us-east-1", now()).expect("a signer");
    let link = session.presign(&request, MINUTE, now()).expect("a link").to_string();
    assert_eq!(link.matches('&').count(), 128 + 3 + 6 + 7 - 1, "{link}");
}

#[test]
fn file_names_in_any_script() {
    for (name, value) in [
        ("cat.jpg", "attachment; filename=\"cat.jpg\""),
        ("two words;=,.txt", "attachment; filename=\"two words;=,.txt\""),
        ("naïve.txt", "attachment; filename=\"na_ve.txt\"; filename*=UTF-8''na%C3%AFve.txt"),
        ("写真 😀.jpg", "attachment; filename=\"__ _.jpg\"; filename*=UTF-8''%E5%86%99%E7%9C%9F%20%F0%9F%98%80.jpg"),
        ("a\"b\\c%20.txt", "attachment; filename=\"a_b_c_20.txt\"; filename*=UTF-8''a%22b%5Cc%2520.txt"),
        ("it's (1)*.é", "attachment; filename=\"it's (1)*._\"; filename*=UTF-8''it%27s%20%281%29%2A.%C3%A9"),
        ("!#$&+-.^_`|~é", "attachment; filename=\"!#$&+-.^_`|~_\"; filename*=UTF-8''!#$&+-.^_`|~%C3%A9"),
    ] {
        assert_eq!(ContentDisposition::attachment(name).expect("a name").as_str(), value);
    }
    refused(ContentDisposition::attachment(""), "the file name is empty");
    refused(ContentDisposition::inline("a\r\nb"), "the file name has a carriage return at byte offset 1");
    refused(ContentDisposition::inline("a\u{85}b"), "the file name has a byte outside ASCII (0xc2) at byte offset 1");
}

#[test]
fn links_that_stay_the_same_for_a_while() {
    let seconds = Duration::from_secs;
    let link = |lifetime: Lifetime, now: &str| signer().presign(&request("/"), lifetime, at(now)).expect("a link");
    for (lifetime, window, now, from, until, expires) in [
        (60, 600, "20130524T100000Z", "20130524T100000Z", "20130524T101100Z", 660),
        (60, 600, "20130524T100959Z", "20130524T100000Z", "20130524T101100Z", 660),
        (60, 600, "20130524T101000Z", "20130524T101000Z", "20130524T102100Z", 660),
        (3600, 86_400, "20130524T235959Z", "20130524T000000Z", "20130525T010000Z", 90_000),
        // A window that does not divide the day starts anew at midnight.
        (60, 50_000, "20130524T235959Z", "20130524T135320Z", "20130525T034740Z", 50_060),
        (60, 50_000, "20130525T000000Z", "20130525T000000Z", "20130525T135420Z", 50_060),
        (60, 172_800, "20130524T120000Z", "20130524T000000Z", "20130526T000100Z", 172_860),
        (600_000, 4_800, "20130524T010000Z", "20130524T000000Z", "20130531T000000Z", 604_800),
    ] {
        let link = link(Lifetime::full(seconds(lifetime)).stable_for(seconds(window)), now);
        assert_eq!((link.valid_from(), link.valid_until()), (at(from), at(until)), "{now}");
        assert_eq!(link.limited_by(), Limit::Lifetime);
        assert!(link.url().contains(&format!("X-Amz-Date={from}&X-Amz-Expires={expires}&")), "{link}");
        assert!(link.valid_until() >= at(now).plus(seconds(lifetime)).expect("a year of four digits"));
    }
    let longest = link(Lifetime::LONGEST.stable_for(seconds(600)), "20130524T100300Z");
    assert_eq!((longest.valid_until(), longest.limited_by()), (at("20130531T100000Z"), Limit::SevenDays));

    let refusal =
        |lifetime: Lifetime, message: &str| refused(signer().presign(&request("/"), lifetime, now()), message);
    let seven_days = seconds(604_800);
    refusal(
        Lifetime::from(seven_days).stable_for(seconds(1)),
        "a lifetime is 1 to 604800 seconds (7 days), not 604801",
    );
    refusal(Lifetime::from(MINUTE).stable_for(seconds(0)), "a lifetime is 1 to 604800 seconds (7 days), not 0");
    refusal(
        Lifetime::from(MINUTE).stable_for(Duration::MAX),
        &format!("a lifetime is 1 to 604800 seconds (7 days), not {}", u64::MAX),
    );

    // What was promised counts against the credentials' end, not what the window adds.
    let ending = |at: &str| Signer::new(session().with_expiration(util::at(at)), "us-east-1", now()).expect("a signer");
    let lifetime = Lifetime::full(MINUTE).stable_for(seconds(600));
    let link = ending("20130524T000100Z").presign(&request("/"), lifetime, now()).expect("a link");
    assert_eq!((link.valid_until(), link.limited_by()), (at("20130524T000100Z"), Limit::Credentials));
    refused(
        ending("20130524T000100Z").presign(&request("/"), lifetime, at("20130524T000001Z")),
        "the credentials expire at 2013-05-24T00:01:00Z, before the full lifetime that was required ends at 2013-05-24T00:01:01Z",
    );

    // The day's key serves for every window of its day, so a signer without the secret does as well.
    let edge = Signer::from_key(util::ACCESS_KEY, None, signer().key().clone()).expect("a signer");
    for now in ["20130524T000000Z", "20130524T000001Z", "20130524T235959Z"] {
        assert!(
            edge.presign(&request("/"), Lifetime::from(MINUTE).stable_for(seconds(50_000)), at(now)).is_ok(),
            "{now}"
        );
    }
}

#[test]
fn curl_lines_are_quoted() {
    let headers = [("x-amz-meta-a", "it's; $(rm) `x` \\ \"q\""), ("x-amz-meta-empty", " "), ("range", "bytes=0-9")];
    let line =
        |request: Request<'_>| signer().presign(&request, MINUTE, now()).expect("a link").curl("a file").to_string();
    let bucket = bucket();
    let url = " 'https://examplebucket.s3.amazonaws.com/k?X-Amz-Algorithm=";
    for (request, start) in [
        (bucket.get("k"), "curl --fail --path-as-is --globoff --request 'GET' --output 'a file'"),
        (bucket.head("k"), "curl --fail --path-as-is --globoff --head"),
        (bucket.delete("k"), "curl --fail --path-as-is --globoff --request 'DELETE'"),
        (
            bucket.put("k"),
            "curl --fail --path-as-is --globoff --request 'PUT' --header 'Content-Type:' --data-binary '@a file'",
        ),
        // A form's type would be kept with the object, but one that was signed is sent.
        (
            bucket.put("k").map(|request| request.with_headers(&[("Content-Type", "text/plain")])),
            "curl --fail --path-as-is --globoff --request 'PUT' --header 'Content-Type: text/plain' --data-binary '@a file'",
        ),
        (
            bucket.get("k").map(|request| request.with_headers(&headers)),
            "curl --fail --path-as-is --globoff --request 'GET' \
             --header 'x-amz-meta-a: it'\\''s; $(rm) `x` \\ \"q\"' --header 'x-amz-meta-empty;' \
             --header 'range: bytes=0-9' --output 'a file'",
        ),
    ] {
        let line = line(request.expect("a request"));
        assert!(line.starts_with(&format!("{start}{url}")) && line.ends_with('\''), "{line}");
    }
}
