//! Requests as plain data.

use crate::curl::Quoted;
use crate::encode::{QUERY, Text, ascii};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use zeroize::Zeroizing;

/// A request for any HTTP client: method, URL, headers and body, to be sent as they are.
///
/// It holds secrets: session tokens, signatures, and for the console's sign-in a secret access key. They are wiped on
/// drop, and neither `Debug` nor an error shows them.
pub struct HttpRequest {
    method: &'static str,
    url: Zeroizing<String>,
    headers: Vec<(&'static str, Zeroizing<String>)>,
    body: Zeroizing<String>,
}

impl HttpRequest {
    pub(super) fn get(url: Zeroizing<String>) -> Self {
        Self { method: "GET", url, headers: Vec::new(), body: String::new().into() }
    }

    pub(super) fn post<'a>(
        url: Zeroizing<String>,
        headers: impl Iterator<Item = (&'static str, &'a str)>,
        body: Zeroizing<String>,
    ) -> Self {
        let headers = headers.map(|(name, value)| (name, String::from(value).into())).collect();
        Self { method: "POST", url, headers, body }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// The URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The headers to set. `host` and `content-length` are the client's to add.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The body, empty for a `GET`.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// A command line for a POSIX shell that sends the request with `curl`, everything in it quoted. It shows the
    /// request's secrets.
    ///
    /// ```
    /// # use s3_sigv4::sts::{GetCallerIdentity, StsEndpoint};
    /// # use s3_sigv4::{Credentials, Signer, Timestamp};
    /// # let now = Timestamp::parse("20160126T215751Z")?;
    /// # let signer = Signer::new(Credentials::new("AKIAI44QH8DHBEXAMPLE", "secret")?, "us-east-1", now)?;
    /// let line = signer.sign_sts(&GetCallerIdentity, &StsEndpoint::global(), now)?.curl().to_string();
    /// assert!(line.starts_with(
    ///     "curl --fail-with-body --globoff \
    ///      --header 'content-type: application/x-www-form-urlencoded; charset=utf-8' --header 'authorization: AWS4-"
    /// ));
    /// assert!(line.ends_with(
    ///     " --data-raw 'Action=GetCallerIdentity&Version=2011-06-15' 'https://sts.amazonaws.com/'"
    /// ));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn curl(&self) -> impl fmt::Display + '_ {
        Curl(self)
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

struct Curl<'a>(&'a HttpRequest);

impl fmt::Display for Curl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("curl --fail-with-body --globoff")?;
        for (name, value) in self.0.headers() {
            write!(f, " --header {}", Quoted("", format_args!("{name}: {value}")))?;
        }
        if !self.0.body.is_empty() {
            write!(f, " --data-raw {}", Quoted("", self.0.body()))?;
        }
        write!(f, " {}", Quoted("", self.0.url()))
    }
}

/// What a form is made of.
pub trait Parameters {
    /// Names each parameter with its value.
    #[doc(hidden)]
    fn each(&self, put: &mut dyn FnMut(&str, &str));
}

/// The type that botocore gives a form.
pub(super) const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// The parameters as a form.
pub(super) fn form(parameters: &(impl Parameters + ?Sized)) -> Zeroizing<String> {
    prefixed("", parameters)
}

/// The parameters as a form behind a text. Its length is taken first: a string that grows leaves what it held behind.
pub(super) fn prefixed(text: &str, parameters: &(impl Parameters + ?Sized)) -> Zeroizing<String> {
    let mut length = text.len();
    write_form(parameters, &mut |piece| length += piece.len());
    let mut form = Zeroizing::new(String::with_capacity(length));
    form.push_str(text);
    write_form(parameters, &mut |piece| form.push_str(piece));
    form
}

/// A blank is a plus, everything else outside the unreserved characters is `%XX`: the URL standard's form, section
/// 5.2 of <https://url.spec.whatwg.org/#application/x-www-form-urlencoded>, but for the star, which Python encodes.
fn write_form(parameters: &(impl Parameters + ?Sized), put: &mut dyn FnMut(&str)) {
    let mut between = "";
    parameters.each(&mut |name, value| {
        put(core::mem::replace(&mut between, "&"));
        write_encoded(name, put);
        put("=");
        write_encoded(value, put);
    });
}

fn write_encoded(text: &str, put: &mut dyn FnMut(&str)) {
    for (i, word) in text.split(' ').enumerate() {
        if i > 0 {
            put("+");
        }
        let written = Text::Raw(word).write(QUERY, |piece| {
            put(ascii(piece)?);
            Ok(())
        });
        written.expect("what is encoded is ASCII");
    }
}
