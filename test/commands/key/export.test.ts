import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateIdentity } from "../../../src/lib/crypto/age-recipient.ts";
import { sha256Hex } from "../../../src/lib/crypto/digest.ts";
import { create, move, rotate, together } from "../../support/key-acts.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { answer, present } from "../../support/room.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const haveAge = spawnSync("age", ["--version"]).status === 0;
const haveOpenssl = spawnSync("openssl", ["version"]).status === 0;

const AGE = "age1ezeppldsqvgtd7z0qdukr4my3qykv4w2j0ugtreqshqmgp6kpq3s3urkck";
const HSM = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAn7QoeMK13DTunGk1SzoA
LdNOrHCNAh9dPYvqagF4euprjsRnZFfPxXGDVIRWlXIOrFm/NtDRCsUocILJlSrV
/+V9c/VbWOH1F9PnHLPkLBfUtD/JIi6n7oBcqSgAWYfXmDjonRV0u0lSU5B2eaYw
GlFE2RrPzNVDpGeSihBIxg6Ks+UGK590WjE7A3mnXBPNDVj0E3g5Buk5Duz6N3zV
vYj4wHDdGwXSq+KabG1PNjF6RPRvRVl2jmahcH4AZoofs4flOwolXRkgdBI+W187
SSTBNO8YqcCnYcRAbeaXuNr39PpYzCLVEWknb5+tJA2Xz2Ag1oQ8miQkg6mrGNrX
1wIDAQAB
-----END PUBLIC KEY-----
`;
const CONCLAVE = fileURLToPath(new URL("../../../bin/conclave", import.meta.url));
const NEW = "velvet harbour under nine quiet lanterns";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.perform(
    together(
      create("payments", { exportable: true }),
      create("release", { algorithm: "ed25519", exportable: true }),
      create("stays", { algorithm: "ed25519" }),
      create("held", { exportable: true }),
    ),
  );
  await made.perform(together(rotate("release"), move("suspend", "held")));
  await made.perform(move("compromise", "release", 1));
  await made.place.write("hsm.pem", HSM);
  await made.place.write("here-already", "somebody's\n");
  await made.place.write("new.passphrase", `${NEW}\n`);
  symlinkSync("/nowhere/at/all", made.place.file("dangling"));
});
afterAll(() => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];
const AT_HAND = [
  ...["--share", "shares/alice.share", "--passphrase-file", "alice=alice.passphrase"],
  ...["--share", "shares/bob.share", "--passphrase-file", "bob=bob.passphrase", "--yes"],
];
const BOTH = [...VAULT, ...AT_HAND];
const TO = ["--to", AGE];
const NEW_FILE = ["--new-passphrase-file", "release=new.passphrase"];

describe("the secret", () => {
  test.for([
    { outcome: "help", args: ["--help"], status: 0 },
    { outcome: "success", args: ["payments", ...TO, "--out", "payments.age", ...BOTH], status: 0 },
    { outcome: "json", args: ["payments", ...TO, "--out", "payments.age", ...BOTH, "--json"], status: 0 },
    { outcome: "rsa", args: ["payments", "--to", "hsm.pem", "--out", "payments.wrapped", ...BOTH], status: 0 },
    { outcome: "passphrase", args: ["release", "--to-passphrase", "--out", "r.pem", ...BOTH, ...NEW_FILE], status: 0 },
    { outcome: "dry-run", args: ["payments", "--to", "hsm.pem", ...VAULT, "--dry-run"], status: 0 },
    { outcome: "plan-out", args: ["payments", ...TO, ...VAULT, "--plan-out", "P", "--plain-session"], status: 10 },
    { outcome: "not-exportable", args: ["stays", ...TO, "--out", "new", ...BOTH], status: 13 },
    { outcome: "suspended", args: ["held", ...TO, "--out", "new", ...BOTH], status: 13 },
    { outcome: "compromised", args: ["release", "--version", "1", ...TO, "--out", "new", ...BOTH], status: 13 },
    { outcome: "nobody", args: ["payments", "--out", "new", ...BOTH], status: 2 },
    { outcome: "symmetric-passphrase", args: ["payments", "--to-passphrase", "--out", "new", ...BOTH], status: 2 },
    { outcome: "no-passphrase", args: ["release", "--to-passphrase", "--out", "new", ...BOTH], status: 2 },
    { outcome: "public-and-to", args: ["release", "--public", ...TO, ...VAULT], status: 2 },
    { outcome: "json-without-out", args: ["payments", ...TO, ...BOTH, "--json"], status: 2 },
    { outcome: "format-without-public", args: ["release", ...TO, "--format", "jwk", ...VAULT], status: 2 },
    { outcome: "out-exists", args: ["payments", ...TO, "--out", "here-already", ...BOTH], status: 4 },
    { outcome: "out-a-link", args: ["payments", ...TO, "--out", "dangling", ...BOTH], status: 4 },
    { outcome: "out-nowhere", args: ["payments", ...TO, "--out", "no/such/folder", ...BOTH], status: 3 },
    { outcome: "traversal", args: ["../payments", ...TO, "--out", "new", ...BOTH], status: 2 },
    { outcome: "not-found", args: ["nobody", ...TO, "--out", "new", ...BOTH], status: 3 },
  ])("$outcome: $status", async (outcome) => expectOutcome(made, "key export", "../golden", outcome));

  test("what is refused, or aborted, leaves no output and no temporary file (ATTACKS H2, I3)", async () => {
    await using copy = await made.copy();
    const before = readdirSync(copy.place.path).sort();
    for (const name of ["stays", "held"])
      expect((await copy.place.run("key", "export", name, ...TO, "--out", "new", ...BOTH)).status).toBe(13);
    const entries = await copy.place.run("audit", "list", ...VAULT, "--type", "plan.refuse", "--json");
    expect(Object(entries.json()).entries).toHaveLength(2);
    const nowhere = await copy.place.run("key", "export", "payments", ...TO, "--out", "dangling", ...BOTH);
    expect(nowhere.status).toBe(4);
    expect(readdirSync(copy.place.path).sort()).toEqual(before);
  });

  test.skipIf(!haveAge)("to standard output as age opens it; to a file of mode 0600 (needs age)", async () => {
    await using copy = await made.copy();
    const { place } = copy;
    const { identity, recipient } = await generateIdentity("x25519");
    await place.write("identity", `${identity}\n`);
    const piped = await place.run("key", "export", "payments", "--to", recipient, ...BOTH, "--quiet");
    const args = ["-d", "-i", place.file("identity")];
    const plain = execFileSync("age", args, { input: piped.stdout });
    expect(plain.length).toBe(32);
    await place.write("partner.txt", `# the partner\n${recipient}\n`);
    const file = ["--to", "partner.txt", "--out", "payments.age", "--json"];
    const told = (await place.run("key", "export", "default/payments", ...file, ...BOTH)).json();
    expect(told).toMatchObject({ version: 1, file: place.file("payments.age") });
    expect(lstatSync(place.file("payments.age")).mode & 0o777).toBe(0o600);
    expect(execFileSync("age", [...args, place.file("payments.age")])).toEqual(plain);
  });

  test("raw bytes through a pipe are the wrapped key, and nothing else", async () => {
    await using copy = await made.copy();
    const profile = await copy.place.write("pipe.sh", '"$@" | wc -c\n');
    const program = ["/bin/sh", profile, CONCLAVE] as const;
    const args = ["key", "export", "payments", "--to", "hsm.pem", ...BOTH, "--quiet"];
    const seen = await copy.place.runWith({ program }, ...args);
    expect(seen.stdout.trim()).toBe(String(256 + 40));
  });

  test("the confirmation is the key's name: yes is asked again, no is an abort (16)", { timeout: 60_000 }, async () => {
    for (const { typed, status } of [
      { typed: "yes", status: 16 },
      { typed: "payments", status: 0 },
    ]) {
      await using copy = await made.copy();
      await using terminal = copy.place.terminal("key", "export", "payments", ...TO, "--out", "out.age", ...VAULT);
      for (const name of ["alice", "bob"]) await present(terminal, 0, copy.share(name), copy.passphrase(name));
      await answer(terminal, "Type payments to execute key.export default/payments", typed);
      if (status === 16) await answer(terminal, "neither payments nor no: yes", "\u0015no");
      expect(await terminal.exit).toBe(status);
      expect(existsSync(copy.place.file("out.age"))).toBe(status === 0);
      expect(terminal.screen()).toContain(`age ${AGE}`);
    }
  });

  test.skipIf(!haveOpenssl)("a passphrase is typed twice, unseen (needs openssl)", { timeout: 60_000 }, async () => {
    await using copy = await made.copy();
    await using terminal = copy.place.terminal(
      "key",
      "export",
      "release",
      "--to-passphrase",
      "--out",
      "r.pem",
      ...VAULT,
    );
    for (const name of ["alice", "bob"]) await present(terminal, 0, copy.share(name), copy.passphrase(name));
    await answer(terminal, "Type release to execute", "release");
    await answer(terminal, "release: new passphrase", NEW);
    await answer(terminal, "release: once more", `${NEW}!`);
    await terminal.waitFor("The two differ.");
    for (const question of ["release: new passphrase", "release: once more"]) await answer(terminal, question, NEW);
    expect(await terminal.exit).toBe(0);
    expect(terminal.screen()).not.toContain("velvet");
    const opened = ["pkey", "-in", copy.place.file("r.pem"), "-passin", `pass:${NEW}`, "-noout", "-text"];
    expect(execFileSync("openssl", opened, { encoding: "utf8" })).toContain("ED25519 Private-Key");
  });

  test("raw bytes don't go to a terminal", async () => {
    await using terminal = made.place.terminal("key", "export", "payments", "--to", "hsm.pem", ...BOTH);
    await terminal.waitFor("the bytes don't go to a terminal");
    expect(await terminal.exit).toBe(2);
  });
});

describe("approved at own desks", () => {
  test("the file is named where the plan is executed", { timeout: 60_000 }, async () => {
    await using copy = await made.copy();
    const { place } = copy;
    const plan = ["--plan-out", "P", "--plain-session", ...VAULT];
    expect((await place.run("key", "export", "payments", "--to", "hsm.pem", ...plan)).status).toBe(10);
    for (const name of ["alice", "bob"]) {
      const own = ["--share", `shares/${name}.share`, "--passphrase-file", `${name}=${name}.passphrase`];
      const approved = await place.run("plan", "approve", "P", ...own, "--out", `${name}.approval`, "--yes");
      expect(approved.stderr).toContain("an RSA key of 2048 bits");
    }
    const execute = ["plan", "execute", "P", "--approval", "alice.approval", "--approval", "bob.approval", ...VAULT];
    const without = await place.run(...execute, "--yes");
    expect(without.stderr).toContain("the plan makes a file, and it was not said where it goes");
    expect(without.status).toBe(2);
    expect((await place.run(...execute, "--yes", "--out", "here-already")).status).toBe(4);
    const done = await place.run(...execute, "--yes", "--out", "payments.wrapped", "--json");
    const wrapped = readFileSync(place.file("payments.wrapped"));
    expect(wrapped.length).toBe(256 + 40);
    expect(Object(done.json()).effects[0].data).toMatchObject({ version: 1, sha256: sha256Hex(wrapped) });
  });
});

describe("the public half, without a quorum", () => {
  test.for([
    { outcome: "public", args: ["release", "--public", ...VAULT], status: 0 },
    { outcome: "public-json", args: ["release", "--public", ...VAULT, "--json"], status: 0 },
    { outcome: "public-compromised", args: ["release", "--public", "--version", "1", ...VAULT], status: 0 },
    { outcome: "public-symmetric", args: ["payments", "--public", ...VAULT], status: 2 },
    { outcome: "public-out", args: ["release", "--public", "--out", "release.pem", ...VAULT], status: 0 },
    { outcome: "public-out-exists", args: ["release", "--public", "--out", "here-already", ...VAULT], status: 4 },
    { outcome: "public-no-version", args: ["release", "--public", "--version", "9", ...VAULT], status: 3 },
  ])("$outcome: $status", async (outcome) => expectOutcome(made, "key export", "../golden", outcome));

  test("as JWK Set, without the compromised version, which is named", async () => {
    const jwks = ["--public", "--format", "jwk", "--all-versions"];
    const seen = await made.place.run("key", "export", "release", ...jwks, ...VAULT);
    const { keys } = JSON.parse(seen.stdout);
    expect(keys).toMatchObject([{ kty: "OKP", crv: "Ed25519", use: "sig", alg: "Ed25519" }]);
    expect(seen.stderr).toContain("left out: version 1, which is compromised\n");
  });
});
