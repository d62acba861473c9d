// Both packages, loaded as Workers-style runtimes do it: from a WebAssembly.Module that the caller has.
import { readFileSync } from "node:fs";
import * as full from "s3-sigv4-web";
import * as signer from "s3-sigv4-web/signer";

export const wasm = (name) => readFileSync(new URL(import.meta.resolve(name)));
export const memory = signer.initSync({ module: new WebAssembly.Module(wasm("s3-sigv4-web/signer/wasm")) }).memory;
full.initSync({ module: new WebAssembly.Module(wasm("s3-sigv4-web/wasm")) });
export { full, signer };

export const NOW = Date.UTC(2013, 4, 24);
export const KEYS = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  region: "us-east-1",
};
export const DOCUMENTED =
  "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256" +
  "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z" +
  "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
  "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

/** `YYYYMMDDTHHMMSSZ` as milliseconds. */
export function at(text) {
  return Date.parse(text.replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6Z"));
}

/** As S3 wants it, each byte but the unreserved ones. */
export function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
