import { chmodSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { edKey } from "../../support/crafted-key.ts";
import { createWrappingKey, oaep, publicHalf } from "../../support/imports.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { refusalsOf, stateOf } from "../../support/refusals.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const VAULT = ["--vault", "vault"];
const BOTH = [
  ...[...VAULT, "--share", "shares/alice.share", "--passphrase-file", "alice=alice.passphrase"],
  ...["--share", "shares/bob.share", "--passphrase-file", "bob=bob.passphrase", "--yes"],
];
const ZONE = ["--in", "zone.hex", "--format", "hex", "--algorithm", "aes-256"];
const NEXT = ["--in", "other.hex", "--format", "hex", "--new-version"];
const WRAPPED = ["--wrapped", "zone.wrapped", "--wrapping-key", "inbound", "--algorithm", "aes-256"];

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("taken", ["alice", "bob"]);
  await made.perform(createWrappingKey("inbound", "2100-01-01T00:00:00.000Z"));
  const { place } = made;
  await place.write("zone.hex", `${"0123456789abcdef".repeat(4)}\n`);
  await place.write("other.hex", `${"fedcba9876543210".repeat(4)}\n`);
  writeFileSync(place.file("release.der"), edKey(Uint8Array.from({ length: 32 }, (_, i) => i)));
  writeFileSync(place.file("weak.der"), edKey(new Uint8Array(32)));
  writeFileSync(place.file("large.pem"), new Uint8Array(64 * 1024 + 1));
  for (const name of ["zone.hex", "other.hex", "release.der", "weak.der"]) chmodSync(place.file(name), 0o600);
  await using vault = await made.open();
  const wrapped = oaep(await publicHalf(vault.reader, "inbound"), Buffer.from("0123456789abcdef".repeat(4), "hex"));
  writeFileSync(place.file("zone.wrapped"), wrapped);
}, 30_000);
afterAll(() => made[Symbol.asyncDispose]());

describe("key import", () => {
  test.for([
    { outcome: "help", args: ["--help"], status: 0 },
    { outcome: "hex", args: ["zone", ...ZONE, ...BOTH], status: 0 },
    { outcome: "json", args: ["release", "--in", "release.der", ...BOTH, "--json"], status: 0 },
    { outcome: "wrapped", args: ["zone", ...WRAPPED, "--expect", "3c9a3b8d2d", ...BOTH], status: 13 },
    { outcome: "dry-run", args: ["zone", ...ZONE, ...VAULT, "--dry-run"], status: 0 },
    { outcome: "plan-out", args: ["zone", ...ZONE, ...VAULT, "--plan-out", "P", "--plain-session"], status: 10 },
    { outcome: "weak", args: ["zone", "--in", "weak.der", ...BOTH], status: 13 },
    { outcome: "not-evident", args: ["zone", "--in", "zone.hex", "--algorithm", "aes-256", ...BOTH], status: 2 },
    { outcome: "not-expected", args: ["zone", ...ZONE, "--expect", "0123456789", ...BOTH], status: 13 },
    { outcome: "no-source", args: ["zone", ...BOTH], status: 2 },
    { outcome: "new-version", args: ["taken", ...NEXT, ...BOTH], status: 0 },
    { outcome: "new-version-json", args: ["default/taken", ...NEXT, ...BOTH, "--json"], status: 0 },
    { outcome: "new-version-dry-run", args: ["taken", ...NEXT, ...VAULT, "--dry-run"], status: 0 },
    { outcome: "new-version-of-nothing", args: ["zone", ...NEXT, ...BOTH], status: 3 },
    {
      outcome: "new-version-other-algorithm",
      args: ["taken", ...NEXT, "--algorithm", "hmac-sha256", ...BOTH],
      status: 13,
    },
    { outcome: "new-version-other-file", args: ["taken", "--in", "release.der", "--new-version", ...BOTH], status: 13 },
    { outcome: "new-version-usage", args: ["taken", ...NEXT, "--usage", "mac", ...BOTH], status: 2 },
    { outcome: "new-version-wrapped", args: ["taken", ...WRAPPED, "--new-version", ...BOTH], status: 0 },
    { outcome: "taken", args: ["taken", ...ZONE, ...BOTH], status: 4 },
    { outcome: "two-sources", args: ["zone", ...ZONE, "--components", "2", ...BOTH], status: 2 },
    {
      outcome: "no-wrapping-key",
      args: ["zone", "--wrapped", "zone.wrapped", "--algorithm", "aes-256", ...BOTH],
      status: 2,
    },
    {
      outcome: "components-without-terminal",
      args: ["zone", "--components", "2", "--algorithm", "aes-256", ...BOTH],
      status: 2,
    },
    {
      outcome: "components-elsewhere",
      args: ["zone", "--components", "2", "--algorithm", "aes-256", ...VAULT, "--plan-out", "P"],
      status: 2,
    },
  ])("$outcome: $status", async (outcome) => expectOutcome(made, "key import", "../golden", outcome));

  test("H5: what is imported stands in no output", async () => {
    await using copy = await made.copy();
    const seen = await copy.place.run("key", "import", "zone", ...ZONE, ...BOTH, "--json");
    expect(seen.status).toBe(0);
    expect(`${seen.stdout}${seen.stderr}`).not.toMatch(/0123456789abcdef|AQIDBAUGBwg/);
  });

  test("through a pipe", async () => {
    await using copy = await made.copy();
    const input = "0123456789ABCDEF".repeat(4);
    const args = ["zone", "--in", "-", "--format", "hex", "--algorithm", "aes-256", ...BOTH, "--json"];
    const seen = await copy.place.runWith({ stdin: input }, "key", "import", ...args);
    expect(Object(seen.json()).key.imported).toEqual({ format: "hex", entry: 11 });
  });

  test("a key that others can read is warned of", async () => {
    await using copy = await made.copy();
    chmodSync(copy.place.file("zone.hex"), 0o644);
    const seen = await copy.place.run("key", "import", "zone", ...ZONE, ...VAULT, "--dry-run");
    expect(seen.stderr).toContain("zone.hex holds a key and can be read by others than its owner: chmod 600 it");
  });

  test("I10: approved elsewhere, the file is given again where it is executed, and must be the same", async () => {
    await using copy = await made.copy();
    const { place } = copy;
    const planned = await place.run("key", "import", "zone", ...ZONE, ...VAULT, "--plan-out", "P", "--plain-session");
    expect(planned.stderr).toContain("zone.hex is needed again: conclave plan execute PLAN --in zone.hex");
    const before = await stateOf(copy);
    const execute = (...args: string[]) => place.run("plan", "execute", "P", ...BOTH, ...args);
    for (const { args, status, message } of [
      { args: [], status: 2, message: "the plan imports zone.hex, which was not given" },
      { args: ["--in", "other.hex"], status: 2, message: "the plan is of another key than the one that was given" },
      { args: ["--in", "weak.der"], status: 2, message: "no key that can be imported: not in hexadecimal digits" },
      { args: ["--in", "none"], status: 3, message: "none: no such file or directory" },
    ]) {
      const seen = await execute(...args);
      expect(seen.stderr).toContain(`error: ${message}`);
      expect(seen.status).toBe(status);
      expect(await stateOf(copy)).toEqual(before);
    }
    expect(await refusalsOf(copy)).toHaveLength(4);
    const done = await execute("--in", "other.hex", "--in", "zone.hex");
    expect(done.status).toBe(0);
    expect((await copy.verify()).result).toBe("VERIFIED");
  });

  test("a new version, approved elsewhere: the file is given again", async () => {
    await using copy = await made.copy();
    const { place } = copy;
    await place.run("key", "import", "taken", ...NEXT, ...VAULT, "--plan-out", "P", "--plain-session");
    const wrong = await place.run("plan", "execute", "P", ...BOTH, "--in", "zone.hex");
    expect(wrong.stderr).toContain("error: the plan is of another key than the one that was given");
    expect((await place.run("plan", "execute", "P", ...BOTH, "--in", "other.hex")).status).toBe(0);
    const again = await place.run("key", "import", "taken", ...NEXT, ...BOTH);
    expect(again.stderr).toMatch(/error: key default\/taken version 2 is that key already: [0-9a-f]{10}/);
    expect(again.status).toBe(13);
  });

  test("an encrypted key opens by its passphrase file, and by no other", async () => {
    const { generateKeyPairSync } = await import("node:crypto");
    const { privateKey } = generateKeyPairSync("ed25519");
    const pem = privateKey.export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "open sesame" });
    await using copy = await made.copy();
    await copy.place.write("release.pem", pem);
    await copy.place.write("right", "open sesame\n");
    await copy.place.write("wrong", "open barley\n");
    const attempt = (file: string) =>
      copy.place.run("key", "import", "release", "--in", "release.pem", "--key-passphrase-file", file, ...BOTH);
    const wrong = await attempt("wrong");
    expect(wrong.stderr).toContain(
      "error: no key that can be imported: the passphrase does not open it, or it is damaged",
    );
    expect(wrong.status).toBe(2);
    expect((await attempt("right")).status).toBe(0);
  });
});

describe("key wrapping-key", () => {
  test.for([
    { outcome: "help", args: ["--help"], status: 0 },
    { outcome: "out", args: ["again", "--out", "again.pem", ...BOTH], status: 0 },
    { outcome: "out-exists", args: ["again", "--out", "zone.hex", ...BOTH], status: 4 },
    { outcome: "never", args: ["again", "--expires", "0d", ...BOTH], status: 2 },
    { outcome: "too-long", args: ["again", "--expires", "31d", ...BOTH], status: 2 },
  ])("$outcome: $status", async (outcome) => expectOutcome(made, "key wrapping-key", "../golden", outcome));

  test("a wrapped file without a byte is named (2), before anybody is asked", async () => {
    await made.place.write("empty.wrapped", "");
    const args = ["zone", "--wrapped", "empty.wrapped", ...WRAPPED.slice(2)];
    const seen = await made.place.run("key", "import", ...args, ...BOTH);
    expect([seen.status, seen.stderr]).toEqual([
      2,
      expect.stringMatching(/^error: empty\.wrapped: nothing is in it$/m),
    ]);
  });

  test("its public half goes to standard output, and is what unwraps", async () => {
    await using copy = await made.copy();
    const { place } = copy;
    const seen = await place.run("key", "wrapping-key", "again", "--expires", "1h", ...BOTH);
    expect(seen.stdout).toMatch(/^-----BEGIN PUBLIC KEY-----\n[^]*-----END PUBLIC KEY-----\n$/);
    writeFileSync(place.file("again.wrapped"), oaep(seen.stdout, utf8("a secret of 32 bytes, brought in")));
    const args = ["zone", "--wrapped", "again.wrapped", "--wrapping-key", "again", "--algorithm", "secret-data"];
    expect((await place.run("key", "import", ...args, ...BOTH)).status).toBe(0);
    expect((await copy.verify()).result).toBe("VERIFIED");
  });
});
