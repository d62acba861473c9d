//! Sign-in tokens of other services (feature `tokens`): links that are not followed, but shown as a password.
//!
//! Each is a pure function of a signer (of any service, in the right region), the place, the name and the instant. What
//! they have in common: a token ends with its credentials, and one that is made from a session's keys with the session.

use crate::aws::suffix_of;
use crate::error::{Error, Field};
use crate::presign::Presigned;
use crate::request::Request;
use crate::service::Service;
use crate::signer::Signer;
use crate::timestamp::Timestamp;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::time::Duration;

/// A link for STS's GetCallerIdentity: whoever follows it learns whose credentials made it, and nothing else.
///
/// `headers` are signed into it, and must be sent with it; services that take such a link as a proof of identity ask
/// for one that names them.
///
/// ```
/// use s3_sigv4::{Credentials, Signer, Timestamp, tokens};
///
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let signer = Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?, "us-east-1", now)?;
/// let link = tokens::get_caller_identity(&signer, &[("x-server-id", "vault.example")], now)?;
/// assert!(link.url().starts_with("https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&"));
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// # Errors
/// As [`Signer::presign`]; [`Error::KeyOfAnotherScope`] for a signer made [from a key](Signer::from_key) of a service
/// other than STS; [`Error::RegionSyntax`] for a region that is none of AWS's.
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>.
pub fn get_caller_identity(signer: &Signer, headers: &[(&str, &str)], now: Timestamp) -> Result<Presigned, Error> {
    let region = signer.key().scope().region();
    let origin = format!("https://sts.{region}.{}", suffix_of(region)?);
    let request = Request::new("GET", &origin, "/")?
        .with_query(&[("Action", "GetCallerIdentity"), ("Version", "2011-06-15")])
        .with_headers(headers);
    signer.clone().with_service(Service::new("sts")?)?.presign(&request, Duration::from_secs(60), now)
}

/// The bearer token for an EKS cluster, `k8s-aws-v1.…`. Clusters take it for 15 minutes.
///
/// ```
/// use s3_sigv4::{Credentials, Signer, Timestamp, tokens};
///
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let signer = Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?, "us-east-1", now)?;
/// let token = tokens::eks(&signer, "my-cluster", now)?;
/// assert!(token.starts_with("k8s-aws-v1.aHR0cHM6Ly9zdHMudXMtZWFzdC0xLmFtYXpvbmF3cy5jb20v"));
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// # Errors
/// As [`get_caller_identity`], and [`Error::Empty`] for the cluster's name.
///
/// Source: "API Authorization from Outside a Cluster" in <https://github.com/kubernetes-sigs/aws-iam-authenticator>.
pub fn eks(signer: &Signer, cluster: &str, now: Timestamp) -> Result<String, Error> {
    if cluster.is_empty() {
        return Err(Error::Empty { field: Field::Cluster });
    }
    let link = get_caller_identity(signer, &[("x-k8s-aws-id", cluster)], now)?;
    Ok(format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(link.url())))
}

/// The password for a database user of RDS or Aurora, good for 15 minutes. `host` is the database's with its port.
///
/// ```
/// use s3_sigv4::{Credentials, Signer, Timestamp, tokens};
///
/// // The example of botocore's tests.
/// let now = Timestamp::parse("20161107T173933Z")?;
/// let signer = Signer::new(Credentials::new("akid", "skid")?, "us-east-1", now)?;
/// let host = "prod-instance.us-east-1.rds.amazonaws.com:3306";
/// let token = tokens::rds(&signer, host, "someusername", now)?;
/// assert!(token.starts_with("prod-instance.us-east-1.rds.amazonaws.com:3306/?Action=connect&DBUser=someusername&"));
/// assert!(token.ends_with("d1138cdbc0ca63eec012ec0fc6c2267e03642168f5884a7795320d4c18374c61"));
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// # Errors
/// As [`Signer::presign`], and those of [`Request::new`] for the host; [`Error::KeyOfAnotherScope`] for a signer made
/// [from a key](Signer::from_key) of a service other than `rds-db`; [`Error::Empty`] for the user.
///
/// Source: <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html>.
pub fn rds(signer: &Signer, host: &str, user: &str, now: Timestamp) -> Result<String, Error> {
    if user.is_empty() {
        return Err(Error::Empty { field: Field::User });
    }
    connect(signer, "rds-db", (host, &[("Action", "connect"), ("DBUser", user)]), now)
}

/// The password for a user of an Aurora DSQL cluster, good for 15 minutes.
///
/// ```
/// use s3_sigv4::{Credentials, Signer, Timestamp, tokens};
///
/// // The example of botocore's tests.
/// let now = Timestamp::parse("20241107T173933Z")?;
/// let signer = Signer::new(Credentials::new("ACCESS_KEY", "SECRET_KEY")?.with_session_token("SESSION_TOKEN")?, "us-east-1", now)?;
/// let token = tokens::dsql(&signer, "test.dsql.us-east-1.on.aws", now)?;
/// assert!(token.starts_with("test.dsql.us-east-1.on.aws/?Action=DbConnect&"));
/// assert!(token.ends_with("57fe03e060348aaa21405c239bf02572bbc911076e94dcd65c12ae569dd8fcf4"));
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// # Errors
/// As [`Signer::presign`], and those of [`Request::new`] for the host; [`Error::KeyOfAnotherScope`] for a signer made
/// [from a key](Signer::from_key) of a service other than `dsql`.
///
/// Source: <https://docs.aws.amazon.com/aurora-dsql/latest/userguide/SECTION_authentication-token.html>.
pub fn dsql(signer: &Signer, host: &str, now: Timestamp) -> Result<String, Error> {
    connect(signer, "dsql", (host, &[("Action", "DbConnect")]), now)
}

/// The same for the cluster's `admin`.
///
/// # Errors
/// As [`dsql`].
///
/// ```
/// # use s3_sigv4::{Credentials, Signer, Timestamp, tokens};
/// # let now = Timestamp::parse("20241107T173933Z")?;
/// # let signer = Signer::new(Credentials::new("ACCESS_KEY", "SECRET_KEY")?, "us-east-1", now)?;
/// let token = tokens::dsql_admin(&signer, "test.dsql.us-east-1.on.aws", now)?;
/// assert!(token.starts_with("test.dsql.us-east-1.on.aws/?Action=DbConnectAdmin&"));
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
pub fn dsql_admin(signer: &Signer, host: &str, now: Timestamp) -> Result<String, Error> {
    connect(signer, "dsql", (host, &[("Action", "DbConnectAdmin")]), now)
}

/// A link for the root of this host, without its `https://`.
fn connect(
    signer: &Signer,
    service: &'static str,
    (host, query): (&str, &[(&str, &str)]),
    now: Timestamp,
) -> Result<String, Error> {
    let origin = format!("https://{host}");
    let request = Request::new("GET", &origin, "/")?.with_query(query);
    let link = signer.clone().with_service(Service::new(service)?)?.presign(&request, Duration::from_secs(900), now)?;
    Ok(link.url().trim_start_matches("https://").to_owned())
}
