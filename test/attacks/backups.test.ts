import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signCheckpoint } from "../../src/lib/audit/checkpoint.ts";
import { hashBackup, looksLikeBackup, readBackupHead } from "../../src/lib/backup/backup-file.ts";
import { chooseBackup } from "../../src/lib/backup/choose.ts";
import { type BackupHead, checkpointOf } from "../../src/lib/backup/head.ts";
import { openBackup } from "../../src/lib/backup/open-backup.ts";
import { openPayload, sealPayload } from "../../src/lib/backup/payload.ts";
import { concat, utf8 } from "../../src/lib/bytes.ts";
import { ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { ageHeaderEnd } from "../../src/lib/crypto/age-header.ts";
import { newHostKey, publicKeyOf } from "../../src/lib/crypto/signature.ts";
import { loadHostKey } from "../../src/lib/host/host-key.ts";
import { LIMITS } from "../../src/lib/limits.ts";
import type { Secret } from "../../src/lib/secret.ts";
import {
  type BackupParts,
  backUpFile,
  backupSeedOf,
  emptyHost,
  partsOf,
  restore,
  signedAnew,
} from "../support/backups.ts";
import { refusalOf } from "../support/refusal.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

let made: MadeVault;
let host: MadeVault;
let good: Uint8Array;
let later: Uint8Array;
let seed: Secret;
let headLength = 0;
let headerLength = 0;

beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  const path = await backUpFile(made);
  good = readFileSync(path);
  ({ headLength } = readBackupHead(path));
  headerLength = ageHeaderEnd(good.subarray(headLength)) ?? 0;
  await made.createKey("signing", ["alice", "bob"]);
  later = readFileSync(await backUpFile(made));
  seed = await backupSeedOf(made);
  host = await emptyHost(made);
});

afterAll(async () => {
  seed[Symbol.dispose]();
  await host[Symbol.asyncDispose]();
  await made[Symbol.asyncDispose]();
});

async function written(bytes: Uint8Array): Promise<string> {
  return await host.place.write("tried.backup", bytes);
}

/** What reading the file says, without a secret. */
async function readingOf(bytes: Uint8Array) {
  const path = await written(bytes);
  return await refusalOf(() => void hashBackup(path));
}

/** What opening it says, with the secret; nothing that was hashed is trusted for it. */
async function openingOf(bytes: Uint8Array) {
  const path = await written(bytes);
  const scratch = host.place.file("scratch.db");
  rmSync(scratch, { force: true });
  return await refusalOf(async () => {
    const { storage } = await openBackup(hashBackup(path), scratch, seed, ENTRY_TYPES);
    await storage[Symbol.asyncDispose]();
  });
}

/** What a restore says of it, after which nothing is left. */
async function restoringOf(bytes: Uint8Array) {
  const before = readdirSync(host.place.path).filter((name) => name !== "tried.backup");
  const path = await written(bytes);
  const people = host.interaction("alice", "bob");
  people.patient = false;
  const refusal = await refusalOf(() => restore(host, path, { people }));
  expect(readdirSync(host.place.path).filter((name) => name !== "tried.backup")).toEqual(before);
  return refusal;
}

function flipped(bytes: Uint8Array, at: number, bit = 0): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

const stolen = () => loadHostKey(made.path);
const again = (changes: Partial<BackupHead>, { head, payload }: BackupParts = partsOf(good)) =>
  signedAnew({ head: { ...head, ...changes }, payload }, stolen());

test("what was written opens", async () => {
  expect(await openingOf(good)).toBe("accepted");
  expect(await openingOf(again({}))).toBe("accepted");
});

describe("one flipped bit is refused, wherever it is", () => {
  test("in any byte class, by whoever has no secret", async () => {
    const payload = headLength + headerLength;
    const classes: [string, number, number][] = [
      ["head", 0, headLength - 2],
      ["its end", headLength - 2, headLength],
      ["age header", headLength, payload],
      ["nonce", payload, payload + 16],
      ["first chunk", payload + 16, payload + 16 + 65_552],
      ["second chunk", payload + 16 + 65_552, good.length - 16],
      ["tail", good.length - 16, good.length],
    ];
    for (const [name, from, to] of classes) {
      const step = Math.max(1, Math.floor((to - from) / 60));
      for (let at = from; at < to; at += step) {
        const refusal = await readingOf(flipped(good, at, at % 8));
        expect(refusal, `${name}, byte ${at}`).toMatchObject({
          code: "INTEGRITY",
          message: expect.stringMatching(/: .{5,}/),
        });
      }
    }
  });

  test("in any chunk of a payload that somebody signed for who has the host key", async () => {
    const { head, payload } = partsOf(good);
    for (const at of [
      0,
      30,
      200,
      headerLength - 3,
      headerLength + 3,
      headerLength + 16,
      headerLength + 70_000,
      payload.length - 1,
    ]) {
      const bytes = signedAnew({ head, payload: flipped(payload, at) }, stolen());
      expect(await openingOf(bytes), `byte ${at}`).toMatchObject({ code: "INTEGRITY" });
    }
    expect(
      await restoringOf(signedAnew({ head, payload: flipped(payload, headerLength + 70_000) }, stolen())),
    ).toMatchObject({
      code: "INTEGRITY",
      message: expect.stringContaining("the payload is altered at byte"),
    });
  });
});

describe("I5: truncated, lengthened, put together otherwise", () => {
  test("cut off at any length", async () => {
    const lengths = new Set([0, 1, 8, 9, headLength - 3, headLength - 2, headLength - 1, headLength, headLength + 1]);
    for (let i = 1; i < 120; i++) lengths.add(Math.floor((good.length * i) / 120));
    for (let i = 1; i < 40; i++) lengths.add(good.length - i);
    for (const length of lengths)
      expect(await readingOf(good.subarray(0, length)), `${length} bytes`).toMatchObject({ code: "INTEGRITY" });
  });

  test("cut at chunks, by somebody who signs for it", async () => {
    const { head, payload } = partsOf(good);
    const start = headerLength + 16;
    for (const length of [
      0,
      10,
      headerLength,
      start,
      start + 10,
      start + 65_552,
      start + 65_552 + 16,
      payload.length - 1,
    ]) {
      const bytes = signedAnew({ head, payload: payload.subarray(0, Math.max(1, length)) }, stolen());
      expect(await openingOf(bytes), `${length} bytes`).toMatchObject({ code: "INTEGRITY" });
    }
  });

  test.for([
    ["a byte more", () => concat(good, utf8("x"))],
    ["two in one", () => concat(good, later)],
    ["doubled payload", () => concat(good, good.subarray(headLength))],
    ["something before", () => concat(utf8(" "), good)],
    ["a mark before", () => concat(Uint8Array.of(0xef, 0xbb, 0xbf), good)],
    [
      "the payload of another backup",
      () => concat(good.subarray(0, headLength), later.subarray(partsOf(later).head.payload.size - later.length)),
    ],
    ["an archive", () => concat(utf8("../../.ssh/authorized_keys\0"), new Uint8Array(2000))],
    ["an age file alone", () => good.subarray(headLength)],
    ["nothing", () => new Uint8Array()],
    [
      "white space in the head",
      () =>
        concat(
          utf8(Buffer.from(good.subarray(0, headLength)).toString().replace('":{', '": {')),
          good.subarray(headLength),
        ),
    ],
    ["a member more", () => concat(utf8('{"head":{"a":1,'), good.subarray(9))],
  ] as const)("%s", async ([, make]) => {
    expect(await readingOf(make())).toMatchObject({ code: "INTEGRITY" });
  });

  test("a head without end is refused early: nobody has memory for all of it", async () => {
    const path = await written(concat(utf8('{"head":{"'), new Uint8Array(LIMITS.backupHeadBytes).fill(0x61)));
    truncateSync(path, 2 ** 40); // with holes, which take no place on the disk
    expect(await refusalOf(() => void hashBackup(path))).toMatchObject({
      code: "INTEGRITY",
      message: expect.stringContaining("larger than 8388608 bytes"),
    });
  });

  test("declared sizes are not believed", async () => {
    const { head, payload } = partsOf(good);
    for (const size of [10 * 2 ** 30, Number.MAX_SAFE_INTEGER, 1, payload.length + 1]) {
      const { writeHead } = await import("../../src/lib/backup/head.ts");
      const bytes = concat(writeHead({ ...head, payload: { ...head.payload, size } }, stolen()), payload);
      expect(await readingOf(bytes)).toMatchObject({ code: "INTEGRITY" });
    }
  });

  test("of the future: said so", async () => {
    for (const changes of [{ version: 2 }, { schema: 2 }] as unknown as Partial<BackupHead>[])
      expect(await readingOf(again(changes))).toMatchObject({
        message: expect.stringContaining("made by a newer program"),
      });
  });

  test("500 random mutants", async () => {
    let state = 1;
    const random = (below: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    for (let i = 0; i < 500; i++) {
      const bytes = Uint8Array.from(good);
      const [at, length] = [random(i % 2 === 0 ? headLength : bytes.length), 1 + random(64)];
      for (let j = at; j < Math.min(at + length, bytes.length); j++) bytes[j] = random(256);
      if (Buffer.compare(bytes, good) === 0) continue;
      expect(await readingOf(bytes), `mutant ${i}`).toMatchObject({ code: "INTEGRITY" });
    }
  });

  test("folders, links, devices are none", async () => {
    const place = host.place.path;
    mkdirSync(join(place, "folder.backup"));
    expect(await refusalOf(() => void hashBackup(join(place, "folder.backup")))).toMatchObject({ code: "INTEGRITY" });
    expect(await refusalOf(() => void hashBackup("/dev/zero"))).toMatchObject({
      code: "INTEGRITY",
      message: expect.stringContaining("not a regular file"),
    });
    expect(looksLikeBackup("/dev/zero")).toBe(false);
    rmSync(join(place, "folder.backup"), { recursive: true });
  });
});

describe("I12: a forged head, signed with the stolen host key, is refused for what came out of the payload", () => {
  const other = "6b6e2a52-2c3e-4c17-9f0a-3d1f0c5b7e21";
  const checkpoint = (changes: object, head: BackupHead) =>
    signCheckpoint({ ...checkpointOf(head), ...changes }, stolen());
  test.for([
    { member: "name", changes: () => ({ name: "otherwise" }), code: "INTEGRITY" },
    {
      member: "epoch",
      changes: (head: BackupHead) => ({ epoch: other, checkpoint: checkpoint({ epoch: other }, head) }),
      code: "INTEGRITY",
    },
    {
      member: "number of entries",
      changes: (head: BackupHead) => ({ checkpoint: checkpoint({ size: 99 }, head) }),
      code: "INTEGRITY",
    },
    {
      member: "root",
      changes: (head: BackupHead) => ({ checkpoint: checkpoint({ root: "ab".repeat(32) }, head) }),
      code: "INTEGRITY",
    },
    { member: "genesis", changes: () => ({ genesis: "ab".repeat(32) }), code: "SHARE_OTHER_VAULT" },
    {
      member: "manifest",
      changes: ({ manifest }: BackupHead) => ({ manifest: { ...manifest, threshold: 3 } }),
      code: "SHARE_OTHER_GENERATION",
    },
    {
      member: "manifest's recipient",
      changes: ({ manifest }: BackupHead) => ({ manifest: { ...manifest, backupRecipient: "age1" } }),
      code: "SHARE_OTHER_GENERATION",
    },
    {
      member: "vault",
      changes: (head: BackupHead) => ({
        vault: other,
        checkpoint: checkpoint({ vault: other }, head),
        manifest: { ...head.manifest, vault: other },
      }),
      code: "SHARE_OTHER_VAULT",
    },
  ])("$member", async ({ changes, code }) => {
    const { head } = partsOf(good);
    expect(await restoringOf(again(changes(head)))).toMatchObject({ code });
  });

  test("another host key", async () => {
    const thief = newHostKey();
    const { head, payload } = partsOf(good);
    const { size, root } = checkpointOf(head);
    const { vault, epoch } = head;
    const own = {
      ...head,
      hostKey: publicKeyOf(thief),
      checkpoint: signCheckpoint({ vault, epoch, size, root }, thief),
    };
    expect(await restoringOf(signedAnew({ head: own, payload }, thief))).toMatchObject({
      code: "INTEGRITY",
      message: expect.stringContaining("its head is forged: the host key is"),
    });
    expect(await readingOf(signedAnew({ head, payload }, thief))).toMatchObject({
      message: expect.stringContaining("the signature is not the host key's"),
    });
  });

  test("the payload of an older backup under the head of a newer one", async () => {
    const bytes = signedAnew({ head: partsOf(later).head, payload: partsOf(good).payload }, stolen());
    expect(await restoringOf(bytes)).toMatchObject({
      code: "INTEGRITY",
      message: expect.stringContaining("its head is forged"),
    });
  });
});

describe("I5: a hostile payload, sealed to the public recipient", () => {
  async function sealed(content: Uint8Array): Promise<Uint8Array> {
    const { head } = partsOf(good);
    const [from, to] = [await host.place.write("content", content), host.place.file("sealed")];
    rmSync(to, { force: true });
    await sealPayload(from, to, head.manifest.backupRecipient);
    const bytes = signedAnew({ head, payload: readFileSync(to) }, stolen());
    rmSync(from);
    rmSync(to);
    return bytes;
  }

  async function altered(sql: string): Promise<Uint8Array> {
    const path = host.place.file("altered.db");
    rmSync(path, { force: true });
    await openPayload(hashBackup(await written(good)), path, seed);
    const database = new Database(path);
    database.exec(sql);
    database.close();
    const bytes = readFileSync(path);
    rmSync(path);
    return await sealed(bytes);
  }

  test.for([
    ["no database", () => sealed(utf8("not a database"))],
    ["nothing", () => sealed(new Uint8Array())],
    ["zeros", () => sealed(new Uint8Array(200_000))],
    ["a planted trigger", () => altered("CREATE TRIGGER t AFTER INSERT ON keys BEGIN DELETE FROM plans; END")],
    ["a schema of the future", () => altered("PRAGMA user_version = 2")],
    ["a row changed", () => altered("UPDATE keys SET name = 'otherwise'")],
    [
      "a ciphertext changed",
      () => altered("UPDATE blobs SET bytes = zeroblob(72) WHERE hash IN (SELECT blob FROM keyVersions)"),
    ],
    ["entries cut off", () => altered("DELETE FROM entries WHERE sequence > 6")],
    ["an entry changed", () => altered("UPDATE entries SET text = replace(text, 'alice', 'mallo') WHERE sequence = 1")],
  ] as const)("%s", async ([, make]) => {
    const bytes = await make();
    expect(await restoringOf(bytes)).toMatchObject({ code: "INTEGRITY" });
  });
});

describe("I11: --latest takes no planted backup", () => {
  test("the newest of one host; damaged ones are left out", async () => {
    const folder = made.place.file("backups");
    const warnings: string[] = [];
    const newest = chooseBackup(folder, true, (text) => warnings.push(text));
    expect(checkpointOf(newest.head).size).toBe(checkpointOf(partsOf(later).head).size);
    writeFileSync(join(folder, "zzz.backup"), flipped(later, later.length - 1));
    const { head, payload } = partsOf(later);
    writeFileSync(join(folder, "yyy.backup"), signedAnew({ head, payload: payload.subarray(1) }, newHostKey()));
    symlinkSync(newest.path, join(folder, "link.backup"));
    expect(chooseBackup(folder, true, (text) => warnings.push(text)).sha256).toBe(newest.sha256);
    expect(warnings.join()).toContain("the signature is not the host key's");
  });

  test("of several hosts: a file must be named", async () => {
    const folder = made.place.file("backups");
    const thief = newHostKey();
    const { head, payload } = partsOf(later);
    const { vault, epoch } = head;
    for (let i = 0; i < 20; i++) {
      const planted = {
        ...head,
        hostKey: publicKeyOf(thief),
        checkpoint: signCheckpoint({ vault, epoch, size: 1000 + i, root: "ab".repeat(32) }, thief),
      };
      writeFileSync(join(folder, `planted-${i}.backup`), signedAnew({ head: planted, payload }, thief));
    }
    expect(await refusalOf(() => void chooseBackup(folder, true, () => undefined))).toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("backups of 2 hosts or vaults"),
    });
    expect(await refusalOf(() => void chooseBackup(folder, false, () => undefined))).toMatchObject({ code: "USAGE" });
    expect(await restoringOf(readFileSync(join(folder, "planted-3.backup")))).toMatchObject({ code: "INTEGRITY" });
  });
});
