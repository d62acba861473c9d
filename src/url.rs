//! `url::Url` as an endpoint and for a finished link (feature `url`). It never touches an object key.

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::presign::Presigned;
use url::Url;

/// An endpoint from a [`Url`](url::Url), read as strictly as from text (feature `url`).
///
/// ```
/// use s3_sigv4::{Bucket, Endpoint};
///
/// let url = url::Url::parse("http://localhost:9000/")?;
/// let photos = Bucket::path_style(&url, "photos")?;
/// assert_eq!(photos.get("cat.jpg")?.host(), "localhost:9000");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl TryFrom<&Url> for Endpoint {
    type Error = Error;

    fn try_from(url: &Url) -> Result<Self, Error> {
        Self::parse(url.as_str())
    }
}

impl TryFrom<Url> for Endpoint {
    type Error = Error;

    fn try_from(url: Url) -> Result<Self, Error> {
        Self::parse(url.as_str())
    }
}

impl Presigned {
    /// The link as a [`Url`](url::Url) (feature `url`).
    ///
    /// # Errors
    /// [`Error::ChangedByUrl`] if `Url` would write it in another way than it was signed. It resolves dot segments and
    /// puts hosts in lower case.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use s3_sigv4::{Bucket, Credentials, Error, Signer, Timestamp};
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let signer = Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret")?, "us-east-1", now)?;
    /// # let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    /// # let minute = Duration::from_secs(60);
    /// let link = signer.presign(&bucket.get("cat & dog.jpg")?, minute, now)?;
    /// assert_eq!(link.to_url()?.as_str(), link.url());
    ///
    /// let link = signer.presign(&bucket.get("a/../b")?.allow_dot_segments(), minute, now)?;
    /// assert_eq!(link.to_url(), Err(Error::ChangedByUrl { position: 39 }));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn to_url(&self) -> Result<Url, Error> {
        let url = Url::parse(self.url()).map_err(|_| Error::ChangedByUrl { position: 0 })?;
        if url.as_str() == self.url() {
            return Ok(url);
        }
        let same = url.as_str().bytes().zip(self.url().bytes()).take_while(|(theirs, ours)| theirs == ours);
        Err(Error::ChangedByUrl { position: same.count() })
    }
}
