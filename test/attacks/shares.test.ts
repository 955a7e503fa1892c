import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../src/lib/bytes.ts";
import { randomSecret } from "../../src/lib/crypto/random.ts";
import { isConclaveError } from "../../src/lib/errors.ts";
import { createVault } from "../../src/lib/quorum/genesis.ts";
import type { QuorumGeneration } from "../../src/lib/quorum/state.ts";
import { quorumInForce } from "../../src/lib/quorum/state.ts";
import { type VaultPlace, verifyShare } from "../../src/lib/quorum/verify-share.ts";
import { Secret } from "../../src/lib/secret.ts";
import { ShareDocument } from "../../src/lib/share/document.ts";
import { combineShares } from "../../src/lib/share/shamir.ts";
import { EXIT_STATUS } from "../../src/lib/terminal/exit-status.ts";
import { atHand, attempt, ownFiles } from "../support/attempt.ts";
import { completingShare } from "../support/completing-share.ts";
import { changedShare, type Forgery, forgedRecord, forgedText, sealedAs } from "../support/forged-share.ts";
import { surroundingsOf } from "../support/pending.ts";
import { ScriptedPeople } from "../support/people.ts";
import { refusalsOf, stateOf } from "../support/refusals.ts";
import { subsetsOf } from "../support/sharing.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";
import { workspace } from "../support/workspace.ts";

const FIVE = ["alice", "bob", "carol", "dave", "erin"];

let made: MadeVault;
let other: MadeVault;
beforeAll(async () => {
  made = await foundVault({ threshold: 3, custodians: FIVE });
  other = await foundVault({ threshold: 3, custodians: FIVE });
});
afterAll(async () => {
  await made[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

/** A share file in erin's name that is not erin's share. */
interface BadFile {
  what: string;
  bytes: () => Promise<Uint8Array>;
  code: string;
  says: RegExp;
}

const BAD: BadFile[] = [
  sealedFile("S1: another passphrase", (bytes) => bytes, "SHARE_PASSPHRASE", /the passphrase does not open it/, "dave"),
  sealedFile(
    "S1: a flipped bit in what is sealed",
    flipIn(/(?<=^.{900})./s),
    "SHARE_DAMAGED",
    /its content is damaged/,
  ),
  sealedFile(
    "S1: a lost line",
    (file) => remove(file, /\n.{64}(?=\n)/),
    "SHARE_MALFORMED",
    /header is malformed|does not start with/,
  ),
  sealedFile("S4: cut in the middle", (file) => file.subarray(0, 500), "SHARE_MALFORMED", /its armor is malformed/),
  sealedFile("S4: 0 bytes", () => new Uint8Array(0), "SHARE_MALFORMED", /neither a sealed share file, nor a record/),
  sealedFile("S4: 1 MB", () => new Uint8Array(1_000_000).fill(0x61), "SHARE_MALFORMED", /1000000 bytes, at most 65536/),
  sealedFile(
    "S4: not UTF-8",
    () => Uint8Array.of(0xff, 0xfe, 0x80, 0x0a),
    "SHARE_MALFORMED",
    /neither a sealed share file, nor a record/,
  ),
  textFile(
    "S4: a letter inside",
    () => new Secret(utf8("Dear Erin,\nall is well\n")),
    "SHARE_MALFORMED",
    /line 2: wanted a record/,
  ),
  textFile(
    "S4: not UTF-8 inside",
    () => new Secret(Uint8Array.of(0xc3, 0x28, 0x0a)),
    "SHARE_MALFORMED",
    /line 1: byte 1 isn't printable/,
  ),
  textFile(
    "S1: a typo",
    (erin) => mistyped(forgedText(erin, {})),
    "SHARE_DAMAGED",
    /line 2: a typo: .* it is character 40 /,
  ),
  textFile(
    "S4: x = 0",
    (erin) => forgedRecord(erin, (bytes) => bytes.fill(0, 47)),
    "SHARE_MALFORMED",
    /the point x = 0/,
  ),
  textFile(
    "S4: threshold above the total",
    (erin) => forgedRecord(erin, (bytes) => bytes.fill(6, 13, 14)),
    "SHARE_MALFORMED",
    /6 of 5 shares/,
  ),
  textFile(
    "S4: another version",
    (erin) => forgedRecord(erin, (bytes) => bytes.fill(2, 0, 1)),
    "SHARE_MALFORMED",
    /of version 2/,
  ),
  textFile(
    "a record alone, without its custodian",
    (erin) => forgedRecord(erin, () => undefined),
    "SHARE_WITHOUT_IDENTITY",
    /proves the share, but not that erin presents it/,
  ),
  forgery(
    "no custodian key",
    () => ({ seed: undefined }),
    "SHARE_WITHOUT_IDENTITY",
    /proves the share, but not that erin presents it/,
  ),
  forgery(
    "another custodian key",
    () => ({ seed: randomSecret(32) }),
    "SHARE_DAMAGED",
    /the custodian key in it is not erin's/,
  ),
  forgery(
    "S1: another y",
    ({ record }) => ({ record: { share: changedShare(record.share, (bytes) => bytes.set([(bytes[3] ?? 0) ^ 1], 3)) } }),
    "SHARE_DAMAGED",
    /is not the share that erin was given: damaged or forged/,
  ),
  forgery(
    "S4: the threshold lowered",
    () => ({ record: { threshold: 2 } }),
    "SHARE_DAMAGED",
    /says 2 of 5, the manifest 3 of 5: it was altered/,
  ),
  forgery(
    "S4: the total lowered",
    () => ({ record: { total: 4 } }),
    "SHARE_DAMAGED",
    /says 3 of 4, the manifest 3 of 5: it was altered/,
  ),
  forgery(
    "of production",
    () => ({ record: { rehearsal: false } }),
    "SHARE_REHEARSAL",
    /a production share; this vault is a rehearsal/,
  ),
  forgery(
    "of another quorum",
    () => ({ record: { quorumTag: "0000" } }),
    "SHARE_OTHER_QUORUM",
    /a share of another quorum; wanted: root/,
  ),
  forgery(
    "S2, S12: of an older generation",
    () => ({ record: { generation: 0 } }),
    "SHARE_OTHER_GENERATION",
    /share set generation 0, quorum root needs generation 1/,
  ),
  forgery(
    "S2: of a newer generation",
    () => ({ record: { generation: 2 } }),
    "SHARE_OTHER_GENERATION",
    /share set generation 2, quorum root needs generation 1/,
  ),
  forgery(
    "S2: of another share set of the same number",
    () => ({ pin: { manifest: "0".repeat(64) } }),
    "SHARE_OTHER_GENERATION",
    /share set of another manifest/,
  ),
  forgery(
    "S4: of another genesis",
    () => ({ pin: { genesis: "0".repeat(64) } }),
    "SHARE_OTHER_VAULT",
    /a share of another genesis/,
  ),
  {
    what: "S4: of another vault",
    bytes: () => readFile(other.share("erin")),
    code: "SHARE_OTHER_VAULT",
    says: /a share of another vault \([0-9a-f-]{36}\); this one is [0-9a-f-]{36}/,
  },
  {
    what: "S3: another's share",
    bytes: async () => sealedAs(made, "erin", forgedText(await made.document("dave"), {})),
    code: "SHARE_OTHER_CUSTODIAN",
    says: /holds dave's share, not erin's/,
  },
];

describe("S6: four good shares and a bad one: it is named, and the act refused", () => {
  test.for(BAD)("$what: $code", async ({ bytes, code, says }) => {
    await using copy = await made.copy();
    const path = copy.share("erin");
    await writeFile(path, await bytes());
    const before = await stateOf(copy);

    const error = await attempt(copy, atHand(FIVE.map((name) => ownFiles(copy, name))));
    expect(error?.message).toMatch(says);
    expect(error?.message.startsWith(`${path}: `), "the file is named").toBe(true);
    expect(error).toMatchObject({ code });
    expect(error && EXIT_STATUS[error.code]).toBe(11);
    expect(await refusalsOf(copy)).toEqual([{ code, message: error?.message.slice(0, 512) }]);
    expect(await stateOf(copy)).toEqual(before);
  });

  test.for(BAD)("in the room, it never counts, and nobody else has to come again ($what)", async ({ bytes, code }) => {
    await using copy = await made.copy();
    await writeFile(copy.share("erin"), await bytes());
    const people = copy.interaction("alice", "erin", "bob", "erin", "carol");
    expect(await attempt(copy, people)).toBeUndefined();
    expect(people.accepted).toEqual(["alice", "bob", "carol"]);
    expect(people.refused.map((error) => error.code)).toEqual([code, code]);
    const counted = people.progress.map(([root]) => root?.present.join(" "));
    expect(counted).toEqual(["", "alice", "alice", "alice bob", "alice bob", "alice bob carol"]);
    expect(await refusalsOf(copy)).toEqual([]);
  });

  test("of the command line too: one line of error, exit status 11", async () => {
    await using copy = await made.copy();
    await writeFile(copy.share("erin"), await sealedAs(copy, "erin", forgedText(await copy.document("dave"), {})));
    const args = ["key", "create", "first", "--vault", copy.path, "--algorithm", "aes-256", ...copy.flags(...FIVE)];
    const seen = await copy.place.run(...args, "--quiet");
    expect(seen.stderr).toMatch(/^error: \S+erin\.share: holds dave's share, not erin's\n {2}try: .*\n$/);
    expect(seen.status).toBe(11);
    expect(await refusalsOf(copy)).toMatchObject([{ code: "SHARE_OTHER_CUSTODIAN" }]);
  });
});

describe("S3: one custodian's share twice", () => {
  test.for(["alice.share", "copy.share"])("from %s", async (file) => {
    await using copy = await made.copy();
    const path = copy.place.file(`shares/${file}`);
    await writeFile(path, await readFile(copy.share("alice")));
    const alice = ownFiles(copy, "alice");
    const error = await attempt(copy, atHand([alice, ownFiles(copy, "bob"), { ...alice, path }]));
    expect(error).toMatchObject({ code: "SHARE_DOUBLED", message: `${path}: alice's share was presented already` });
  });

  test("in bob's name", async () => {
    const renamed = { name: "bob", path: made.share("alice"), passphrase: ownFiles(made, "alice").passphrase };
    await using copy = await made.copy();
    const error = await attempt(copy, atHand([ownFiles(copy, "alice"), renamed]));
    expect(error).toMatchObject({ code: "SHARE_OTHER_CUSTODIAN" });
  });
});

describe.for([
  { threshold: 2, custodians: FIVE.slice(0, 3) },
  { threshold: 3, custodians: FIVE },
])("$threshold of $custodians.length", ({ threshold, custodians }) => {
  test("every smaller subset is refused, every other one accepted", async () => {
    await using vault = await foundVault({ threshold, custodians });
    let refused = 0;
    for (const [index, subset] of subsetsOf(custodians.length).entries()) {
      const names = subset.map((i) => custodians[i] ?? "");
      const error = await attempt(vault, vault.interaction(...names.toReversed()), `key-${index}`);
      if (names.length >= threshold) expect(error, `with ${names.join()}`).toBeUndefined();
      else {
        refused++;
        expect(error, `with ${names.join()}`).toMatchObject({ code: "QUORUM_NOT_MET" });
        expect(error?.message).toContain(`quorum root not met: ${names.length} of ${threshold} shares presented`);
      }
    }
    expect((await refusalsOf(vault)).length).toBe(refused);
    expect((await vault.verify()).acts).toBe(2 ** custodians.length - refused);
  });
});

test("S1: each bit of each share flipped is refused, whatever the checksum says", async () => {
  const { place, quorum } = await inForce(made);
  for (const name of FIVE) {
    using document = await made.document(name);
    for (let bit = 0; bit < 264; bit++) {
      if (bit >= 256 && document.record.share.x === 1 << (bit - 256)) continue; // x = 0 is no share at all
      using share = changedShare(document.record.share, (bytes) => {
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      });
      const flipped = new ShareDocument({ ...document.record, share }, document.pin, document.custodianSeed);
      const verify = () => verifyShare({ document: flipped, origin: "f", claimed: undefined }, place, [quorum], []);
      expect(verify, `${name}, bit ${bit}`).toThrow(/damaged or forged|has a share at x/);
    }
  }
});

describe("S5: a share crafted so that the combination is the attacker's secret", () => {
  test("is refused at entry", async () => {
    await using copy = await made.copy();
    using crafted = await craft(copy, randomSecret(32));
    const text = forgedText(await copy.document("erin"), { record: { share: crafted } });
    await writeFile(copy.share("erin"), await sealedAs(copy, "erin", text));
    const error = await attempt(copy, copy.interaction("alice", "bob", "erin"));
    expect(error).toMatchObject({ code: "QUORUM_NOT_MET" });
    const people = copy.interaction("alice", "bob", "erin");
    people.patient = false;
    expect(await attempt(copy, people)).toMatchObject({ code: "SHARE_DAMAGED" });
  });

  test("is refused by the commitment, even if it is slipped in after the verification", async () => {
    await using copy = await made.copy();
    const before = await stateOf(copy);
    using target = randomSecret(32);
    using crafted = await craft(copy, target);
    const shares = [(await copy.document("alice")).record.share, (await copy.document("bob")).record.share, crafted];
    using combined = await combineShares(shares, 3);
    expect(combined.reveal(), "the attack itself works").toEqual(target.reveal());

    const erin = await copy.document("erin");
    const people = new (class extends ScriptedPeople {
      override async confirm(): Promise<void> {
        erin.record.share.bytes.reveal().set(crafted.bytes.reveal());
      }
    })([
      ...["alice", "bob"].map((name) => async () => ({
        document: await copy.document(name),
        origin: name,
        claimed: name,
      })),
      async () => ({ document: erin, origin: "erin", claimed: "erin" }),
    ]);
    const error = await attempt(copy, people);
    expect(error).toMatchObject({
      code: "INTEGRITY",
      message: "quorum root: its shares, each intact, rebuild another secret than the manifest commits to",
    });
    expect(await stateOf(copy)).toEqual(before);
    await copy.verify();
  });
});

describe("a rehearsal and production don't mix", () => {
  test.for([
    { vault: "production", rehearsal: false, says: /a rehearsal share; this vault is none/ },
    { vault: "a rehearsal", rehearsal: true, says: undefined },
  ])("a rehearsal share in $vault", async ({ rehearsal, says }) => {
    const { place, quorum } = await inForce(made);
    using document = await made.document("alice");
    const verify = () =>
      verifyShare({ document, origin: "f", claimed: "alice" }, { ...place, rehearsal }, [quorum], []);
    if (says === undefined) expect(verify().verified.seat.name).toBe("alice");
    else expect(verify).toThrow(says);
  });
});

describe("S11: a share file that differs from what genesis wrote is found when it is proved", () => {
  test.for([
    { what: "another's", replace: async (own: string, others: string) => writeFile(own, await readFile(others)) },
    { what: "an empty one", replace: async (own: string) => writeFile(own, "") },
  ])("$what: the vault stays pending", async ({ replace }) => {
    await using place = await workspace();
    const file = (name: string) => place.file(`shares/${name}.share`);
    const people = {
      newPassphrase: async () => "one for all",
      provePassphrase: async (name: string) => {
        if (name === "bob") await replace(file("bob"), file("alice"));
        return "one for all";
      },
      proofRefused: async () => false,
      proved: async () => undefined,
    };
    const custodians = ["alice", "bob"].map((name) => ({ name, shareFile: file(name) }));
    const request = { path: place.file("vault"), name: "vault", threshold: 2, custodians, rehearsal: true };
    const error = await createVault(request, surroundingsOf(place), people).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(isConclaveError(error, "SHARE_OTHER_CUSTODIAN", "SHARE_MALFORMED")).toBe(true);
    expect((await place.run("status", "--vault", "vault")).stdout).toContain("PENDING, without proof: bob");
  });
});

/** A file that is sealed to a passphrase, and then changed. */
function sealedFile(
  what: string,
  change: (file: Uint8Array) => Uint8Array,
  code: string,
  says: RegExp,
  passphraseOf = "erin",
): BadFile {
  const bytes = async () => change(await sealedAs(made, passphraseOf, forgedText(await made.document("erin"), {})));
  return { what, bytes, code, says };
}

/** A file that opens, with another text than erin's inside. */
function textFile(what: string, text: (erin: ShareDocument) => Secret, code: string, says: RegExp): BadFile {
  return { what, bytes: async () => sealedAs(made, "erin", text(await made.document("erin"))), code, says };
}

/** Erin's text with some of it changed. */
function forgery(what: string, of: (erin: ShareDocument) => Forgery, code: string, says: RegExp): BadFile {
  return textFile(what, (erin) => forgedText(erin, of(erin)), code, says);
}

function flipIn(place: RegExp): (file: Uint8Array) => Uint8Array {
  return (file) => {
    const at = place.exec(Buffer.from(file).toString("latin1"))?.index ?? 0;
    return file.map((byte, i) => (i === at ? (byte === 0x41 ? 0x42 : 0x41) : byte));
  };
}

function remove(file: Uint8Array, part: RegExp): Uint8Array {
  return utf8(Buffer.from(file).toString("latin1").replace(part, ""));
}

/** The 40th character of the record replaced by another one of its alphabet. */
function mistyped(text: Secret): Secret {
  const bytes = text.reveal();
  const at = Buffer.from(bytes).indexOf("\ncvr1") + 40;
  bytes[at] = bytes[at] === 0x71 ? 0x70 : 0x71;
  return text;
}

/** A share at erin's x that, with alice's and bob's, combines to `target`. */
async function craft(vault: MadeVault, target: Secret) {
  const [alice, bob, erin] = await Promise.all(["alice", "bob", "erin"].map((name) => vault.document(name)));
  if (alice === undefined || bob === undefined || erin === undefined) throw new TypeError("nobody is there");
  return completingShare(target, [alice.record.share, bob.record.share], erin.record.share.x);
}

async function inForce(of: MadeVault): Promise<{ place: VaultPlace; quorum: QuorumGeneration }> {
  await using vault = await of.open();
  const { id, genesis, rehearsal } = vault.identity;
  const row = await vault.reader.find("quorums", {});
  return {
    place: { id, genesis, rehearsal: rehearsal === 1 },
    quorum: await quorumInForce(vault.reader, row?.id ?? ""),
  };
}
