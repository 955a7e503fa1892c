import { execFileSync, spawnSync } from "node:child_process";
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACTIONS } from "../../../src/lib/catalogue.ts";
import { generateIdentity } from "../../../src/lib/crypto/age-recipient.ts";
import { sha256Hex } from "../../../src/lib/crypto/digest.ts";
import { unwrapKey } from "../../../src/lib/crypto/key-wrap.ts";
import { unwrapByOaep } from "../../../src/lib/crypto/rsa-oaep.ts";
import { ALGORITHM_NAMES, ALGORITHMS, type Algorithm } from "../../../src/lib/key/algorithm.ts";
import type { ExportRecipient } from "../../../src/lib/key/export-recipient.ts";
import { planExport } from "../../../src/lib/key/plan-export.ts";
import { wrappingKeyPem } from "../../../src/lib/key/rsa-recipient.ts";
import { KEY_STATES, type KeyState, mayLeave, type Transition } from "../../../src/lib/key/state.ts";
import { preparePlan } from "../../../src/lib/quorum/prepare.ts";
import { openWithIdentities } from "../../../src/lib/share/recipients.ts";
import { alteredEntry } from "../../support/altered-entry.ts";
import { CollectedOutputs } from "../../support/collected-outputs.ts";
import { create, move, rotate, together, update } from "../../support/key-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault, type Planner } from "../../support/vault.ts";

const haveAge = spawnSync("age", ["--version"]).status === 0;
const haveOpenssl = spawnSync("openssl", ["version"]).status === 0;

const PASSPHRASE = "seven ravens over the north sea";
const ASYMMETRIC = ALGORITHM_NAMES.filter((algorithm) => ALGORITHMS[algorithm].publicKey !== null);
/** Those that OpenSSL 3.0 reads; 3.5 reads all. */
const CLASSICAL = ASYMMETRIC.filter((algorithm) => !algorithm.startsWith("ml-"));

const hsm = generateKeyPairSync("rsa", { modulusLength: 2048 });
const rsa = (mechanism: "rsa-aes-key-wrap" | "rsa-oaep" = "rsa-aes-key-wrap"): ExportRecipient => ({
  kind: "rsa",
  mechanism,
  publicKey: wrappingKeyPem(hsm.publicKey),
});

let made: MadeVault;
let x25519: { identity: string; recipient: string };
let hybrid: { identity: string; recipient: string };
/** What left the vault of each algorithm, by how it was sealed. */
let left: Record<"age" | "rsa" | "passphrase", ReadonlyMap<Algorithm, Buffer>>;
beforeAll(async () => {
  made = await foundVault();
  [x25519, hybrid] = await Promise.all([generateIdentity("x25519"), generateIdentity("hybrid")]);
  await made.perform(together(...ALGORITHM_NAMES.map((name) => create(name, { algorithm: name, exportable: true }))));
  await made.place.write("age.identity", `${x25519.identity}\n`);
  await made.place.write("hsm.key", hsm.privateKey.export({ format: "pem", type: "pkcs8" }));
  left = {
    age: await exportedAll(ALGORITHM_NAMES, { kind: "age", recipients: [x25519.recipient] }),
    rsa: await exportedAll(ALGORITHM_NAMES, rsa()),
    passphrase: await exportedAll(ASYMMETRIC, { kind: "passphrase" }),
  };
}, 60_000);
afterAll(() => made[Symbol.asyncDispose]());

function plan(key: string, to: ExportRecipient, version?: number): Planner {
  return async ({ reader }) => [await planExport(reader, { key, version, to })];
}

/** What leaves the vault by one plan: a key of each of these algorithms, which has its name. */
async function exportedAll(names: readonly Algorithm[], to: ExportRecipient): Promise<ReadonlyMap<Algorithm, Buffer>> {
  const people = made.interaction("alice", "bob");
  people.newPassphrases = () => PASSPHRASE;
  const outputs = new CollectedOutputs();
  made.surroundings.streams = outputs;
  await made.performWith(people, together(...names.map((name) => plan(name, to))));
  return new Map(names.map((name, i) => [name, outputs.published[i] ?? Buffer.alloc(0)]));
}

async function exported(name: Algorithm, to: ExportRecipient): Promise<Buffer> {
  return (await exportedAll([name], to)).get(name) ?? Buffer.alloc(0);
}

function output(how: keyof typeof left, algorithm: Algorithm): Buffer {
  return left[how].get(algorithm) ?? Buffer.alloc(0);
}

/** What the vault tells of a key without opening it. */
async function told(name: string): Promise<{ publicKey: string | null; checkValue: string | null }> {
  await using vault = await made.open();
  const key = await vault.reader.find("keys", { name });
  const version = await vault.reader.find("keyVersions", { key: key?.id ?? "", version: 1 });
  return { publicKey: version?.publicKey ?? null, checkValue: version?.checkValue ?? null };
}

async function expectKey(algorithm: Algorithm, secret: { key: KeyObject } | { bytes: Uint8Array }): Promise<void> {
  const { publicKey, checkValue } = await told(algorithm);
  if ("key" in secret) expect(createPublicKey(secret.key).export({ format: "pem", type: "spki" })).toBe(publicKey);
  else expect(checkValueOf(algorithm, secret.bytes)).toBe(checkValue);
}

/** By openssl's own words, so that nothing of ours checks ours. */
function checkValueOf(algorithm: Algorithm, key: Uint8Array): string {
  const hash = /^hmac-sha(\d+)$/.exec(algorithm)?.[1] ?? "256";
  const macopt = ["-macopt", `hexkey:${Buffer.from(key).toString("hex")}`];
  const args = algorithm.startsWith("aes-")
    ? ["mac", "-cipher", `aes-${8 * key.length}-cbc`, ...macopt, "CMAC"]
    : ["mac", "-digest", `sha${hash}`, ...macopt, "HMAC"];
  return execFileSync("openssl", args, { input: new Uint8Array(16), encoding: "utf8" })
    .slice(0, 10)
    .toLowerCase();
}

describe.skipIf(!haveOpenssl || !haveAge)("each algorithm (needs age and openssl)", () => {
  test.for(ALGORITHM_NAMES)("%s to an age recipient: age opens it", async (algorithm) => {
    const file = output("age", algorithm);
    expect(file.toString("latin1")).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
    const plain = execFileSync("age", ["-d", "-i", made.place.file("age.identity")], { input: file });
    const asymmetric = ASYMMETRIC.includes(algorithm);
    await expectKey(algorithm, asymmetric ? { key: createPrivateKey(plain) } : { bytes: plain });
  });

  test.for([...CLASSICAL, ...ALGORITHM_NAMES.filter((name) => !ASYMMETRIC.includes(name))])(
    "%s to an RSA key: openssl unwraps it",
    async (algorithm) => {
      const wrapped = output("rsa", algorithm);
      const oaep = ["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"].flatMap((o) => [
        "-pkeyopt",
        o,
      ]);
      const decrypt = ["pkeyutl", "-decrypt", "-inkey", made.place.file("hsm.key"), ...oaep];
      const key = execFileSync("openssl", decrypt, { input: wrapped.subarray(0, 256) }).toString("hex");
      const unwrap = ["enc", "-d", "-id-aes256-wrap-pad", "-K", key, "-iv", "A65959A6"];
      const plain = execFileSync("openssl", unwrap, { input: wrapped.subarray(256) });
      if (!ASYMMETRIC.includes(algorithm)) return expectKey(algorithm, { bytes: plain });
      const pem = execFileSync("openssl", ["pkey", "-inform", "DER", "-pubout"], { input: plain, encoding: "utf8" });
      expect(pem).toBe((await told(algorithm)).publicKey);
    },
  );

  test.for(CLASSICAL)("%s to a passphrase: openssl opens it", async (algorithm) => {
    const sealed = output("passphrase", algorithm);
    const args = ["pkey", "-pubout", "-passin", `pass:${PASSPHRASE}`];
    expect(execFileSync("openssl", args, { input: sealed, encoding: "utf8" })).toBe((await told(algorithm)).publicKey);
  });
});

describe("post-quantum keys, which OpenSSL 3.0 does not read", () => {
  test.for(ASYMMETRIC.filter((name) => !CLASSICAL.includes(name)))("%s", async (algorithm) => {
    const wrapped = output("rsa", algorithm);
    using key = unwrapByOaep(hsm.privateKey, wrapped.subarray(0, 256));
    using der = key && unwrapKey(key, wrapped.subarray(256));
    const pkcs8 = Buffer.from(der?.reveal() ?? []);
    await expectKey(algorithm, { key: createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }) });
    const sealed = output("passphrase", algorithm);
    await expectKey(algorithm, { key: createPrivateKey({ key: sealed, passphrase: PASSPHRASE }) });
  });
});

test("to a post-quantum recipient, and to several", async () => {
  const other = await generateIdentity("hybrid");
  const file = await exported("aes-256", { kind: "age", recipients: [hybrid.recipient, other.recipient] });
  for (const { identity } of [hybrid, other]) {
    using opened = await openWithIdentities(file, [identity]);
    await expectKey("aes-256", { bytes: opened.reveal() });
  }
});

test("by RSA-OAEP alone, for what asks for that", async () => {
  const wrapped = await exportedAll(["aes-256", "hmac-sha512", "ed25519"], rsa("rsa-oaep"));
  for (const [algorithm, bytes] of wrapped) {
    expect(bytes.length).toBe(256);
    using opened = unwrapByOaep(hsm.privateKey, bytes);
    const key = Buffer.from(opened?.reveal() ?? []);
    const asymmetric = ASYMMETRIC.includes(algorithm);
    await expectKey(
      algorithm,
      asymmetric ? { key: createPrivateKey({ key, format: "der", type: "pkcs8" }) } : { bytes: key },
    );
  }
});

test.for([
  { key: "aes-256", to: { kind: "passphrase" }, message: /aes-256 has no PKCS#8 form/ },
  { key: "rsa-2048", to: rsa("rsa-oaep"), message: /rsa-2048 is too long for RSA-OAEP alone/ },
  { key: "ml-dsa-44", to: rsa("rsa-oaep"), message: /ml-dsa-44 is too long/ },
] as const)("$key to $to.kind is refused before anybody is asked", async ({ key, to, message }) => {
  const people = made.interaction("alice", "bob");
  expect(await refusalOf(made.performWith(people, plan(key, to)))).toEqual({
    code: "USAGE",
    message: expect.stringMatching(message),
  });
  expect(people.views).toEqual([]);
});

test("a secret too long for RSA-OAEP is refused, and no entry says that it left", async () => {
  expect(await refusalOf(made.perform(plan("ec-p521", rsa("rsa-oaep"))))).toEqual({
    code: "USAGE",
    message: "241 bytes: RSA-OAEP under this key takes 190",
  });
  await using vault = await made.open();
  const last = (await Array.fromAsync(vault.reader.rows("entries"))).at(-1)?.text ?? "";
  expect(JSON.parse(last)).toMatchObject({ type: "plan.refuse", data: { actions: ["key.export"], code: "USAGE" } });
});

test("the chain keeps the digest of what left, and whose it is; not what left", async () => {
  await using vault = await made.open();
  const entries = (await Array.fromAsync(vault.reader.rows("entries"))).map(({ text }) => JSON.parse(text));
  const effects = entries.filter(({ type }) => type === "key.export").map(({ data }) => data);
  const spki = hsm.publicKey.export({ format: "der", type: "spki" });
  const count = ALGORITHM_NAMES.length;
  const [first] = ALGORITHM_NAMES;
  expect(effects[0]).toMatchObject({
    output: sha256Hex(output("age", first)),
    recipients: [sha256Hex(Buffer.from(x25519.recipient))],
  });
  expect(effects[count]).toMatchObject({ output: sha256Hex(output("rsa", first)), recipients: [sha256Hex(spki)] });
  expect(effects[2 * count]).toMatchObject({ recipients: [] });
  expect(Object.keys(effects[0]).sort()).toEqual(["action", "key", "output", "plan", "recipients"]);
  expect((await made.verify()).result).toBe("VERIFIED");
});

test("a host can't write that a key left to others than the plan says", async () => {
  const altered = await alteredEntry(made, "key.export", (data) => {
    data.recipients = ["0".repeat(64)];
  });
  expect(altered).toMatch(/^INTEGRITY: .*: to other recipients than the plan's$/);
});

test("the plan names who can open what leaves, by all that people can compare", async () => {
  const people = made.interaction("alice", "bob");
  people.agreeing = false;
  await refusalOf(made.performWith(people, plan("aes-256", rsa())));
  const values = people.views.map(({ actions }) => actions.flat().map(({ value }) => value));
  expect(values[0]).toContain("an RSA key of 2048 bits");
  expect(values[0]).toContain(sha256Hex(hsm.publicKey.export({ format: "der", type: "spki" })));
  expect(people.typed).toEqual(["aes-256"]);
});

describe("every state × exportable", () => {
  let states: MadeVault;
  const name = (state: KeyState, exportable: boolean) => `${state}-${exportable ? "exportable" : "not"}`;
  const keys = KEY_STATES.flatMap((state) => [true, false].map((exportable) => ({ state, exportable })));
  const moves: Partial<Record<KeyState, Transition>> = {
    suspended: "suspend",
    deactivated: "deactivate",
    compromised: "compromise",
    destroyed: "destroy",
  };
  const to = (): ExportRecipient => ({ kind: "age", recipients: [x25519.recipient] });

  beforeAll(async () => {
    states = await foundVault();
    const creations = keys.map(({ state, exportable }) =>
      create(name(state, exportable), { exportable, preActive: state === "pre-active" }),
    );
    await states.perform(together(...creations, create("rotated", { exportable: true })));
    const transitions = keys.flatMap(({ state, exportable }) => {
      const transition = moves[state];
      return transition === undefined ? [] : [move(transition, name(state, exportable))];
    });
    await states.perform(together(...transitions, rotate("rotated")));
    await states.perform(move("compromise", "rotated", 1));
  });
  afterAll(() => states[Symbol.asyncDispose]());

  /** What the plan would be refused with. */
  async function objection(key: string, version?: number) {
    await using vault = await states.open();
    const actions = await plan(key, to(), version)(vault);
    const { objection: found } = await preparePlan(vault, ACTIONS, { actions, reason: "" });
    return found === undefined ? "accepted" : { code: found.code, message: found.message };
  }

  test.for(keys)("$state, exportable: $exportable", async ({ state, exportable }) => {
    const path = `default/${name(state, exportable)}`;
    const refused = exportable
      ? `key ${path} version 1 is ${state}: exported are keys that are pre-active, active, deactivated`
      : `key ${path} is not exportable`;
    const wanted = exportable && mayLeave(state) ? "accepted" : { code: "REFUSED", message: refused };
    expect(await objection(name(state, exportable))).toEqual(wanted);
  });

  test("which they are (SP 800-57 part 1 rev. 5, sections 7 and 8)", () => {
    expect(KEY_STATES.filter(mayLeave)).toEqual(["pre-active", "active", "deactivated"]);
  });

  test("one version's state is not another's", async () => {
    expect(await objection("rotated", 1)).toMatchObject({ code: "REFUSED" });
    expect(await objection("rotated", 2)).toBe("accepted");
    expect(await objection("rotated", 3)).toMatchObject({ code: "NOT_FOUND" });
  });

  test("refused for good once it is withdrawn, and between plan and act too", async () => {
    await using copy = await states.copy();
    const outputs = new CollectedOutputs();
    copy.surroundings.streams = outputs;
    const withdraw = update("rotated", { notExportable: true });
    const refused = copy.perform(together(plan("active-exportable", to()), withdraw, plan("rotated", to())));
    expect(await refusalOf(refused)).toEqual({ code: "REFUSED", message: "key default/rotated is not exportable" });
    expect(outputs).toMatchObject({ begun: 1, published: [] });
    await copy.perform(update("rotated", { notExportable: true }));
    expect(await refusalOf(copy.perform(plan("rotated", to())))).toMatchObject({ code: "REFUSED" });
  });
});

test("the passphrase is asked for after the custodians agreed, and by nothing else", async () => {
  const people = made.interaction("alice", "bob");
  people.agreeing = false;
  let asked = 0;
  people.newPassphrases = () => {
    asked++;
    return PASSPHRASE;
  };
  expect(await refusalOf(made.performWith(people, plan("ed25519", { kind: "passphrase" })))).toMatchObject({
    code: "ABORTED",
  });
  expect(asked).toBe(0);
});
