import { createHmac, generateKeyPairSync, verify } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { ACTIONS } from "../../../src/lib/catalogue.ts";
import { describeKey, type KeyDescription } from "../../../src/lib/key/describe.ts";
import { keyHistory } from "../../../src/lib/key/history.ts";
import { describeMessage } from "../../../src/lib/key/message.ts";
import { planImportVersion } from "../../../src/lib/key/plan-import.ts";
import { planMac, planSign } from "../../../src/lib/key/plan-use.ts";
import { KEY_STATES } from "../../../src/lib/key/state.ts";
import { executePlan } from "../../../src/lib/quorum/execute.ts";
import { preparePlan } from "../../../src/lib/quorum/prepare.ts";
import { openVault } from "../../../src/lib/vault/vault.ts";
import { Forger } from "../../support/forgery.ts";
import {
  type Bringing,
  createWrappingKey,
  fromComponents,
  fromFile,
  fromWrapped,
  importKey,
  oaep,
  publicHalf,
} from "../../support/imports.ts";
import { create, move, rotate, together } from "../../support/key-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { stateOf } from "../../support/refusals.ts";
import { foundVault, type MadeVault, type Planner } from "../../support/vault.ts";

const bytes = (seed: string) => Uint8Array.from(createHmac("sha256", "test").update(seed).digest());
const MESSAGE = utf8("a message");
const message = describeMessage("message", MESSAGE);
/** What leads from active to each state; a pre-active key is made so. */
const LEADS = {
  suspended: "suspend",
  deactivated: "deactivate",
  compromised: "compromise",
  destroyed: "destroy",
} as const;

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.perform(
    together(
      create("hooks", { algorithm: "hmac-sha256", tag: ["team=web"], cryptoperiod: "1y" }),
      create("release", { algorithm: "ed25519" }),
      createWrappingKey("inbound"),
      ...KEY_STATES.map((state) => create(state, { preActive: state === "pre-active" })),
    ),
  );
  await made.perform(together(...Object.entries(LEADS).map(([state, transition]) => move(transition, state))));
}, 60_000);
afterAll(() => made[Symbol.asyncDispose]());

async function shown(of: MadeVault, name: string): Promise<KeyDescription> {
  await using vault = await of.open();
  return await describeKey(vault.reader, name, new Date().toISOString());
}

/** Let people import a new version in this vault. */
function imported(
  of: MadeVault,
  given: Omit<Bringing, "newVersion">,
  { people = ["alice", "bob"], inputs = [] as string[] } = {},
) {
  return importKey(of, of.interaction(...people), { ...given, newVersion: true }, undefined, inputs);
}

/** What an act of one action tells. */
async function told(of: MadeVault, planner: Planner): Promise<Record<string, unknown>> {
  await using vault = await openVault(of.path, { ...of.surroundings, piped: MESSAGE });
  const prepared = await preparePlan(vault, ACTIONS, { actions: await planner(vault), reason: "" });
  return (await executePlan(vault, prepared, of.interaction("alice", "bob"))).effects[0]?.data ?? {};
}

const hook = async (seed: string) => ({ name: "hooks", ...(await fromFile(bytes(seed), "raw", "hmac-sha256")) });

describe("a new version is the key that was brought", () => {
  test("a secret: active at once, for what the key is for; the one before protects nothing new", async () => {
    await using copy = await made.copy();
    const before = await shown(copy, "hooks");
    await imported(copy, await hook("second"));
    const after = await shown(copy, "hooks");
    const { versions, rotateAt, imported: first, ...rest } = after;
    const { versions: were, rotateAt: was, imported: __, ...same } = before;
    expect(rest).toEqual(same);
    expect(first).toBeNull();
    expect(Date.parse(rotateAt ?? "")).toBeGreaterThan(Date.parse(was ?? ""));
    expect(versions).toMatchObject([
      { ...were[0], state: "deactivated", permits: [], changed: versions[1]?.created, origin: "generated" },
      { version: 2, state: "active", permits: ["mac"], origin: "imported", imported: { format: "raw" } },
    ]);
    const mac = await told(copy, async ({ reader }) => [
      await planMac(reader, { key: "hooks", version: undefined, message }),
    ]);
    expect(mac["mac"]).toBe(createHmac("sha256", bytes("second")).update(MESSAGE).digest("hex"));
    await copy.perform(rotate("hooks"));
    await imported(copy, await hook("fourth"));
    const { versions: all } = await shown(copy, "hooks");
    expect(all.map(({ origin }) => origin)).toEqual(["generated", "imported", "generated", "imported"]);
    await using vault = await copy.open();
    const { events } = await keyHistory(vault.reader, "hooks");
    const brought = events.filter(({ action }) => action === "key.import-version");
    expect(brought).toMatchObject([
      { versions: [2], approvedBy: ["alice", "bob"] },
      { versions: [4], approvedBy: ["alice", "bob"] },
    ]);
    expect(brought.map(({ sequence }) => sequence)).toEqual([1, 3].map((i) => all[i]?.imported?.entry));
    expect((await copy.verify()).result).toBe("VERIFIED");
  });

  test("a private key: it signs from now on", async () => {
    await using copy = await made.copy();
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const pem = utf8(privateKey.export({ format: "pem", type: "pkcs8" }));
    await imported(copy, { name: "default/release", ...(await fromFile(pem, "pem")) });
    const { signature } = await told(copy, async ({ reader }) => [
      await planSign(reader, { key: "release", version: undefined, message, scheme: undefined, format: "der" }),
    ]);
    expect(verify(null, MESSAGE, publicKey, Buffer.from(String(signature), "base64"))).toBe(true);
    expect((await shown(copy, "release")).versions.map(({ permits }) => permits)).toEqual([
      ["verify"],
      ["sign", "verify"],
    ]);
  });

  test("in components: who typed one must approve, beside the threshold", async () => {
    await using copy = await made.copy();
    const given = { name: "active", ...(await fromComponents(bytes("typed"), ["carol", "alice"])) };
    expect(await refusalOf(imported(copy, given))).toMatchObject({
      code: "QUORUM_NOT_MET",
      message: "quorum root: the plan names carol, who must approve it",
    });
    await imported(copy, given, { people: ["alice", "carol"] });
    expect((await shown(copy, "active")).versions[1]).toMatchObject({ imported: { format: "components" } });
    expect((await copy.verify()).result).toBe("VERIFIED");
  });

  test("wrapped: the wrapping key is used up; what the key is already is refused once it is unwrapped", async () => {
    await using copy = await made.copy();
    const wrapped = async (seed: string): Promise<Bringing> => {
      await using vault = await copy.open();
      const file = copy.place.file("wrapped");
      writeFileSync(file, oaep(await publicHalf(vault.reader, "inbound"), bytes(seed)));
      return { name: "hooks", ...(await fromWrapped(copy, "inbound", "hmac-sha256", file, readFileSync(file))) };
    };
    const inputs = [copy.place.file("wrapped")];
    await imported(copy, await hook("second"));
    const before = await stateOf(copy);
    expect(await refusalOf(imported(copy, await wrapped("second"), { inputs }))).toEqual({
      code: "REFUSED",
      message: expect.stringMatching(/^key default\/hooks version 2 is that key already: [0-9a-f]{10}$/),
    });
    expect(await stateOf(copy)).toEqual(before);
    await imported(copy, await wrapped("third"), { inputs });
    expect((await shown(copy, "hooks")).versions[2]).toMatchObject({ imported: { format: "wrapped" } });
    expect((await shown(copy, "inbound")).state).toBe("destroyed");
    expect((await copy.verify()).result).toBe("VERIFIED");
  });
});

describe("the state of the current version decides, as it does for key rotate", () => {
  const may = ["active", "deactivated", "compromised"];
  test.for(KEY_STATES)("%s", async (state) => {
    await using copy = await made.copy();
    const given = { name: state, ...(await fromFile(bytes(state), "raw", "aes-256")) };
    const [byImport, byRotate] = [await refusalOf(imported(copy, given)), await refusalOf(made.copy().then(rotated))];
    async function rotated(other: MadeVault) {
      await using another = other;
      await another.perform(rotate(state));
    }
    if (!may.includes(state)) {
      const why = `key default/${state} version 1 is ${state}: import starts from active or deactivated or compromised`;
      expect(byImport).toEqual({ code: "REFUSED", message: why });
      expect(Object(byRotate).message).toBe(why.replace("import", "rotate"));
      return;
    }
    expect([byImport, byRotate]).toEqual(["accepted", "accepted"]);
    const was = state === "active" ? "deactivated" : state;
    expect((await shown(copy, state)).versions.map((version) => version.state)).toEqual([was, "active"]);
    expect((await copy.verify()).result).toBe("VERIFIED");
  });
});

describe("what is refused, and changes nothing", () => {
  test.for([
    {
      what: "no key of that name",
      given: async () => ({ ...(await hook("x")), name: "nobody" }),
      refusal: { code: "NOT_FOUND", message: "no key nobody" },
    },
    {
      what: "another algorithm",
      given: async () => ({ ...(await hook("x")), name: "active" }),
      refusal: { code: "REFUSED", message: "key default/active is of aes-256: no version of it is of hmac-sha256" },
    },
    {
      what: "another key than was expected",
      given: async () => ({ ...(await hook("x")), expected: "0123456789" }),
      refusal: {
        code: "REFUSED",
        message: expect.stringMatching(/^the key is [0-9a-f]{10}, and 0123456789 was expected$/),
      },
    },
    {
      what: "another key than the plan's (I10)",
      given: async () => ({ ...(await hook("x")), materials: [bytes("y")] }),
      refusal: { code: "USAGE", message: "the plan is of another key than the one that was given" },
    },
  ])("$what", async ({ given, refusal }) => {
    const before = await stateOf(made);
    expect(await refusalOf(imported(made, await given()))).toEqual(refusal);
    expect(await stateOf(made)).toEqual(before);
  });

  test("material that an earlier version has, or had before it was destroyed", async () => {
    await using copy = await made.copy();
    await imported(copy, await hook("second"));
    await imported(copy, await hook("third"));
    await copy.perform(move("destroy", "hooks", 2));
    const before = await stateOf(copy);
    for (const [version, seed] of [
      [2, "second"],
      [3, "third"],
    ] as const) {
      expect(await refusalOf(imported(copy, await hook(seed)))).toEqual({
        code: "REFUSED",
        message: expect.stringMatching(new RegExp(`^key default/hooks version ${version} is that key already: `)),
      });
    }
    expect(await stateOf(copy)).toEqual(before);
  });

  test("a plan of a version that another one followed meanwhile", async () => {
    await using copy = await made.copy();
    const { algorithm, source } = await hook("late");
    await using vault = await copy.open();
    const planned = await planImportVersion(vault.reader, { name: "hooks", algorithm, source, expected: undefined });
    const prepared = await preparePlan(vault, ACTIONS, { actions: [planned], reason: "late" });
    await copy.perform(rotate("hooks"));
    expect(await refusalOf(executePlan(vault, prepared, copy.interaction("bob", "carol")))).toEqual({
      code: "REFUSED",
      message: "key default/hooks is at version 2 by now, not 1",
    });
  });
});

describe("a chain that a cheating host wrote", () => {
  test.for([
    { what: "another key than the plan's", changes: {}, message: "of another key than the plan's" },
    { what: "of a key that the plan doesn't name", key: "other", message: "of another key than the plan's" },
    { what: "a key that it has", told: true, twice: true, message: "key default/active version 2 is that key already" },
    { what: "what the plan says", told: true, message: undefined },
  ])("$what", async ({ told: right = false, twice = false, key, message }) => {
    await using copy = await made.copy();
    const forger = new Forger(copy);
    const brought = await fromFile(bytes("forged"), "raw", "aes-256");
    const { algorithm, source } = brought;
    if (twice) await imported(copy, { name: "active", ...brought });
    const request = { name: "active", algorithm, source, expected: undefined };
    const plan = await forger.planOf(async ({ reader }) => [await planImportVersion(reader, request)]);
    const approvals = await Promise.all(["alice", "bob"].map((name) => forger.approval(plan, name)));
    const { id } = await shown(copy, "active");
    const checkValue = right || key !== undefined ? { checkValue: source.checkValue } : {};
    const { entry, blob } = await forger.keyEffect(plan, 0, { ...checkValue, ...(key === undefined && { key: id }) });
    const entries = [
      { type: "plan.execute", data: { plan, approvals } },
      { ...entry, type: "key.import-version" },
    ];
    await forger.append(entries, [blob]);
    const seen = await refusalOf(copy.verify());
    if (message === undefined) expect(seen).toBe("accepted");
    else expect(Object(seen).message).toMatch(new RegExp(`\\(key\\.import-version\\): ${message}`));
  });
});
