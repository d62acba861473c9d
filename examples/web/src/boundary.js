// What crosses between JavaScript and the library, in as few calls as can be: a call costs little, but a text that
// crosses for itself takes as long as hashing a block. So what belongs together crosses as one text.
//
// An exception must not go through Rust, so what runs code of the caller's stands in `read`. What it has read waits in
// `pending` until Rust has room for it.

let pending;
const encoder = new TextEncoder();
const sizeOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), "byteLength").get;

/** Reads what `take` then hands over: how many bytes it may have, -1 for nothing, -2 for an exception. */
function read(what, object, name) {
  try {
    pending = what(object, name);
    if (missing(pending)) return -1;
    const size = typeof pending === "string" ? pending.length * 3 : sizeOf.call(pending);
    if (size > 0x7fffffff) throw new RangeError("more than WebAssembly can hold");
    return size;
  } catch (error) {
    pending = error;
    return -2;
  }
}

/**
 * Into the library's memory, and how many bytes that were; -2 for an exception: bytes that lay in this memory are gone
 * when it grows.
 */
export function take(into) {
  const what = pending;
  pending = undefined;
  try {
    if (typeof what === "string") return encoder.encodeInto(what, into).written;
    into.set(what);
    return into.length;
  } catch (error) {
    pending = error;
    return -2;
  }
}

export function takeError() {
  const error = pending;
  pending = undefined;
  return error;
}

const missing = (value) => value === undefined || value === null;

/** A text, or nothing where there is `undefined` or `null`. */
function text(value, name) {
  if (typeof value === "string") return value;
  if (missing(value)) return undefined;
  throw new TypeError(`${name} is not a string`);
}

function required(value, name) {
  if (missing(value)) throw new TypeError(`${name} is missing`);
  return text(value, name);
}

/** Texts as one: their lengths as JavaScript counts, then the texts, apart so that no halves of a character meet. */
function flat(texts) {
  let lengths = "";
  let all = "\n";
  for (let i = 0; i < texts.length; i++) {
    lengths += texts[i].length + ",";
    all += texts[i] + "\n";
  }
  return lengths + all;
}

/** Names and values, of whatever holds such: what cannot be iterated has its properties. */
function addPairs(texts, value, name) {
  if (missing(value)) return texts;
  for (const pair of typeof value[Symbol.iterator] === "function" ? value : Object.entries(value)) {
    if (!Array.isArray(pair)) throw new TypeError(`${name} is no pair`);
    texts.push(required(pair[0], name), required(pair[1], name));
  }
  return texts;
}

/** Nothing but these, each between blanks: what is misspelt would be lost without a word. What an object inherits does not count. */
export function only(names, object, what) {
  for (const name of Object.keys(object)) {
    if (!names.includes(` ${name} `)) throw new TypeError(`${name} is no part of ${what}`);
  }
}

const textOf = (object, name) => text(object[name], name);
const pairsOf = (value, name) => flat(addPairs([], value, name));

/** Method, URL, payload, what is allowed, and the headers. */
function partsOf(request) {
  if (typeof request !== "object" || request === null) throw new TypeError("the request is not an object");
  only(" method url headers body payload dotSegments ", request, "a request");
  const method = text(request.method, "method") ?? "GET";
  const url = required(request.url, "url");
  const payload = text(request.payload, "payload");
  const dotSegments = text(request.dotSegments, "dotSegments") ?? "";
  // An empty payload is wrong, and none is not.
  const texts = [method, url, payload === undefined ? "" : "=" + payload, dotSegments];
  return flat(addPairs(texts, request.headers, "a header"));
}

function bodyOf(request) {
  const body = request.body;
  return body instanceof Uint8Array ? body : text(body, "body");
}

export const readText = (object, name) => read(textOf, object, name);
export const readPairs = (value, name) => read(pairsOf, value, name);
export const readRequest = (request) => read(partsOf, request);
export const readBody = (request) => read(bodyOf, request);

/** Milliseconds, or NaN. */
export function readInstant(now) {
  if (typeof now === "number") return now;
  try {
    return Date.prototype.getTime.call(now);
  } catch {
    return NaN;
  }
}

const valueOf = (line) => line.slice(line.indexOf(": ") + 2);

/** The headers of a signed request, from lines of HTTP: the hash is S3's, and the last is a session's. */
export function makeHeaders(lines) {
  const all = lines.split("\r\n");
  const hashed = all[1].startsWith("x-amz-content-sha256");
  const headers = hashed
    ? { authorization: valueOf(all[0]), "x-amz-content-sha256": valueOf(all[1]), "x-amz-date": valueOf(all[2]) }
    : { authorization: valueOf(all[0]), "x-amz-date": valueOf(all[1]) };
  const token = all[hashed ? 3 : 2];
  if (token) headers[token.slice(0, token.indexOf(": "))] = valueOf(token);
  return headers;
}

/** A link with all that belongs with it, from lines that have no other line feeds. */
export function makePresigned(lines, from, until) {
  const [method, limitedBy, url, ...sent] = lines.split("\n");
  const headers = [];
  for (let i = 0; i + 1 < sent.length; i += 2) headers.push([sent[i], sent[i + 1]]);
  return { url, method, headers, validFrom: new Date(from), validUntil: new Date(until), limitedBy };
}

/** Any property; `undefined` in place of `null`. */
export function readProperty(object, name) {
  return object[name] ?? undefined;
}
