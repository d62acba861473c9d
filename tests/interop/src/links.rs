//! Operations by links alone, as the library's typed requests make them.

use crate::client::Answer;
use crate::refusals::{refusal, replaced, with_body, with_header};
use crate::report::{Outcome, Report};
use crate::site::{Call, MINUTE, Shell, Site, linked};
use crate::xml;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use s3_sigv4::{Bucket, ContentDisposition, Lifetime, Request, ResponseHeaders, Timestamp};
use sha2::{Digest, Sha256};
use std::fs;
use std::time::Duration;

type Check = fn(&Site) -> Outcome;
type Twin = fn(&Site) -> Outcome<Answer>;

const ACCEPTED: &[(&str, Check)] = &[
    ("HEAD", head),
    ("a listing of a prefix", listing),
    ("a multipart upload", multipart),
    ("a multipart upload given up", abort),
    ("an object's older version", version),
    ("a file name", file_name),
    ("every header of the answer", response_headers),
    ("the exact length", exact_length),
    ("a checksum", checksum),
    ("a customer's key", customer_key),
    ("a link that stays the same", stable),
    ("a curl line for PUT, GET and HEAD", curl),
    ("a curl line for DELETE", curl_delete),
];

/// What must be refused, and the object unchanged.
const REFUSED: &[(&str, Twin)] = &[
    ("a longer body than signed", |site| with_length(site, b"one more")),
    ("a shorter body than signed", |site| with_length(site, b"fewer")),
    ("a body with another checksum", |site| {
        let checksum = sha256(b"as it was promised");
        let headers = [("x-amz-checksum-sha256", &*checksum)];
        site.follow(&site.bucket.put(KEY)?.with_headers(&headers), b"something else")
    }),
    ("a checksum changed with the body", |site| {
        let checksum = sha256(b"as it was promised");
        let headers = [("x-amz-checksum-sha256", &*checksum)];
        let put = site.bucket.put(KEY)?.with_headers(&headers);
        let wire = linked(&site.signer.presign(&put, MINUTE, Timestamp::now())?, b"something else")?;
        site.client.send(&with_header(wire, "x-amz-checksum-sha256", &sha256(b"something else"))?)
    }),
    ("a customer's key changed", |site| {
        let put = site.bucket.put(KEY)?.with_headers(CUSTOMER_KEY);
        let wire = linked(&site.signer.presign(&put, MINUTE, Timestamp::now())?, b"under another key")?;
        let wire = with_header(
            wire,
            "x-amz-server-side-encryption-customer-key",
            "ZjEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        )?;
        site.client.send(&with_header(
            wire,
            "x-amz-server-side-encryption-customer-key-md5",
            "XqES9VUDgKS5iku4I/yu1Q==",
        )?)
    }),
    ("a listing of another prefix", |site| {
        let list = site.bucket.list().with_query(&[("prefix", "links/list/")]);
        let wire = linked(&site.signer.presign(&list, MINUTE, Timestamp::now())?, b"")?;
        site.client.send(&replaced(wire, "prefix=links%2Flist%2F", "prefix=links%2F")?)
    }),
    ("a link for a part used for another", |site| {
        let begun = Upload::begin(site, KEY)?;
        let part = site.bucket.upload_part(KEY, 1, begun.id())?;
        let wire = linked(&site.signer.presign(&part, MINUTE, Timestamp::now())?, b"a part")?;
        site.client.send(&replaced(wire, "partNumber=1&", "partNumber=2&")?)
    }),
    ("a link for ListParts used to give up", |site| {
        let begun = Upload::begin(site, KEY)?;
        let list = site.bucket.list_parts(KEY, begun.id())?;
        let mut wire = linked(&site.signer.presign(&list, MINUTE, Timestamp::now())?, b"")?;
        *wire.method_mut() = "DELETE".parse()?;
        site.client.send(&wire)
    }),
];

pub fn run(site: &Site, report: &mut Report) {
    for (case, accepted) in ACCEPTED {
        report.check("link", case, accepted(site));
    }
    for (case, twin) in REFUSED {
        report.check("refused typed link", case, is_refused(site, *twin));
    }
}

fn is_refused(site: &Site, twin: Twin) -> Outcome {
    site.send_signed(&Call::put(KEY, BODY))?.has_status(&[200])?;
    let answer = twin(site)?;
    if answer.status >= 300 {
        read(site)?.has_body(BODY)?;
    }
    refusal(&answer)
}

fn head(site: &Site) -> Outcome {
    site.send_signed(&Call::put(KEY, BODY))?.has_status(&[200])?;
    let answer = site.follow(&site.bucket.head(KEY)?, b"")?;
    answer.has_status(&[200])?.has_header("content-length", b"16")?.has_body(b"")?;
    Ok(())
}

fn listing(site: &Site) -> Outcome {
    let keys = ["links/list/é +&=%/1", "links/list/é +&=%/2"];
    for key in keys {
        site.follow(&site.bucket.put(key)?, BODY)?.has_status(&[200])?;
    }
    let query = [("prefix", "links/list/é +&=%/"), ("encoding-type", "url"), ("max-keys", "10")];
    let answer = site.follow(&site.bucket.list().with_query(&query), b"")?;
    let found = xml::keys(answer.has_status(&[200])?.text()?);
    if found == keys { Ok(()) } else { Err(answer.wrong(&format!("{keys:?}, found {found:?}"))) }
}

/// A multipart upload, each step by a link.
pub struct Upload<'a> {
    site: &'a Site,
    key: &'a str,
    id: String,
}

impl<'a> Upload<'a> {
    pub fn begin(site: &'a Site, key: &'a str) -> Outcome<Self> {
        let answer = site.follow(&site.bucket.create_multipart_upload(key)?, b"")?;
        let id = xml::text(answer.has_status(&[200])?.text()?, "UploadId");
        Ok(Self { site, key, id: id.ok_or_else(|| answer.wrong("an upload id"))? })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// Sends the parts and gives their entity tags.
    fn send(&self, parts: &[&[u8]]) -> Outcome<Vec<String>> {
        let bucket = &self.site.bucket;
        let requests = bucket.upload_parts(self.key, 1..=u32::try_from(parts.len())?, &self.id);
        let mut tags = Vec::new();
        for (request, part) in requests.zip(parts) {
            tags.push(self.site.follow(&request?, part)?.tag()?);
        }
        Ok(tags)
    }

    fn list(&self) -> Outcome<Answer> {
        self.site.follow(&self.site.bucket.list_parts(self.key, &self.id)?, b"")
    }

    pub fn complete(&self, tags: &[String]) -> Outcome<Answer> {
        let mut list = String::from("<CompleteMultipartUpload>");
        for (tag, number) in tags.iter().zip(1..) {
            list += &format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>");
        }
        list += "</CompleteMultipartUpload>";
        self.site.follow(&self.site.bucket.complete_multipart_upload(self.key, &self.id)?, list.as_bytes())
    }

    fn abort(&self) -> Outcome<Answer> {
        self.site.follow(&self.site.bucket.abort_multipart_upload(self.key, &self.id)?, b"")
    }
}

/// Two parts of the least length that S3 allows, and a last one.
fn multipart(site: &Site) -> Outcome {
    let parts: [&[u8]; 3] = [&[b'1'; PART], &[b'2'; PART], b"the last part"];
    let upload = Upload::begin(site, KEY)?;
    let tags = upload.send(&parts)?;
    let listed = upload.list()?;
    let found = xml::texts(listed.has_status(&[200])?.text()?, "Size");
    let sizes = parts.map(|part| part.len().to_string());
    if found != sizes {
        return Err(listed.wrong(&format!("the sizes {sizes:?}, found {found:?}")));
    }
    upload.complete(&tags)?.has_status(&[200])?;
    let answer = read(site)?;
    if answer.body == parts.concat() { Ok(()) } else { Err(answer.wrong("the three parts, one behind another")) }
}

fn abort(site: &Site) -> Outcome {
    site.send_signed(&Call::put(KEY, BODY))?.has_status(&[200])?;
    let upload = Upload::begin(site, KEY)?;
    upload.send(&[b"a part"])?;
    upload.abort()?.has_status(&[204])?;
    upload.list()?.has_status(&[404])?;
    read(site)?.has_body(BODY)?;
    Ok(())
}

fn version(site: &Site) -> Outcome {
    let bucket = Bucket::path_style(&site.endpoint, "interop-versions")?;
    let send = |call: Call<'_>| site.client.send(&call.signed(&bucket, &site.signer, Timestamp::now())?);
    site.create(&bucket)?;
    let body = b"<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
        <Status>Enabled</Status></VersioningConfiguration>";
    send(Call::put("", body).with_query(&[("versioning", "")]))?.has_status(&[200])?;
    let put = send(Call::put(KEY, b"the older version"))?;
    let id = put.has_status(&[200])?.headers.get("x-amz-version-id").ok_or_else(|| put.wrong("a version"))?.to_str()?;
    send(Call::put(KEY, b"the newer version"))?.has_status(&[200])?;
    let get = bucket.get(KEY)?;
    site.follow(&get, b"")?.has_status(&[200])?.has_body(b"the newer version")?;
    site.follow(&get.with_version_id(id)?, b"")?.has_status(&[200])?.has_body(b"the older version")?;
    Ok(())
}

/// The header comes back byte for byte.
fn file_name(site: &Site) -> Outcome {
    site.send_signed(&Call::put(KEY, BODY))?.has_status(&[200])?;
    for name in ["Übergröße 100% +& \"Zoë\"; 日本\\😀.pdf", "plain + name;x=1.txt", "..%2F'a', b.txt"] {
        let disposition = ContentDisposition::attachment(name)?;
        let response = ResponseHeaders::new().with_content_disposition(disposition.clone());
        let answer = site.follow(&site.bucket.get(KEY)?.with_response(&response), b"")?;
        answer.has_status(&[200])?.has_header("content-disposition", disposition.as_str().as_bytes())?;
        answer.has_body(BODY)?;
    }
    Ok(())
}

fn response_headers(site: &Site) -> Outcome {
    site.send_signed(&Call::put(KEY, BODY))?.has_status(&[200])?;
    let response = ResponseHeaders::new()
        .with_cache_control("private, max-age=60")
        .with_content_disposition(ContentDisposition::inline("a b.txt")?)
        .with_content_encoding("identity")
        .with_content_language("de, en")
        .with_content_type("text/plain; charset=utf-8")
        .with_expires("Thu, 01 Dec 2033 16:00:00 GMT");
    let answer = site.follow(&site.bucket.get(KEY)?.with_response(&response), b"")?;
    answer.has_status(&[200])?.has_body(BODY)?;
    for (name, value) in [
        ("cache-control", "private, max-age=60"),
        ("content-disposition", "inline; filename=\"a b.txt\""),
        ("content-encoding", "identity"),
        ("content-language", "de, en"),
        ("content-type", "text/plain; charset=utf-8"),
        ("expires", "Thu, 01 Dec 2033 16:00:00 GMT"),
    ] {
        answer.has_header(name, value.as_bytes())?;
    }
    Ok(())
}

fn exact_length(site: &Site) -> Outcome {
    with_length(site, b"exactly")?.has_status(&[200])?;
    read(site)?.has_body(b"exactly")?;
    Ok(())
}

/// By a link for seven bytes, whatever is sent.
fn with_length(site: &Site, body: &[u8]) -> Outcome<Answer> {
    let put = site.bucket.put(KEY)?.with_headers(&[("content-length", "7")]);
    let wire = with_body(linked(&site.signer.presign(&put, MINUTE, Timestamp::now())?, b"")?, body);
    site.client.send(&with_header(wire, "content-length", &body.len().to_string())?)
}

fn checksum(site: &Site) -> Outcome {
    let checksum = sha256(BODY);
    let headers = [("x-amz-checksum-sha256", &*checksum), ("content-type", "text/plain")];
    site.follow(&site.bucket.put(KEY)?.with_headers(&headers), BODY)?.has_status(&[200])?;
    read(site)?.has_body(BODY)?;
    Ok(())
}

/// SSE-C: the key travels in three signed headers, with `PUT`, `GET` and `HEAD` alike.
fn customer_key(site: &Site) -> Outcome {
    let (put, get, head) = (site.bucket.put(SECRET_KEY)?, site.bucket.get(SECRET_KEY)?, site.bucket.head(SECRET_KEY)?);
    site.follow(&put.with_headers(CUSTOMER_KEY), BODY)?.has_status(&[200])?;
    site.follow(&get.with_headers(CUSTOMER_KEY), b"")?.has_status(&[200])?.has_body(BODY)?;
    site.follow(&head.with_headers(CUSTOMER_KEY), b"")?.has_status(&[200])?;
    site.follow(&get, b"")?.has_status(&[400])?;
    Ok(())
}

/// Two callers within the same hour get the same link, and it is good for both.
fn stable(site: &Site) -> Outcome {
    site.send_signed(&Call::put(KEY, BODY))?.has_status(&[200])?;
    let now = Timestamp::now();
    let hour = Duration::from_secs(3600);
    let lifetime = Lifetime::from(MINUTE).stable_for(hour);
    let earlier = Timestamp::from_unix(now.unix() - now.unix() % 3600)?;
    let link = |now| site.signer.presign(&site.bucket.get(KEY)?, lifetime, now);
    let (one, other) = (link(earlier)?, link(now)?);
    if one.url() != other.url() {
        return Err(format!("{} and {} differ", one.url(), other.url()).into());
    }
    for link in [one, other] {
        site.client.send(&linked(&link, b"")?)?.has_status(&[200])?.has_body(BODY)?;
    }
    Ok(())
}

/// The command lines as they are printed, run by a shell.
fn curl(site: &Site) -> Outcome {
    let shell = Shell::new()?;
    let (file, copy) = ("it's $HOME \"a\" & 'b'.txt", "saved; `id`.txt");
    let body: Vec<u8> = (0..=255).collect();
    fs::write(shell.file(file), &body)?;
    let headers = [("content-type", "text/x-interop; q='1'"), ("x-amz-meta-say", "it's \"so\" $HOME")];
    let link = |request: Request<'_>| site.signer.presign(&request, MINUTE, Timestamp::now());
    shell.run(&link(site.bucket.put(CURL_KEY)?.with_headers(&headers))?.curl(file).to_string())?;
    let answer = site.send_signed(&Call::new("GET", CURL_KEY))?;
    answer.has_status(&[200])?.has_body(&body)?;
    for (name, value) in headers {
        answer.has_header(name, value.as_bytes())?;
    }
    shell.run(&link(site.bucket.get(CURL_KEY)?)?.curl(copy).to_string())?;
    if fs::read(shell.file(copy))? != body {
        return Err("curl saved something else".into());
    }
    let headers = shell.run(&link(site.bucket.head(CURL_KEY)?)?.curl("").to_string())?.to_ascii_lowercase();
    if !headers.contains(" 200") || !headers.contains("\r\ncontent-length: 256\r\n") {
        return Err(format!("the headers of an object of 256 bytes, found {headers:?}").into());
    }
    // --fail: what the server refuses is not taken for a success.
    let refused =
        link(site.bucket.get(CURL_KEY)?)?.curl(copy).to_string().replace("X-Amz-Expires=60", "X-Amz-Expires=61");
    match shell.run(&refused) {
        Ok(_) => Err(format!("curl fetched by a changed link: {refused}").into()),
        Err(_) => Ok(()),
    }
}

fn curl_delete(site: &Site) -> Outcome {
    site.send_signed(&Call::put(CURL_KEY, BODY))?.has_status(&[200])?;
    let link = site.signer.presign(&site.bucket.delete(CURL_KEY)?, MINUTE, Timestamp::now())?;
    Shell::new()?.run(&link.curl("").to_string())?;
    site.send_signed(&Call::new("GET", CURL_KEY))?.has_status(&[404])?;
    Ok(())
}

fn read(site: &Site) -> Outcome<Answer> {
    let answer = site.send_signed(&Call::new("GET", KEY))?;
    answer.has_status(&[200])?;
    Ok(answer)
}

/// As `x-amz-checksum-sha256` has it.
pub fn sha256(data: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(data))
}

const KEY: &str = "links/object & é.txt";
const SECRET_KEY: &str = "links/of a customer's key";
const CUSTOMER_KEY: &[(&str, &str)] = &[
    ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
    ("x-amz-server-side-encryption-customer-key", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
    ("x-amz-server-side-encryption-customer-key-MD5", "hRasmdxgYDKV3nvbahU1MA=="),
];
const CURL_KEY: &str = "links/it's [1-2] {a,b} $HOME?#.txt";
const BODY: &[u8] = b"of typed request";
const PART: usize = 5 * 1024 * 1024;
