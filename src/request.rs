use crate::digest::Decimal;
use crate::encode::{PATH, QUERY, Text, all, is_unreserved, split_once};
use crate::endpoint::{Scheme, check_host, split_origin};
use crate::error::{Error, Field, Found, check};
use crate::response::ResponseHeaders;
use core::fmt;

/// A borrowed view of the request to sign: method, scheme, host, path, query and headers.
///
/// It is a small `Copy` value that owns nothing; [`Bucket`](crate::Bucket) makes it for S3's objects, and the two
/// constructors here for everything else. The body is no part of it: signing takes its
/// [`PayloadHash`](crate::PayloadHash).
///
/// ```
/// use s3_sigv4::Request;
///
/// let query = [("prefix", "J"), ("max-keys", "2")];
/// let request = Request::new("GET", "https://examplebucket.s3.amazonaws.com", "/")?.with_query(&query);
/// assert_eq!(request.host(), "examplebucket.s3.amazonaws.com");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) scheme: Scheme,
    pub(crate) host: &'a str,
    pub(crate) path: Path<'a>,
    pub(crate) query: Query<'a>,
    pub(crate) headers: Headers<'a>,
    pub(crate) unsigned: &'a [&'a str],
    pub(crate) dot_segments: DotSegments,
    operation: Operation<'a>,
    response: Option<&'a ResponseHeaders<'a>>,
}

impl<'a> Request<'a> {
    /// A request with a raw path, which is encoded here: `/photos/cat & dog.jpg`.
    ///
    /// `origin` is `https://host` or `http://host`, with a port or without; the host is signed as it is written here,
    /// its port dropped where it is the scheme's default, as HTTP clients do.
    ///
    /// # Errors
    /// [`Error::Scheme`], and for the host [`Error::HostLabel`], [`Error::Ipv4`], [`Error::Ipv6`] or [`Error::Port`],
    /// if the origin is not well formed; [`Error::Empty`] or [`Error::Character`] if it or the method is not;
    /// [`Error::PathNotAbsolute`] if the path is neither empty nor starts with `/`.
    pub fn new(method: &'a str, origin: &'a str, path: &'a str) -> Result<Self, Error> {
        let (scheme, host, rest) = split_origin(Field::Url, origin)?;
        if let Some(found) = rest.bytes().next() {
            let position = origin.len() - rest.len();
            return Err(Error::Character { field: Field::Url, found: Found(found), position });
        }
        if !path.is_empty() && !path.starts_with('/') {
            return Err(Error::PathNotAbsolute);
        }
        Self::from_parts(method, scheme, host, Path::Raw { base: "", key: path }, Query::Pairs(&[]))
    }

    /// A request whose URL is encoded already: `https://host/photos/cat%20%26%20dog.jpg?versionId=1`.
    ///
    /// # Errors
    /// As [`Request::new`]; besides, [`Error::Character`] if path or query hold a character that no encoded URL has
    /// (RFC 3986, section 3.3), such as a blank, or a `%` that is not followed by two hexadecimal digits.
    ///
    /// ```
    /// # use s3_sigv4::Request;
    /// let request = Request::from_url("GET", "https://examplebucket.s3.amazonaws.com/?lifecycle")?;
    /// assert_eq!(request.host(), "examplebucket.s3.amazonaws.com");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn from_url(method: &'a str, url: &'a str) -> Result<Self, Error> {
        let (scheme, host, rest) = split_origin(Field::Url, url)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        for (field, text) in [(Field::Path, path), (Field::Query, query)] {
            if !text.is_empty() {
                check(field, text, |byte| is_unreserved(byte) || b"%!$&'()*+,;=:@/?".contains(&byte))?;
            }
            let digits = |position: usize| text.as_bytes().get(position + 1..position + 3);
            let lone = |position: &usize| !digits(*position).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
            if let Some(position) = text.match_indices('%').map(|(position, _)| position).find(lone) {
                return Err(Error::Character { field, found: Found(b'%'), position });
            }
        }
        Self::from_wire(method, scheme, host, rest)
    }

    /// The same from an origin that is taken apart already and the target of the request line.
    pub(crate) fn from_wire(method: &'a str, scheme: Scheme, host: &'a str, target: &'a str) -> Result<Self, Error> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        for (field, text) in [(Field::Path, path), (Field::Query, query)] {
            if !text.is_empty() {
                check(field, text, |byte| !byte.is_ascii_control() && byte != b'#')?;
            }
        }
        if !path.is_empty() && !path.starts_with('/') {
            return Err(Error::PathNotAbsolute);
        }
        Self::from_parts(method, scheme, host, Path::Wire(path), Query::Wire(query))
    }

    fn from_parts(
        method: &'a str,
        scheme: Scheme,
        host: &'a str,
        path: Path<'a>,
        query: Query<'a>,
    ) -> Result<Self, Error> {
        check_method(method)?;
        check_host(host)?;
        Ok(Self::from_checked(method, scheme, scheme.without_default_port(host), path, query))
    }

    pub(crate) fn from_checked(
        method: &'a str,
        scheme: Scheme,
        host: &'a str,
        path: Path<'a>,
        query: Query<'a>,
    ) -> Self {
        let headers = Headers::Text(&[]);
        Self {
            method,
            scheme,
            host,
            path,
            query,
            headers,
            unsigned: &[],
            dot_segments: DotSegments::Refused,
            operation: Operation::default(),
            response: None,
        }
    }

    /// The same with these raw query parameters in place of those given before, in any order; they are encoded and
    /// sorted here. A parameter without a value, such as `acl`, has the empty one. Parameters that belong to the
    /// operation itself, such as `uploadId` or `list-type`, stay.
    #[inline]
    #[must_use]
    pub fn with_query(mut self, parameters: &'a [(&'a str, &'a str)]) -> Self {
        self.query = Query::Pairs(parameters);
        self
    }

    /// The same with these headers in place of those it had: names in any case, in any order, repeated if need be.
    ///
    /// All of them are signed, except those named in [`Request::with_unsigned_headers`] and those that clients and
    /// proxies change on the way: `authorization`, `baggage`, `connection`, `expect`, `keep-alive`, `te`,
    /// `traceparent`, `tracestate`, `trailer`, `transfer-encoding`, `upgrade`, `user-agent`, `x-amzn-trace-id`,
    /// `proxy-*` and `sec-*`. Those that signing sets are replaced. Blanks in a value (U+0020 and tab alone) are folded
    /// for signing; U+00A0 and its like are signed as they are, which some servers (OpenStack Swift, SeaweedFS) then
    /// fold and refuse. A `host` header here is signed in place of the URL's host, for requests that travel through a
    /// tunnel.
    ///
    /// ```
    /// # use s3_sigv4::Bucket;
    /// # let photos = Bucket::aws("eu-west-1", "photos")?;
    /// # let content_type = String::from("image/jpeg");
    /// let headers = [("content-type", content_type.as_str()), ("x-amz-acl", "private")];
    /// let request = photos.put("cat.jpg")?.with_headers(&headers);
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn with_headers(mut self, headers: &'a [(&'a str, &'a str)]) -> Self {
        self.headers = Headers::Text(headers);
        self
    }

    /// The same for this version of the object.
    ///
    /// # Errors
    /// [`Error::Empty`].
    ///
    /// ```
    /// # use s3_sigv4::Bucket;
    /// # let photos = Bucket::aws("eu-west-1", "photos")?;
    /// let request = photos.get("cat.jpg")?.with_version_id("3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY")?;
    /// assert!(request.url().to_string().ends_with("/cat.jpg?versionId=3%2FL4kqtJlcpXroDTDmJ%2BrmSpXd3dIbrHY"));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn with_version_id(mut self, version_id: &'a str) -> Result<Self, Error> {
        if version_id.is_empty() {
            return Err(Error::Empty { field: Field::VersionId });
        }
        self.operation.version_id = Some(version_id);
        Ok(self)
    }

    /// The same with these headers in the answer to it, in place of those that the object has. S3 takes them in signed
    /// requests for `GET` and `HEAD` alone.
    #[inline]
    #[must_use]
    pub fn with_response(mut self, headers: &'a ResponseHeaders<'a>) -> Self {
        self.response = Some(headers);
        self
    }

    /// As [`Request::with_headers`], for values that need not be UTF-8. They are signed as they are sent.
    #[inline]
    #[must_use]
    pub fn with_header_bytes(mut self, headers: &'a [(&'a str, &'a [u8])]) -> Self {
        self.headers = Headers::Bytes(headers);
        self
    }

    /// The same with these headers, named in any case, sent but not signed. They need not be there. If a `host` or
    /// `x-amz-…` header of the request is among them, signing it is refused, as servers refuse such a header unsigned.
    #[inline]
    #[must_use]
    pub fn with_unsigned_headers(mut self, names: &'a [&'a str]) -> Self {
        self.unsigned = names;
        self
    }

    /// The same with `.` and `..` segments permitted in a presigned link's path.
    ///
    /// S3 keeps an object under the key `a/../b` as it keeps any other, but browsers and many HTTP clients send
    /// `/b` instead: the link then fails, or with a path-style address reaches another bucket. Permit it if whoever
    /// uses the link sends its path untouched.
    #[inline]
    #[must_use]
    pub fn allow_dot_segments(mut self) -> Self {
        self.dot_segments = DotSegments::Allowed;
        self
    }

    pub(crate) fn with_operation(mut self, operation: Operation<'a>) -> Self {
        self.operation = operation;
        self
    }

    #[inline]
    pub(crate) fn has_own_parameters(&self) -> bool {
        let Operation { flag, part_number, upload_id, version_id } = &self.operation;
        let operation = flag.is_some() | part_number.is_some() | upload_id.is_some() | version_id.is_some();
        operation | self.response.is_some()
    }

    /// The parameters that do not come from the query given, each with a number of its own below `OWN_PARAMETERS`.
    pub(crate) fn own_parameters(&self) -> impl Iterator<Item = (usize, &'static str, &str)> {
        let Operation { flag, part_number, upload_id, version_id } = &self.operation;
        let operation = [
            flag.copied(),
            part_number.as_ref().map(|number| ("partNumber", number.as_str())),
            upload_id.map(|id| ("uploadId", id)),
            version_id.map(|id| ("versionId", id)),
        ];
        let response = self.response.into_iter().flat_map(|response| response.parameters());
        let own = operation.into_iter().flatten().chain(response);
        own.enumerate().map(|(i, (name, value))| (i, name, value))
    }

    /// The URL to send the request to, encoded as it is signed.
    ///
    /// ```
    /// # use s3_sigv4::Bucket;
    /// let photos = Bucket::virtual_hosted("https://s3.eu-west-1.amazonaws.com", "photos")?;
    /// let request = photos.get("cat & dog.jpg")?.with_query(&[("versionId", "a+b")]);
    /// assert_eq!(
    ///     request.url().to_string(),
    ///     "https://photos.s3.eu-west-1.amazonaws.com/cat%20%26%20dog.jpg?versionId=a%2Bb"
    /// );
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn url(&self) -> impl fmt::Display + 'a {
        Url(*self)
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &'a str {
        self.method
    }

    /// The URL's host, with its port unless that is the scheme's default.
    #[must_use]
    pub fn host(&self) -> &'a str {
        self.host
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values of headers and parameters may be secrets (customer keys, tokens), so only what is surely none is shown.
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("scheme", &self.scheme)
            .field("host", &self.host)
            .field("path", &self.path)
            .field("headers", &self.headers.len())
            .finish_non_exhaustive()
    }
}

struct Url<'a>(Request<'a>);

impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Request { scheme, host, path, query, .. }) = self;
        f.write_str(scheme.prefix())?;
        f.write_str(host)?;
        path.write_to(f)?;
        let mut separator = "?";
        let mut pair = |name: Text<'_>, value: Text<'_>| {
            f.write_str(core::mem::replace(&mut separator, "&"))?;
            name.write_to(QUERY, f)?;
            f.write_str("=")?;
            value.write_to(QUERY, f)
        };
        if let Query::Pairs(pairs) = query {
            pairs.iter().try_for_each(|(name, value)| pair(Text::Raw(name), Text::Raw(value)))?;
        }
        self.0.own_parameters().try_for_each(|(_, name, value)| pair(Text::Raw(name), Text::Raw(value)))?;
        match query {
            Query::Pairs(_) | Query::Wire("") | Query::Received("") => Ok(()),
            Query::Wire(query) | Query::Received(query) => write!(f, "{separator}{query}"),
        }
    }
}

/// The parameters of an operation on an object that are its own, not the caller's.
#[derive(Clone, Copy, Default)]
pub(crate) struct Operation<'a> {
    /// `uploads` or `list-type=2`.
    pub(crate) flag: Option<&'static (&'static str, &'static str)>,
    pub(crate) part_number: Option<Decimal>,
    pub(crate) upload_id: Option<&'a str>,
    pub(crate) version_id: Option<&'a str>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'a> {
    /// `base` is sent as it is and holds only unreserved characters and slashes; `key` is encoded.
    Raw { base: &'a str, key: &'a str },
    /// As it is sent.
    Wire(&'a str),
}

impl<'a> Path<'a> {
    /// What is sent as it is, and what is encoded behind it.
    pub(crate) fn parts(self) -> (&'a str, Text<'a>) {
        match self {
            Self::Raw { base: "", key: "" } | Self::Wire("") => ("/", Text::Raw("")),
            Self::Raw { base, key } => (base, Text::Raw(key)),
            Self::Wire(path) => ("", Text::Wire(path)),
        }
    }

    /// Writes the path as it is sent.
    pub(crate) fn write_to(self, out: &mut impl fmt::Write) -> fmt::Result {
        let (base, text) = self.parts();
        out.write_str(base)?;
        match text {
            Text::Raw(_) => text.write_to(PATH, out),
            Text::Wire(path) | Text::Received(path) => out.write_str(path),
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Query<'a> {
    /// Names and values, not encoded.
    Pairs(&'a [(&'a str, &'a str)]),
    /// As it is sent, without the question mark.
    Wire(&'a str),
    /// As it was received.
    Received(&'a str),
}

impl<'a> Query<'a> {
    /// Names and values, each with its place: its index among pairs, its offset in wire text.
    pub(crate) fn parameters(self) -> impl Iterator<Item = (usize, Text<'a>, Text<'a>)> + Clone {
        let (pairs, mut rest) = match self {
            Self::Pairs(pairs) => (pairs, None),
            Self::Wire(wire) | Self::Received(wire) => (&[][..], Some(wire).filter(|wire| !wire.is_empty())),
        };
        let (length, received) = (rest.map_or(0, str::len), matches!(self, Self::Received(_)));
        let wire = core::iter::from_fn(move || {
            let parameter = rest?;
            let at = length - parameter.len();
            let (name, value);
            (name, value, rest) = first_parameter(parameter);
            Some(if received {
                (at, Text::Received(name), Text::Received(value))
            } else {
                (at, Text::Wire(name), Text::Wire(value))
            })
        });
        pairs.iter().enumerate().map(|(at, (name, value))| (at, Text::Raw(name), Text::Raw(value))).chain(wire)
    }
}

/// Name and value of the first parameter, and what comes behind it, if anything does.
#[inline]
pub(crate) fn first_parameter(query: &str) -> (&str, &str, Option<&str>) {
    let (parameter, rest) = until_ampersand(query);
    let (name, value) = split_once(parameter, b'=').unwrap_or((parameter, ""));
    (name, value, rest)
}

/// What comes before the first separator, and what comes behind it, if there is one.
#[inline]
pub(crate) fn until_ampersand(query: &str) -> (&str, Option<&str>) {
    split_once(query, b'&').map_or((query, None), |(before, behind)| (before, Some(behind)))
}

#[derive(Clone, Copy)]
pub(crate) enum Headers<'a> {
    Text(&'a [(&'a str, &'a str)]),
    Bytes(&'a [(&'a str, &'a [u8])]),
}

impl<'a> Headers<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Text(headers) => headers.len(),
            Self::Bytes(headers) => headers.len(),
        }
    }

    pub(crate) fn get(&self, index: usize) -> (&'a str, &'a [u8]) {
        match self {
            Self::Text(headers) => (headers[index].0, headers[index].1.as_bytes()),
            Self::Bytes(headers) => headers[index],
        }
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&'a str, &'a [u8])> + '_ {
        (0..self.len()).map(|index| self.get(index))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum DotSegments {
    Refused,
    Allowed,
}

pub(crate) fn check_method(method: &str) -> Result<(), Error> {
    check(Field::Method, method, is_token)
}

/// The characters of a method or a header's name: RFC 9110, section 5.6.2.
pub(crate) fn is_token(byte: u8) -> bool {
    TOKEN[usize::from(byte)] & IS_TOKEN != 0
}

/// Whether all characters of a header's name may stand in one, and whether all are as they are signed in a link too: in
/// lower case, and none that a query encodes.
#[inline]
pub(crate) fn is_token_and_plain(name: &str) -> (bool, bool) {
    if is_usual(name) {
        return (true, true);
    }
    // As above, and in any case.
    if all(name.as_bytes(), |byte| byte.is_ascii_alphanumeric() | (byte == b'-')) {
        return (true, false);
    }
    let all = name.bytes().fold(IS_TOKEN | IS_PLAIN, |all, byte| all & TOKEN[usize::from(byte)]);
    (all & IS_TOKEN != 0, all & IS_PLAIN != 0)
}

/// Where a header's value has a character that makes it into two: RFC 9110, section 5.5.
#[inline]
pub(crate) fn line_break(value: &[u8]) -> Option<usize> {
    // Nearly every value is done here.
    if all(value, |byte| byte >= b' ') { None } else { find_line_break(value) }
}

#[cold]
fn find_line_break(value: &[u8]) -> Option<usize> {
    value.iter().position(|byte| matches!(byte, b'\r' | b'\n' | 0))
}

/// Whether a header's name is of the characters that nearly every one is of, which are looked at together.
#[inline]
pub(crate) fn is_usual(name: &str) -> bool {
    !name.is_empty() && all(name.as_bytes(), |byte| byte.is_ascii_lowercase() | byte.is_ascii_digit() | (byte == b'-'))
}

const IS_TOKEN: u8 = 1;
const IS_PLAIN: u8 = 2;

const TOKEN: [u8; 256] = {
    let mut token = [0; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            token[byte as usize] = IS_TOKEN;
        }
        byte += 1;
    }
    let mut others: &[u8] = b"!#$%&'*+-.^_`|~";
    while let [other, rest @ ..] = others {
        token[*other as usize] = IS_TOKEN;
        others = rest;
    }
    let mut byte: u8 = 0;
    while byte < 128 {
        if is_unreserved(byte) && !byte.is_ascii_uppercase() {
            token[byte as usize] |= IS_PLAIN;
        }
        byte += 1;
    }
    token
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_characters_make_a_header_into_two() {
        for length in [1, 3, 7, 8, 15, 16, 17, 31, 32, 40] {
            for at in 0..length {
                for byte in 0..=u8::MAX {
                    let mut value = [b'v'; 40];
                    value[at] = byte;
                    let expected = b"\r\n\0".contains(&byte).then_some(at);
                    assert_eq!(line_break(&value[..length]), expected, "{byte} at {at} of {length}");
                }
            }
        }
        assert_eq!(line_break(b""), None);
    }
}
