import { afterAll, beforeAll, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { TranscriptAnchor } from "../../../src/lib/ceremony/anchor-transcript.ts";
import { readTranscripts } from "../../../src/lib/ceremony/read-transcript.ts";
import { type TranscriptContent, writeTranscript } from "../../../src/lib/ceremony/transcript.ts";
import { signingKey } from "../../../src/lib/crypto/signature.ts";
import { releaseSeat } from "../../../src/lib/custodian/release.ts";
import { exportedOf, verifyChainFile } from "../../support/exported.ts";
import {
  confirm,
  documentOf,
  enrolled,
  handOver,
  holders,
  type OwnKey,
  peopleOf,
  proofOf,
  prove,
  rekey,
} from "../../support/quorum-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { contentOf } from "../../support/transcripts.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

/** Three ceremonies: a key is made; root is rekeyed from carol to dave, who has an own desk; dave's new laptop takes over. */
let made: MadeVault;
let chain: Uint8Array;
let [making, rekeying, later]: TranscriptContent[] = [];
let old: OwnKey;
let laptop: OwnKey;

beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  making = await contentOf(made, 6);
  old = await enrolled(made, "dave");
  laptop = await enrolled(made, "dave", "laptop.enrolment");
  const set = { custodians: ["alice", "bob", "dave=dave.enrolment"] };
  await made.performWith(peopleOf(made, holders(["alice", "bob"])), rekey(made, set));
  await prove(made);
  const dave = { custodian: "dave", generation: 2, own: old };
  await confirm(made, await proofOf(made, dave));
  rekeying = await contentOf(made, 8);
  using share = await documentOf(made, dave);
  if (share.pin === undefined) throw new TypeError("no pin");
  const handover = releaseSeat(share.pin, "dave", laptop.file, signingKey(old.seed));
  await made.performWith(peopleOf(made, holders(["alice", "bob"], 2)), handOver(handover));
  const end = (rekeying.entries.at(-1)?.sequence ?? 0) + 1;
  later = await contentOf(made, end);
  chain = await exportedOf(made);
});
afterAll(async () => made[Symbol.asyncDispose]());

/** What the chain of today says of a transcript in which this custodian took part. */
async function judged(content: TranscriptContent | undefined, name: string, key: string | undefined) {
  if (content === undefined || key === undefined) throw new TypeError("made before");
  const participant = { role: "custodian" as const, name, quorum: "root", key };
  const text = writeTranscript({ ...content, participants: [participant] });
  const anchor = new TranscriptAnchor(readTranscripts([{ path: "copy", bytes: utf8(text) }]));
  return refusalOf(async () => anchor.conclude((await verifyChainFile(made, chain, {}, { each: anchor.each })).chain));
}

async function carol(): Promise<string | undefined> {
  await using vault = await made.open();
  const row = await vault.reader.find("generations", { generation: 1 });
  const { custodians } = JSON.parse(row?.manifest ?? "") as { custodians: { name: string; custodianKey: string }[] };
  return custodians.find(({ name }) => name === "carol")?.custodianKey;
}

const NOBODY = (name: string) => ({
  code: "INTEGRITY",
  message: `transcript: the key that it names for custodian ${name} was none of quorum root then`,
});

test("a custodian who left signed what was before, and the rekey itself, but nothing after", async () => {
  const key = await carol();
  expect(await judged(making, "carol", key)).toBe("accepted");
  expect(await judged(rekeying, "carol", key)).toBe("accepted");
  expect(await judged(later, "carol", key)).toEqual(NOBODY("carol"));
});

test("one who came signed the rekey and what followed, but nothing before", async () => {
  const { custodianKey } = old.file.enrolment;
  expect(await judged(making, "dave", custodianKey)).toEqual(NOBODY("dave"));
  expect(await judged(rekeying, "dave", custodianKey)).toBe("accepted");
  expect(await judged(later, "dave", custodianKey)).toBe("accepted");
});

test("a key that took over signs from the ceremony on in which it did", async () => {
  const { custodianKey } = laptop.file.enrolment;
  expect(await judged(rekeying, "dave", custodianKey)).toEqual(NOBODY("dave"));
  expect(await judged(later, "dave", custodianKey)).toBe("accepted");
});
