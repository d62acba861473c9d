use crate::aws::{Address, AwsEndpoint, Front, front, region_of_arn, resolve};
use crate::credentials::Credentials;
use crate::digest::Decimal;
use crate::endpoint::{Endpoint, Scheme};
use crate::error::{Error, Field};
use crate::limits::MAX_PART_NUMBER;
use crate::name::{check_general_purpose, check_in_host, check_in_path};
use crate::request::{Operation, Path, Query, Request, check_method};
use crate::service::Service;
use crate::signer::Signer;
use crate::timestamp::Timestamp;
use alloc::format;
use alloc::string::String;
use core::fmt;
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
    region: Option<String>,
    service: Service,
    warning: Option<Warning>,
}

impl Bucket {
    /// A bucket of Amazon S3 by its region: `https://photos.s3.eu-west-1.amazonaws.com`.
    ///
    /// In place of the region stands an [`AwsEndpoint`], where it is to be a dual-stack, FIPS or accelerated address.
    /// What the name is decides which host that is, and for which service it is signed:
    ///
    /// | name | host, in region `us-west-2` | service |
    /// |---|---|---|
    /// | `photos` | `photos.s3.us-west-2.amazonaws.com` | `s3` |
    /// | `my.photos` | `s3.us-west-2.amazonaws.com`, the name in the path | `s3` |
    /// | `…-s3alias`, `…--ol-s3`, `…--table-s3` | as `photos` | `s3` |
    /// | `photos--usw2-az1--x-s3`, `…--xa-s3` | `….s3express-usw2-az1.us-west-2.amazonaws.com` | `s3express` |
    /// | `…--op-s3` | `….op-….s3-outposts.us-west-2.amazonaws.com` | `s3-outposts` |
    /// | an ARN | see [`Bucket::from_arn`] | |
    ///
    /// A name with a dot goes into the path, because TLS certificates do not cover it in front of the host. A name that
    /// AWS's rules forbid is refused; a bucket that is older than a rule is reached by
    /// [`AwsEndpoint::with_path_style`] or [`Bucket::virtual_hosted`].
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Character`] or [`Error::BucketName`] for a name that AWS's rules forbid, and
    /// [`Error::MultiRegionAccessPoint`] for one that ends with `.mrap`; for an ARN as [`Bucket::from_arn`], and
    /// [`Error::Arn`] if it names another region; [`Error::RegionSyntax`], [`Error::Empty`] or [`Error::Character`] for
    /// a region that is none; [`Error::NotOffered`] if AWS has no such endpoint.
    ///
    /// ```
    /// use s3_sigv4::{AwsEndpoint, Bucket};
    ///
    /// let photos = Bucket::aws("eu-west-1", "photos")?;
    /// assert_eq!(photos.get("cat.jpg")?.host(), "photos.s3.eu-west-1.amazonaws.com");
    ///
    /// let photos = Bucket::aws(AwsEndpoint::new("cn-north-1").with_dual_stack(), "photos")?;
    /// assert_eq!(photos.get("cat.jpg")?.host(), "photos.s3.dualstack.cn-north-1.amazonaws.com.cn");
    ///
    /// let photos = Bucket::aws("us-west-2", "photos--usw2-az1--x-s3")?;
    /// assert_eq!(photos.get("cat.jpg")?.host(), "photos--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com");
    /// assert_eq!(photos.service().name(), "s3express");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// Source: <https://docs.aws.amazon.com/general/latest/gr/s3.html>; [`AwsEndpoint`] has the others.
    pub fn aws<'a>(endpoint: impl Into<AwsEndpoint<'a>>, name: &str) -> Result<Self, Error> {
        let endpoint = endpoint.into();
        let Address { host, in_path, service } = resolve(name, endpoint)?;
        Ok(Self::new(name, Scheme::Https, (host, ""), in_path).signed_for(Some(endpoint.region.into()), service))
    }

    /// An access point of Amazon S3, of Object Lambda or on an Outpost, by its ARN, in the region that this names.
    ///
    /// | ARN | host, with the partition's suffix | service |
    /// |---|---|---|
    /// | `arn:aws:s3:us-west-2:123456789012:accesspoint/my-ap` | `my-ap-123456789012.s3-accesspoint.us-west-2…` | `s3` |
    /// | `arn:aws:s3-object-lambda:…:accesspoint/my-ap` | `my-ap-123456789012.s3-object-lambda.us-west-2…` | `s3-object-lambda` |
    /// | `arn:aws:s3-outposts:…:outpost/op-01/accesspoint/my-ap` | `my-ap-123456789012.op-01.s3-outposts.us-west-2…` | `s3-outposts` |
    ///
    /// For dual-stack or FIPS, [`Bucket::aws`] takes the ARN as a name.
    ///
    /// # Errors
    /// [`Error::Arn`]; [`Error::RegionSyntax`] or [`Error::Character`] for its region;
    /// [`Error::MultiRegionAccessPoint`] for the ARN of a Multi-Region Access Point, which names none.
    ///
    /// ```
    /// use s3_sigv4::{AwsEndpoint, Bucket};
    ///
    /// let arn = "arn:aws:s3:us-west-2:123456789012:accesspoint/my-ap";
    /// let photos = Bucket::from_arn(arn)?;
    /// assert_eq!(photos.get("cat.jpg")?.host(), "my-ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com");
    /// assert_eq!(photos.region(), Some("us-west-2"));
    ///
    /// let photos = Bucket::aws(AwsEndpoint::new("us-west-2").with_dual_stack(), arn)?;
    /// assert_eq!(photos.get("cat.jpg")?.host(), "my-ap-123456789012.s3-accesspoint.dualstack.us-west-2.amazonaws.com");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// Sources: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html>, and the hosts in
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>.
    pub fn from_arn(arn: &str) -> Result<Self, Error> {
        Self::aws(region_of_arn(arn)?, arn)
    }

    /// What [`Bucket::aws`] makes of a name or an ARN, at an endpoint of one's own: so an access point is reached through a
    /// VPC's interface endpoint.
    ///
    /// Access points and directory buckets go in front of the endpoint's host, signed for their service, and by an ARN
    /// in its region. Any other name is [virtual-hosted](Self::virtual_hosted).
    ///
    /// # Errors
    /// As [`Bucket::virtual_hosted`], and as [`Bucket::from_arn`].
    ///
    /// ```
    /// use s3_sigv4::Bucket;
    ///
    /// let arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/prod";
    /// let endpoint = "https://accesspoint.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com";
    /// let prod = Bucket::aws_at(endpoint, arn)?;
    /// let host = "prod-123456789012.accesspoint.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com";
    /// assert_eq!(prod.get("cat.jpg")?.host(), host);
    /// assert_eq!(prod.region(), Some("us-east-1"));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// Sources: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html>, and the
    /// rules of [`AwsEndpoint`].
    pub fn aws_at<E: TryInto<Endpoint>>(endpoint: E, name: &str) -> Result<Self, Error>
    where
        Error: From<E::Error>,
    {
        let endpoint = endpoint.try_into()?;
        let Some(Front { labels, region, service }) = front(name)? else { return Self::by_host(endpoint, name) };
        let bucket = Self::in_front(endpoint, name, &labels)?;
        Ok(bucket.signed_for(region.map(Into::into), service))
    }

    /// The bucket's name in front of the endpoint's host: `https://photos.s3.eu-west-1.amazonaws.com/cat.jpg`.
    ///
    /// The endpoint is an [`Endpoint`] or the text of one.
    ///
    /// # Errors
    /// As [`Endpoint::parse`]; [`Error::Empty`], [`Error::Character`] or [`Error::BucketName`] if the name cannot be part
    /// of a host; [`Error::VirtualHostOnIpAddress`].
    pub fn virtual_hosted<E: TryInto<Endpoint>>(endpoint: E, name: &str) -> Result<Self, Error>
    where
        Error: From<E::Error>,
    {
        Self::by_host(endpoint.try_into()?, name)
    }

    /// The bucket's name in front of the key: `http://127.0.0.1:9000/photos/cat.jpg`, as most servers other than
    /// Amazon's are used.
    ///
    /// # Errors
    /// As [`Endpoint::parse`]; [`Error::Empty`], [`Error::Character`] or [`Error::BucketName`] if the name cannot be
    /// one segment of a path.
    pub fn path_style<E: TryInto<Endpoint>>(endpoint: E, name: &str) -> Result<Self, Error>
    where
        Error: From<E::Error>,
    {
        Self::by_path(endpoint.try_into()?, name)
    }

    /// Whether AWS's rules permit a general purpose bucket to be called so: for names that somebody else thought of,
    /// before a bucket is made or addressed.
    ///
    /// # Errors
    /// [`Error::Empty`]; [`Error::Character`] for a character that no name has; [`Error::BucketName`] by the other
    /// rules.
    ///
    /// ```
    /// use s3_sigv4::Bucket;
    ///
    /// assert!(Bucket::check_name("photos").is_ok());
    /// let error = Bucket::check_name("Photos").unwrap_err();
    /// assert_eq!(error.to_string(), "the bucket name has the character P at byte offset 0");
    /// ```
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>. Whether the name is free,
    /// and whether one that ends with `-an` belongs to the account, only AWS knows.
    pub fn check_name(name: &str) -> Result<(), Error> {
        check_general_purpose(name)
    }

    /// The region that a signature for this address names, where the address tells.
    ///
    /// Those of [`Bucket::aws`] and [`Bucket::from_arn`] do, and for some servers those of
    /// [`Profile::bucket`](crate::Profile::bucket).
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The service that a signature for this address names, with its rules.
    ///
    /// ```
    /// use s3_sigv4::{Bucket, Service};
    ///
    /// let photos = Bucket::from_arn("arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/my-ap")?;
    /// assert_eq!(photos.service(), &Service::S3_OBJECT_LAMBDA);
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// A signer for this address: for its service, in its region.
    ///
    /// For an address that does not tell its region, and for the few requests to a directory bucket that take ordinary
    /// credentials ([`Service::S3_EXPRESS`]), there is [`Signer::for_service`].
    ///
    /// # Errors
    /// As [`Signer::for_service`], and [`Error::RegionUnknown`].
    ///
    /// ```
    /// use s3_sigv4::{Bucket, Credentials, PayloadHash, Timestamp};
    ///
    /// let now = Timestamp::parse("20130524T000000Z")?;
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let photos = Bucket::from_arn("arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01/accesspoint/my-ap")?;
    /// let signer = photos.signer(credentials, now)?;
    /// assert_eq!(signer.key().scope().to_string(), "20130524/us-west-2/s3-outposts/aws4_request");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn signer(&self, credentials: Credentials, now: Timestamp) -> Result<Signer, Error> {
        let region = self.region().ok_or(Error::RegionUnknown)?;
        Signer::for_service(credentials, self.service.clone(), region, now)
    }

    /// What is likely to go wrong with this address.
    ///
    /// ```
    /// use s3_sigv4::{Bucket, Warning};
    ///
    /// let photos = Bucket::virtual_hosted("https://s3.eu-west-1.amazonaws.com", "my.photos")?;
    /// assert_eq!(photos.warning(), Some(Warning::DotUnderWildcard));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    #[must_use]
    pub fn warning(&self) -> Option<Warning> {
        self.warning
    }

    /// The bucket's name, as it was given: for an access point it may be an ARN.
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
    /// # let photos = Bucket::aws("eu-west-1", "photos")?;
    /// let page = photos.list().with_query(&[("prefix", "2024/")]);
    /// assert!(page.url().to_string().ends_with("/?prefix=2024%2F&list-type=2"));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    #[must_use]
    pub fn list(&self) -> Request<'_> {
        let operation = Operation { flag: Some(&("list-type", "2")), ..Operation::default() };
        self.request("GET", &self.base[..self.root], "").with_operation(operation)
    }

    /// CreateMultipartUpload: the server's answer holds the upload's id.
    ///
    /// # Errors
    /// [`Error::EmptyObjectKey`].
    ///
    /// ```
    /// # use s3_sigv4::Bucket;
    /// # let photos = Bucket::aws("eu-west-1", "photos")?;
    /// let start = photos.create_multipart_upload("film.mp4")?;
    /// assert!(start.url().to_string().ends_with("/film.mp4?uploads="));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn create_multipart_upload<'a>(&'a self, key: &'a str) -> Result<Request<'a>, Error> {
        let operation = Operation { flag: Some(&("uploads", "")), ..Operation::default() };
        Ok(self.on_object("POST", key)?.with_operation(operation))
    }

    /// UploadPart: a `PUT` of one part, by its number from 1 to 10000.
    ///
    /// # Errors
    /// [`Error::EmptyObjectKey`]; [`Error::PartNumber`]; [`Error::Empty`] for the id.
    ///
    /// ```
    /// # use s3_sigv4::Bucket;
    /// # let photos = Bucket::aws("eu-west-1", "photos")?;
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
    /// # let photos = Bucket::aws("us-east-1", "photos")?;
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
    /// # let photos = Bucket::aws("eu-west-1", "photos")?;
    /// let versioning = photos.on_bucket("GET")?.with_query(&[("versioning", "")]);
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn on_bucket<'a>(&'a self, method: &'a str) -> Result<Request<'a>, Error> {
        check_method(method)?;
        Ok(self.request(method, &self.base[..self.root], ""))
    }

    pub(crate) fn by_host(endpoint: Endpoint, name: &str) -> Result<Self, Error> {
        check_in_host(name)?;
        Self::in_front(endpoint, name, name)
    }

    fn in_front(endpoint: Endpoint, name: &str, labels: &str) -> Result<Self, Error> {
        if endpoint.is_ip_address() {
            return Err(Error::VirtualHostOnIpAddress);
        }
        let dotted = endpoint.scheme == Scheme::Https && labels.contains('.');
        let warning = dotted.then_some(Warning::DotUnderWildcard);
        let host = format!("{labels}.{}", endpoint.host);
        Ok(Self { warning, ..Self::new(name, endpoint.scheme, (host, &endpoint.prefix), None) })
    }

    pub(crate) fn by_path(endpoint: Endpoint, name: &str) -> Result<Self, Error> {
        check_in_path(name)?;
        Ok(Self::new(name, endpoint.scheme, (endpoint.host, &endpoint.prefix), Some(name)))
    }

    pub(crate) fn signed_for(self, region: Option<String>, service: Service) -> Self {
        Self { region, service, ..self }
    }

    fn new(name: &str, scheme: Scheme, (host, prefix): (String, &str), in_path: Option<&str>) -> Self {
        let base = match in_path {
            Some(name) => format!("{prefix}/{name}/"),
            None => format!("{prefix}/"),
        };
        let root = base.len() - usize::from(in_path.is_some());
        Self { name: name.into(), scheme, host, base, root, region: None, service: Service::S3, warning: None }
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

/// What is likely to go wrong with an address, though it can be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// A name with a dot stands in front of a host that is reached by TLS. The certificate for `*.s3.…`, which Amazon
    /// and most others have, covers one label and not two, so clients refuse the connection.
    ///
    /// Source: the note on wildcard certificates in
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>.
    DotUnderWildcard,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DotUnderWildcard => {
                "the bucket name has a dot, so a wildcard certificate does not cover its host: use Bucket::path_style"
            }
        })
    }
}
