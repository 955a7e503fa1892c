import { describe, expect, test } from "vitest";
import { USAGES } from "../../../src/lib/key/algorithm.ts";
import { KEY_STATES, permittedUsages } from "../../../src/lib/key/state.ts";
import { assertUsable } from "../../../src/lib/key/use.ts";
import type { Row } from "../../../src/lib/storage/tables.ts";
import { refusalOf } from "../../support/refusal.ts";

const TIME = "2026-11-24T12:00:00.000Z";
const KEY: Row<"keys"> = {
  id: "k",
  keyring: "r",
  name: "payments",
  algorithm: "aes-256",
  version: 1,
  usages: JSON.stringify(USAGES),
  exportable: 0,
  cryptoperiodSeconds: null,
  created: TIME,
  state: "active",
  activateAt: null,
  deactivateAt: null,
  rotateAt: null,
};
const VERSION: Row<"keyVersions"> = {
  key: "k",
  version: 1,
  state: "active",
  stateBefore: null,
  compromised: 0,
  activateAt: null,
  deactivateAt: null,
  kekVersion: 1,
  blob: "b",
  checkValue: null,
  publicKey: null,
  fingerprint: null,
  created: TIME,
  changed: TIME,
};

describe("every state × usage × whether compromised keys are taken", () => {
  test.for(
    KEY_STATES.flatMap((state) => USAGES.flatMap((usage) => [true, false].map((accept) => ({ state, usage, accept })))),
  )("$state, $usage, accept: $accept", async ({ state, usage, accept }) => {
    const found = await refusalOf(() => assertUsable("r/payments", KEY, { ...VERSION, state }, usage, TIME, accept));
    const permitted = permittedUsages(state, USAGES, accept).includes(usage);
    expect(found).toEqual(
      permitted
        ? "accepted"
        : { code: "REFUSED", message: `key r/payments version 1 is ${state}: it may not ${usage}` },
    );
  });
});

test.for(USAGES)("a key that is not for %s is refused, whatever its state", async (usage) => {
  const others = USAGES.filter((other) => other !== usage);
  const key = { ...KEY, usages: JSON.stringify(others) };
  expect(await refusalOf(() => assertUsable("r/payments", key, VERSION, usage, TIME, true))).toEqual({
    code: "REFUSED",
    message: `key r/payments is not for ${usage}, but for ${others.join(", ")}`,
  });
});

test("dates take effect by themselves", async () => {
  const version = {
    ...VERSION,
    state: "pre-active",
    activateAt: TIME,
    deactivateAt: "2026-11-25T00:00:00.000Z",
  } as const;
  const at = (time: string) => refusalOf(() => assertUsable("r/payments", KEY, version, "sign", time, false));
  expect(await at("2026-11-24T11:59:59.999Z")).toMatchObject({ code: "REFUSED" });
  expect(await at(TIME)).toBe("accepted");
  expect(await at("2026-11-25T00:00:00.000Z")).toMatchObject({ message: expect.stringContaining("is deactivated") });
});
