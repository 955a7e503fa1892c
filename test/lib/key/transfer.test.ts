import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { timestamp } from "../../../src/lib/clock.ts";
import { sha256Hex } from "../../../src/lib/crypto/digest.ts";
import { canonicalFile } from "../../../src/lib/json.ts";
import { ALGORITHM_NAMES, type Algorithm, type Usage } from "../../../src/lib/key/algorithm.ts";
import { describeKey } from "../../../src/lib/key/describe.ts";
import { keyExport } from "../../../src/lib/key/export.ts";
import { planExport } from "../../../src/lib/key/plan-export.ts";
import { planImport, planImportVersion } from "../../../src/lib/key/plan-import.ts";
import { parseTransfer, wrappedOf } from "../../../src/lib/key/transfer.ts";
import {
  parseTransferRequest,
  type TransferRequest,
  writeTransferRequest,
} from "../../../src/lib/key/transfer-request.ts";
import { type TransferSource, transferSource, wrappedIn } from "../../../src/lib/key/transfer-source.ts";
import { WRAPPING_KEY } from "../../../src/lib/key/wrapping-key.ts";
import { CollectedOutputs } from "../../support/collected-outputs.ts";
import { create, move, together } from "../../support/key-acts.ts";
import { CREATED, id, keyrings } from "../../support/keyrings.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault, PLAIN_KEY, type Planner } from "../../support/vault.ts";

const WEEK = 7 * 24 * 60 * 60 * 1000;
/** A wrapping key each takes a second to make: these move, one of each kind of material. */
const MOVED = ["aes-256", "ec-p256", "ml-dsa-44"] as const satisfies readonly Algorithm[];

let sender: MadeVault;
let receiver: MadeVault;
beforeAll(async () => {
  [sender, receiver] = await Promise.all([foundVault(), foundVault()]);
  const keys = MOVED.map((algorithm) =>
    create(algorithm, { algorithm, exportable: true, tag: ["team=cards"], cryptoperiod: "1y" }),
  );
  await sender.perform(
    together(
      ...keys,
      create("old", { exportable: true }),
      create("early", { exportable: true, preActive: true }),
      create("tag", { algorithm: "hmac-sha256", exportable: true }),
    ),
  );
  await sender.perform(together(move("deactivate", "old"), move("deactivate", "tag")));
  const wrapping = [...MOVED, "spare", "short"].map((name) => {
    const deactivateAt = timestamp(new Date(Date.now() + (name === "short" ? 60_000 : WEEK)));
    return create(`for-${name}`, { ...WRAPPING_KEY, deactivateAt });
  });
  await receiver.perform(together(...wrapping, create("plain", { algorithm: "rsa-4096", usages: ["unwrap"] })));
}, 120_000);
afterAll(async () => {
  await sender[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

async function request(name: string, made = receiver): Promise<{ request: TransferRequest; bytes: Uint8Array }> {
  await using vault = await made.open();
  return await writeTransferRequest(vault, name);
}

function send(key: string, to: TransferRequest): Planner {
  return async ({ reader }) => [
    await planExport(reader, { key, version: undefined, to: { kind: "vault", request: to, words: "checked" } }),
  ];
}

/** The file that takes a key along. */
async function sent(key: string, to: TransferRequest): Promise<Uint8Array> {
  const outputs = new CollectedOutputs();
  sender.surroundings.streams = outputs;
  await sender.perform(send(key, to));
  return Uint8Array.from(outputs.published[0] ?? []);
}

/** What `key import NAME --transfer FILE` plans. */
function receive(name: string, bytes: Uint8Array, usages?: readonly Usage[]): Planner {
  return async ({ reader }) => {
    const { source, transfer } = await transferSource(reader, { name: "a.transfer", bytes }, "checked");
    const { algorithm } = transfer.key;
    return [
      await planImport(reader, {
        ...PLAIN_KEY,
        name,
        algorithm,
        source,
        usages: usages ?? source.usages,
        expected: undefined,
      }),
    ];
  };
}

async function received(made: MadeVault, name: string, bytes: Uint8Array, usages?: readonly Usage[]) {
  made.surroundings.inputs = [await made.place.write("a.transfer", bytes)];
  return await made.perform(receive(name, bytes, usages));
}

async function shown(made: MadeVault, name: string) {
  await using vault = await made.open();
  return await describeKey(vault.reader, name, timestamp(new Date()));
}

test.for(MOVED)("a key of %s moves, and is the same key there; what it was in is used up", async (algorithm) => {
  const { request: asked } = await request(`for-${algorithm}`);
  const file = await sent(algorithm, asked);
  await received(receiver, algorithm, file);
  const [here, there] = await Promise.all([shown(sender, algorithm), shown(receiver, algorithm)]);
  const { checkValue, fingerprint, publicKey } = here.versions[0] ?? {};
  expect(there.versions[0]).toMatchObject({ checkValue, fingerprint, publicKey });
  expect(there).toMatchObject({ algorithm, usages: here.usages, exportable: false, imported: { format: "transfer" } });
  expect(await refusalOf(received(receiver, `${algorithm}-again`, file))).toMatchObject({ code: "REFUSED" });
  expect((await shown(receiver, `for-${algorithm}`)).state).toBe("destroyed");
  for (const made of [sender, receiver]) expect((await made.verify()).result).toBe("VERIFIED");
});

test("none of the algorithms is of another kind of material than these", () => {
  expect(MOVED.every((algorithm) => ALGORITHM_NAMES.includes(algorithm))).toBe(true);
});

describe("the request", () => {
  test("says whose it is, and is signed by the host", async () => {
    const { request: asked, bytes } = await request("for-spare");
    expect(parseTransferRequest(bytes)).toEqual(asked);
    expect(asked).toMatchObject({ name: "vault", rehearsal: true, wrappingKey: { name: "for-spare" } });
  });

  test("of a key that is no wrapping key is refused", async () => {
    expect(await refusalOf(request("plain"))).toMatchObject({ code: "REFUSED", message: /has no end/ });
    expect(await refusalOf(request("nobody"))).toMatchObject({ code: "NOT_FOUND" });
    expect(await refusalOf(request("aes-256", sender))).toMatchObject({ code: "REFUSED" });
  });

  test("altered anywhere is refused", async () => {
    const { request: asked, bytes } = await request("for-spare");
    const { signature } = JSON.parse(Buffer.from(bytes).toString());
    const altered = [
      canonicalFile({ request: { ...asked, name: "other" }, signature }),
      canonicalFile({ request: { ...asked, publicKey: asked.publicKey.replace("M", "N") }, signature }),
      canonicalFile({ request: asked, signature: "0".repeat(128) }),
      canonicalFile({ request: { ...asked, hostKey: "0".repeat(64) }, signature }),
      canonicalFile({ request: asked, signature, extra: 1 }),
      Buffer.from(JSON.stringify({ request: asked, signature })),
      bytes.subarray(0, bytes.length - 9),
    ];
    for (const other of altered)
      expect(await refusalOf(() => parseTransferRequest(other))).toMatchObject({ code: "INPUT_MALFORMED" });
  });

  test("signed by a key under which one signature is good for everything is refused", async () => {
    const { request: asked } = await request("for-spare");
    const hostKey = `01${"00".repeat(31)}`; // the neutral point: R is the base point, s is 1; Node.js 26 refuses it too
    const signature = `58${"66".repeat(31)}01${"00".repeat(31)}`;
    const forged = { ...asked, hostKey };
    expect(await refusalOf(() => parseTransferRequest(canonicalFile({ request: forged, signature })))).toMatchObject({
      code: "INPUT_MALFORMED",
      message: expect.stringContaining("the host's signature does not verify"),
    });
  });

  test("that expired is refused where a key is to be sent", async () => {
    const { request: asked } = await request("for-short");
    const late = { ...asked, expires: "2026-01-01T00:00:00.000Z" };
    expect(await refusalOf(sender.perform(send("aes-256", late)))).toEqual({
      code: "REFUSED",
      message: "the request expired at 2026-01-01T00:00:00.000Z",
    });
  });
});

test.for([
  { rehearsal: 1, refused: "accepted" },
  {
    rehearsal: 0,
    refused: {
      code: "REFUSED",
      message: "key default/payments is no rehearsal's, and the vault that asks for it is for rehearsals",
    },
  },
] as const)("a rehearsal is sent a key of a rehearsal alone: $rehearsal", async ({ rehearsal, refused }) => {
  await using tables = await keyrings([{ exportable: 1 }]);
  const { request: asked } = await request("for-spare");
  const identity = { id: id(7), name: "here", epoch: id(8), genesis: "0".repeat(64), hostKey: "1".repeat(64) };
  await tables.transaction((writer) =>
    writer.insert("vault", { ...identity, rehearsal, created: CREATED, clockAccepted: null }),
  );
  const key = { id: id(100), name: "payments", keyring: { id: id(2), name: "default" } };
  const parameters = { key, version: 1, to: { kind: "vault", request: asked, words: "checked" } } as const;
  expect(await refusalOf(keyExport.check(parameters, tables, asked.time, []))).toEqual(refused);
});

describe("what goes along", () => {
  test("of a deactivated key only what opens and checks; of a pre-active one all; of nothing, nothing", async () => {
    const { request: asked } = await request("for-spare");
    const { key } = parseTransfer(await sent("old", asked), "old");
    expect(key).toMatchObject({ state: "deactivated", usages: ["decrypt"] });
    expect(parseTransfer(await sent("early", asked), "a.transfer").key).toMatchObject({
      state: "pre-active",
      usages: ["encrypt", "decrypt"],
    });
    expect(parseTransfer(await sent("aes-256", asked), "a.transfer").key).toMatchObject({
      tags: { team: "cards" },
      cryptoperiodSeconds: 31_536_000,
    });
    expect(await refusalOf(sender.perform(send("tag", asked)))).toEqual({
      code: "REFUSED",
      message: "key default/tag is deactivated: nothing is left that it may be used for elsewhere",
    });
  });

  test("usages are narrowed, never widened", async () => {
    const { request: asked } = await request("for-spare");
    const file = await sent("old", asked);
    expect(await refusalOf(received(receiver, "wider", file, ["encrypt", "decrypt"]))).toEqual({
      code: "REFUSED",
      message: "key default/old of vault vault is for decrypt: usages can only be narrowed, not encrypt",
    });
    await using copy = await receiver.copy();
    await received(copy, "narrower", await sent("aes-256", asked), ["decrypt"]);
    expect(await shown(copy, "narrower")).toMatchObject({ usages: ["decrypt"] });
  });
});

describe("what was changed on the way is refused, and the wrapping key stays", () => {
  let file: Uint8Array;
  const changed = (change: (transfer: Record<string, Record<string, unknown>>) => void) => {
    const transfer = JSON.parse(Buffer.from(file).toString());
    change(transfer);
    return canonicalFile(transfer);
  };
  beforeAll(async () => {
    file = await sent("aes-256", (await request("for-spare")).request);
  });

  test.for<{
    what: string;
    change: (transfer: Record<string, Record<string, unknown>>) => void;
    code: string;
    message: RegExp;
  }>([
    {
      what: "another check value",
      change: ({ key }) => void Object.assign(key ?? {}, { checkValue: "0123456789" }),
      code: "REFUSED",
      message: /^the key that came is [0-9a-f]{10}, and the plan is of 0123456789$/,
    },
    {
      what: "another algorithm of the same length",
      change: ({ key }) => void Object.assign(key ?? {}, { algorithm: "hmac-sha256", usages: ["mac"] }),
      code: "REFUSED",
      message: /the key that came is/,
    },
    {
      what: "another vault",
      change: ({ to }) => void Object.assign(to ?? {}, { vault: "7b6e2a52-2c3e-4c17-9f0a-3d1f0c5b7e21" }),
      code: "REFUSED",
      message: /was sent to another vault/,
    },
    {
      what: "another wrapping key",
      change: ({ to }) => {
        Object.assign(to?.["wrappingKey"] ?? {}, { id: "7b6e2a52-2c3e-4c17-9f0a-3d1f0c5b7e21" });
      },
      code: "NOT_FOUND",
      message: /no key with id/,
    },
    {
      what: "other ciphertext",
      change: (transfer) => void Object.assign(transfer, { wrapped: Buffer.alloc(552, 7).toString("base64") }),
      code: "INPUT_MALFORMED",
      message: /does not open under the wrapping key/,
    },
    {
      what: "another member",
      change: ({ key }) => void Object.assign(key ?? {}, { more: 1 }),
      code: "INPUT_MALFORMED",
      message: /Unrecognized/,
    },
    {
      what: "no usages",
      change: ({ key }) => void Object.assign(key ?? {}, { usages: [] }),
      code: "INPUT_MALFORMED",
      message: /key\.usages/,
    },
  ])("$what", async ({ change, code, message }) => {
    const refused = await refusalOf(received(receiver, "swapped", changed(change)));
    expect(refused).toEqual({ code, message: expect.stringMatching(message) });
    expect((await shown(receiver, "for-spare")).state).toBe("active");
  });

  test("a plan that says something else than the file", async () => {
    await using vault = await receiver.open();
    const { source } = await transferSource(vault.reader, { name: "a.transfer", bytes: file }, "checked");
    const { wrappingKey } = source;
    const others = [
      { ...source, usages: ["encrypt"] },
      { ...source, checkValue: "0123456789" },
      { ...source, wrappingKey: { ...wrappingKey, id: "7b6e2a52-2c3e-4c17-9f0a-3d1f0c5b7e21" } },
    ] as const satisfies readonly TransferSource[];
    for (const other of others) {
      expect(await refusalOf(() => wrappedIn(other, file))).toMatchObject({
        code: "REFUSED",
        message: "the plan says something else of a.transfer than it does itself",
      });
    }
    expect(wrappedIn(source, file)).toEqual(wrappedOf(parseTransfer(file, "a.transfer")));
  });

  test("another file than the plan's (ATTACKS I10)", async () => {
    const people = receiver.interaction("alice", "bob");
    receiver.surroundings.inputs = [receiver.place.file("a.transfer")];
    await receiver.place.write(
      "a.transfer",
      changed(({ from }) => void Object.assign(from ?? {}, { name: "evil" })),
    );
    const refused = await refusalOf(receiver.performWith(people, receive("swapped", file)));
    expect(refused).toMatchObject({ code: "USAGE", message: expect.stringContaining(`SHA-256 ${sha256Hex(file)}`) });
    expect(readFileSync(receiver.place.file("a.transfer")).length).toBeGreaterThan(0);
  });
});

test("a key that was sent becomes the next version of one, for no more than where it comes from", async () => {
  await using copy = await receiver.copy();
  await copy.perform(together(create("cards"), create("wrapping", { usages: ["wrap", "unwrap"] })));
  const { request: asked } = await request("for-spare", copy);
  const bytes = await sent("aes-256", asked);
  copy.surroundings.inputs = [await copy.place.write("a.transfer", bytes)];
  const version = (name: string): Planner => {
    return async ({ reader }) => {
      const { source } = await transferSource(reader, { name: "a.transfer", bytes }, "checked");
      return [await planImportVersion(reader, { name, algorithm: "aes-256", source, expected: undefined })];
    };
  };
  expect(await refusalOf(copy.perform(version("wrapping")))).toEqual({
    code: "REFUSED",
    message:
      "key default/aes-256 of vault vault is for encrypt, decrypt: usages can only be narrowed, not wrap, unwrap",
  });
  await copy.perform(version("cards"));
  const { checkValue } = (await shown(sender, "aes-256")).versions[0] ?? {};
  expect((await shown(copy, "cards")).versions[1]).toMatchObject({ checkValue, imported: { format: "transfer" } });
  expect((await copy.verify()).result).toBe("VERIFIED");
});
