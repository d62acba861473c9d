//! Amazon's own addresses: which host, in which partition, signed for which region and service.

mod partition;

use crate::error::Error;
use crate::name::{check_general_purpose, check_in_path, check_label};
use crate::service::Service;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use partition::{PARTITIONS, Partition, check_region, partition_of};

#[cfg(feature = "sts")]
pub(crate) use partition::partition_name;
#[cfg(any(feature = "sts", feature = "tokens"))]
pub(crate) use partition::suffix_of;

/// A region of AWS, and which of its hosts for Amazon S3: what [`Bucket::aws`](crate::Bucket::aws) takes.
///
/// A region alone is as good, as text; the other hosts are asked for here:
///
/// | | dual-stack | FIPS | accelerated |
/// |---|---|---|---|
/// | buckets, aliases of access points | yes | yes | yes, without a dot in the name |
/// | access points | yes | yes | |
/// | Object Lambda access points | | yes | |
/// | access points on Outposts | | | |
/// | directory buckets | yes | yes | |
/// | in `aws-cn` | yes | | |
///
/// Accelerated and FIPS exclude each other. Anything else is refused: [`Error::NotOffered`]. Whether a region has FIPS
/// hosts, and whether acceleration is there and switched on for the bucket, only AWS knows.
///
/// ```
/// use s3_sigv4::{AwsEndpoint, Bucket};
///
/// let photos = Bucket::aws(AwsEndpoint::new("us-gov-west-1").with_dual_stack().with_fips(), "photos")?;
/// assert_eq!(photos.get("cat.jpg")?.host(), "photos.s3-fips.dualstack.us-gov-west-1.amazonaws.com");
///
/// let photos = Bucket::aws(AwsEndpoint::new("eu-west-1").with_acceleration(), "photos")?;
/// assert_eq!(photos.get("cat.jpg")?.host(), "photos.s3-accelerate.amazonaws.com");
/// assert_eq!(photos.region(), Some("eu-west-1"));
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Sources: <https://docs.aws.amazon.com/general/latest/gr/s3.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/dual-stack-endpoints.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/transfer-acceleration-getting-started.html>, and, for what
/// excludes what, the rules that AWS's SDKs share (botocore 1.44, `data/s3/2006-03-01/endpoint-rule-set-1.json`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AwsEndpoint<'a> {
    pub(crate) region: &'a str,
    dual_stack: bool,
    fips: bool,
    accelerated: bool,
    path_style: bool,
}

impl<'a> AwsEndpoint<'a> {
    /// The region's ordinary hosts.
    #[must_use]
    pub fn new(region: &'a str) -> Self {
        Self { region, dual_stack: false, fips: false, accelerated: false, path_style: false }
    }

    /// The hosts that IPv6 reaches as well: `s3.dualstack.…`.
    #[must_use]
    pub fn with_dual_stack(mut self) -> Self {
        self.dual_stack = true;
        self
    }

    /// The hosts whose cryptography is validated by FIPS 140: `s3-fips.…`.
    #[must_use]
    pub fn with_fips(mut self) -> Self {
        self.fips = true;
        self
    }

    /// The partition that the region is in, as ARNs name it: `aws`, `aws-cn`, `aws-us-gov`, …
    ///
    /// # Errors
    /// [`Error::RegionSyntax`], [`Error::Empty`] or [`Error::Character`] for a region that is none.
    ///
    /// ```
    /// # use s3_sigv4::AwsEndpoint;
    /// assert_eq!(AwsEndpoint::new("cn-north-1").partition()?, "aws-cn");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn partition(&self) -> Result<&'static str, Error> {
        check_region(self.region).map(|partition| partition.name)
    }

    /// S3 Transfer Acceleration: `s3-accelerate.…`. The region is still what is signed.
    #[must_use]
    pub fn with_acceleration(mut self) -> Self {
        self.accelerated = true;
        self
    }

    /// The bucket's name in front of the key, where Amazon leaves the choice: `s3.eu-west-1.amazonaws.com/photos`. That is
    /// so for buckets and for the aliases of access points; every other name still goes in front of the host, and so
    /// does that of an accelerated bucket.
    ///
    /// Old names are taken with it which cannot be part of a host, such as `Photos_2006`.
    ///
    /// ```
    /// use s3_sigv4::{AwsEndpoint, Bucket};
    ///
    /// let endpoint = AwsEndpoint::new("us-west-2").with_path_style();
    /// let photos = Bucket::aws(endpoint, "photos")?;
    /// assert_eq!(photos.get("cat.jpg")?.host(), "s3.us-west-2.amazonaws.com");
    /// let photos = Bucket::aws(endpoint, "photos--usw2-az1--x-s3")?;
    /// assert_eq!(photos.get("cat.jpg")?.host(), "photos--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    #[must_use]
    pub fn with_path_style(mut self) -> Self {
        self.path_style = true;
        self
    }

    fn puts_buckets_in_path(&self) -> bool {
        self.path_style && !self.accelerated
    }
}

impl<'a> From<&'a str> for AwsEndpoint<'a> {
    fn from(region: &'a str) -> Self {
        Self::new(region)
    }
}

impl<'a> From<&'a String> for AwsEndpoint<'a> {
    fn from(region: &'a String) -> Self {
        Self::new(region)
    }
}

/// The region that a host of Amazon S3 names, and nothing for every other host.
///
/// It reads what [`Bucket::aws`](crate::Bucket::aws) writes, and the older `s3-eu-west-1.amazonaws.com`, with a bucket
/// in front or without. Hosts that name no region have none here: accelerated ones, and `s3.amazonaws.com`. The host is
/// taken as it is, in lower case and without a port. It says nothing of who answers there.
///
/// ```
/// use s3_sigv4::region_of_host;
///
/// assert_eq!(region_of_host("photos.s3.eu-west-1.amazonaws.com"), Some("eu-west-1"));
/// assert_eq!(region_of_host("s3-fips.dualstack.us-gov-west-1.amazonaws.com"), Some("us-gov-west-1"));
/// assert_eq!(region_of_host("s3.eu-west-1.amazonaws.com.evil.example"), None);
/// assert_eq!(region_of_host("s3.amazonaws.com"), None);
/// ```
///
/// Source for the older hosts: "Backward compatibility" in
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>.
#[must_use]
pub fn region_of_host(host: &str) -> Option<&str> {
    let plain = |label: &str| !label.is_empty() && label.bytes().all(|byte| is_plain(byte) || byte == b'_');
    if !host.split('.').all(plain) {
        return None;
    }
    let read = |partition: &Partition| {
        let front = host.strip_suffix(partition.suffix)?.strip_suffix('.')?;
        Kind::ALL.iter().find_map(|kind| region_in(front, kind.row().host))
    };
    let (partition, region) = PARTITIONS.iter().find_map(|partition| Some((partition, read(partition)?)))?;
    (partition_of(region)?.suffix == partition.suffix).then_some(region)
}

/// An address of Amazon S3, put together.
pub(crate) struct Address<'a> {
    pub(crate) host: String,
    /// The bucket, where it goes in front of the key and not of the host.
    pub(crate) in_path: Option<&'a str>,
    pub(crate) service: Service,
}

/// The address of a bucket, by its name, by an alias or by an access point's ARN.
pub(crate) fn resolve<'a>(name: &'a str, endpoint: AwsEndpoint<'_>) -> Result<Address<'a>, Error> {
    let partition = check_region(endpoint.region)?;
    let target = if name.starts_with("arn:") {
        let arn = Arn::parse(name)?;
        if arn.region != endpoint.region {
            return Err(Error::Arn { reason: "names another region than the one that was asked for" });
        }
        arn.target()?
    } else {
        Target::of_name(name, if endpoint.puts_buckets_in_path() { check_in_path } else { check_general_purpose })?
    };
    let kind = target.kind_at(endpoint, partition)?;
    let row = kind.row();
    let in_path = (kind == Kind::Bucket && (endpoint.puts_buckets_in_path() || name.contains('.'))).then_some(name);
    let mut host = String::with_capacity(128);
    if in_path.is_none() {
        host.push_str(&target.name);
        host.push('.');
    }
    for part in row.host {
        host.push_str(match part {
            Part::Text(text) => text,
            Part::Fips if endpoint.fips => "-fips",
            Part::DualStack if endpoint.dual_stack => ".dualstack",
            Part::Fips | Part::DualStack => "",
            Part::Region => endpoint.region,
            Part::Place => &target.place,
        });
    }
    host.push('.');
    host.push_str(partition.suffix);
    Ok(Address { host, in_path, service: row.service })
}

/// What an access point or a directory bucket has in front of an endpoint of one's own.
pub(crate) struct Front<'a> {
    pub(crate) labels: String,
    /// That of an ARN.
    pub(crate) region: Option<&'a str>,
    pub(crate) service: Service,
}

/// The same by its name or ARN; for the name of an ordinary bucket, and an alias that is used like one, nothing.
pub(crate) fn front(name: &str) -> Result<Option<Front<'_>>, Error> {
    let (target, region) = if name.starts_with("arn:") {
        let arn = Arn::parse(name)?;
        (arn.target()?, Some(arn.region))
    } else {
        (Target::of_name(name, |_| Ok(()))?, None)
    };
    let Target { kind, name, place } = target;
    let labels = match kind {
        Kind::Bucket => return Ok(None),
        Kind::Outpost => format!("{name}.{place}"),
        _ => name.into_owned(),
    };
    Ok(Some(Front { labels, region, service: kind.row().service }))
}

/// The region of an access point's ARN.
pub(crate) fn region_of_arn(arn: &str) -> Result<&str, Error> {
    Ok(Arn::parse(arn)?.region)
}

/// What stands in front of a host, and which kind of host.
struct Target<'a> {
    kind: Kind,
    name: Cow<'a, str>,
    /// The zone of a directory bucket, the Outpost of an access point.
    place: Cow<'a, str>,
}

impl<'a> Target<'a> {
    /// The name of an ordinary bucket is checked by the given rules.
    fn of_name(name: &'a str, check_bucket: fn(&str) -> Result<(), Error>) -> Result<Self, Error> {
        let Some((end, kind)) = ENDS.iter().find(|(end, _)| name.ends_with(end)) else {
            check_bucket(name)?;
            return Ok(Self { kind: Kind::Bucket, name: name.into(), place: "".into() });
        };
        let kind = kind.ok_or(Error::MultiRegionAccessPoint)?;
        check_label(name)?;
        let front = &name[..name.len() - end.len()];
        let place = match kind {
            Kind::Directory => zone(front).ok_or(DIRECTORY_NAME)?.into(),
            Kind::Outpost => outpost(front).ok_or(OUTPOST_NAME)?,
            _ => "".into(),
        };
        Ok(Self { kind, name: name.into(), place })
    }

    /// The kind of host that these options make of it.
    fn kind_at(&self, endpoint: AwsEndpoint<'_>, partition: &Partition) -> Result<Kind, Error> {
        let row = self.kind.row();
        let has = |wanted: fn(&Part) -> bool| row.host.iter().any(wanted);
        let refused = |option: &'static str, to: &'static str| Err(Error::NotOffered { option, to });
        let AwsEndpoint { dual_stack, fips, accelerated, .. } = endpoint;
        if accelerated {
            return match partition.limited_to {
                _ if fips => refused("transfer acceleration", "with FIPS"),
                Some(partition) => refused("transfer acceleration", partition),
                None if self.kind != Kind::Bucket => refused("transfer acceleration", row.of),
                None if self.name.contains('.') => refused("transfer acceleration", "for a bucket name with a dot"),
                None => Ok(Kind::Accelerated),
            };
        }
        match partition.limited_to {
            Some(partition) if fips => refused("FIPS endpoint", partition),
            _ if fips && !has(|part| matches!(part, Part::Fips)) => refused("FIPS endpoint", row.of),
            _ if dual_stack && !has(|part| matches!(part, Part::DualStack)) => refused("dual-stack endpoint", row.of),
            _ => Ok(self.kind),
        }
    }
}

/// The ARN of an access point, which AWS's SDKs take in place of a bucket's name.
struct Arn<'a> {
    service: &'a str,
    region: &'a str,
    account: &'a str,
    resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes `arn:partition:service:region:account-id:resource` apart.
    fn parse(text: &'a str) -> Result<Self, Error> {
        let mut parts = text.splitn(6, ':');
        let (Some("arn"), Some(partition), Some(service), Some(region), Some(account), Some(resource)) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return refused_arn("does not have the form arn:partition:service:region:account-id:resource");
        };
        match (service, region, account) {
            ("s3", "", "") => return refused_arn("is a bucket's and names no region: Bucket::aws takes the name"),
            ("s3", "", _) => return Err(Error::MultiRegionAccessPoint),
            (_, "", _) => return refused_arn("names no region"),
            _ => {}
        }
        if check_region(region)?.name != partition {
            return refused_arn("names a region of another partition");
        }
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return refused_arn("has no account id of 12 digits");
        }
        Ok(Self { service, region, account, resource })
    }

    fn target(&self) -> Result<Target<'a>, Error> {
        let mut parts = self.resource.split(['/', ':']);
        let next = &mut || parts.next().unwrap_or_default();
        let (kind, place) = match (self.service, next()) {
            ("s3", "accesspoint") => (Kind::AccessPoint, ""),
            ("s3-object-lambda", "accesspoint") => (Kind::ObjectLambda, ""),
            ("s3-outposts", "outpost") => match (next(), next()) {
                (outpost, "accesspoint") if is_label(outpost) => (Kind::Outpost, outpost),
                _ => return refused_arn("is not outpost/outpost-id/accesspoint/name of an Outpost"),
            },
            ("s3" | "s3-object-lambda" | "s3-outposts", _) => return refused_arn("is not an access point's"),
            _ => return refused_arn("is not of s3, s3-object-lambda or s3-outposts"),
        };
        let name = next();
        if parts.next().is_some() {
            return refused_arn("names something below an access point");
        }
        let label = format!("{name}-{}", self.account);
        if !is_label(name) || label.len() > 63 {
            return refused_arn("has an access point name other than 1 to 50 lower-case letters, digits and -");
        }
        Ok(Target { kind, name: label.into(), place: place.into() })
    }
}

fn refused_arn<T>(reason: &'static str) -> Result<T, Error> {
    Err(Error::Arn { reason })
}

/// The hosts that Amazon S3 has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bucket,
    Accelerated,
    AccessPoint,
    ObjectLambda,
    Outpost,
    Directory,
    /// Read only.
    Older,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Bucket,
        Self::Accelerated,
        Self::AccessPoint,
        Self::ObjectLambda,
        Self::Outpost,
        Self::Directory,
        Self::Older,
    ];

    /// The table. Its source is that of [`AwsEndpoint`], and for access points
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>, for directory buckets
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/endpoint-directory-buckets-AZ.html>.
    fn row(self) -> Row {
        use Part::{DualStack, Fips, Place, Region, Text};
        let row = |host, service, of| Row { host, service, of };
        match self {
            Self::Bucket => row(&[Text("s3"), Fips, DualStack, Text("."), Region], Service::S3, "for buckets"),
            Self::Accelerated => row(&[Text("s3-accelerate"), DualStack], Service::S3, "for buckets"),
            Self::AccessPoint => {
                row(&[Text("s3-accesspoint"), Fips, DualStack, Text("."), Region], Service::S3, "for access points")
            }
            Self::ObjectLambda => row(
                &[Text("s3-object-lambda"), Fips, Text("."), Region],
                Service::S3_OBJECT_LAMBDA,
                "for Object Lambda access points",
            ),
            Self::Outpost => {
                row(&[Place, Text(".s3-outposts."), Region], Service::S3_OUTPOSTS, "for access points on Outposts")
            }
            Self::Directory => row(
                &[Text("s3express"), Fips, Text("-"), Place, DualStack, Text("."), Region],
                Service::S3_EXPRESS,
                "for directory buckets",
            ),
            Self::Older => row(&[Text("s3-"), Region], Service::S3, "for buckets"),
        }
    }
}

struct Row {
    /// What stands between the bucket and the partition's suffix.
    host: &'static [Part],
    service: Service,
    /// What it is for, as [`Error::NotOffered`] says it.
    of: &'static str,
}

enum Part {
    Text(&'static str),
    Fips,
    DualStack,
    Region,
    Place,
}

/// The names that AWS gives itself: what they end with, and what that is. A Multi-Region Access Point has no region.
///
/// Sources: the rules for names (`name.rs`), those for aliases
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html>), and, for `--xa-s3` and
/// `--op-s3`, the SDKs' rules that [`AwsEndpoint`] names.
const ENDS: [(&str, Option<Kind>); 7] = [
    ("-s3alias", Some(Kind::Bucket)),
    ("--ol-s3", Some(Kind::Bucket)),
    ("--table-s3", Some(Kind::Bucket)),
    ("--x-s3", Some(Kind::Directory)),
    ("--xa-s3", Some(Kind::Directory)),
    ("--op-s3", Some(Kind::Outpost)),
    (".mrap", None),
];

const DIRECTORY_NAME: Error = Error::BucketName { reason: "does not have the form base-name--zone-id--x-s3" };
const OUTPOST_NAME: Error = Error::BucketName { reason: "ends with --op-s3 and names no Outpost in front of it" };

/// The zone in `base-name--zone-id`.
fn zone(front: &str) -> Option<&str> {
    let (base, zone) = front.rsplit_once("--")?;
    (!base.is_empty() && is_label(zone)).then_some(zone)
}

/// The Outpost in the alias of an access point, which stands at fixed places counted from its end: the letter that
/// tells racks from servers, 17 of the Outpost's id, 25 others.
fn outpost(front: &str) -> Option<Cow<'static, str>> {
    let at = front.len().checked_sub(43)?;
    let (letter, id) = (front.get(at..=at)?, front.get(at + 1..at + 18)?);
    match letter {
        "o" if is_label(id) => Some(format!("op-{id}").into()),
        "e" if is_label(id) => Some("ec2".into()),
        _ => None,
    }
}

fn is_label(text: &str) -> bool {
    !text.starts_with('-') && !text.ends_with('-') && !text.is_empty() && text.bytes().all(is_plain)
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

/// The region in a host without its partition's suffix, if the host is made of these parts.
fn region_in<'a>(front: &'a str, parts: &[Part]) -> Option<&'a str> {
    [(false, false), (false, true), (true, false), (true, true)].into_iter().find_map(|(fips, dual_stack)| {
        let dots = parts.iter().map(|part| match part {
            Part::Text(text) => text.matches('.').count(),
            Part::DualStack => usize::from(dual_stack),
            Part::Fips | Part::Region | Part::Place => 0,
        });
        let start = front.rmatch_indices('.').nth(dots.sum()).map_or(0, |(dot, _)| dot + 1);
        let (mut rest, mut region) = (&front[start..], None);
        for part in parts {
            let label = rest.split('.').next().unwrap_or_default();
            let taken = match part {
                Part::Text(text) => text,
                Part::Fips if fips => "-fips",
                Part::DualStack if dual_stack => ".dualstack",
                Part::Fips | Part::DualStack => "",
                Part::Place if is_label(label) => label,
                Part::Place => return None,
                Part::Region => region.insert(label),
            };
            rest = rest.strip_prefix(taken)?;
        }
        region.filter(|region| rest.is_empty() && partition_of(region).is_some())
    })
}
