//! Recipes, each of them compiled and run with the tests.
//!
//! * [Share a file](#share-a-file)
//! * [Links from a function or a shell session](#links-from-a-function-or-a-shell-session)
//! * [Links that caches can keep](#links-that-caches-can-keep)
//! * [Take an upload by a link](#take-an-upload-by-a-link)
//! * [Let a browser upload](#let-a-browser-upload)
//! * [Upload a stream of known length](#upload-a-stream-of-known-length)
//! * [A multipart upload from presigned parts](#a-multipart-upload-from-presigned-parts)
//! * [The least that a key needs](#the-least-that-a-key-needs)
//!
//! And two that go from nothing to the end, with the binary `s3-sigv4` and with the crate:
//!
//! * [Presigned links from a function](links_from_a_function)
//! * [A shared folder from a cloud shell](a_shared_folder)
//!
//! # Share a file
//!
//! A link that saves the object under a name of its own, whatever its key is:
//!
//! ```
//! use core::time::Duration;
//! use s3_sigv4::{Bucket, ContentDisposition, Credentials, ResponseHeaders, Signer, Timestamp};
//!
//! # let now = Timestamp::parse("20130524T000000Z")?; /*
//! let now = Timestamp::now();
//! # */
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! let signer = Signer::new(credentials, "eu-west-1", now)?;
//! let documents = Bucket::aws("eu-west-1", "documents")?;
//!
//! let name = ContentDisposition::attachment("Rechnung für Zoë.pdf")?;
//! let response = ResponseHeaders::new().with_content_disposition(name);
//! let invoice = documents.get("2024/4711.pdf")?.with_response(&response);
//! let link = signer.presign(&invoice, Duration::from_secs(3600), now)?;
//! println!("{link}\ngood until {}", link.valid_until());
//! # assert!(link.url().contains("filename%2A%3DUTF-8%27%27Rechnung%2520f%25C3%25BCr%2520Zo%25C3%25AB.pdf"));
//! # Ok::<(), s3_sigv4::Error>(())
//! ```
//!
//! Whoever has the link has the object until then. There is no taking it back, but by revoking the key that signed it.
//!
//! # Links from a function or a shell session
//!
//! A function in the cloud, a cloud shell and a container sign with the keys of a *session*: an access key id that
//! starts with `ASIA`, and a token. The session ends after minutes or hours, and **every link that its keys signed ends
//! with it**, whatever lifetime was asked for: the server finds the token in the link expired and answers
//! `ExpiredToken`. Nothing in the link shows this beforehand. Two things help.
//!
//! Say when the session ends (the place that gave out its keys said so, as `Expiration`), and the link says the true
//! end, or is refused if the full lifetime matters:
//!
//! ```
//! use core::time::Duration;
//! use s3_sigv4::{Bucket, Credentials, Error, Lifetime, Limit, Signer, Timestamp};
//!
//! # let now = Timestamp::parse("20130524T000000Z")?;
//! let session = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?
//!     .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE")?
//!     .with_expiration(Timestamp::parse("20130524T001200Z")?); // 12 minutes left
//! let signer = Signer::new(session, "eu-west-1", now)?;
//! let documents = Bucket::aws("eu-west-1", "documents")?;
//! let report = documents.get("report.pdf")?;
//!
//! let hour = Duration::from_secs(3600);
//! let link = signer.presign(&report, hour, now)?;
//! if link.limited_by() == Limit::Credentials {
//!     println!("warning: the session ends first, so the link dies at {}", link.valid_until());
//! }
//! # assert_eq!(link.valid_until().to_string(), "20130524T001200Z");
//!
//! let refused = signer.presign(&report, Lifetime::full(hour), now).unwrap_err();
//! assert!(matches!(refused, Error::OutlivesCredentials { .. }));
//! # Ok::<(), s3_sigv4::Error>(())
//! ```
//!
//! And where links are to live for days, sign them with a long-lived key of a user that can do nothing else
//! ([below](#the-least-that-a-key-needs)), kept where the function can read it. 7 days are the most that S3 allows.
//!
//! # Links that caches can keep
//!
//! Each link has its own signature, so a browser that is given a new one for the same picture loads it again. A link
//! that stays the same for an hour can be kept for an hour, and is good for the promised time all the same:
//!
//! ```
//! use core::time::Duration;
//! use s3_sigv4::{Bucket, Lifetime, Signer, Timestamp};
//! # use s3_sigv4::Credentials;
//! # let morning = Timestamp::parse("20130524T080000Z")?;
//! # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! # let signer = Signer::new(credentials, "eu-west-1", morning)?;
//! # let photos = Bucket::aws("eu-west-1", "photos")?;
//!
//! let lifetime = Lifetime::from(Duration::from_secs(900)).stable_for(Duration::from_secs(3600));
//! let first = signer.presign(&photos.get("cat.jpg")?, lifetime, Timestamp::parse("20130524T080000Z")?)?;
//! let later = signer.presign(&photos.get("cat.jpg")?, lifetime, Timestamp::parse("20130524T085959Z")?)?;
//! assert_eq!(first.url(), later.url());
//! # Ok::<(), s3_sigv4::Error>(())
//! ```
//!
//! # Take an upload by a link
//!
//! What is signed must be sent exactly so: a type, a length, a checksum. A link without them takes anything of any
//! length.
//!
//! ```
//! use core::time::Duration;
//! use s3_sigv4::Bucket;
//! # use s3_sigv4::{Credentials, Signer, Timestamp};
//! # let now = Timestamp::parse("20130524T000000Z")?;
//! # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! # let signer = Signer::new(credentials, "eu-west-1", now)?;
//! # let photos = Bucket::aws("eu-west-1", "photos")?;
//!
//! let headers = [
//!     ("content-type", "image/jpeg"),
//!     ("content-length", "48213"),
//!     ("x-amz-checksum-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
//! ];
//! let upload = photos.put("incoming/cat.jpg")?.with_headers(&headers);
//! let link = signer.presign(&upload, Duration::from_secs(900), now)?;
//! println!("{}", link.curl("cat.jpg")); // or hand out link.method(), link.url() and link.headers()
//! # assert_eq!(link.headers().count(), 3);
//! # Ok::<(), s3_sigv4::Error>(())
//! ```
//!
//! A key of the customer's own (SSE-C) travels in three headers, and is signed like any other:
//! `x-amz-server-side-encryption-customer-algorithm` (`AES256`), `…-customer-key` (base64) and `…-customer-key-MD5`
//! (base64). `GET` and `HEAD` need them as well.
//!
//! # Let a browser upload
//!
//! A form can limit what a link cannot: the length of the file to a range, the key to a prefix, the type to a kind
//! (feature `post`). The browser sends the file straight to the bucket.
//!
//! ```
//! # #[cfg(feature = "post")] {
//! use core::time::Duration;
//! use s3_sigv4::{Bucket, PostPolicy};
//! # use s3_sigv4::{Credentials, Signer, Timestamp};
//! # let now = Timestamp::parse("20130524T000000Z")?;
//! # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! # let signer = Signer::new(credentials, "eu-west-1", now)?;
//!
//! let photos = Bucket::aws("eu-west-1", "photos")?;
//! let policy = PostPolicy::for_keys_under("incoming/eric/")?
//!     .with_prefix("Content-Type", "image/")?
//!     .with_exact("success_action_status", "201")?
//!     .with_content_length(1..=10_000_000)?;
//! let form = signer.post(&policy, &photos, Duration::from_secs(900), now)?;
//! println!("{}", form.html()); // or hand out form.url() and form.fields(), for a page of your own
//! # assert!(form.html().to_string().contains("incoming/eric/${filename}"));
//! # }
//! # Ok::<(), s3_sigv4::Error>(())
//! ```
//!
//! A page on another host may post such a form as it is; to read the answer in a script, the bucket needs a CORS rule.
//!
//! # Upload a stream of known length
//!
//! A body that is not in memory cannot be hashed before it is sent. `aws-chunked` signs it piece by piece; its length
//! must be known, and so is the length of all that is sent.
//!
//! ```
//! # #[cfg(feature = "std")] {
//! use s3_sigv4::{Bucket, ChunkedBody, ChunkedReader, Timestamp};
//! # use s3_sigv4::{Credentials, Signer};
//! # let now = Timestamp::parse("20130524T000000Z")?;
//! # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! # let signer = Signer::new(credentials, "eu-west-1", now)?;
//! # let films = Bucket::aws("eu-west-1", "films")?;
//! # let (file, length) = (&[7_u8; 100_000][..], 100_000);
//! # let mut connection = Vec::new();
//!
//! let request = films.put("film.mp4")?;
//! let body = ChunkedBody::signed(length);
//! let signed = signer.sign_chunked(&request, &body, now)?;
//! // Send request.method(), request.url() and signed.headers() with your client, `content-length` among them; and
//! // this reader as the body:
//! # let framed_length = body.framed_length();
//! let mut body = ChunkedReader::new(signed.into_chunks(), file);
//! std::io::copy(&mut body, &mut connection)?;
//! # assert_eq!(connection.len() as u64, framed_length);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Over TLS the body may go unsigned, with a checksum behind it: [`ChunkedBody::unsigned`](crate::ChunkedBody::unsigned).
//!
//! # A multipart upload from presigned parts
//!
//! Whoever has the keys starts and completes the upload; whoever has the file sends its parts by links.
//!
//! ```
//! use core::time::Duration;
//! use s3_sigv4::{Bucket, Error, PayloadHash};
//! # use s3_sigv4::{Credentials, Signer, Timestamp};
//! # let now = Timestamp::parse("20130524T000000Z")?;
//! # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! # let signer = Signer::new(credentials, "eu-west-1", now)?;
//! # let films = Bucket::aws("eu-west-1", "films")?;
//!
//! // 1. Start: the answer's <UploadId> names the upload.
//! let start = signer.sign(&films.create_multipart_upload("film.mp4")?, PayloadHash::EMPTY, now)?;
//! let upload_id = "VXBsb2FkIElE";
//!
//! // 2. A link for each part, all but the last of at least 5 MiB. Each answer has an ETag header: keep it.
//! let links = films
//!     .upload_parts("film.mp4", 1..=20, upload_id)
//!     .map(|part| signer.presign(&part?, Duration::from_secs(3600), now))
//!     .collect::<Result<Vec<_>, Error>>()?;
//!
//! // 3. Complete, with the list of the parts and their ETags; or give up.
//! let list = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"…\"</ETag></Part>…</CompleteMultipartUpload>";
//! let complete = films.complete_multipart_upload("film.mp4", upload_id)?;
//! let signed = signer.sign(&complete, PayloadHash::of(list.as_bytes()), now)?;
//! let abort = films.abort_multipart_upload("film.mp4", upload_id)?;
//! # assert_eq!((links.len(), abort.method()), (20, "DELETE"));
//! # let _ = (start, signed);
//! # Ok::<(), Error>(())
//! ```
//!
//! # The least that a key needs
//!
//! A link can do what the key that signed it can do when the link is *used*. So give the key nothing else. For links
//! that download what lies under `reports/` and upload what goes under `incoming/`, this policy is enough:
//!
//! ```json
//! {
//!   "Version": "2012-10-17",
//!   "Statement": [
//!     { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::documents/reports/*" },
//!     { "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::documents/incoming/*" }
//!   ]
//! }
//! ```
//!
//! | the link | the action |
//! |---|---|
//! | `GET`, `HEAD` | `s3:GetObject`; with a version `s3:GetObjectVersion` |
//! | `PUT`, a browser's form, and all of a multipart upload but what follows | `s3:PutObject`; with `x-amz-acl` `s3:PutObjectAcl` as well, with `x-amz-tagging` `s3:PutObjectTagging` |
//! | ListParts | `s3:ListMultipartUploadParts` |
//! | AbortMultipartUpload | `s3:AbortMultipartUpload` |
//! | `DELETE` | `s3:DeleteObject`; with a version `s3:DeleteObjectVersion` |
//! | ListObjectsV2 | `s3:ListBucket`, on the bucket itself: `arn:aws:s3:::documents` |
//!
//! A bucket's policy can refuse links that are too old, whatever lifetime they were signed with, by the condition key
//! `s3:signatureAge` (milliseconds), and links altogether by `s3:authType`.
//!
//! Sources: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html>.

#[doc = include_str!("cookbook/links_from_a_function.md")]
pub mod links_from_a_function {}

#[doc = include_str!("cookbook/a_shared_folder.md")]
pub mod a_shared_folder {}
