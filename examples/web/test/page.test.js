// The page end to end, from its file, in a real browser without a head: by the mouse, by the keyboard alone, and with
// every request that leaves it counted. CHROMIUM names the browser, /usr/bin/chromium otherwise; SCREENSHOTS a folder for
// pictures.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { DOCUMENTED, full, KEYS } from "./load.js";

const FILE = new URL("../pkg/page/s3-links.html", import.meta.url);
const NOW = new Date("2013-05-24T00:00:00Z");
let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
});
after(() => browser.close());

/** A page at AWS's instant, and what it asked for, the file itself left out. */
async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, ...options });
  await context.clock.setFixedTime(NOW);
  const page = await context.newPage();
  const [requests, errors] = [[], []];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(error));
  await page.goto(FILE.href);
  await page.waitForSelector("html[data-ready]");
  const done = async () => {
    assert.deepEqual(requests, [FILE.href], "a request has left the page");
    assert.deepEqual(errors, []);
    await context.close();
  };
  return { page, done };
}

async function fill(page, fields) {
  for (const [id, value] of Object.entries(fields)) await page.fill(`#${id}`, value);
}

const EXAMPLE = {
  id: KEYS.accessKeyId,
  secret: KEYS.secretAccessKey,
  bucket: "examplebucket",
  key: "test.txt",
  amount: "24",
};
const LINK =
  "https://examplebucket.s3.us-east-1.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=";

function expectedLink() {
  const signer = new full.Signer(KEYS, NOW);
  return signer.presignUrl({ url: full.Bucket.aws("examplebucket", "us-east-1").url("test.txt") }, 86400, NOW);
}

const refusal = (link) => {
  const query = link.split("?")[1].split("&X-Amz-Signature")[0].replaceAll("&", "&amp;");
  return `<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>GET\n/test.txt\n${query}\nhost:10.0.0.5:9000\n\nhost\nUNSIGNED-PAYLOAD</CanonicalRequest></Error>`;
};

test("with the mouse: a link, a command, a form; errors; forgotten keys", async () => {
  const { page, done } = await open();
  await fill(page, EXAMPLE);
  await page.selectOption("#unit", { label: "hours" });
  await page.click("#make-form button:not([type])");
  const link = await page.inputValue("#url");
  assert.equal(link, expectedLink());
  assert.ok(link.startsWith(LINK));
  assert.equal(await page.textContent("#made"), "Signed. The link is good until 2013-05-25 00:00 UTC.");
  assert.equal(
    await page.inputValue("#curl"),
    `curl --fail --path-as-is --globoff --request 'GET' --output 'test.txt' '${link}'`,
  );

  await page.selectOption("#verb", "PUT");
  await page.click("#make-form button:not([type])");
  assert.match(await page.inputValue("#curl"), /--data-binary '@test.txt'/);

  await page.selectOption("#verb", "form");
  await fill(page, { endpoint: "https://storage.example.com", key: "user/" });
  await page.click("#make-form button:not([type])");
  assert.match(
    await page.inputValue("#html"),
    /^<form action="https:\/\/storage.example.com\/examplebucket\/?" method="post"/,
  );
  assert.equal(await page.isVisible("#url"), false);

  await fill(page, { secret: `${KEYS.secretAccessKey} x\u0007` });
  await page.click("#make-form button:not([type])");
  assert.match(await page.textContent("#made"), /^the secret access key has /);
  assert.equal(await page.isVisible("#outputs"), false);

  await page.click("#forget");
  for (const id of ["id", "secret", "token"]) assert.equal(await page.inputValue(`#${id}`), "");
  await done();
});

test("a link is read as it is pasted, and a refusal explained", async () => {
  const { page, done } = await open();
  await page.fill("#link", DOCUMENTED);
  assert.equal(await page.textContent("#state"), "Good for another 1 day, until 2013-05-25 00:00 UTC.");
  assert.match(await page.textContent("#report"), /^presigned link\n {2}for {4}https:\/\/examplebucket/);
  await page.fill("#link", DOCUMENTED.slice(0, -1));
  assert.equal(await page.textContent("#state"), "Not good as it stands: see below.");
  await page.fill("#link", "no link");
  assert.equal(await page.textContent("#state"), "This is no complete presigned link.");
  await page.fill("#link", "");
  assert.equal(await page.isVisible("#report"), false);

  await fill(page, { body: refusal(DOCUMENTED), sent: DOCUMENTED });
  await page.click("#why-form button");
  assert.match(
    await page.textContent("#explained"),
    /signed for the host examplebucket.s3.amazonaws.com and received for 10.0.0.5:9000/,
  );
  assert.match(await page.textContent("#explanation"), /received: host:10.0.0.5:9000\n +\^$/);
  await page.fill("#sent", "https://example.com/");
  await page.click("#why-form button");
  assert.equal(
    await page.textContent("#explained"),
    "what was sent is neither a presigned link nor a URL with signed headers.",
  );
  await done();
});

test("all of it by the keyboard alone", async () => {
  const { page, done } = await open();
  /** Tab by tab to the field; the order is that of the page. */
  const to = async (id) => {
    for (let i = 0; i < 40; i++) {
      if ((await page.evaluate(() => document.activeElement.id)) === id) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`${id} is not reached by Tab`);
  };
  for (const [id, value] of Object.entries(EXAMPLE)) {
    await to(id);
    if (id === "amount") await page.keyboard.press("Control+A");
    await page.keyboard.type(value);
  }
  await to("unit");
  await page.keyboard.type("hours");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.inputValue("#url"), expectedLink());
  await to("url");
  await to("link");
  await page.keyboard.insertText(DOCUMENTED);
  assert.match(await page.textContent("#state"), /^Good for another 1 day/);
  await to("body");
  await page.keyboard.insertText(refusal(DOCUMENTED));
  await to("sent");
  await page.keyboard.insertText(DOCUMENTED);
  await to("headers");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.match(await page.textContent("#explained"), /received for 10.0.0.5:9000/);
  await done();
});

test("the copy buttons, by mouse and keyboard: the clipboard, and what is said of it", async () => {
  const { page, done } = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  /** What a screen reader announces: live regions that have a text. */
  const announced = () =>
    page.getByRole("status").evaluateAll((all) => all.map((status) => status.textContent).filter(Boolean));
  await fill(page, EXAMPLE);
  const signed = async () => {
    await page.click("#make-form button:not([type])");
    const [status, ...others] = await announced();
    assert.match(status, /^Signed\. /);
    assert.deepEqual(others, []);
    return status;
  };
  const status = await signed();
  for (const [name, id] of [
    ["Copy the link", "url"],
    ["Copy the command", "curl"],
  ]) {
    await page.getByRole("button", { name }).click();
    await page.locator(`#${id}-copied`).filter({ hasText: "Copied." }).waitFor();
    assert.equal(await clipboard(), await page.inputValue(`#${id}`));
    assert.deepEqual(await announced(), [status, "Copied."]);
  }
  await page.selectOption("#verb", "form");
  await signed();
  for (const key of ["Enter", "Space"]) {
    await page.evaluate(() => navigator.clipboard.writeText("something else"));
    const button = page.getByRole("button", { name: "Copy the HTML" });
    await button.focus();
    await page.keyboard.press(key);
    await page.locator("#html-copied").filter({ hasText: "Copied." }).waitFor();
    assert.equal(await clipboard(), await page.inputValue("#html"));
    assert.ok(await button.evaluate((button) => button === document.activeElement), "the focus stays");
  }
  await done();
});

test("a clipboard that is refused: the text is selected and copied as by hand, or the page says that it is not", async () => {
  for (const [permitted, said] of [
    [true, "Copied."],
    [false, "Not copied: this browser does not allow it. The text is selected."],
  ]) {
    const { page, done } = await open({ permissions: ["clipboard-read", "clipboard-write"] });
    await page.evaluate((permitted) => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException("refused", "NotAllowedError"));
      if (!permitted) document.execCommand = () => false;
    }, permitted);
    await fill(page, EXAMPLE);
    await page.click("#make-form button:not([type])");
    await page.getByRole("button", { name: "Copy the link" }).click();
    await page.locator("#url-copied").filter({ hasText: said }).waitFor();
    const link = await page.inputValue("#url");
    assert.equal(await page.evaluate(() => String(getSelection())), link);
    if (permitted) assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
    await done();
  }
});

test("no connection is possible, even for a script in the page", async () => {
  let reached = 0;
  const server = createServer((_, response) => response.end(String(++reached))).listen(0, "127.0.0.1");
  const address = `http://127.0.0.1:${await new Promise((heard) => server.once("listening", () => heard(server.address().port)))}/`;
  const { page } = await open();
  const violations = await page.evaluate(async (address) => {
    const seen = [];
    document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
    await fetch(address).catch(() => {});
    await new Promise((over) => {
      const request = new XMLHttpRequest();
      request.onloadend = over;
      request.onerror = over;
      try {
        request.open("GET", address);
        request.send();
      } catch {
        over();
      }
    });
    try {
      navigator.sendBeacon(address, "x");
    } catch {}
    try {
      new WebSocket(address.replace("http", "ws"));
    } catch {}
    try {
      new EventSource(address);
    } catch {}
    const add = (name, properties) => document.body.append(Object.assign(document.createElement(name), properties));
    add("img", { src: address });
    add("script", { src: address });
    add("iframe", { src: address });
    add("link", { rel: "stylesheet", href: address });
    add("style", { textContent: `body { background: url(${address}) }` });
    const form = Object.assign(document.createElement("form"), { action: address, method: "post" });
    document.body.append(form);
    form.submit();
    await new Promise((over) => setTimeout(over, 500));
    return seen;
  }, address);
  for (const directive of ["connect-src", "img-src", "script-src-elem", "frame-src", "style-src-elem", "form-action"]) {
    assert.ok(violations.includes(directive), `${directive} in ${violations}`);
  }
  assert.equal(reached, 0);
  server.close();
  await page.context().close();
});

test("accessible by axe's rules, light and dark, wide and narrow, with results shown", async () => {
  const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core")), "utf8");
  for (const [name, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["phone", { colorScheme: "dark", viewport: { width: 390, height: 844 } }],
  ]) {
    const { page, done } = await open(options);
    await fill(page, EXAMPLE);
    await page.selectOption("#unit", { label: "hours" });
    await page.click("#make-form button:not([type])");
    await page.fill("#link", DOCUMENTED);
    await fill(page, { body: refusal(DOCUMENTED), sent: DOCUMENTED });
    await page.click("#why-form button");
    // Under the page's policy no script can be added, so the browser runs it.
    const found = await page.evaluate(`${axe}; axe.run()`);
    assert.deepEqual(
      found.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]),
      [],
      name,
    );
    const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(width <= 0, `${name}: ${width} pixels too wide`);
    if (process.env.SCREENSHOTS) await picture(page, name);
    await done();
  }
});

/** The README's: the upper part on a desk, the last section on a phone. */
async function picture(page, name) {
  await page.evaluate(() => document.activeElement.blur());
  const path = join(process.env.SCREENSHOTS, `${name}.png`);
  if (name === "phone") await page.locator("#why").screenshot({ path });
  else await page.screenshot({ path, clip: { x: 100, y: 0, width: 900, height: 1240 }, fullPage: true });
}
