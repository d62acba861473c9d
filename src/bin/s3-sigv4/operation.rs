use crate::args::{Method, Operation};
use crate::context;
use crate::failure::Failure;
use s3_sigv4::{Bucket, Request, ResponseHeaders};
use zeroize::Zeroizing;

/// `s3://bucket/key`, `s3://bucket`, `s3://arn:aws:s3:…:accesspoint/name/key`.
pub(crate) struct Target<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
}

impl<'a> Target<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, Failure> {
        let rest = text.strip_prefix("s3://").filter(|rest| !rest.is_empty() && !rest.starts_with('/'));
        let rest = rest.ok_or_else(|| Failure::Usage("an object is named as s3://bucket/key".into()))?;
        let name = name_in_arn(rest).unwrap_or_default();
        let end = rest[name..].find('/').map_or(rest.len(), |at| name + at);
        Ok(Self { bucket: &rest[..end], key: rest.get(end + 1..).unwrap_or_default() })
    }
}

/// Where the name of an access point starts. In front of it an ARN has slashes or colons of its own, as
/// `arn:aws:s3:region:account:accesspoint/name`, or on an Outpost `outpost/id/accesspoint/name`.
fn name_in_arn(text: &str) -> Option<usize> {
    let resource = text.strip_prefix("arn:")?.splitn(5, ':').nth(4)?;
    let own = if resource.split(['/', ':']).next() == Some("outpost") { 2 } else { 0 };
    let (at, _) = resource.match_indices(['/', ':']).nth(own)?;
    Some(text.len() - resource.len() + at + 1)
}

/// Headers and parameters, taken apart.
pub(crate) struct Details {
    headers: Vec<(String, Zeroizing<String>)>,
    query: Vec<(String, String)>,
}

/// The same as requests take them.
pub(crate) struct Borrowed<'a> {
    pub(crate) headers: Vec<(&'a str, &'a str)>,
    pub(crate) query: Vec<(&'a str, &'a str)>,
}

impl Details {
    pub(crate) fn new(operation: &Operation) -> Result<Self, Failure> {
        let query = operation.query.iter().map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            (name.to_owned(), value.to_owned())
        });
        Ok(Self { query: query.collect(), headers: headers(&operation.headers, &operation.headers_from)? })
    }

    pub(crate) fn borrowed(&self) -> Borrowed<'_> {
        Borrowed { headers: borrowed(&self.headers), query: self.query.iter().map(|(a, b)| (&**a, &**b)).collect() }
    }
}

pub(crate) fn borrowed(headers: &[(String, Zeroizing<String>)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The headers of the command line, and those of a file.
pub(crate) fn headers(given: &[String], from: &Option<String>) -> Result<Vec<(String, Zeroizing<String>)>, Failure> {
    let mut headers = Vec::new();
    for line in given {
        let (name, value) = header(line).ok_or_else(|| Failure::Usage("a header is given as 'name: value'".into()))?;
        if is_secret(&name) {
            let text = format!("{name} is a secret, and the command line is no place for it: use --headers-from");
            return Err(Failure::Usage(text));
        }
        headers.push((name, value));
    }
    if let Some(place) = from {
        let text = context::read_text(place)?;
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = || {
                Failure::Refused(format!("line {} of {}: a header is 'name: value'", i + 1, context::name_of(place)))
            };
            headers.push(header(line).ok_or_else(wrong)?);
        }
    }
    Ok(headers)
}

fn header(line: &str) -> Option<(String, Zeroizing<String>)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_owned(), Zeroizing::new(value.trim_matches([' ', '\t']).to_owned())))
}

/// A customer's key, or a token. Its digest tells nothing.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // Google's customers send theirs as x-goog-encryption-key.
    ["customer-key", "encryption-key", "-token"].iter().any(|end| name.ends_with(end))
        || ["authorization", "cookie"].contains(&&*name)
}

/// Amazon S3 takes no longer key: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>. Others do.
pub(crate) fn check_length(bucket: &Bucket, key: &str) -> Result<(), Failure> {
    match key.len() {
        0..=1024 => Ok(()),
        _ if bucket.region().is_none() => Ok(()),
        length => {
            Err(Failure::Refused(format!("a key has at most 1024 bytes in Amazon S3, and this one has {length}")))
        }
    }
}

impl Operation {
    /// The method, if it fits the rest.
    pub(crate) fn method(&self) -> Result<Method, Failure> {
        let text = match self.method.unwrap_or(if self.part.is_some() { Method::Put } else { Method::Get }) {
            method if self.part.is_some() && method != Method::Put => "a part is uploaded with --method PUT",
            method if self.uploads && method != Method::Post => "a multipart upload is started with --method POST",
            method => return Ok(method),
        };
        Err(Failure::Usage(text.into()))
    }

    /// The request for a key, or for the bucket where there is none.
    pub(crate) fn request<'a>(
        &'a self,
        bucket: &'a Bucket,
        key: &'a str,
        details: &'a Borrowed<'a>,
    ) -> Result<Request<'a>, Failure> {
        check_length(bucket, key)?;
        let request = match (&self.upload_id, self.method()?) {
            (None, Method::Post) if self.uploads => bucket.create_multipart_upload(key)?,
            (None, method) if key.is_empty() => match method {
                Method::Get if self.lists() => bucket.list(),
                Method::Get => bucket.on_bucket("GET")?,
                Method::Head => bucket.on_bucket("HEAD")?,
                _ => {
                    let text = "the URL names no key, and without one there are only GET and HEAD";
                    return Err(Failure::Refused(text.into()));
                }
            },
            (None, method) => bucket.on_object(method.as_str(), key)?,
            (Some(id), Method::Get) => bucket.list_parts(key, id)?,
            (Some(id), Method::Post) => bucket.complete_multipart_upload(key, id)?,
            (Some(id), Method::Delete) => bucket.abort_multipart_upload(key, id)?,
            (Some(_), _) => {
                let text = "with --upload-id goes --part for PUT, or --method GET, POST or DELETE";
                return Err(Failure::Usage(text.into()));
            }
        };
        self.with_details(request, details)
    }

    /// Whether it is ListObjectsV2: no parameter was given that makes another operation of it.
    fn lists(&self) -> bool {
        let of_list =
            ["prefix", "delimiter", "max-keys", "start-after", "continuation-token", "encoding-type", "fetch-owner"];
        self.query.iter().all(|parameter| {
            let name = parameter.split('=').next().unwrap_or_default();
            of_list.contains(&name) || name.starts_with("x-")
        })
    }

    /// The requests for the parts that were asked for.
    pub(crate) fn parts<'a>(
        &'a self,
        (first, last): (u32, u32),
        bucket: &'a Bucket,
        key: &'a str,
        details: &'a Borrowed<'a>,
    ) -> impl Iterator<Item = Result<Request<'a>, Failure>> {
        let id = self.upload_id.as_deref().unwrap_or_default();
        bucket.upload_parts(key, first..=last, id).map(|request| self.with_details(request?, details))
    }

    fn with_details<'a>(&'a self, request: Request<'a>, details: &'a Borrowed<'a>) -> Result<Request<'a>, Failure> {
        let request = request.with_headers(&details.headers).with_query(&details.query);
        match &self.version_id {
            Some(id) => Ok(request.with_version_id(id)?),
            None => Ok(request),
        }
    }
}

/// The headers that S3 is to answer with.
pub(crate) fn response(args: &crate::args::Response) -> Result<ResponseHeaders<'_>, Failure> {
    use s3_sigv4::ContentDisposition;
    let mut response = ResponseHeaders::new();
    if let Some(name) = &args.download {
        response = response.with_content_disposition(ContentDisposition::attachment(name)?);
    }
    if let Some(name) = &args.inline {
        response = response.with_content_disposition(ContentDisposition::inline(name)?);
    }
    type With<'a> = fn(ResponseHeaders<'a>, &'a str) -> ResponseHeaders<'a>;
    let others: [(&Option<String>, With<'_>); 5] = [
        (&args.response_content_type, |response, value| response.with_content_type(value)),
        (&args.response_cache_control, |response, value| response.with_cache_control(value)),
        (&args.response_content_encoding, |response, value| response.with_content_encoding(value)),
        (&args.response_content_language, |response, value| response.with_content_language(value)),
        (&args.response_expires, |response, value| response.with_expires(value)),
    ];
    for (value, with) in others {
        if let Some(value) = value {
            response = with(response, value);
        }
    }
    Ok(response)
}
