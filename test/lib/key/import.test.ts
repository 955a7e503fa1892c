import { createHmac, generateKeyPairSync, verify } from "node:crypto";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { ACTIONS } from "../../../src/lib/catalogue.ts";
import { describeKey } from "../../../src/lib/key/describe.ts";
import { keyHistory } from "../../../src/lib/key/history.ts";
import { describeMessage } from "../../../src/lib/key/message.ts";
import { planMac, planSign } from "../../../src/lib/key/plan-use.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { executePlan } from "../../../src/lib/quorum/execute.ts";
import { preparePlan } from "../../../src/lib/quorum/prepare.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { openVault } from "../../../src/lib/vault/vault.ts";
import {
  type Bringing,
  createWrappingKey,
  fromComponents,
  fromFile,
  fromWrapped,
  importKey,
  oaep,
  oaepAndKwp,
  publicHalf,
} from "../../support/imports.ts";
import { create, createKeyring, move, rotate, together } from "../../support/key-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { refusalsOf, stateOf } from "../../support/refusals.ts";
import { foundVault, type MadeVault, type Planner } from "../../support/vault.ts";

const NOW = "2026-11-24T05:37:40.123Z";
const bytes = (seed: string) => Uint8Array.from(createHmac("sha256", "test").update(seed).digest());
const secret = bytes("a secret");
const MESSAGE = utf8("a message");
const WEEK = 7 * 86_400_000;

let made: MadeVault;
/** Public halves of the wrapping keys. */
let inbound = "";
let archive = "";
beforeAll(async () => {
  made = await foundVault();
  await made.perform(createKeyring("archive"));
  await made.perform(
    together(
      createWrappingKey("inbound"),
      createWrappingKey("archive/archived"),
      createWrappingKey("suspended"),
      create("endless", { algorithm: "rsa-4096", usages: ["unwrap"] }),
      create("both", { algorithm: "rsa-4096", usages: ["wrap", "unwrap"], deactivateAt: "2100-01-01" }),
      create("exportable", { algorithm: "rsa-4096", usages: ["unwrap"], deactivateAt: "2100-01-01", exportable: true }),
      create("small", { algorithm: "rsa-2048", usages: ["unwrap"], deactivateAt: "2100-01-01" }),
    ),
  );
  await made.perform(move("suspend", "suspended"));
  await using vault = await made.open();
  [inbound, archive] = [await publicHalf(vault.reader, "inbound"), await publicHalf(vault.reader, "archived")];
}, 60_000);
afterAll(() => made[Symbol.asyncDispose]());

/** Let alice and bob do it in a copy of the vault, which then verifies. */
async function imported<R>(
  given: Bringing,
  look: (copy: MadeVault) => Promise<R>,
  { people = ["alice", "bob"], inputs = [] as string[] } = {},
): Promise<R> {
  await using copy = await made.copy();
  await importKey(copy, copy.interaction(...people), given, undefined, inputs);
  expect((await copy.verify()).result).toBe("VERIFIED");
  return await look(copy);
}

/** Why it is refused in a copy, which then is as it was but for the entry that says so. */
async function refused(
  given: Bringing,
  { people = ["alice", "bob"], inputs = [] as string[], clock = () => new Date() } = {},
): Promise<{ code: string; message: string }> {
  await using copy = await made.copy();
  copy.surroundings.clock = clock;
  const before = await stateOf(copy);
  const attempt = importKey(copy, copy.interaction(...people), given, undefined, inputs);
  const seen = await refusalOf(attempt);
  expect(await stateOf(copy)).toEqual(before);
  const recorded = (await refusalsOf(copy)).at(-1);
  expect(seen).toMatchObject({ ...recorded });
  return recorded ?? { code: "", message: "" };
}

/** What an act of one action tells. */
async function told(copy: MadeVault, planner: Planner): Promise<Record<string, unknown>> {
  await using vault = await openVault(copy.path, { ...copy.surroundings, piped: MESSAGE });
  const prepared = await preparePlan(vault, ACTIONS, { actions: await planner(vault), reason: "" });
  return (await executePlan(vault, prepared, copy.interaction("alice", "bob"))).effects[0]?.data ?? {};
}

const message = describeMessage("message", MESSAGE);

describe("from a file", () => {
  test("a secret: it is the key that was brought, and stays told of as such", async () => {
    const given = { name: "hooks", ...(await fromFile(secret, "raw", "hmac-sha256")) };
    await imported(given, async (copy) => {
      const mac = await told(copy, async ({ reader }) => [
        await planMac(reader, { key: "hooks", version: undefined, message }),
      ]);
      expect(mac["mac"]).toBe(createHmac("sha256", secret).update(MESSAGE).digest("hex"));
      await copy.perform(rotate("hooks"));
      await using vault = await copy.open();
      const key = await describeKey(vault.reader, "hooks", NOW);
      expect(key.imported).toMatchObject({ format: "raw" });
      expect(key.versions.map(({ origin }) => origin)).toEqual(["imported", "generated"]);
      const { events } = await keyHistory(vault.reader, "hooks");
      expect(events[0]).toMatchObject({ action: "key.import", versions: [1], approvedBy: ["alice", "bob"] });
    });
  });

  test("a private key: what it signs, its public half verifies", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const pem = utf8(privateKey.export({ format: "pem", type: "pkcs8" }));
    await imported({ name: "release", ...(await fromFile(pem, "pem")) }, async (copy) => {
      const { signature } = await told(copy, async ({ reader }) => [
        await planSign(reader, { key: "release", version: undefined, message, scheme: undefined, format: "der" }),
      ]);
      expect(verify(null, MESSAGE, publicKey, Buffer.from(String(signature), "base64"))).toBe(true);
    });
  });

  test("I10: another key than the plan's, none, or under another session's key", async () => {
    const given = { name: "hooks", ...(await fromFile(secret, "raw", "hmac-sha256")) };
    const wanted = { code: "USAGE", message: "the plan is of another key than the one that was given" };
    expect(await refused({ ...given, materials: [bytes("another")] })).toEqual(wanted);
    expect(await refused({ ...given, materials: [] })).toEqual(wanted);
    const { source } = given;
    expect(await refused({ ...given, source: { ...source, commitment: "0".repeat(64) } as typeof source })).toEqual(
      wanted,
    );
    await using copy = await made.copy();
    const otherKey = new Secret(new Uint8Array(32).fill(8));
    await expect(importKey(copy, copy.interaction("alice", "bob"), given, otherKey)).rejects.toThrow(wanted.message);
  });

  test("a plan that tells of another key than it commits to", async () => {
    const given = { name: "hooks", ...(await fromFile(secret, "raw", "hmac-sha256")) };
    const source = { ...given.source, checkValue: "0123456789" };
    expect(await refused({ ...given, source })).toMatchObject({
      code: "REFUSED",
      message: expect.stringMatching(/^the key that came is [0-9a-f]{10}, and the plan is of 0123456789$/),
    });
  });

  test.for([
    {
      what: "no check value",
      change: { checkValue: null },
      message: "hmac-sha256: a check value tells which key it is",
    },
    {
      what: "a fingerprint",
      change: { fingerprint: "0".repeat(64) },
      message: "hmac-sha256: a check value tells which key it is",
    },
  ])("$what", async ({ change, message }) => {
    const given = { name: "hooks", ...(await fromFile(secret, "raw", "hmac-sha256")) };
    const source = { ...given.source, ...change } as typeof given.source;
    expect(await refused({ ...given, source })).toEqual({ code: "USAGE", message });
  });

  test("what was expected is compared before anybody is asked", async () => {
    const given = { name: "hooks", ...(await fromFile(secret, "raw", "hmac-sha256")) };
    const people = made.interaction("alice", "bob");
    const attempt = (expected: string) => importKey(made, people, { ...given, expected });
    await expect(attempt("0123456789")).rejects.toMatchObject({ code: "REFUSED" });
    await expect(attempt("01234567")).rejects.toThrow("--expect: wanted the 10 digits of a check value");
    const { checkValue } = given.source;
    await imported({ ...given, expected: checkValue?.toUpperCase() ?? "" }, async () => undefined);
  });
});

describe("in components", () => {
  test("who typed one must approve, beside the threshold", async () => {
    const given = { name: "zone", ...(await fromComponents(secret, ["carol", "alice"])) };
    expect(await refused(given)).toEqual({
      code: "QUORUM_NOT_MET",
      message: "quorum root: the plan names carol, who must approve it",
    });
    await imported(
      given,
      async (copy) => {
        await using vault = await copy.open();
        expect((await describeKey(vault.reader, "zone", NOW)).imported).toMatchObject({ format: "components" });
        const { events } = await keyHistory(vault.reader, "zone");
        expect(events[0]?.approvedBy).toEqual(["alice", "bob", "carol"]);
      },
      { people: ["alice", "bob", "carol"] },
    );
  });

  test.for([
    {
      what: "one custodian typed two",
      custodians: ["alice", "alice"],
      message: "alice typed two components: each is another custodian's",
    },
    {
      what: "a stranger typed one",
      custodians: ["alice", "mallory"],
      message: "mallory is no custodian of quorum root",
    },
  ])("$what", async ({ custodians, message }) => {
    const given = { name: "zone", ...(await fromComponents(secret, custodians)) };
    expect(await refused(given)).toEqual({ code: "REFUSED", message });
  });

  test("a private key has none", async () => {
    const pem = utf8(generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }));
    const { source: file, ...rest } = await fromFile(pem, "pem");
    const { source } = await fromComponents(secret, ["alice", "bob"]);
    const told = { checkValue: file.checkValue, fingerprint: file.fingerprint };
    expect(await refused({ name: "zone", ...rest, source: { ...source, ...told } })).toEqual({
      code: "USAGE",
      message: "a key of ed25519 has no components that are typed",
    });
  });
});

describe("wrapped", () => {
  const file = () => made.place.file("wrapped");
  const wrap = async (wrapped: Uint8Array, algorithm: Bringing["algorithm"] = "aes-256", key = "inbound") => {
    writeFileSync(file(), wrapped);
    return { name: "brought", ...(await fromWrapped(made, key, algorithm, file(), wrapped)) };
  };
  const inputs = () => [file()];
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });

  test("RSA-OAEP: the key comes in, the wrapping key is destroyed by it", async () => {
    await imported(
      await wrap(oaep(inbound, secret)),
      async (copy) => {
        await using vault = await copy.open();
        expect(await describeKey(vault.reader, "brought", NOW)).toMatchObject({ imported: { format: "wrapped" } });
        const used = await describeKey(vault.reader, "inbound", NOW);
        expect(used).toMatchObject({ state: "destroyed", versions: [{ state: "destroyed", permits: [] }] });
        const { events } = await keyHistory(vault.reader, "inbound");
        expect(events.map(({ action }) => action)).toEqual(["key.create", "key.import"]);
        const again = { ...(await wrap(oaep(inbound, secret))), name: "again" };
        await expect(importKey(copy, copy.interaction("alice", "bob"), again, undefined, inputs())).rejects.toThrow(
          "key default/inbound version 1 is destroyed: it may not unwrap",
        );
      },
      { inputs: inputs() },
    );
  });

  test.for([16, 24, 32] as const)("RSA-OAEP and AES-KWP under %i bytes", async (length) => {
    const given = await wrap(oaepAndKwp(inbound, pkcs8, length), "rsa-2048");
    await imported(
      given,
      async (copy) => {
        await using vault = await copy.open();
        const wanted = publicKey.export({ format: "pem", type: "spki" });
        expect(await publicHalf(vault.reader, "brought")).toBe(wanted);
      },
      { inputs: inputs() },
    );
  });

  test("a wrapping key of another keyring", async () => {
    const given = await wrap(oaep(archive, secret), "aes-256", "archive/archived");
    await imported(given, async () => undefined, { inputs: inputs() });
  });

  test.for<{ what: string; wrapped: () => Uint8Array; algorithm?: Bringing["algorithm"]; message: RegExp }>([
    { what: "to another key", wrapped: () => oaep(archive, secret), message: /does not open under the wrapping key/ },
    {
      what: "by OAEP with SHA-1",
      wrapped: () => oaep(inbound, secret, "sha1"),
      message: /does not open under the wrapping key/,
    },
    {
      what: "cut short",
      wrapped: () => oaep(inbound, secret).subarray(1),
      message: /does not open under the wrapping key/,
    },
    {
      what: "with a bit changed",
      wrapped: () => oaepAndKwp(inbound, secret).map((byte, i) => (i === 530 ? byte ^ 1 : byte)),
      message: /does not open under the wrapping key/,
    },
    {
      what: "under no AES key",
      wrapped: () => Buffer.concat([oaep(inbound, bytes("x").subarray(1)), new Uint8Array(40)]),
      message: /does not open under the wrapping key/,
    },
    {
      what: "of another length",
      wrapped: () => oaep(inbound, secret.subarray(1)),
      message: /31 bytes, a key of aes-256 has 32/,
    },
    { what: "all zero", wrapped: () => oaep(inbound, new Uint8Array(32)), message: /the key is all zero/ },
    {
      what: "a private key instead",
      wrapped: () => oaepAndKwp(inbound, pkcs8),
      message: /1\d{3} bytes, a key of aes-256 has 32/,
    },
    {
      what: "of another algorithm",
      wrapped: () => oaepAndKwp(inbound, pkcs8),
      algorithm: "rsa-4096",
      message: /the key is of rsa-2048, not of rsa-4096/,
    },
  ])("a key $what", async ({ wrapped, algorithm, message }) => {
    expect((await refused(await wrap(wrapped(), algorithm), { inputs: inputs() })).message).toMatch(message);
  });

  test("another key than whoever made it told", async () => {
    const given = { ...(await wrap(oaep(inbound, secret))), expected: "0123456789" };
    expect((await refused(given, { inputs: inputs() })).message).toMatch(
      /^the key that came is .*, and the plan is of 0123/,
    );
  });

  test("I10: another file than the plan's", async () => {
    const given = await wrap(oaep(inbound, secret));
    writeFileSync(file(), oaep(inbound, bytes("another")));
    expect((await refused(given, { inputs: inputs() })).message).toMatch(/no such file was given$/);
    expect((await refused(given)).message).toMatch(/no such file was given$/);
    const large = await made.place.write("large", new Uint8Array(LIMITS.importBytes + 1));
    expect((await refused(given, { inputs: [large, ...inputs()] })).message).toMatch(/no such file was given$/);
  });

  test.for([
    { key: "suspended", message: "key default/suspended version 1 is suspended: it may not unwrap" },
    { key: "endless", message: "key default/endless has no end: a wrapping key expires" },
    { key: "both", message: "key default/both is no wrapping key: rsa-4096, for unwrap alone, not exportable" },
    {
      key: "exportable",
      message: "key default/exportable is no wrapping key: rsa-4096, for unwrap alone, not exportable",
    },
    { key: "small", message: "key default/small is no wrapping key: rsa-4096, for unwrap alone, not exportable" },
  ])("the key $key unwraps nothing that is brought", async ({ key, message }) => {
    expect(await refused(await wrap(oaep(inbound, secret), "aes-256", key), { inputs: inputs() })).toEqual({
      code: "REFUSED",
      message,
    });
  });

  test("a wrapping key that expired, or was rotated", async () => {
    const given = await wrap(oaep(inbound, secret));
    const later = { inputs: inputs(), clock: () => new Date(Date.now() + WEEK + 60_000) };
    expect((await refused(given, later)).message).toMatch(
      /^key default\/inbound is deactivated: a wrapping key serves until /,
    );
    await using copy = await made.copy();
    await copy.perform(rotate("inbound"));
    await expect(importKey(copy, copy.interaction("alice", "bob"), given, undefined, inputs())).rejects.toThrow(
      /default\/inbound was rotated: a wrapping key serves one import/,
    );
  });
});
