import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { TranscriptAnchor } from "../../../src/lib/ceremony/anchor-transcript.ts";
import { type ReadTranscript, readTranscripts } from "../../../src/lib/ceremony/read-transcript.ts";
import { type TranscriptContent, writeTranscript } from "../../../src/lib/ceremony/transcript.ts";
import { verifyVaultAnd } from "../../../src/lib/quorum/verify-vault.ts";
import { exportedOf, verifyChainFile } from "../../support/exported.ts";
import { refusalOf } from "../../support/refusal.ts";
import { contentOf, recordEnd } from "../../support/transcripts.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const FIRST = 6;

let made: MadeVault;
let content: TranscriptContent;
let end: number;
let chain: Uint8Array;

beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  content = await contentOf(made, FIRST);
  end = await recordEnd(made, content);
  await made.createKey("wages", ["alice", "carol"]);
  chain = await exportedOf(made);
});
afterAll(async () => made[Symbol.asyncDispose]());

function transcript(changes: Partial<TranscriptContent> = {}): ReadTranscript {
  const bytes = utf8(writeTranscript({ ...content, ...changes }));
  return readTranscripts([{ path: "copy", bytes }]);
}

async function entryOf(changes: Partial<TranscriptContent> = {}, exported = chain): Promise<number | undefined> {
  const anchor = new TranscriptAnchor(transcript(changes));
  const { chain: verified } = await verifyChainFile(made, exported, {}, { each: anchor.each });
  return anchor.conclude(verified);
}

/** The same run's end tells of another text then: a run of its own keeps that out of the way. */
const ELSEWHERE = { run: "00000000000000000000000000000000" };

test("a transcript is that which the chain tells of, exported or in its vault", async () => {
  expect(await entryOf()).toBe(end);
  await using vault = await made.open();
  const anchor = new TranscriptAnchor(transcript());
  const request = { genesis: undefined, checkpoint: undefined, full: false, acceptRecovery: [] };
  const verified = await verifyVaultAnd(vault, request, anchor.each);
  expect(anchor.conclude(verified.chain)).toBe(end);
});

test("one that the chain does not tell of says nothing wrong, but nothing records it", async () => {
  expect(await entryOf(ELSEWHERE)).toBeUndefined();
});

describe("14:", () => {
  const [alice, bob] = [1, 2];

  test.for<{ what: string; change: () => Partial<TranscriptContent>; problem: string }>([
    {
      what: "another text of this run",
      change: () => ({ title: "Generate nothing" }),
      problem: "the end of this ceremony, holds the hash of another text",
    },
    {
      what: "the hash of an entry",
      change: () => ({ ...ELSEWHERE, entries: content.entries.map((entry) => ({ ...entry, hash: "0".repeat(64) })) }),
      problem: "it says that entry 6 is plan.execute 0000",
    },
    {
      what: "the type of an entry",
      change: () => ({ ...ELSEWHERE, entries: content.entries.map((entry) => ({ ...entry, type: "key.destroy" })) }),
      problem: "it says that entry 6 is key.destroy",
    },
    {
      what: "an entry after its checkpoint",
      change: () => ({ ...ELSEWHERE, entries: content.entries.map((entry) => ({ ...entry, sequence: 99 })) }),
      problem: "entry 99 is none of the 7 of its checkpoint",
    },
    {
      what: "no checkpoint of its host",
      change: () => ({ ...ELSEWHERE, checkpoint: (content.checkpoint ?? "").replace("\n7\n", "\n8\n") }),
      problem: "its checkpoint is not signed by the host key that it names",
    },
    {
      what: "a key of another for a custodian",
      change: () => ({
        ...ELSEWHERE,
        participants: content.participants.with(alice, { ...person(alice), key: person(bob).key }),
      }),
      problem: "the key that it names for custodian alice was none of quorum root then",
    },
    {
      what: "a custodian of a quorum that there is not",
      change: () => ({
        ...ELSEWHERE,
        participants: content.participants.with(alice, { ...person(alice), quorum: "cards" }),
      }),
      problem: "the key that it names for custodian alice was none of quorum cards then",
    },
    {
      what: "an approval that nobody gave",
      change: () => ({
        ...ELSEWHERE,
        plans: content.plans.map((plan) => ({ ...plan, approvals: plan.approvals.slice(1) })),
      }),
      problem: "are not those of entry 6",
    },
    {
      what: "another digest of the plan",
      change: () => ({ ...ELSEWHERE, plans: content.plans.map((plan) => ({ ...plan, digest: "0".repeat(64) })) }),
      problem: "is not that of the plan in entry 6",
    },
    {
      what: "production for a rehearsal",
      change: () => ({ ...ELSEWHERE, rehearsal: false }),
      problem: "rehearsal and production are mixed",
    },
    {
      what: "another genesis",
      change: () => ({ ...ELSEWHERE, vault: vaultWith({ genesis: "0".repeat(64) }) }),
      problem: "its genesis is 0000",
    },
    {
      what: "another name of the vault",
      change: () => ({ ...ELSEWHERE, vault: vaultWith({ name: "other" }) }),
      problem: "its vault's name is other, the chain's was vault then",
    },
    {
      what: "no vault",
      change: () => ({ ...ELSEWHERE, vault: null, checkpoint: null }),
      problem: "it is of a ceremony that ended before there was a vault",
    },
  ])("$what", async ({ change, problem }) => {
    expect(await refusalOf(() => entryOf(change()))).toMatchObject({
      code: "INTEGRITY",
      message: expect.stringContaining(problem),
    });
  });

  test("a chain that ends before its checkpoint, or of another vault", async () => {
    await using other = await foundVault();
    const strange = await exportedOf(other);
    expect(await refusalOf(() => entryOf(ELSEWHERE, strange))).toMatchObject({
      code: "INTEGRITY",
      message: expect.stringMatching(/^transcript: it is of vault /),
    });
  });

  function person(index: number): TranscriptContent["participants"][number] {
    const found = content.participants[index];
    if (found === undefined) throw new TypeError("nobody there");
    return found;
  }

  function vaultWith(changes: object): TranscriptContent["vault"] {
    return content.vault && { ...content.vault, ...changes };
  }
});
