import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, hex } from "../../../src/lib/bytes.ts";
import { aesCmac } from "../../../src/lib/crypto/cmac.ts";
import { describeKey } from "../../../src/lib/key/describe.ts";
import { keyHistory } from "../../../src/lib/key/history.ts";
import { create } from "../../support/key-acts.ts";
import { openMaterials } from "../../support/materials.ts";
import { refusalsOf, stateOf } from "../../support/refusals.ts";
import { answer, present } from "../../support/room.ts";
import type { Terminal } from "../../support/terminal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

/** Each custodian's component of a key of 16 bytes, and what stands on the forms beside it. */
const COMPONENTS = {
  alice: "0123456789abcdef0123456789abcdef",
  bob: "fedcba98765432100123456789abcde0",
  carol: "00112233445566778899aabbccddeeff",
};
const DIGITS = 32;
const CLEAR = "\u001b[2J\u001b[3J\u001b[H";
const DOWN = "\u001b[B";

function xor(...components: readonly string[]): Uint8Array {
  const all = new Uint8Array(DIGITS / 2);
  for (const component of components)
    for (const [i, byte] of fromHex(component).entries()) all[i] = (all[i] ?? 0) ^ byte;
  return all;
}

const combined = xor(...Object.values(COMPONENTS));
const checkValueOf = (digits: string) => hex(aesCmac(Buffer.from(digits, "hex"), new Uint8Array(16)).subarray(0, 5));

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
});
afterAll(() => made[Symbol.asyncDispose]());

const start = (vault: MadeVault, ...flags: string[]) =>
  vault.place.terminal("key", "import", "zone", "--algorithm", "aes-128", "--vault", "vault", ...flags);

/** One custodian types a component, whose check value is compared. @param place in the list of those who may, from 0 */
async function type(terminal: Terminal, number: number, place: number, component: string): Promise<void> {
  await terminal.waitFor(`Component ${number} of`);
  await terminal.waitFor("select");
  terminal.type(`${DOWN.repeat(place)}\r`);
  await answer(terminal, `component ${number}: `, component);
  await terminal.waitFor(`Check value of component ${number}: ${checkValueOf(component)}`);
  await terminal.waitFor("select");
  terminal.enter();
}

describe("key import --components", () => {
  test("three people type one each, with all that goes wrong on the way; each of them approves", async () => {
    await using copy = await made.copy();
    await using terminal = start(copy, "--components", "3", "--reason", "from the scheme");
    await terminal.waitFor("Component 1 of 3: who types it?");
    await terminal.waitFor("select");
    terminal.enter();
    await terminal.waitFor("alice: type component 1 of 3, in hexadecimal digits");
    await answer(terminal, "component 1: ", "00112233");
    await answer(terminal, "8 digits, wanted 32", "0".repeat(DIGITS));
    await answer(terminal, "all of it is zero", "77".repeat(16));
    await answer(terminal, "all of its bytes are the same", "0123456789abcdef0123456789abcdeg");
    await answer(terminal, "character 32 is no hexadecimal digit", COMPONENTS.alice.slice(1));
    await answer(terminal, "31 hexadecimal digits", COMPONENTS.alice.replace("f", "e"));
    await terminal.waitFor("Does it agree with the one on your form?");
    await terminal.waitFor("select");
    terminal.type(`${DOWN}\r`);
    await answer(terminal, "component 1: ", COMPONENTS.alice.replaceAll(/(....)/g, "$1-"));
    await terminal.waitFor(`Check value of component 1: ${checkValueOf(COMPONENTS.alice)}`);
    await terminal.waitFor("select");
    terminal.enter();

    await terminal.waitFor("Component 2 of 3: who types it?");
    expect(await terminal.waitFor(/ bob\n[^]*select/), "alice typed hers").not.toContain("alice");
    terminal.enter();
    await answer(terminal, "component 2: ", COMPONENTS.alice);
    await answer(terminal, "it is the same as one that was typed before", COMPONENTS.bob);
    await terminal.waitFor("Does it agree with the one on your form?");
    await terminal.waitFor("select");
    terminal.enter();
    await type(terminal, 3, 0, COMPONENTS.carol);

    const checkValue = checkValueOf(hex(combined));
    await terminal.waitFor(`All 3 components were typed. Check value of the key: ${checkValue}`);
    await terminal.waitFor(/Component 1 +typed by alice, who must approve/);
    await present(terminal, 0, "shares/alice.share", copy.passphrase("alice"));
    await present(terminal, 0, "shares/bob.share", copy.passphrase("bob"));
    await terminal.waitFor("quorum root: 2 of 2 (alice, bob); waiting for carol");
    await present(terminal, 0, "shares/carol.share", copy.passphrase("carol"));
    await answer(terminal, "Type yes to execute key.import default/zone", "yes");
    await terminal.waitFor(/Origin +imported \(components\)/);
    expect(await terminal.exit).toBe(0);

    const screens = terminal.raw().split(CLEAR);
    expect(screens.length, "the screen is cleared after each of them").toBe(7);
    expect(terminal.raw().replaceAll(/[ -]/g, ""), "no component shows").not.toMatch(
      new RegExp(Object.values(COMPONENTS).join("|"), "i"),
    );
    await using vault = await copy.open();
    const { id, versions } = await describeKey(vault.reader, "zone", "2026-11-24T00:00:00.000Z");
    expect(versions[0]).toMatchObject({ checkValue, origin: "imported" });
    expect((await openMaterials(copy)).get(`${id}/1`)).toBe(hex(combined));
    const { events } = await keyHistory(vault.reader, "zone");
    expect(events[0]?.approvedBy).toEqual(["alice", "bob", "carol"]);
    expect((await copy.verify()).result).toBe("VERIFIED");
  }, 30_000);

  test("the next version of a key that is there: of its algorithm, approved by who typed", async () => {
    await using copy = await made.copy();
    await copy.perform(create("zone", { algorithm: "aes-128" }));
    const atHand = copy.flags("alice", "bob").filter((flag) => flag !== "--yes");
    const flags = ["--components", "2", "--new-version", "--vault", "vault", ...atHand];
    await using terminal = copy.place.terminal("key", "import", "zone", ...flags);
    await type(terminal, 1, 0, COMPONENTS.alice);
    await type(terminal, 2, 0, COMPONENTS.bob);
    await answer(terminal, "Type yes to execute key.import-version default/zone", "yes");
    await terminal.waitFor(/Origin +version 2 imported \(components\)/);
    expect(await terminal.exit).toBe(0);

    const key = hex(xor(COMPONENTS.alice, COMPONENTS.bob));
    await using vault = await copy.open();
    const { id, versions } = await describeKey(vault.reader, "zone", "2026-11-24T00:00:00.000Z");
    expect(versions).toMatchObject([
      { origin: "generated", state: "deactivated" },
      { origin: "imported", state: "active", checkValue: checkValueOf(key) },
    ]);
    expect((await openMaterials(copy)).get(`${id}/2`)).toBe(key);
    expect((await copy.verify()).result).toBe("VERIFIED");
  }, 30_000);

  test("who typed a component and doesn't approve stops the import, and nothing changes", async () => {
    await using copy = await made.copy();
    const before = await stateOf(copy);
    const atHand = copy.flags("alice", "bob").filter((flag) => flag !== "--yes");
    await using terminal = start(copy, "--components", "2", ...atHand);
    await type(terminal, 1, 0, COMPONENTS.alice);
    await type(terminal, 2, 1, COMPONENTS.carol);
    await terminal.waitFor("quorum root: 2 of 2 (alice, bob); waiting for carol");
    await terminal.waitFor("nobody: stop here");
    terminal.type(`${DOWN}\r`);
    await terminal.waitFor("error: aborted");
    expect(await terminal.exit).toBe(16);
    expect(await refusalsOf(copy)).toEqual([{ code: "ABORTED", message: "aborted" }]);
    expect(await stateOf(copy)).toEqual(before);
  });

  test.for([
    { what: "Ctrl-C while one is typed", at: "component 1: " },
    { what: "Ctrl-C at the comparison", at: "component 1: ", typed: COMPONENTS.alice },
  ])("$what: nothing is made, not even a plan", async ({ at, typed }) => {
    await using copy = await made.copy();
    await using terminal = start(copy, "--components", "2");
    await terminal.waitFor("select");
    terminal.enter();
    if (typed !== undefined) {
      await answer(terminal, at, typed);
      await terminal.waitFor("select");
    } else {
      await terminal.waitFor(at);
      terminal.type("0123");
    }
    terminal.ctrl("c");
    await terminal.waitFor("error: aborted");
    expect(await terminal.exit).toBe(16);
    expect(await refusalsOf(copy)).toEqual([]);
  });

  test("two components that cancel each other in all but one byte's value are no key", async () => {
    await using copy = await made.copy();
    await using terminal = start(copy, "--components", "2");
    const other = Buffer.from(COMPONENTS.alice, "hex").map((byte) => byte ^ 0x55);
    await type(terminal, 1, 0, COMPONENTS.alice);
    await type(terminal, 2, 0, hex(other));
    await terminal.waitFor("error: the key is refused: all bytes of the key are the same");
    expect(await terminal.exit).toBe(13);
  });

  test.for([
    {
      what: "an asymmetric key",
      flags: ["--algorithm", "ed25519"],
      message: "a key of ed25519 has no components that are typed",
    },
    {
      what: "an unknown keyring",
      flags: ["--algorithm", "aes-128", "--keyring", "paper"],
      message: "no keyring paper",
    },
  ])("$what is refused before anybody types", async ({ flags, message }) => {
    await using terminal = made.place.terminal(
      "key",
      "import",
      "zone",
      "--components",
      "2",
      "--vault",
      "vault",
      ...flags,
    );
    await terminal.waitFor(`error: ${message}`);
    expect(await terminal.exit).toBeGreaterThan(0);
  });
});
