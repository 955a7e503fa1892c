import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { create, move, together } from "../../support/key-acts.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";
import { CONCLAVE } from "../../support/workspace.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.perform(
    together(
      create("release", { algorithm: "ed25519" }),
      create("tokens", { algorithm: "rsa-2048" }),
      create("curve", { algorithm: "ec-p256" }),
      create("files"),
      create("hooks", { algorithm: "hmac-sha256" }),
      create("old", { algorithm: "ed25519" }),
    ),
  );
  await made.perform(move("compromise", "old"));
  await made.place.write("message", "release 1.0\n");
  await made.place.write("other", "release 1.1\n");
});
afterAll(() => made[Symbol.asyncDispose]());

const haveOpenssl = spawnSync("openssl", ["version"]).status === 0;

const VAULT = ["--vault", "vault"];
const BOTH = [
  ...[...VAULT, "--share", "shares/alice.share", "--passphrase-file", "alice=alice.passphrase"],
  ...["--share", "shares/bob.share", "--passphrase-file", "bob=bob.passphrase", "--yes"],
];
const MESSAGE = ["--in", "message"];

describe("key sign", () => {
  test.for([
    { outcome: "help", args: ["--help"], status: 0 },
    { outcome: "dry-run", args: ["release", ...MESSAGE, ...VAULT, "--dry-run"], status: 0 },
    { outcome: "plan-out", args: ["release", ...MESSAGE, ...VAULT, "--plan-out", "P", "--plain-session"], status: 10 },
    { outcome: "refused", args: ["old", ...MESSAGE, ...BOTH], status: 13 },
    { outcome: "does-not-sign", args: ["hooks", ...MESSAGE, ...BOTH], status: 2 },
    { outcome: "no-message", args: ["release", "--in", "none", ...BOTH], status: 3 },
    { outcome: "out-folder", args: ["release", ...MESSAGE, "--out", "new/", ...BOTH], status: 2 },
    { outcome: "out-exists", args: ["release", ...MESSAGE, "--out", "message", ...BOTH], status: 4 },
    { outcome: "raw-json", args: ["release", ...MESSAGE, "--encoding", "raw", ...BOTH, "--json"], status: 2 },
  ])("$outcome: $status", async (outcome) => expectOutcome(made, "key sign", "../golden", outcome));

  test.skipIf(!haveOpenssl)(
    "to standard output as text, to a file as bytes; verified, also by openssl (needs it)",
    async () => {
      await using copy = await made.copy();
      const { place } = copy;
      const text = await place.run("key", "sign", "release", ...MESSAGE, ...BOTH, "--quiet");
      expect(text.stdout).toMatch(/^[A-Za-z0-9+/]{86}==\n$/);
      const raw = ["--out", "release.sig", "--encoding", "raw"];
      expect((await place.run("key", "sign", "release", ...MESSAGE, ...raw, ...BOTH)).status).toBe(0);
      expect(readFileSync(place.file("release.sig"))).toEqual(Buffer.from(text.stdout, "base64")); // Ed25519 is deterministic

      const check = ["--signature", "release.sig", "--encoding", "raw", ...VAULT];
      expect(String(await place.run("key", "verify", "release", ...MESSAGE, ...check))).toContain("GOOD");
      const bad = await place.run("key", "verify", "release", "--in", "other", ...check);
      expect(bad.stdout).toBe("BAD: not a signature of default/release version 1 over this message\n");
      expect(bad.status).toBe(17);

      const shown = await place.run("key", "show", "release", ...VAULT, "--json");
      writeFileSync(place.file("release.pem"), Object(shown.json()).versions[0].publicKey);
      const verify = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "release.pem", "-in", "message"];
      const said = execFileSync("openssl", [...verify, "-sigfile", "release.sig"], {
        cwd: place.path,
        encoding: "utf8",
      });
      expect(said).toContain("Signature Verified Successfully");
    },
  );

  test.skipIf(!haveOpenssl)("what openssl signed with another key is not its signature (needs it)", async () => {
    await using copy = await made.copy();
    const { place } = copy;
    const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: place.path, stdio: "pipe" });
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "foreign.pem");
    openssl("dgst", "-sha256", "-sign", "foreign.pem", "-out", "foreign.sig", "message");
    const check = ["--signature", "foreign.sig", "--encoding", "raw", ...VAULT];
    expect((await place.run("key", "verify", "curve", ...MESSAGE, ...check)).status).toBe(17);
  });
});

describe("key verify", () => {
  test.for([
    { outcome: "help", args: ["--help"], status: 0 },
    {
      outcome: "compromised",
      args: ["old", ...MESSAGE, "--signature", "message", "--encoding", "raw", ...VAULT],
      status: 13,
    },
    { outcome: "not-base64", args: ["release", ...MESSAGE, "--signature", "message", ...VAULT], status: 2 },
    {
      outcome: "not-found",
      args: ["none", ...MESSAGE, "--signature", "message", "--encoding", "raw", ...VAULT],
      status: 3,
    },
    {
      outcome: "bad-json",
      args: ["release", ...MESSAGE, "--signature", "other", "--encoding", "raw", ...VAULT, "--json"],
      status: 17,
    },
  ])("$outcome: $status", async (outcome) => expectOutcome(made, "key verify", "../golden", outcome));
});

describe("key mac", () => {
  test.for([
    { outcome: "help", args: ["--help"], status: 0 },
    { outcome: "dry-run", args: ["hooks", ...MESSAGE, ...VAULT, "--dry-run"], status: 0 },
    { outcome: "refused", args: ["release", ...MESSAGE, ...BOTH], status: 13 },
  ])("$outcome: $status", async (outcome) => expectOutcome(made, "key mac", "../golden", outcome));

  test("standard input that is closed is no empty message", async () => {
    const closed = ["sh", "-c", 'exec "$@" <&-', "sh", CONCLAVE] as const;
    for (const verb of [
      ["mac", "hooks"],
      ["encrypt", "files"],
    ]) {
      const seen = await made.place.runWith({ program: closed }, "key", ...verb, "--in", "-", ...BOTH);
      expect(seen.stderr).toContain("error: standard input is closed, or a folder\n");
      expect([seen.status, seen.stdout]).toEqual([15, ""]);
    }
  });

  test("through a pipe as from a file", async () => {
    await using copy = await made.copy();
    const { place } = copy;
    const shown = ["--quiet", "--encoding", "hex", "--out", "-"];
    const fromFile = await place.run("key", "mac", "hooks", ...MESSAGE, ...BOTH, ...shown);
    expect(fromFile.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    const args = ["key", "mac", "hooks", "--in", "-", ...BOTH, "--quiet", "--json"];
    const piped = await place.runWith({ stdin: "release 1.0\n" }, ...args);
    expect(piped.json()).toMatchObject({ mac: fromFile.stdout.trim(), version: 1 });
  });
});

test("approved at own desks, executed with the message at hand; another message is refused", async () => {
  await using copy = await made.copy();
  const { place } = copy;
  const plan = ["--plan-out", "P", "--plain-session"];
  expect((await place.run("key", "sign", "curve", ...MESSAGE, ...VAULT, ...plan)).status).toBe(10);
  for (const name of ["alice", "bob"]) {
    const own = ["--share", `shares/${name}.share`, "--passphrase-file", `${name}=${name}.passphrase`];
    expect((await place.run("plan", "approve", "P", ...own, "--out", `${name}.approval`, "--yes")).status).toBe(0);
  }
  const execute = ["plan", "execute", "P", "--approval", "alice.approval", "--approval", "bob.approval", ...VAULT];
  const other = await place.run(...execute, "--in", "other");
  expect(other.stderr).toContain("the plan is of message, 12 bytes, SHA-256");
  expect(other.status).toBe(2);
  const done = await place.run(...execute, "--in", "message", "--json");
  const { signature } = Object(done.json()).effects[0].data;
  await place.write("signature", `${signature}\n`);
  expect((await place.run("key", "verify", "curve", ...MESSAGE, "--signature", "signature", ...VAULT)).status).toBe(0);
});

describe("key encrypt and key decrypt", () => {
  beforeAll(async () => {
    await made.perform(
      together(
        create("dumps"),
        create("letterbox", { algorithm: "ml-kem-768", usages: ["encrypt", "decrypt"] }),
        create("asleep"),
      ),
    );
    await made.perform(move("suspend", "asleep"));
    await made.place.run("key", "encrypt", "dumps", ...MESSAGE, "--out", "message.enc", "--aad", "case 17", ...BOTH);
  });

  test.for([
    { outcome: "help", args: ["--help"], status: 0 },
    { outcome: "out-exists", args: ["dumps", ...MESSAGE, "--out", "message", ...BOTH], status: 4 },
    { outcome: "no-input", args: ["dumps", "--in", "none", "--out", "new", ...BOTH], status: 3 },
    { outcome: "refused", args: ["asleep", ...MESSAGE, "--out", "new", ...BOTH], status: 13 },
    { outcome: "wrong-usage", args: ["hooks", ...MESSAGE, "--out", "new", ...BOTH], status: 13 },
    { outcome: "plan-of-public", args: ["letterbox", ...MESSAGE, "--plan-out", "P", ...VAULT], status: 2 },
    { outcome: "out-json", args: ["dumps", ...MESSAGE, ...BOTH, "--json"], status: 2 },
  ])("encrypt $outcome: $status", async (outcome) => expectOutcome(made, "key encrypt", "../golden", outcome));

  test.for([
    { outcome: "help", args: ["--help"], status: 0 },
    {
      outcome: "dry-run",
      args: ["--in", "message.enc", "--aad", "case 17", ...VAULT, "--dry-run"],
      status: 0,
    },
    { outcome: "no-aad", args: ["--in", "message.enc", "--out", "new", ...BOTH], status: 2 },
    { outcome: "other-aad", args: ["--in", "message.enc", "--out", "new", "--aad", "case 18", ...BOTH], status: 14 },
    { outcome: "not-encrypted", args: ["--in", "message", "--out", "new", ...BOTH], status: 2 },
    { outcome: "version-alone", args: ["--in", "message.enc", "--version", "1", ...BOTH], status: 2 },
  ])("decrypt $outcome: $status", async (outcome) => expectOutcome(made, "key decrypt", "../golden", outcome));

  test("through pipes as through files; to standard output only what opened; nothing is left in the vault", async () => {
    await using copy = await made.copy();
    const { place } = copy;
    const encrypted = await place.runWith(
      { stdin: "release 1.0\n" },
      ...["key", "encrypt", "dumps", "--in", "-", "--out", "piped.enc", ...BOTH, "--json"],
    );
    const told = Object(encrypted.json());
    expect(told).toMatchObject({ version: 1, size: readFileSync(place.file("piped.enc")).length });
    const opened = await place.run("key", "decrypt", "--in", "piped.enc", ...BOTH, "--quiet");
    expect(opened).toMatchObject({ status: 0, stdout: "release 1.0\n" });
    const bad = await place.run("key", "decrypt", "--in", "message.enc", "--aad", "x", ...BOTH, "--quiet");
    expect(bad).toMatchObject({ status: 14, stdout: "" });
    const letter = await place.run("key", "encrypt", "letterbox", ...MESSAGE, "--out", "letter", ...VAULT);
    expect(letter).toMatchObject({ status: 0, stdout: "" });
    const read = await place.run("key", "decrypt", "--in", "letter", "--out", "-", ...BOTH, "--quiet");
    expect(read).toMatchObject({ status: 0, stdout: "release 1.0\n" });
    expect(readdirSync(place.file("vault")).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("approved at own desks; executed with the input at hand, by the key that the host kept", async () => {
    await using copy = await made.copy();
    const { place } = copy;
    const plan = ["--plan-out", "P", "--plain-session"];
    expect((await place.run("key", "encrypt", "dumps", ...MESSAGE, ...VAULT, ...plan)).status).toBe(10);
    for (const name of ["alice", "bob"]) {
      const own = ["--share", `shares/${name}.share`, "--passphrase-file", `${name}=${name}.passphrase`];
      expect((await place.run("plan", "approve", "P", ...own, "--out", `${name}.approval`, "--yes")).status).toBe(0);
    }
    const execute = ["plan", "execute", "P", "--approval", "alice.approval", "--approval", "bob.approval", ...VAULT];
    const nowhere = await place.run(...execute, "--in", "message");
    expect(nowhere.stderr).toContain("the plan makes a file, and it was not said where it goes");
    expect(nowhere.status).toBe(2);
    const other = await place.run(...execute, "--in", "other", "--out", "far.enc");
    expect(other.stderr).toContain("the plan is of message, 12 bytes, HMAC");
    expect(other.status).toBe(2);
    expect(existsSync(place.file("far.enc"))).toBe(false);
    expect((await place.run(...execute, "--in", "message", "--out", "far.enc")).status).toBe(0);
    const opened = await place.run("key", "decrypt", "--in", "far.enc", ...BOTH, "--quiet");
    expect(opened.stdout).toBe("release 1.0\n");
  });
});

test("the digest of a message, as sha256sum writes it or as bytes", async () => {
  await using copy = await made.copy();
  const { place } = copy;
  const digest = createHash("sha256").update("release 1.0\n").digest();
  await place.write("sums", `${digest.toString("hex")}  message\n`);
  writeFileSync(place.file("digest"), digest);
  for (const file of ["sums", "digest"]) {
    const signed = ["key", "sign", "curve", "--digest", "--in", file, "--out", `${file}.sig`, ...BOTH];
    expect((await place.run(...signed)).status).toBe(0);
    const check = ["--signature", `${file}.sig`, ...VAULT];
    expect((await place.run("key", "verify", "curve", ...MESSAGE, ...check)).status).toBe(0);
    expect((await place.run("key", "verify", "curve", "--digest", "--in", "digest", ...check)).status).toBe(0);
  }
  await place.write("short", "release");
  const short = await place.run("key", "sign", "curve", "--digest", "--in", "short", ...BOTH);
  expect(short.status).toBe(2);
  expect(short.stderr).toContain("--digest: 7 bytes that are no digest, wanted 32, 48, 64 or a line");
  const refused = await place.run("key", "sign", "release", "--digest", "--in", "sums", ...BOTH);
  expect(refused.stderr).toContain("ed25519 signs the message itself, no digest of it");
  expect(refused.status).toBe(2);
});
