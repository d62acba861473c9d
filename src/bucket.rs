use crate::endpoint::{Endpoint, Scheme};
use crate::error::{Error, Field, check};
use crate::request::{Path, Query, Request, check_method};
use alloc::format;
use alloc::string::String;

/// A bucket's address, which makes requests for its objects out of raw keys.
///
/// A key is any text but the empty one. It is encoded here, once, and never joined, resolved or normalised: `a/../b`,
/// `//`, a leading slash, control characters and trailing blanks are all part of the key, as they are to S3.
///
/// ```
/// use s3_sigv4::Bucket;
///
/// let photos = Bucket::virtual_hosted("https://s3.eu-west-1.amazonaws.com", "photos")?;
/// assert_eq!(photos.get("2024/cat & dog.jpg")?.host(), "photos.s3.eu-west-1.amazonaws.com");
///
/// let photos = Bucket::path_style("http://127.0.0.1:9000", "photos")?;
/// assert_eq!(photos.get("2024/cat & dog.jpg")?.host(), "127.0.0.1:9000");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bucket {
    name: String,
    scheme: Scheme,
    host: String,
    /// The path up to the key: `/`, `/bucket/`, `/prefix/bucket/`.
    base: String,
    /// The path of the bucket itself: `/`, `/bucket`, `/prefix/bucket`.
    root: usize,
}

impl Bucket {
    /// A bucket of Amazon S3 by its region: `https://photos.s3.eu-west-1.amazonaws.com`.
    ///
    /// A name with a dot goes into the path, because TLS certificates do not cover it in front of the host.
    ///
    /// # Errors
    /// [`Error::BucketName`] by AWS's rules; [`Error::Character`] if the region cannot be part of a host.
    ///
    /// ```
    /// # use s3_sigv4::Bucket;
    /// let photos = Bucket::aws("photos", "eu-west-1")?;
    /// assert_eq!(photos.get("cat.jpg")?.host(), "photos.s3.eu-west-1.amazonaws.com");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// Source: <https://docs.aws.amazon.com/general/latest/gr/s3.html>.
    pub fn aws(name: &str, region: &str) -> Result<Self, Error> {
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        check(Field::Region, region, |byte| byte.is_ascii_alphanumeric() || byte == b'-')?;
        let endpoint = Endpoint::parse(&format!("https://s3.{region}.amazonaws.com{suffix}"))?;
        check_dns_name(name)?;
        if name.contains('.') { Self::path_style(endpoint, name) } else { Self::virtual_hosted(endpoint, name) }
    }

    /// The bucket's name in front of the endpoint's host: `https://photos.s3.eu-west-1.amazonaws.com/cat.jpg`.
    ///
    /// The endpoint is an [`Endpoint`] or the text of one.
    ///
    /// # Errors
    /// As [`Endpoint::parse`]; [`Error::BucketName`] by AWS's rules for names; [`Error::VirtualHostOnIpAddress`].
    pub fn virtual_hosted<E: TryInto<Endpoint>>(endpoint: E, name: &str) -> Result<Self, Error>
    where
        Error: From<E::Error>,
    {
        let endpoint = endpoint.try_into()?;
        check_dns_name(name)?;
        if endpoint.is_ip_address() {
            return Err(Error::VirtualHostOnIpAddress);
        }
        let base = format!("{}/", endpoint.prefix);
        let host = format!("{name}.{}", endpoint.host);
        Ok(Self { name: name.into(), scheme: endpoint.scheme, host, root: base.len(), base })
    }

    /// The bucket's name in front of the key: `http://127.0.0.1:9000/photos/cat.jpg`, as most servers other than
    /// Amazon's are used.
    ///
    /// # Errors
    /// As [`Endpoint::parse`]; [`Error::BucketName`] for a name that is not 1 to 255 letters, digits, `-`, `.` and
    /// `_`, which is what servers other than Amazon's allow at most, or consists of dots.
    pub fn path_style<E: TryInto<Endpoint>>(endpoint: E, name: &str) -> Result<Self, Error>
    where
        Error: From<E::Error>,
    {
        let endpoint = endpoint.try_into()?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let reason = match name {
            "" => "is empty",
            "." | ".." => "is a dot segment",
            _ if name.len() > 255 => "is longer than 255 characters",
            _ if !name.bytes().all(plain) => "holds something other than letters, digits, - . and _",
            _ => {
                let base = format!("{}/{name}/", endpoint.prefix);
                let (scheme, host) = (endpoint.scheme, endpoint.host);
                return Ok(Self { name: name.into(), scheme, host, root: base.len() - 1, base });
            }
        };
        Err(Error::BucketName { reason })
    }

    /// The bucket's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A `GET` of an object.
    ///
    /// # Errors
    /// [`Error::EmptyObjectKey`].
    pub fn get<'a>(&'a self, key: &'a str) -> Result<Request<'a>, Error> {
        self.on_object("GET", key)
    }

    /// A `HEAD` of an object. A link for `GET` does not serve for it: the method is signed.
    ///
    /// # Errors
    /// [`Error::EmptyObjectKey`].
    pub fn head<'a>(&'a self, key: &'a str) -> Result<Request<'a>, Error> {
        self.on_object("HEAD", key)
    }

    /// A `PUT` of an object.
    ///
    /// # Errors
    /// [`Error::EmptyObjectKey`].
    pub fn put<'a>(&'a self, key: &'a str) -> Result<Request<'a>, Error> {
        self.on_object("PUT", key)
    }

    /// A `DELETE` of an object.
    ///
    /// # Errors
    /// [`Error::EmptyObjectKey`]: with an empty key it would delete the bucket.
    pub fn delete<'a>(&'a self, key: &'a str) -> Result<Request<'a>, Error> {
        self.on_object("DELETE", key)
    }

    /// A `GET` of the bucket: the first page of ListObjectsV2.
    ///
    /// [`Request::with_query`] replaces its query, so name `list-type` there as well to ask for more.
    ///
    /// ```
    /// # use s3_sigv4::Bucket;
    /// # let photos = Bucket::aws("photos", "eu-west-1")?;
    /// let page = photos.list().with_query(&[("list-type", "2"), ("prefix", "2024/")]);
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    #[must_use]
    pub fn list(&self) -> Request<'_> {
        self.request("GET", &self.base[..self.root], "").with_query(&[("list-type", "2")])
    }

    /// Any other operation on an object, by its method.
    ///
    /// # Errors
    /// [`Error::EmptyObjectKey`]; [`Error::Empty`] or [`Error::Character`] if the method is no token of HTTP.
    pub fn on_object<'a>(&'a self, method: &'a str, key: &'a str) -> Result<Request<'a>, Error> {
        if key.is_empty() {
            return Err(Error::EmptyObjectKey);
        }
        check_method(method)?;
        Ok(self.request(method, &self.base, key))
    }

    /// Any other operation on the bucket itself, by its method: `PUT` makes it, `DELETE` removes it.
    ///
    /// # Errors
    /// [`Error::Empty`] or [`Error::Character`] if the method is no token of HTTP.
    ///
    /// ```
    /// # use s3_sigv4::Bucket;
    /// # let photos = Bucket::aws("photos", "eu-west-1")?;
    /// let versioning = photos.on_bucket("GET")?.with_query(&[("versioning", "")]);
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn on_bucket<'a>(&'a self, method: &'a str) -> Result<Request<'a>, Error> {
        check_method(method)?;
        Ok(self.request(method, &self.base[..self.root], ""))
    }

    fn request<'a>(&'a self, method: &'a str, base: &'a str, key: &'a str) -> Request<'a> {
        Request::from_checked(method, self.scheme, &self.host, Path::Raw { base, key }, Query::Pairs(&[]))
    }
}

/// AWS's rules for general purpose buckets, as far as they decide whether the name can be part of a host:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>.
fn check_dns_name(name: &str) -> Result<(), Error> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends_plain = |label: &str| label.bytes().next().is_some_and(plain) && label.bytes().last().is_some_and(plain);
    let reason = match name {
        "" => "is empty",
        _ if !(3..=63).contains(&name.len()) => "is not 3 to 63 characters long",
        _ if !name.bytes().all(|byte| plain(byte) || matches!(byte, b'-' | b'.')) => {
            "holds something other than lower-case letters, digits, - and ."
        }
        _ if !name.split('.').all(ends_plain) => "has a label that does not start and end with a letter or digit",
        _ if name.parse::<core::net::Ipv4Addr>().is_ok() => "looks like an IP address",
        _ => return Ok(()),
    };
    Err(Error::BucketName { reason })
}
