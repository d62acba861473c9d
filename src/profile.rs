//! Servers other than Amazon's: what differs.

use crate::bucket::Bucket;
use crate::endpoint::{Endpoint, Scheme};
use crate::error::Error;
use crate::service::Service;
use alloc::string::String;

/// A server that speaks S3's protocol, and what is different there: how its buckets are addressed, which region
/// signatures name, which headers cannot be signed, what it does not have.
///
/// | server | address | region | not signed | does not have | sources |
/// |---|---|---|---|---|---|
/// | [MinIO](Profile::MINIO) | path | `us-east-1` | | [ACLs of objects](Unsupported::ObjectAcl) | [domain][m1], [region][m2], [APIs][m3] |
/// | [Cloudflare R2](Profile::CLOUDFLARE_R2) | host | `auto` | | ACLs of objects, [browser uploads](Unsupported::BrowserUpload) | [host, uploads][r1], [region, ACLs][r2] |
/// | [Google Cloud Storage](Profile::GOOGLE_CLOUD_STORAGE) | path | `auto` | `accept-encoding` | | [path][g1], [region][g2], [header][g3] |
/// | [Backblaze B2](Profile::BACKBLAZE_B2) | path | the endpoint's | | ACLs of objects, browser uploads, [plain HTTP](Unsupported::PlainHttp) | [path, region, uploads, HTTP][b1], [ACLs][b2] |
/// | [Ceph](Profile::CEPH) | path | `us-east-1` | | | [path][c1], [region][c2] |
/// | [DigitalOcean Spaces](Profile::DIGITALOCEAN_SPACES) | host | the endpoint's | | [session tokens](Unsupported::SessionToken) | [host][d1], [region][d2], [tokens][d3] |
///
/// What is not listed is as with Amazon S3, or was not found in a document.
///
/// ```
/// use core::time::Duration;
/// use s3_sigv4::{Credentials, Profile, Timestamp};
///
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// let photos = Profile::CLOUDFLARE_R2.bucket("https://0123456789abcdef.r2.cloudflarestorage.com", "photos")?;
/// let signer = photos.signer(credentials, now)?;
/// let link = signer.presign(&photos.get("cat.jpg")?, Duration::from_secs(900), now)?;
/// assert!(link.url().starts_with("https://photos.0123456789abcdef.r2.cloudflarestorage.com/cat.jpg?"));
/// assert!(link.url().contains("%2F20130524%2Fauto%2Fs3%2Faws4_request"));
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// [m1]: https://github.com/minio/docs/blob/main/source/reference/minio-server/settings/core.rst
/// [m2]: https://github.com/minio/minio/blob/master/cmd/signature-v4-utils.go
/// [m3]: https://github.com/minio/minio/blob/master/docs/minio-limits.md
/// [r1]: https://developers.cloudflare.com/r2/api/s3/presigned-urls/
/// [r2]: https://developers.cloudflare.com/r2/api/s3/api/
/// [g1]: https://docs.cloud.google.com/storage/docs/request-endpoints
/// [g2]: https://github.com/GoogleCloudPlatform/python-docs-samples/blob/main/storage/s3-sdk/list_gcs_buckets.py
/// [g3]: https://github.com/rclone/rclone/issues/6670
/// [b1]: https://www.backblaze.com/docs/cloud-storage-call-the-s3-compatible-api
/// [b2]: https://www.backblaze.com/docs/cloud-storage-s3-compatible-api
/// [c1]: https://docs.ceph.com/en/latest/radosgw/s3/commons/
/// [c2]: https://github.com/ceph/ceph/blob/main/src/rgw/rgw_auth_s3.cc
/// [d1]: https://docs.digitalocean.com/products/spaces/reference/aws-sdks/
/// [d2]: https://docs.digitalocean.com/reference/api/spaces/
/// [d3]: https://docs.digitalocean.com/reference/api/spaces-api/
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Profile {
    name: &'static str,
    addressing: Addressing,
    region: Region,
    unsigned_headers: &'static [&'static str],
    unsupported: &'static [Unsupported],
}

impl Profile {
    /// MinIO. Unless it is configured with a region it takes any, and unless it is configured with a domain the bucket
    /// stands in the path.
    pub const MINIO: Self = Self {
        name: "MinIO",
        addressing: Addressing::Path,
        region: Region::Always("us-east-1"),
        unsigned_headers: &[],
        unsupported: &[Unsupported::ObjectAcl],
    };

    /// Cloudflare R2, at `https://<account id>.r2.cloudflarestorage.com`. Links work there alone, not at a domain of
    /// one's own.
    pub const CLOUDFLARE_R2: Self = Self {
        name: "Cloudflare R2",
        addressing: Addressing::Host,
        region: Region::Always("auto"),
        unsigned_headers: &[],
        unsupported: &[Unsupported::BrowserUpload, Unsupported::ObjectAcl],
    };

    /// Google Cloud Storage with HMAC keys, at `https://storage.googleapis.com`. Its front end appends to
    /// `accept-encoding` before the signature is checked.
    pub const GOOGLE_CLOUD_STORAGE: Self = Self {
        name: "Google Cloud Storage",
        addressing: Addressing::Path,
        region: Region::Always("auto"),
        unsigned_headers: &["accept-encoding"],
        unsupported: &[],
    };

    /// Backblaze B2, at `https://s3.<region>.backblazeb2.com`.
    pub const BACKBLAZE_B2: Self = Self {
        name: "Backblaze B2",
        addressing: Addressing::Path,
        region: Region::Between("s3.", ".backblazeb2.com"),
        unsigned_headers: &[],
        unsupported: &[Unsupported::BrowserUpload, Unsupported::ObjectAcl, Unsupported::PlainHttp],
    };

    /// Ceph's object gateway. Its signatures may name any region; unless it is configured with a domain the bucket
    /// stands in the path.
    pub const CEPH: Self = Self {
        name: "Ceph",
        addressing: Addressing::Path,
        region: Region::Always("us-east-1"),
        unsigned_headers: &[],
        unsupported: &[],
    };

    /// DigitalOcean Spaces, at `https://<region>.digitaloceanspaces.com`.
    pub const DIGITALOCEAN_SPACES: Self = Self {
        name: "DigitalOcean Spaces",
        addressing: Addressing::Host,
        region: Region::Between("", ".digitaloceanspaces.com"),
        unsigned_headers: &[],
        unsupported: &[Unsupported::SessionToken],
    };

    /// A bucket of such a server, which knows the region and the rules that its signatures need.
    ///
    /// # Errors
    /// As [`Bucket::virtual_hosted`] or [`Bucket::path_style`], whichever the server takes; [`Error::NotOffered`] for
    /// `http://` where the server refuses that.
    ///
    /// ```
    /// use s3_sigv4::Profile;
    ///
    /// let photos = Profile::BACKBLAZE_B2.bucket("https://s3.us-west-004.backblazeb2.com", "photos")?;
    /// assert_eq!(photos.get("cat.jpg")?.url().to_string(), "https://s3.us-west-004.backblazeb2.com/photos/cat.jpg");
    /// assert_eq!(photos.region(), Some("us-west-004"));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn bucket<E: TryInto<Endpoint>>(&self, endpoint: E, name: &str) -> Result<Bucket, Error>
    where
        Error: From<E::Error>,
    {
        let endpoint = endpoint.try_into()?;
        if endpoint.scheme == Scheme::Http && self.unsupported.contains(&Unsupported::PlainHttp) {
            return Err(Error::NotOffered { option: "plain HTTP", to: "at this server: use https://" });
        }
        let region = match self.region {
            Region::Always(region) => Some(region),
            Region::Between(start, end) => endpoint.host.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)),
        };
        let region = region.filter(|region| !region.is_empty() && !region.contains('.')).map(String::from);
        let bucket = match self.addressing {
            Addressing::Path => Bucket::by_path(endpoint, name)?,
            Addressing::Host => Bucket::by_host(endpoint, name)?,
        };
        Ok(bucket.signed_for(region, self.service()))
    }

    /// S3's service with what differs here: for a signer of requests that no [`Bucket`] makes.
    ///
    /// ```
    /// use s3_sigv4::{Credentials, Profile, Signer, Timestamp};
    ///
    /// let now = Timestamp::parse("20130524T000000Z")?;
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let signer = Signer::for_service(credentials, Profile::GOOGLE_CLOUD_STORAGE.service(), "auto", now)?;
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    #[must_use]
    pub fn service(&self) -> Service {
        Service::S3.with_unsigned_headers(self.unsigned_headers)
    }

    /// The headers that are never signed here, besides those that nobody signs.
    #[must_use]
    pub fn unsigned_headers(&self) -> &'static [&'static str] {
        self.unsigned_headers
    }

    /// What this server does not have, as far as it concerns what is signed. It is told here and not enforced, but for
    /// plain HTTP, which [`Profile::bucket`] refuses.
    #[must_use]
    pub fn unsupported(&self) -> &'static [Unsupported] {
        self.unsupported
    }

    /// The server's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }
}

/// Something that Amazon S3 has and another server has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unsupported {
    /// Uploads by an HTML form with a signed policy (`POST` to the bucket). A link for `PUT` does in their place.
    BrowserUpload,
    /// Access control lists of single objects: `x-amz-acl`, `x-amz-grant-…`, `?acl`.
    ObjectAcl,
    /// Credentials of a session, with `x-amz-security-token`.
    SessionToken,
    /// Addresses that start with `http://`.
    PlainHttp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Addressing {
    Path,
    Host,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Region {
    Always(&'static str),
    /// What stands in the endpoint's host between these.
    Between(&'static str, &'static str),
}
