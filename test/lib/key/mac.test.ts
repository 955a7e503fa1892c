import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, hex, utf8 } from "../../../src/lib/bytes.ts";
import { sha256Hex } from "../../../src/lib/crypto/digest.ts";
import type { Algorithm } from "../../../src/lib/key/algorithm.ts";
import { macOf } from "../../../src/lib/key/mac.ts";
import { describeMessage } from "../../../src/lib/key/message.ts";
import { planMac } from "../../../src/lib/key/plan-use.ts";
import { publish } from "../../support/figures.ts";
import { create, move, together } from "../../support/key-acts.ts";
import { openMaterials } from "../../support/materials.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault, type Planner } from "../../support/vault.ts";
import { haveVectors, readVectors } from "../../support/vectors.ts";

interface Group {
  keySize: number;
  tagSize: number;
  tests: { tcId: number; key: string; msg: string; tag: string; result: string }[];
}

describe.skipIf(!haveVectors)("Wycheproof, through our own function (needs the vectors)", () => {
  test.for([
    { file: "hmac_sha256_test", algorithm: "hmac-sha256" },
    { file: "hmac_sha384_test", algorithm: "hmac-sha384" },
    { file: "hmac_sha512_test", algorithm: "hmac-sha512" },
  ] as const satisfies readonly { file: string; algorithm: Algorithm }[])("$file", ({ file, algorithm }) => {
    const { testGroups } = readVectors<{ testGroups: Group[] }>("wycheproof", `${file}.json`);
    const wrong: number[] = [];
    let rows = 0;
    for (const { tagSize, tests } of testGroups) {
      for (const { tcId, key, msg, tag, result } of tests) {
        rows += 1;
        const made = hex(macOf(algorithm, fromHex(key), fromHex(msg))).slice(0, tagSize / 4); // some are cut off
        if ((made === tag) !== (result === "valid")) wrong.push(tcId);
      }
    }
    publish(`wycheproof ${file}`, { rows });
    expect(wrong).toEqual([]);
    expect(rows).toBeGreaterThan(150);
  });
});

describe.skipIf(!haveVectors)("NIST ACVP, through our own function (needs the vectors)", () => {
  test.for(["256", "384", "512"] as const)("HMAC-SHA2-%s-2.0", (bits) => {
    const { testGroups } = readVectors<{
      testGroups: { tests: Record<"key" | "msg" | "mac", string>[] }[];
    }>("acvp", `HMAC-SHA2-${bits}-2.0`, "internalProjection.json.gz");
    let rows = 0;
    for (const { key, msg, mac } of testGroups.flatMap(({ tests }) => tests)) {
      rows += 1;
      const made = hex(macOf(`hmac-sha${bits}`, fromHex(key.toLowerCase()), fromHex(msg.toLowerCase())));
      expect(made.startsWith(mac.toLowerCase())).toBe(true); // some are cut off
    }
    publish(`acvp HMAC-SHA2-${bits}`, { rows });
    expect(rows).toBe(150);
  });
});

test("a key that makes none", () => {
  expect(() => macOf("ed25519", new Uint8Array(32), new Uint8Array())).toThrow("a key of ed25519 makes no MAC");
});

describe("by a quorum", () => {
  const message = utf8("a webhook's body");
  let made: MadeVault;
  beforeAll(async () => {
    made = await foundVault();
    await made.perform(
      together(
        create("hmac", { algorithm: "hmac-sha384" }),
        create("aes", { usages: ["mac"] }),
        create("encrypting"),
        create("old", { algorithm: "hmac-sha256" }),
      ),
    );
    await made.perform(move("deactivate", "old"));
    made.surroundings.piped = message;
  });
  afterAll(() => made[Symbol.asyncDispose]());

  const mac =
    (key: string, of = message): Planner =>
    async ({ reader }) => [await planMac(reader, { key, version: undefined, message: describeMessage("body", of) })];

  test.for(["hmac", "aes"])("%s: what the material makes of the message; the chain keeps its digest", async (name) => {
    const { effects } = await made.perform(mac(name));
    const material = (await openMaterials(made)).get(`${String(effects[0]?.data["key"])}/1`) ?? "";
    const algorithm = name === "aes" ? "aes-256" : "hmac-sha384";
    const tag = macOf(algorithm, fromHex(material), message);
    expect(effects[0]?.data).toMatchObject({ version: 1, mac: hex(tag) });
    await using vault = await made.open();
    const last = (await Array.fromAsync(vault.reader.rows("entries"))).at(-1)?.text ?? "";
    expect(last).toContain(`"mac":"${sha256Hex(tag)}"`);
    expect(last).not.toContain(hex(tag));
    expect((await made.verify()).result).toBe("VERIFIED");
  });

  test.for([
    { name: "encrypting", message: "key default/encrypting is not for mac, but for encrypt, decrypt" },
    { name: "old", message: "key default/old version 1 is deactivated: it may not mac" },
  ])("$name is refused", async ({ name, message: said }) => {
    expect(await refusalOf(made.perform(mac(name)))).toEqual({ code: "REFUSED", message: said });
  });

  test("a message that isn't the plan's is refused, and nothing is done", async () => {
    expect(await refusalOf(made.perform(mac("hmac", utf8("another"))))).toMatchObject({ code: "USAGE" });
  });
});
