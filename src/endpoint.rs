use crate::encode::is_unreserved;
use crate::error::{Error, Field, Found, check};
use alloc::string::String;
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

/// The address of an S3 server: scheme, host, port and, where it has one, a path in front of everything.
///
/// Read strictly from text: `https://` or `http://`, a host name, IPv4 address or bracketed IPv6 address, a port,
/// a path of plain segments. User information, a query, a fragment, an encoded character or anything else that only
/// some readers of URLs understand is refused. What is built from it is in lower case.
///
/// ```
/// use s3_sigv4::Endpoint;
///
/// assert_eq!(Endpoint::parse("https://S3.eu-west-1.amazonaws.com:443/")?.to_string(), "https://s3.eu-west-1.amazonaws.com");
/// assert_eq!(Endpoint::parse("http://[::1]:9000/storage")?.to_string(), "http://[::1]:9000/storage");
/// assert!(Endpoint::parse("https://user@example.com").is_err());
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    pub(crate) scheme: Scheme,
    /// With the port, unless that is the scheme's default.
    pub(crate) host: String,
    /// Empty, or `/prefix` without a slash at the end.
    pub(crate) prefix: String,
}

impl Endpoint {
    /// Reads an address.
    ///
    /// # Errors
    /// [`Error::Scheme`], [`Error::HostLabel`], [`Error::Ipv4`], [`Error::Ipv6`], [`Error::Port`],
    /// [`Error::EndpointPath`], [`Error::Empty`] or [`Error::Character`], by what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        // Before anything else: a secret in front of it may hold a slash, which would end the host.
        if let Some(position) = text.find('@') {
            return Err(Error::Character { field: Field::Endpoint, found: Found(b'@'), position });
        }
        let (scheme, host, path) = split_origin(Field::Endpoint, text)?;
        check_host(host)?;
        if let Some(at) = path.find(['?', '#']) {
            let position = text.len() - path.len() + at;
            return Err(Error::Character { field: Field::Endpoint, found: Found(path.as_bytes()[at]), position });
        }
        let prefix = path.strip_suffix('/').unwrap_or(path);
        let mut position = text.len() - path.len() + 1;
        for segment in prefix.split('/').skip(1) {
            if matches!(segment, "" | "." | "..") || !segment.bytes().all(is_unreserved) {
                return Err(Error::EndpointPath { position });
            }
            position += segment.len() + 1;
        }
        let host = scheme.without_default_port(host).to_ascii_lowercase();
        Ok(Self { scheme, host, prefix: prefix.into() })
    }

    pub(crate) fn is_ip_address(&self) -> bool {
        self.host.starts_with('[') || name_and_port(&self.host).0.parse::<Ipv4Addr>().is_ok()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.scheme.prefix(), self.host, self.prefix)
    }
}

impl core::str::FromStr for Endpoint {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for Endpoint {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl TryFrom<&String> for Endpoint {
    type Error = Error;

    fn try_from(text: &String) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Endpoint {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse(&text)
    }
}

impl From<&Endpoint> for Endpoint {
    fn from(endpoint: &Endpoint) -> Self {
        endpoint.clone()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scheme {
    Https,
    Http,
}

impl Scheme {
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Https => "https://",
            Self::Http => "http://",
        }
    }

    /// The host as HTTP clients send it: RFC 9110, section 7.2 with 4.2.3.
    pub(crate) fn without_default_port(self, host: &str) -> &str {
        let port = match self {
            Self::Https => ":443",
            Self::Http => ":80",
        };
        host.strip_suffix(port).unwrap_or(host)
    }
}

/// Takes `https://host:port/rest` apart.
pub(crate) fn split_origin(field: Field, text: &str) -> Result<(Scheme, &str, &str), Error> {
    if text.is_empty() {
        return Err(Error::Empty { field });
    }
    let (scheme, rest) = [Scheme::Https, Scheme::Http]
        .into_iter()
        .find_map(|scheme| Some((scheme, text.strip_prefix(scheme.prefix())?)))
        .ok_or(Error::Scheme { field })?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, rest) = rest.split_at(end);
    Ok((scheme, host, rest))
}

/// Checks a host with or without a port: letters, digits, `-`, `.` and `_`, or an IPv6 address in brackets.
pub(crate) fn check_host(host: &str) -> Result<(), Error> {
    if let Some(position) = host.find('@') {
        return Err(Error::Character { field: Field::Host, found: Found(b'@'), position });
    }
    if let Some(rest) = host.strip_prefix('[') {
        let (address, port) = rest.split_once(']').ok_or(Error::Ipv6)?;
        address.parse::<Ipv6Addr>().map_err(|_| Error::Ipv6)?;
        return match port.strip_prefix(':') {
            Some(port) => check_port(port),
            None if port.is_empty() => Ok(()),
            None => Err(Error::Ipv6),
        };
    }
    let (name, port) = name_and_port(host);
    check(Field::Host, name, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))?;
    // A name may end in the root's dot.
    let labels = name.strip_suffix('.').unwrap_or(name);
    let mut position = 0;
    for label in labels.split('.') {
        if label.is_empty() {
            return Err(Error::HostLabel { position });
        }
        position += label.len() + 1;
    }
    // Readers of URLs differ in what 127.1 or 0x7f000001 is: https://url.spec.whatwg.org/#ends-in-a-number-checker.
    let last = labels.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").or(last.strip_prefix("0X"));
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit())
        || hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_number && name.parse::<Ipv4Addr>().is_err() {
        return Err(Error::Ipv4);
    }
    port.map_or(Ok(()), check_port)
}

fn name_and_port(host: &str) -> (&str, Option<&str>) {
    match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    }
}

fn check_port(port: &str) -> Result<(), Error> {
    match port.parse::<u16>() {
        Ok(1..) if !port.starts_with(['0', '+']) => Ok(()),
        _ => Err(Error::Port),
    }
}
