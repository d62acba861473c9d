export interface UploadPolicy {
  /** The object's key, or `keyPrefix` for any key that starts so. */
  key?: string;
  keyPrefix?: string;
  /** Fields that must have exactly this value. */
  exact?: Pairs;
  /** Fields whose value must start so. */
  prefix?: Pairs;
  /** What the form starts from where a condition leaves it open. */
  values?: Pairs;
  /** Least and most bytes of the file. */
  contentLength?: readonly [number, number];
}

export interface UploadForm extends Validity {
  url: string;
  /** In their order; the file follows as the last, under the name `file`. */
  fields: [string, string][];
  html: string;
  /** A command line for a POSIX shell that uploads the file `file`. */
  curl: string;
}

/** One of the three: a presigned link, the headers of a signed request, or the fields of a form. */
export type Signed = { link: string } | { headers: Pairs } | { form: Pairs };

export interface Inspection {
  /** Everything in plain words, without a secret. */
  report: string;
  /** `"wrong"`: it cannot be good at any time, as it stands. */
  state?: "not-yet" | "good" | "over" | "wrong";
  target?: string;
  accessKeyId?: string;
  hasSessionToken: boolean;
  region?: string;
  service?: string;
  dated?: Date;
  validFrom?: Date;
  validUntil?: Date;
  payload?: string;
  signedHeaders: string[];
  parameters: string[];
  conditions: string[];
  /** What looks wrong, a sentence each. */
  findings: string[];
}

/** A server's answer to a request that it refused. */
export interface Refusal {
  body: string;
  status?: number;
  headers?: Pairs;
}

/** What was sent: a presigned link, or the URL with the signed headers, `authorization` among them. */
export interface SentRequest {
  method?: string;
  url: string;
  headers?: Pairs;
  /** The body's hash, for services other than S3, which sign it and send it nowhere. */
  payload?: string;
}
