// The library's JavaScript and its module stand in front of this in the same script.
{
  const $ = (id) => document.getElementById(id);
  const value = (id) => $(id).value.trim();

  const say = (id, text, kind = "") => {
    $(id).textContent = text;
    $(id).className = `result ${kind}`;
  };
  const show = (id, text) => {
    $(id).textContent = text;
    $(id).hidden = text === "";
  };
  const at = (date) =>
    date
      .toISOString()
      .replace("T", " ")
      .replace(/:\d\d\.000Z$/, " UTC");

  function forSome(milliseconds) {
    const units = [
      ["day", 86400],
      ["hour", 3600],
      ["minute", 60],
      ["second", 1],
    ];
    const seconds = Math.round(milliseconds / 1000);
    const [name, size] = units.find(([, size]) => seconds >= size) ?? units[3];
    const count = Math.floor(seconds / size);
    return `${count} ${name}${count === 1 ? "" : "s"}`;
  }

  /** Runs and frees the signer, whatever happens. The secret is read only here. */
  function withSigner(run) {
    const now = Date.now();
    const bucket = value("endpoint")
      ? Bucket.pathStyle(value("endpoint"), value("bucket"))
      : Bucket.aws(value("bucket"), value("region"));
    const signer = new Signer(
      {
        accessKeyId: value("id"),
        secretAccessKey: value("secret"),
        sessionToken: value("token") || undefined,
        region: bucket.region ?? value("region"),
        service: bucket.service,
      },
      now,
    );
    try {
      return run(signer, bucket, now);
    } finally {
      signer.free();
      bucket.free();
    }
  }

  function sign(signer, bucket, now) {
    const seconds = Number(value("amount")) * Number(value("unit"));
    const [key, verb] = [$("key").value, $("verb").value];
    if (verb === "form") {
      const policy = key.endsWith("/") ? { keyPrefix: key } : { key };
      return signer.post(policy, bucket, seconds, now);
    }
    const request = { method: verb, url: bucket.url(key) };
    const file = key.split("/").pop() || "file";
    return { ...signer.presign(request, seconds, now), curl: signer.curl(request, seconds, file, now) };
  }

  $("make-form").addEventListener("submit", (event) => {
    event.preventDefault();
    $("outputs").hidden = true;
    for (const said of document.querySelectorAll(".copied")) said.textContent = "";
    try {
      const made = withSigner(sign);
      const form = made.html !== undefined;
      $("url").value = form ? "" : made.url;
      $("html").value = made.html ?? "";
      $("curl").value = made.curl;
      $("url-output").hidden = form;
      $("html-output").hidden = !form;
      $("outputs").hidden = false;
      const session = value("token") ? ", or until the session ends" : "";
      say("made", `Signed. The ${form ? "form" : "link"} is good until ${at(made.validUntil)}${session}.`, "good");
    } catch (error) {
      say("made", `${error.message}.`, "bad");
    }
  });

  $("forget").addEventListener("click", () => {
    for (const id of ["id", "secret", "token"]) $(id).value = "";
    say("made", "The keys are gone from this page.");
    $("id").focus();
  });

  /** Without a secure context there is no clipboard, and it may be refused; what is selected may be copied even so. */
  async function copied(field) {
    try {
      await navigator.clipboard.writeText(field.value);
      return true;
    } catch {
      field.select();
      return document.execCommand("copy");
    }
  }

  document.addEventListener("click", async (event) => {
    const id = event.target.dataset?.copy;
    if (!id) return;
    for (const said of document.querySelectorAll(".copied")) said.textContent = "";
    const done = await copied($(id));
    const refused = "Not copied: this browser does not allow it. The text is selected.";
    $(`${id}-copied`).textContent = done ? "Copied." : refused;
  });

  $("link").addEventListener("input", () => {
    const link = value("link");
    if (!link) {
      say("state", "");
      return show("report", "");
    }
    const now = Date.now();
    const read = inspect({ link }, now);
    const [from, until] = [read.validFrom, read.validUntil];
    if (read.state === "good") say("state", `Good for another ${forSome(until - now)}, until ${at(until)}.`, "good");
    else if (read.state === "over") say("state", `Over: it was good until ${at(until)}.`, "bad");
    else if (read.state === "not-yet") say("state", `Not good yet: it begins at ${at(from)}.`, "bad");
    else if (read.state === "wrong" && read.accessKeyId) say("state", "Not good as it stands: see below.", "bad");
    else say("state", "This is no complete presigned link.", "bad");
    show("report", read.report);
  });

  $("why-form").addEventListener("submit", (event) => {
    event.preventDefault();
    show("explanation", "");
    const lines = $("headers")
      .value.split("\n")
      .map((line) => /^\s*([^:\s]+)\s*:\s?(.*)$/.exec(line))
      .filter(Boolean);
    const headers = lines.map(([, name, text]) => [name, text.trim()]);
    const status = Number(value("status"));
    const refusal = { body: $("body").value, status: status || undefined };
    const sent = value("sent") ? { method: value("method") || "GET", url: value("sent"), headers } : undefined;
    try {
      // The sentence, and below it both lines with a marker, which must not be wrapped.
      const [why, ...lines] = explain(refusal, sent).split("\n");
      say("explained", why);
      show("explanation", lines.join("\n"));
    } catch (error) {
      say("explained", `${error.message}.`, "bad");
    }
  });

  const bytes = Uint8Array.from(atob(MODULE), (character) => character.charCodeAt(0));
  __wbg_init({ module_or_path: bytes }).then(
    () => {
      document.documentElement.dataset.ready = "true";
    },
    (error) => say("made", `This browser cannot start the page: ${error.message}.`, "bad"),
  );
}
