import { cpSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { timestamp } from "../../../src/lib/clock.ts";
import { WRAPPING_KEY } from "../../../src/lib/key/wrapping-key.ts";
import { create, together } from "../../support/key-acts.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { answer, present } from "../../support/room.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const DAY = 24 * 60 * 60 * 1000;

/** Who has the key, and who asks for it. */
let made: MadeVault;
let partner: MadeVault;
let requestWords = "";
let transferWords = "";
beforeAll(async () => {
  [made, partner] = await Promise.all([foundVault(), foundVault()]);
  await made.perform(create("payments", { exportable: true }));
  const deactivateAt = timestamp(new Date(Date.now() + DAY));
  await partner.perform(
    together(create("inbound", { ...WRAPPING_KEY, deactivateAt }), create("plain", { algorithm: "rsa-2048" })),
  );
  const asked = await partner.place.run("key", "request", "inbound", "--out", "inbound.request", ...VAULT, "--json");
  requestWords = Object(asked.json()).words;
  cpSync(partner.place.file("inbound.request"), made.place.file("inbound.request"));
  const text = JSON.stringify({ request: {}, signature: "" });
  writeFileSync(made.place.file("no.request"), text, { mode: 0o600 });
  const to = ["--to", "inbound.request", "--words", requestWords, "--out", "payments.transfer"];
  const sent = await made.place.run("key", "export", "payments", ...to, ...BOTH);
  transferWords = /^Its words.*: (.*)$/m.exec(sent.stdout)?.[1] ?? "";
  if (transferWords.split(" ").length !== 12) throw new Error(String(sent));
  cpSync(made.place.file("payments.transfer"), partner.place.file("payments.transfer"));
}, 60_000);
afterAll(async () => {
  await made[Symbol.asyncDispose]();
  await partner[Symbol.asyncDispose]();
});

const VAULT = ["--vault", "vault"];
const BOTH = [
  ...[...VAULT, "--share", "shares/alice.share", "--passphrase-file", "alice=alice.passphrase"],
  ...["--share", "shares/bob.share", "--passphrase-file", "bob=bob.passphrase", "--yes"],
];
/** Of another digest. */
const WRONG = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

describe("key request", () => {
  test.for([
    { outcome: "help", args: ["--help"], status: 0 },
    { outcome: "success", args: ["inbound", "--out", "new.request", ...VAULT], status: 0 },
    { outcome: "json", args: ["default/inbound", "--out", "new.request", ...VAULT, "--json"], status: 0 },
    { outcome: "no-wrapping-key", args: ["plain", "--out", "new.request", ...VAULT], status: 13 },
    { outcome: "not-found", args: ["nobody", "--out", "new.request", ...VAULT], status: 3 },
    { outcome: "out-exists", args: ["inbound", "--out", "inbound.request", ...VAULT], status: 4 },
    { outcome: "no-out", args: ["inbound", ...VAULT], status: 2 },
  ])("$outcome: $status", async (outcome) => expectOutcome(partner, "key request", "../golden", outcome));
});

describe("key export to a vault", () => {
  const to = (file: string) => ["payments", "--to", file, "--out", "new.transfer", ...BOTH];
  test.for([
    { outcome: "unchecked", args: to("inbound.request"), status: 0 },
    { outcome: "wrong-words", args: [...to("inbound.request"), "--words", WRONG], status: 2 },
    { outcome: "no-request", args: to("no.request"), status: 2 },
    { outcome: "words-without-request", args: ["payments", "--to-passphrase", "--words", WRONG, ...VAULT], status: 2 },
  ])("$outcome: $status", async (outcome) => expectOutcome(made, "key export", "../golden", outcome));
});

describe("key import of a transfer", () => {
  test("with the words that were heard, in a room: the key's check value is the sender's", {
    timeout: 60_000,
  }, async () => {
    await using copy = await partner.copy();
    const args = ["moved", "--transfer", "payments.transfer", "--words", `  ${transferWords.toUpperCase()} `];
    await using terminal = copy.place.terminal("key", "import", ...args, ...VAULT);
    for (const name of ["alice", "bob"]) await present(terminal, 0, copy.share(name), copy.passphrase(name));
    await answer(terminal, "Type yes to execute key.import default/moved", "yes");
    expect(await terminal.exit).toBe(0);
    expect(terminal.screen().replace(/\s+/g, " ")).toContain(`${transferWords}: compared`);
    const [here, there] = await Promise.all([
      made.place.run("key", "show", "payments", ...VAULT, "--json"),
      copy.place.run("key", "show", "moved", ...VAULT, "--json"),
    ]);
    const { checkValue } = Object(here.json()).versions[0];
    expect(there.json()).toMatchObject({
      usages: ["encrypt", "decrypt"],
      exportable: false,
      versions: [{ checkValue }],
    });
  });

  const from = ["--transfer", "payments.transfer"];
  test.for([
    { outcome: "transfer", args: ["moved", ...from, "--usage", "decrypt", ...BOTH], status: 0 },
    { outcome: "transfer-wrong-words", args: ["moved", ...from, "--words", WRONG, ...BOTH], status: 2 },
    { outcome: "transfer-wider", args: ["moved", ...from, "--usage", "wrap", ...BOTH], status: 13 },
    { outcome: "transfer-algorithm", args: ["moved", ...from, "--algorithm", "aes-128", ...BOTH], status: 2 },
    { outcome: "transfer-no-file", args: ["moved", "--transfer", "none", ...BOTH], status: 3 },
    { outcome: "transfer-no-transfer", args: ["moved", "--transfer", "inbound.request", ...BOTH], status: 2 },
    {
      outcome: "words-without-transfer",
      args: ["moved", "--in", "alice.passphrase", "--words", WRONG, ...BOTH],
      status: 2,
    },
  ])("$outcome: $status", async (outcome) => expectOutcome(partner, "key import", "../golden", outcome));

  test("to another vault than the one that asked is refused", async () => {
    const seen = await made.place.run("key", "import", "moved", ...from, ...BOTH);
    expect(seen.stderr).toContain("payments.transfer was sent to another vault");
    expect(seen.status).toBe(13);
  });

  test("approved at own desks, executed with the file at hand", { timeout: 60_000 }, async () => {
    await using copy = await partner.copy();
    const { place } = copy;
    const plan = ["--plan-out", "P", "--plain-session", ...VAULT];
    expect((await place.run("key", "import", "moved", ...from, ...plan)).status).toBe(10);
    for (const name of ["alice", "bob"]) {
      const own = ["--share", `shares/${name}.share`, "--passphrase-file", `${name}=${name}.passphrase`];
      const approved = await place.run("plan", "approve", "P", ...own, "--out", `${name}.approval`, "--yes");
      expect(approved.stderr).toContain("NOT compared");
    }
    const approvals = ["--approval", "alice.approval", "--approval", "bob.approval"];
    const done = await place.run("plan", "execute", "P", ...approvals, "--in", "payments.transfer", ...VAULT, "--json");
    expect(done.status).toBe(0);
    expect((await place.run("audit", "verify", ...VAULT, "--json")).json()).toMatchObject({ result: "VERIFIED" });
  });
});
