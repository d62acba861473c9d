/** A `Date`, or milliseconds since 1970 as `Date.now()` has them. The library never reads a clock. */
export type Instant = Date | number;

/** Names with their values: an object, `Headers`, a `Map` or a list of pairs. */
export type Pairs = Record<string, string> | Iterable<readonly [string, string]>;

export interface SignerOptions {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** When the credentials expire: links then report that they end with them. */
  expiration?: Instant;
  region: string;
  /** The service's name in the signature, `s3` if it is left out. */
  service?: string;
  /** Where a service differs from what is known of its name: in the full package. */
  rules?: ServiceRules;
}

export interface ServiceRules {
  pathEncoding?: "once" | "twice";
  pathNormalization?: "as-sent" | "normalized";
  contentSha256?: "signed" | "omitted";
  sessionToken?: "signed" | "added-afterwards";
}

export interface SignableRequest {
  /** `GET` if it is left out. */
  method?: string;
  /** An encoded URL, as `Bucket.url` makes it. Not a `URL` object: that has resolved dots in the path. */
  url: string;
  /** All that are given are signed, but for those that proxies change. */
  headers?: Pairs;
  /** The body, to be hashed by `sign`. A link signs no body but by the header `x-amz-content-sha256`. */
  body?: string | Uint8Array;
  /** In place of the body: its SHA-256 in hexadecimal, or `UNSIGNED-PAYLOAD`. */
  payload?: string;
  /** Sign a link though its path has a segment `.` or `..`, which browsers resolve before they send it. */
  dotSegments?: "allowed";
}

export interface Validity {
  validFrom: Date;
  validUntil: Date;
  limitedBy: "lifetime" | "credentials" | "session" | "seven-days";
}

export interface Presigned extends Validity {
  url: string;
  method: string;
  /** What must be sent with the link, exactly so. */
  headers: [string, string][];
}
