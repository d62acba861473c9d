use crate::digest::Decimal;
use crate::endpoint::{Endpoint, Scheme};
use crate::error::{Error, Field, check};
use crate::limits::MAX_PART_NUMBER;
use crate::request::{Operation, Path, Query, Request, check_method};
use alloc::format;
use alloc::string::String;
use core::ops::RangeInclusive;

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
    /// As [`Endpoint::parse`], which goes for the name too if it is not of letters, digits, `-`, `.` and `_`;
    /// [`Error::BucketName`] if it is `.` or `..` or longer than 255 characters.
    pub fn path_style<E: TryInto<Endpoint>>(endpoint: E, name: &str) -> Result<Self, Error>
    where
        Error: From<E::Error>,
    {
        let endpoint = endpoint.try_into()?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        check(Field::BucketName, name, plain)?;
        let reason = match name {
            "." | ".." => "is a dot segment",
            _ if name.len() > 255 => "is longer than 255 characters",
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

    /// ListObjectsV2: a `GET` of the bucket.
    ///
    /// ```
    /// # use s3_sigv4::Bucket;
    /// # let photos = Bucket::aws("photos", "eu-west-1")?;
    /// let page = photos.list().with_query(&[("prefix", "2024/")]);
    /// assert!(page.url().to_string().ends_with("/?prefix=2024%2F&list-type=2"));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    #[must_use]
    pub fn list(&self) -> Request<'_> {
        let operation = Operation { flag: Some(("list-type", "2")), ..Operation::default() };
        self.request("GET", &self.base[..self.root], "").with_operation(operation)
    }

    /// CreateMultipartUpload: the server's answer holds the upload's id.
    ///
    /// # Errors
    /// [`Error::EmptyObjectKey`].
    ///
    /// ```
    /// # use s3_sigv4::Bucket;
    /// # let photos = Bucket::aws("photos", "eu-west-1")?;
    /// let start = photos.create_multipart_upload("film.mp4")?;
    /// assert!(start.url().to_string().ends_with("/film.mp4?uploads="));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn create_multipart_upload<'a>(&'a self, key: &'a str) -> Result<Request<'a>, Error> {
        let operation = Operation { flag: Some(("uploads", "")), ..Operation::default() };
        Ok(self.on_object("POST", key)?.with_operation(operation))
    }

    /// UploadPart: a `PUT` of one part, by its number from 1 to 10000.
    ///
    /// # Errors
    /// [`Error::EmptyObjectKey`]; [`Error::PartNumber`]; [`Error::Empty`] for the id.
    ///
    /// ```
    /// # use s3_sigv4::Bucket;
    /// # let photos = Bucket::aws("photos", "eu-west-1")?;
    /// let part = photos.upload_part("film.mp4", 1, "VXBsb2FkIElE")?;
    /// assert!(part.url().to_string().ends_with("/film.mp4?partNumber=1&uploadId=VXBsb2FkIElE"));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn upload_part<'a>(&'a self, key: &'a str, part: u32, upload_id: &'a str) -> Result<Request<'a>, Error> {
        if !(1..=MAX_PART_NUMBER).contains(&part) {
            return Err(Error::PartNumber { found: part });
        }
        let part_number = Some(Decimal::new(part.into()));
        Ok(self.on_object("PUT", key)?.with_operation(Operation { part_number, ..upload(upload_id)? }))
    }

    /// UploadPart for a whole set of parts.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use s3_sigv4::{Bucket, Credentials, Error, Signer, Timestamp};
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let signer = Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret")?, "us-east-1", now)?;
    /// # let photos = Bucket::aws("photos", "us-east-1")?;
    /// let links = photos
    ///     .upload_parts("film.mp4", 1..=3, "VXBsb2FkIElE")
    ///     .map(|part| signer.presign(&part?, Duration::from_secs(3600), now))
    ///     .collect::<Result<Vec<_>, Error>>()?;
    /// assert_eq!(links.len(), 3);
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// Each is an error where [`Bucket::upload_part`] is one.
    pub fn upload_parts<'a>(
        &'a self,
        key: &'a str,
        parts: RangeInclusive<u32>,
        upload_id: &'a str,
    ) -> impl Iterator<Item = Result<Request<'a>, Error>> {
        parts.map(move |part| self.upload_part(key, part, upload_id))
    }

    /// ListParts: which parts the server has.
    ///
    /// # Errors
    /// [`Error::EmptyObjectKey`]; [`Error::Empty`] for the id.
    pub fn list_parts<'a>(&'a self, key: &'a str, upload_id: &'a str) -> Result<Request<'a>, Error> {
        Ok(self.on_object("GET", key)?.with_operation(upload(upload_id)?))
    }

    /// CompleteMultipartUpload: a `POST` whose body lists the parts.
    ///
    /// # Errors
    /// [`Error::EmptyObjectKey`]; [`Error::Empty`] for the id.
    pub fn complete_multipart_upload<'a>(&'a self, key: &'a str, upload_id: &'a str) -> Result<Request<'a>, Error> {
        Ok(self.on_object("POST", key)?.with_operation(upload(upload_id)?))
    }

    /// AbortMultipartUpload: a `DELETE` of the upload, not of the object.
    ///
    /// # Errors
    /// [`Error::EmptyObjectKey`]; [`Error::Empty`] for the id: without it the object would be deleted.
    pub fn abort_multipart_upload<'a>(&'a self, key: &'a str, upload_id: &'a str) -> Result<Request<'a>, Error> {
        Ok(self.on_object("DELETE", key)?.with_operation(upload(upload_id)?))
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

fn upload(upload_id: &str) -> Result<Operation<'_>, Error> {
    if upload_id.is_empty() {
        return Err(Error::Empty { field: Field::UploadId });
    }
    Ok(Operation { upload_id: Some(upload_id), ..Operation::default() })
}

/// AWS's rules for general purpose buckets, as far as they decide whether the name can be part of a host:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>.
fn check_dns_name(name: &str) -> Result<(), Error> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends_plain = |label: &str| label.bytes().next().is_some_and(plain) && label.bytes().last().is_some_and(plain);
    check(Field::BucketName, name, |byte| plain(byte) || matches!(byte, b'-' | b'.'))?;
    let reason = match name {
        _ if !(3..=63).contains(&name.len()) => "is not 3 to 63 characters long",
        _ if !name.split('.').all(ends_plain) => "has a label that does not start and end with a letter or digit",
        _ if name.parse::<core::net::Ipv4Addr>().is_ok() => "looks like an IP address",
        _ => return Ok(()),
    };
    Err(Error::BucketName { reason })
}
