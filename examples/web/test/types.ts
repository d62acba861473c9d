// Compiled, never run: the types say what the package takes and gives.
import init, { Bucket, explain, inspect, initSync, Signer } from "s3-sigv4-web";
import { Signer as SmallSigner } from "s3-sigv4-web/signer";

export async function used(module: WebAssembly.Module, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  initSync({ module });
  await init({ module_or_path: bytes });
  const signer = new Signer({ accessKeyId: "a", secretAccessKey: "b", region: "c", expiration: new Date(0) }, 0);
  const bucket: Bucket = Bucket.aws("photos", "eu-west-1");
  const link = signer.presign({ url: bucket.url("cat.jpg", { versionId: "1" }) }, 900, new Date(0));
  const until: Date = link.validUntil;
  const headers: Record<string, string> = signer.sign({ method: "PUT", url: link.url, body: bytes }, 0);
  const form = signer.post({ key: "cat.jpg", contentLength: [1, 2] }, bucket, 900, 0);
  const state: "not-yet" | "good" | "over" | "wrong" | undefined = inspect({ link: link.url }, until).state;
  // @ts-expect-error: an instant is asked for
  signer.presignUrl({ url: link.url }, 900);
  // @ts-expect-error: a URL object has resolved dots already
  signer.presignUrl({ url: new URL(link.url) }, 900, 0);
  // @ts-expect-error: the small package makes no forms
  SmallSigner.prototype.post;
  return explain({ body: form.html }, { url: link.url, headers }) + state;
}
