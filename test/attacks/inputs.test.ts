import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entryText, parseEntry } from "../../src/lib/audit/entry.ts";
import { timestamp } from "../../src/lib/clock.ts";
import { readSmallFile } from "../../src/lib/host/files.ts";
import { canonicalJson } from "../../src/lib/json.ts";
import { parseKeyName } from "../../src/lib/key/find.ts";
import { LIMITS } from "../../src/lib/limits.ts";
import { isName, nameSchema } from "../../src/lib/names.ts";
import { assertThreshold, manifestSchema, parseManifest } from "../../src/lib/quorum/manifest.ts";
import { planSchema } from "../../src/lib/quorum/plan.ts";
import { parseNamed } from "../../src/lib/terminal/named-files.ts";
import { readPassphraseFile } from "../../src/lib/terminal/passphrase-file.ts";
import { readShareFile } from "../../src/lib/terminal/share-content.ts";
import { parseShareFile } from "../../src/lib/terminal/share-file.ts";
import { snapshotOf } from "../support/folder.ts";
import { manifestOf } from "../support/manifests.ts";
import { refusalsOf } from "../support/refusals.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";
import { workspace } from "../support/workspace.ts";

/** Names that mean something to a file system, a shell, another program or a screen. */
const HOSTILE_NAMES = [
  "",
  " ",
  ".",
  "..",
  ".hidden",
  "../x",
  "../../etc/passwd",
  "/etc/passwd",
  "a/b",
  "a\\b",
  "..\\x",
  "C:\\x",
  "-rf",
  "--config=x",
  "--",
  "-",
  "_x",
  "~",
  "~root",
  "$HOME",
  "$(id)",
  "`id`",
  "a;id",
  "a|id",
  "a&b",
  "a>b",
  "*",
  "a b",
  "a\tb",
  "a\nb",
  "a\r\nb",
  "a\u0000b",
  "file:///etc/passwd",
  "..%2fx",
  "a%00",
  "a:b",
  "a=b",
  "a@b",
  "a,b",
  "naïve",
  "pаyments",
  "a\u200bb",
  "a\u202eb",
  "ａ",
  "a".repeat(65),
  "{a,b}",
  "'a'",
  '"a"',
  "<a>",
  "a\u001b[2J",
];

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
});
afterAll(async () => made[Symbol.asyncDispose]());

describe("I3: a name is never a path, a flag or a command", () => {
  test("there are 40 hostile names or more", () => {
    expect(new Set(HOSTILE_NAMES).size).toBeGreaterThanOrEqual(40);
  });

  test.for(HOSTILE_NAMES)("%j is no name", (name) => {
    const usage = expect.objectContaining({ code: "USAGE" });
    expect(isName(name)).toBe(false);
    expect(nameSchema.safeParse(name).success).toBe(false);
    if (name !== "a=b") expect(() => parseNamed([`${name}=file`], "--passphrase-file")).toThrow(usage); // a, in b=file
    expect(() => parseKeyName(`default/${name}`)).toThrow(usage);
    if (name !== "a/b") expect(() => parseKeyName(name)).toThrow(usage); // which is a keyring and a key
  });

  test.for(["a", "Z9", "a.b", "a_b-c.d", "0", "a".repeat(64), "con", "a..b"])("%s is one", (name) => {
    expect(isName(name)).toBe(true);
    expect(parseKeyName(name)).toEqual({ keyring: undefined, name });
  });

  test.for(["../../etc/x", "-rf", "$(id)", "a b", "a\nb", "..%2fx", "file:///etc/passwd", "/dev/stdin"])(
    "the program takes %j for no custodian, key, keyring or tag, and makes nothing",
    async (name) => {
      const before = await snapshotOf(made.place.path);
      const flags = ["--vault", "vault", "--algorithm", "aes-256", ...made.flags("alice", "bob")];
      const init = ["--vault", "new", "--rehearsal", "--threshold", "2", "--shares-dir", "new-shares", "--yes"];
      for (const [args, status] of [
        [["init", ...init, "--custodian", "alice", `--custodian=${name}`], 2],
        [["init", ...init, "--custodian", "alice", "--custodian", "bob", `--name=${name}`], 2],
        [["key", "create", ...flags, `--tag=${name}=x`, "first"], 2],
        [["key", "create", ...flags, `--keyring=${name}`, "first"], 3],
        [["key", "create", ...flags, "--", name], 2],
      ] as const) {
        const seen = await made.place.run(...args);
        expect(seen.status, `of ${seen.toString()}`).toBe(status);
      }
      expect(await snapshotOf(made.place.path)).toEqual(before);
    },
  );

  test("whose share a file holds is not read from a hostile file name", () => {
    for (const path of ["/media/.share", "/media/-x.share", "/media/a b.share", ""]) {
      expect(() => parseShareFile(path)).toThrow(expect.objectContaining({ code: "USAGE" }));
    }
    expect(parseShareFile("/media/alice.old.share")).toEqual({ name: "alice", path: "/media/alice.old.share" });
    expect(parseShareFile("bob=/media/a=b/x y")).toEqual({ name: "bob", path: "/media/a=b/x y" });
    expect(parseShareFile("/media/a=b/carol.share")).toEqual({ name: "carol", path: "/media/a=b/carol.share" });
  });
});

describe("each limit holds: the largest is taken, one more is not", () => {
  const create = async (...args: string[]) => {
    await using copy = await made.copy();
    const flags = ["--vault", "vault", "--algorithm", "aes-256", "--quiet", ...copy.flags("alice", "bob")];
    const seen = await copy.place.run("key", "create", ...args, ...flags);
    return { seen, refusals: await refusalsOf(copy), verified: (await copy.verify()).result };
  };

  test.for([
    { what: "a name", at: ["n".repeat(64)], above: ["n".repeat(65)], says: /is not a key's name: .* 1 to 64 / },
    {
      what: "a reason",
      at: ["first", "--reason", "ü".repeat(256)],
      above: ["first", "--reason", "r".repeat(257)],
      says: /reason: must be at most 256 characters/,
    },
    {
      what: "a tag's value",
      at: ["first", "--tag", `team=${"t".repeat(256)}`],
      above: ["first", "--tag", `team=${"t".repeat(257)}`],
      says: /tags\.team: must be at most 256 characters/,
    },
    { what: "tags", at: ["first", ...tags(32)], above: ["first", ...tags(33)], says: /tags: at most 32 tags/ },
  ])("$what", async ({ at, above, says }) => {
    expect((await create(...at)).seen.status).toBe(0);
    const { seen, refusals, verified } = await create(...above);
    expect(seen.stderr).toMatch(says);
    expect(seen.status).toBe(2);
    expect(refusals).toEqual([]);
    expect(verified).toBe("VERIFIED");
  });

  test("custodians", () => {
    assertThreshold(2, LIMITS.custodians);
    expect(() => assertThreshold(2, LIMITS.custodians + 1)).toThrow(expect.objectContaining({ code: "USAGE" }));
    const manifest = { ...manifestOf(LIMITS.custodians), threshold: LIMITS.custodians };
    expect(parseManifest(canonicalJson(manifest)).custodians.length).toBe(255);
    expect(manifestSchema.safeParse(manifestOf(LIMITS.custodians + 1)).success).toBe(false);
    expect(manifestSchema.safeParse({ ...manifest, threshold: 256 }).success).toBe(false);
  });

  test("actions in a plan", () => {
    const actions = (count: number) => Array.from({ length: count }, () => ({ action: "key.create", parameters: {} }));
    expect(planSchema.shape.actions.safeParse(actions(LIMITS.actions)).success).toBe(true);
    expect(planSchema.shape.actions.safeParse(actions(LIMITS.actions + 1)).success).toBe(false);
  });

  test("files: a share, a passphrase, an anchor", async () => {
    const bytes = (count: number) => "x".repeat(count);
    await using place = await workspace({
      share: bytes(LIMITS.shareFileBytes),
      "share+1": bytes(LIMITS.shareFileBytes + 1),
      passphrase: bytes(LIMITS.passphraseBytes),
      "passphrase+1": bytes(LIMITS.passphraseBytes + 1),
      anchor: bytes(LIMITS.stateFileBytes),
      "anchor+1": bytes(LIMITS.stateFileBytes + 1),
    });
    expect(readShareFile(place.file("share")).length).toBe(LIMITS.shareFileBytes);
    expect(() => readShareFile(place.file("share+1"))).toThrow(/65537 bytes, at most 65536 are read/);
    expect(readPassphraseFile(place.file("passphrase"), () => undefined).length).toBe(LIMITS.passphraseBytes);
    expect(() => readPassphraseFile(place.file("passphrase+1"), () => undefined)).toThrow(/is longer than 1024 bytes/);
    const anchor = (name: string) => readSmallFile(place.file(name), LIMITS.stateFileBytes);
    expect(anchor("anchor").length).toBe(LIMITS.stateFileBytes);
    expect(() => anchor("anchor+1")).toThrow(expect.objectContaining({ code: "INPUT_MALFORMED" }));
  });

  test("bytes of an audit entry", () => {
    const entry = (padding: number) => ({
      version: 1 as const,
      vault: crypto.randomUUID(),
      epoch: crypto.randomUUID(),
      sequence: 1,
      time: timestamp(new Date(0)),
      previous: "0".repeat(64),
      type: "genesis",
      actor: "a test",
      data: { padding: "x".repeat(padding) },
    });
    const room = LIMITS.entryBytes - entryText(entry(0)).length;
    const largest = entryText(entry(room));
    expect(largest.length).toBe(LIMITS.entryBytes);
    expect(parseEntry(largest, 1).type).toBe("genesis");
    expect(() => entryText(entry(room + 1))).toThrow(RangeError);
    expect(() => parseEntry(canonicalJson(entry(room + 1)), 1)).toThrow(/entry 1: larger than 4194304 bytes/);
  });

  test("nesting of canonical JSON", () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    expect(canonicalJson(nested(LIMITS.jsonDepth))).toContain("1");
    expect(() => canonicalJson(nested(LIMITS.jsonDepth + 1))).toThrow(/nested deeper than 32/);
  });
});

function tags(count: number): string[] {
  return Array.from({ length: count }, (_, i) => ["--tag", `tag-${i}=x`]).flat();
}
