import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { ACTIONS } from "../../../src/lib/catalogue.ts";
import { bindInputs, checkInputsIn, fillIn } from "../../../src/lib/ceremony/input.ts";
import type { Script } from "../../../src/lib/ceremony/script.ts";
import { parseScript } from "../../../src/lib/ceremony/script-file.ts";
import { NOT_SCRIPTED, planScript, SCRIPTED_ACTIONS } from "../../../src/lib/ceremony/scripted-action.ts";
import { timestamp } from "../../../src/lib/clock.ts";
import { describeKeyring } from "../../../src/lib/key/keyring.ts";
import { create, createKeyring } from "../../support/key-acts.ts";
import { foundVault, type MadeVault, type Planner } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.perform(create("payments"));
  await made.perform(create("cards"));
});
afterAll(async () => made[Symbol.asyncDispose]());

/** A script of these action steps, in YAML. */
function scriptOf(steps: string, inputs = "{}"): Script {
  const text = `ceremony: x\ntitle: X\nroles: { custodians: quorum root }\ninputs: ${inputs}\nsteps:\n${steps}\n`;
  return parseScript("x.yaml", utf8(text)).script;
}

/** What a script plans. */
function planned(steps: string): Planner {
  return ({ reader, clock }) => planScript(scriptOf(steps), reader, timestamp(clock()));
}

test("each action is one of scripts, or there is a reason why not", () => {
  const known = [...SCRIPTED_ACTIONS.keys(), ...NOT_SCRIPTED.keys()];
  expect(known.toSorted()).toEqual([...ACTIONS.keys()].toSorted());
});

describe("what a script's steps plan is bound to the vault as it is", () => {
  test.for<[step: string, ...actions: string[]]>([
    [
      "{ action: key.create, with: { name: a, algorithm: ed25519, tags: [owner=x], cryptoperiod: 90d, exportable: true } }",
      "key.create",
    ],
    ["{ action: key.rotate, with: { keys: [payments, default/cards] } }", "key.rotate", "key.rotate"],
    ["{ action: key.update, with: { key: payments, tags: [a=b], cryptoperiod: none } }", "key.update"],
    ["{ action: key.suspend, with: { key: payments, reason: x } }", "key.suspend"],
    ["{ action: key.compromise, with: { keys: [payments, cards], reason: x } }", "key.compromise", "key.compromise"],
    ["{ action: key.destroy, with: { key: payments, version: 1, reason: x } }", "key.destroy"],
    ["{ action: keyring.create, with: { name: a } }", "keyring.create"],
    ["{ action: keyring.rotate, with: { quorum: root } }", "keyring.rotate"],
    ["{ action: clock.accept }", "clock.accept"],
  ])("%s", async ([step, ...actions]) => {
    await using vault = await made.open();
    const plan = await planned(`  - ${step}`)(vault);
    expect(plan.map(({ action }) => action)).toEqual(actions);
    for (const { action, parameters } of plan) {
      const bound = ACTIONS.get(action)?.(parameters, (problem) => new Error(problem));
      await bound?.check(vault.reader, timestamp(vault.clock()));
    }
  });

  test("what isn't there is named", async () => {
    await using vault = await made.open();
    await expect(planned("  - { action: key.rotate, with: { key: nothing } }")(vault)).rejects.toThrow(
      "no key nothing",
    );
    await expect(planned("  - { action: key.rotate, with: { due: true } }")(vault)).rejects.toThrow("no key is due");
  });

  test("inputs that name what is not in the vault are found before step 1", async () => {
    await using vault = await made.open();
    const script = scriptOf(
      '  - { action: key.rotate, with: { keys: "${inputs.keys}" } }',
      "{ keys: { type: existing-keys, prompt: K } }",
    );
    const given = (keys: string) => bindInputs(script, new Map([["keys", keys]])).values;
    await expect(checkInputsIn(vault.reader, script, given("payments cards"))).resolves.toBeUndefined();
    await expect(checkInputsIn(vault.reader, script, given("payments none"))).rejects.toThrow("no key none");
    const filled = fillIn(script, given("payments cards"));
    await expect(planScript(filled, vault.reader, timestamp(vault.clock()))).resolves.toHaveLength(2);
  });
});

describe("several actions of a script are one plan, in which a later one may need an earlier one", () => {
  test("the key-encryption keys of a quorum are rotated, and everything is wrapped under them", async () => {
    await using other = await foundVault();
    await other.perform(createKeyring("archive"));
    await other.perform(create("old", { keyring: "archive" }));
    await other.perform(
      planned(
        "  - { action: keyring.rotate, with: { quorum: root } }\n  - { action: keyring.rewrap, with: { quorum: root } }",
      ),
    );
    await using vault = await other.open();
    for (const name of ["default", "archive"]) {
      await expect(describeKeyring(vault.reader, name)).resolves.toMatchObject({ kekVersion: 2 });
    }
    expect(await vault.reader.count("keks", {})).toBe(2);
    await expect(other.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("compromised and replaced", async () => {
    const { effects } = await made.perform(
      planned(
        "  - { action: key.compromise, with: { key: cards, reason: leaked } }\n  - { action: key.rotate, with: { key: cards } }",
      ),
    );
    expect(effects.map(({ action }) => action)).toEqual(["key.compromise", "key.rotate"]);
    await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("a rewrap alone, or one under a version that nothing makes, is refused", async () => {
    await expect(made.perform(planned("  - { action: keyring.rewrap, with: { keyring: default } }"))).rejects.toThrow(
      "everything is under KEK version 1 already",
    );
    const tooFar: Planner = async (vault) => {
      const plan = await planned(
        "  - { action: keyring.rotate, with: { keyring: default } }\n  - { action: keyring.rewrap, with: { keyring: default } }",
      )(vault);
      return plan.map((one) =>
        one.action === "keyring.rewrap" ? { ...one, parameters: { ...one.parameters, to: 3 } } : one,
      );
    };
    await expect(made.perform(tooFar)).rejects.toThrow("is at KEK version 1 by now, not 3");
  });
});
