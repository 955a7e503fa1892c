import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { timestamp } from "../../../src/lib/clock.ts";
import { describeMessage } from "../../../src/lib/key/message.ts";
import { planMac, planSign } from "../../../src/lib/key/plan-use.ts";
import { schemesOf } from "../../../src/lib/key/signature-scheme.ts";
import { KEY_STATES, type KeyState, permittedUsages } from "../../../src/lib/key/state.ts";
import { checkSignature } from "../../../src/lib/key/verify-signature.ts";
import { decrypt, encrypt, encryptToPublicHalf } from "../../support/file-acts.ts";
import { create, move, together } from "../../support/key-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const MESSAGE = utf8("a message");
const OPERATIONS = ["encrypt", "decrypt", "sign", "verify", "mac"] as const;
type Operation = (typeof OPERATIONS)[number];

/** What leads from active to each state; a pre-active key is made so. */
const LEADS = {
  "pre-active": undefined,
  active: undefined,
  suspended: "suspend",
  deactivated: "deactivate",
  compromised: "compromise",
  destroyed: "destroy",
} as const satisfies Record<KeyState, unknown>;

/** The algorithm and usages of each kind of key; a key for nothing of this is of another purpose. */
const KINDS = {
  aes: { algorithm: "aes-256", usages: ["encrypt", "decrypt"] },
  opening: { algorithm: "aes-256", usages: ["decrypt"] },
  signing: { algorithm: "ec-p256", usages: ["sign", "verify"] },
  checking: { algorithm: "ec-p256", usages: ["verify"] },
  /** Everybody encrypts to its public half. */
  letterbox: { algorithm: "ec-p256", usages: ["encrypt", "decrypt"] },
  dropbox: { algorithm: "x25519", usages: ["encrypt", "decrypt"] },
  agreeing: { algorithm: "x25519", usages: ["derive"] },
  mac: { algorithm: "hmac-sha256", usages: ["mac"] },
  other: { algorithm: "aes-256", usages: ["derive"] },
} as const;
type Kind = keyof typeof KINDS;
const BOXES = ["letterbox", "dropbox"] as const satisfies readonly Kind[];
const isBox = (kind: Kind) => BOXES.some((box) => box === kind);
const KIND_NAMES = Object.keys(KINDS) as Kind[];

let made: MadeVault;
const signatures = new Map<string, Uint8Array>();

beforeAll(async () => {
  made = await foundVault();
  writeFileSync(made.place.file("plain"), MESSAGE);
  made.surroundings.piped = MESSAGE;
  await made.perform(
    together(
      ...KIND_NAMES.flatMap((kind) =>
        KEY_STATES.map((state) => {
          const { algorithm, usages } = KINDS[kind];
          return create(`${kind}-${state}`, { algorithm, usages: [...usages], preActive: state === "pre-active" });
        }),
      ),
    ),
  );
  for (const state of KEY_STATES) {
    if (state === "pre-active") continue;
    await encrypt(made, `aes-${state}`, "plain", `aes-${state}.enc`);
    for (const kind of BOXES) await encryptToPublicHalf(made, `${kind}-${state}`, "plain", `${kind}-${state}.enc`);
    signatures.set(state, await signed(`signing-${state}`));
  }
  const moves = KIND_NAMES.flatMap((kind) =>
    KEY_STATES.flatMap((state) => {
      const transition = LEADS[state];
      return transition === undefined ? [] : [move(transition, `${kind}-${state}`)];
    }),
  );
  await made.perform(together(...moves));
});
afterAll(() => made[Symbol.asyncDispose]());

async function signed(key: string): Promise<Uint8Array> {
  const { effects } = await made.perform(async ({ reader }) => [
    await planSign(reader, {
      key,
      version: undefined,
      scheme: undefined,
      format: "der",
      message: describeMessage("m", MESSAGE),
    }),
  ]);
  return Buffer.from(String(effects[0]?.data["signature"]), "base64");
}

async function verified(key: string, state: KeyState, acceptCompromised: boolean): Promise<unknown> {
  await using vault = await made.open();
  const signature = signatures.get(state) ?? new Uint8Array();
  const given = { key, version: undefined, scheme: undefined, format: "der", message: MESSAGE } as const;
  const check = { ...given, digest: false, signature, acceptCompromised };
  return await checkSignature(vault.reader, check, timestamp(vault.clock()));
}

function operate(operation: Operation, kind: Kind, state: KeyState, acceptCompromised: boolean): Promise<unknown> {
  const key = `${kind}-${state}`;
  const protectedBefore = state === "pre-active" ? "active" : state;
  const file = `${isBox(kind) ? kind : "aes"}-${protectedBefore}.enc`;
  const toPublicHalf = isBox(kind) || kind === "agreeing";
  const acts = {
    encrypt: () => (toPublicHalf ? encryptToPublicHalf(made, key, "plain", "out") : encrypt(made, key, "plain", "out")),
    decrypt: () => decrypt(made, file, "out", { key: { key, version: undefined }, acceptCompromised }),
    sign: () => signed(key),
    verify: () => verified(key, protectedBefore, acceptCompromised),
    mac: () =>
      made.perform(async ({ reader }) => [
        await planMac(reader, { key, version: undefined, message: describeMessage("m", MESSAGE) }),
      ]),
  } satisfies Record<Operation, () => Promise<unknown>>;
  return acts[operation]();
}

/** Keys whose algorithm does it, and one for something else. */
const CONCERNED = {
  encrypt: ["aes", "opening", "other", "letterbox", "dropbox", "agreeing"],
  decrypt: ["aes", "opening", "other", "letterbox", "dropbox", "agreeing"],
  sign: ["signing", "checking", "other"],
  verify: ["signing", "checking", "other"],
  mac: ["mac", "other"],
} as const satisfies Record<Operation, readonly Kind[]>;

describe("every state × usages of the key × operation, with and without --accept-compromised", () => {
  const accepting = (operation: Operation) =>
    operation === "decrypt" || operation === "verify" ? [false, true] : [false];
  test.for(
    OPERATIONS.flatMap((operation) =>
      CONCERNED[operation].flatMap((kind) =>
        KEY_STATES.flatMap((state) => accepting(operation).map((accept) => ({ operation, kind, state, accept }))),
      ),
    ),
  )("$operation with a key for $kind that is $state, accept: $accept", async ({ operation, kind, state, accept }) => {
    const { usages } = KINDS[kind];
    const before = readdirSync(made.place.path).sort();
    const found = await refusalOf(() => operate(operation, kind, state, accept));
    if (permittedUsages(state, usages, accept).includes(operation)) {
      // The right key opens; any other that may decrypt at all is another key.
      const opens = operation !== "decrypt" || kind === "aes" || isBox(kind);
      expect(found === "accepted" || Object(found).code).toBe(opens ? true : "INTEGRITY");
    } else if (operation === "sign" && schemesOf(KINDS[kind].algorithm).length === 0) {
      expect(found).toMatchObject({ code: "USAGE", message: expect.stringContaining("does not sign") });
    } else {
      const why = usages.some((usage) => usage === operation) ? `is ${state}: it may not` : "is not for";
      expect(found).toMatchObject({ code: "REFUSED", message: expect.stringContaining(why) });
    }
    const left = readdirSync(made.place.path).filter((name) => !before.includes(name));
    expect(left).toEqual(found === "accepted" && existsSync(made.place.file("out")) ? ["out"] : []);
    if (left.length > 0) rmSync(made.place.file("out"));
  });
});
