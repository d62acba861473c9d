//! Partitions of AWS: which region belongs to which.

use crate::error::{Error, Field, check};

/// A group of regions that share a suffix and know nothing of each other.
pub(super) struct Partition {
    pub(super) name: &'static str,
    /// How its regions start; the last row takes all others.
    regions: &'static str,
    pub(super) suffix: &'static str,
    /// For a partition without FIPS and acceleration, how [`Error::NotOffered`] names it.
    pub(super) limited_to: Option<&'static str>,
}

/// Source: <https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json>, which all of AWS's SDKs
/// share.
pub(super) const PARTITIONS: [Partition; 8] = [
    Partition {
        name: "aws-cn",
        regions: "cn-",
        suffix: "amazonaws.com.cn",
        limited_to: Some("in the partition aws-cn"),
    },
    Partition { name: "aws-us-gov", regions: "us-gov-", suffix: "amazonaws.com", limited_to: None },
    Partition { name: "aws-eusc", regions: "eusc-", suffix: "amazonaws.eu", limited_to: None },
    Partition { name: "aws-iso", regions: "us-iso-", suffix: "c2s.ic.gov", limited_to: None },
    Partition { name: "aws-iso-b", regions: "us-isob-", suffix: "sc2s.sgov.gov", limited_to: None },
    Partition { name: "aws-iso-e", regions: "eu-isoe-", suffix: "cloud.adc-e.uk", limited_to: None },
    Partition { name: "aws-iso-f", regions: "us-isof-", suffix: "csp.hci.ic.gov", limited_to: None },
    Partition { name: "aws", regions: "", suffix: "amazonaws.com", limited_to: None },
];

pub(super) fn check_region(region: &str) -> Result<&'static Partition, Error> {
    check(Field::Region, region, |byte| byte.is_ascii_alphanumeric() || byte == b'-')?;
    partition_of(region).ok_or(Error::RegionSyntax)
}

/// The partition of a region of the form `eu-west-1`, `us-gov-east-1`, `eusc-de-east-1`.
pub(super) fn partition_of(region: &str) -> Option<&'static Partition> {
    let (words, number) = region.rsplit_once('-')?;
    let (area, others) = words.split_once('-')?;
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_area = is_word(area) && (area.len() == 2 || area == "eusc");
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if !is_area || !is_number || !others.split('-').all(is_word) {
        return None;
    }
    PARTITIONS.iter().find(|partition| region.starts_with(partition.regions))
}

/// The domain that the hosts of a region's services end with.
#[cfg(any(feature = "sts", feature = "tokens"))]
pub(crate) fn suffix_of(region: &str) -> Result<&'static str, Error> {
    check_region(region).map(|partition| partition.suffix)
}

/// The name of a region's partition.
#[cfg(feature = "sts")]
pub(crate) fn partition_name(region: &str) -> Result<&'static str, Error> {
    check_region(region).map(|partition| partition.name)
}
