import { z } from "zod";
import { entryHash, parseEntry } from "../../src/lib/audit/entry.ts";
import { CEREMONY_END } from "../../src/lib/ceremony/anchor-transcript.ts";
import { signTranscript, transcriptDigest } from "../../src/lib/ceremony/sign-transcript.ts";
import { type TranscriptContent, writeTranscript } from "../../src/lib/ceremony/transcript.ts";
import { systemClock, timestamp } from "../../src/lib/clock.ts";
import { enrolWitness } from "../../src/lib/custodian/enroll.ts";
import type { Witness } from "../../src/lib/custodian/witness.ts";
import { isConclaveError } from "../../src/lib/errors.ts";
import { approvalSchema } from "../../src/lib/quorum/approval.ts";
import { currentGenerations } from "../../src/lib/quorum/state.ts";
import type { MadeVault } from "./vault.ts";
import type { Workspace } from "./workspace.ts";

const DIGEST = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
const TIME = "2026-11-24T09:30:00.000Z";

/** A transcript of a ceremony in which everything that a transcript can say is said. */
export const SAMPLE_TRANSCRIPT: TranscriptContent = {
  ceremony: "key-generation",
  title: "Generate the payments key",
  script: DIGEST,
  run: "3a3f0d4e8f0e4a549d3b0d2f0c0d7a11",
  rehearsal: false,
  outcome: "unproven",
  started: TIME,
  ended: "2026-11-24T10:15:30.250Z",
  host: "vault-1",
  tool: "conclave 0.4.0",
  vault: {
    id: "6b6e2a52-2c3e-4c17-9f0a-3d1f0c5b7e21",
    name: "payments",
    epoch: "0e9b9a5c-61d4-4a6b-b6f5-2f7e0f1f4a90",
    genesis: DIGEST,
    hostKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  },
  inputs: [
    { name: "name", value: "card-pin" },
    { name: "backups", value: `/media/${"a very long name/".repeat(8)}` },
    { name: "note", value: "" },
  ],
  participants: [
    { role: "administrator", name: "Zoë Müller", quorum: null, key: null },
    { role: "custodian", name: "alice", quorum: "root", key: DIGEST },
    { role: "witness", name: "walter", quorum: null, key: DIGEST },
  ],
  steps: [
    {
      number: 1,
      text: "Everyone present says name and role. ".repeat(4).trim(),
      who: "everyone",
      time: TIME,
      initials: "ZM",
      outcome: "done",
    },
    { number: 2, text: "key.create", who: "custodians", time: null, initials: null, outcome: "not reached" },
  ],
  exceptions: [
    { step: 1, time: TIME, expected: "two witnesses", happened: "one came", decided: "the other joins by telephone" },
  ],
  plans: [
    {
      id: "9d1c7c0e5f0b4a6d8a353b3f7b7f6c55",
      digest: DIGEST,
      approvals: [
        { custodian: "alice", quorum: "root", at: "desk", key: "custodian" },
        { custodian: "bob", quorum: "root", at: "host", key: "share" },
      ],
    },
  ],
  entries: [{ sequence: 12, type: "plan.execute", hash: DIGEST }],
  backups: [{ file: "payments-20261124T093000Z.conclave", sha256: DIGEST }],
  checkpoint: `conclave/6b6e2a52-2c3e-4c17-9f0a-3d1f0c5b7e21/0e9b9a5c-61d4-4a6b-b6f5-2f7e0f1f4a90\n12\n${"A".repeat(43)}=\n\n— name ${"B".repeat(92)}\n`,
};

/** The passphrase of a witness's identity. */
export const WITNESS_PASSPHRASE = "nine herons under the south bridge";

/** Let a witness enrol on a machine of the own: `NAME.identity`, `NAME.enrolment`, `NAME.passphrase`. */
export async function enrolledWitness(place: Workspace, name = "walter", rehearsal = true): Promise<Witness> {
  await place.write(`${name}.passphrase`, `${WITNESS_PASSPHRASE}\n`);
  const files = { identityFile: place.file(`${name}.identity`), enrolmentFile: place.file(`${name}.enrolment`) };
  const { witness } = await enrolWitness({ name, rehearsal, ...files }, systemClock, async () => WITNESS_PASSPHRASE);
  return witness;
}

/** The transcript of a ceremony in which alice and bob made what a vault has since entry `first`. */
export async function contentOf(made: MadeVault, first: number, witness?: Witness): Promise<TranscriptContent> {
  await using vault = await made.open();
  const { id, name, epoch, genesis, hostKey } = vault.identity;
  const rows = await Array.fromAsync(vault.reader.rows("entries", { after: { sequence: first - 1 } }));
  const entries = rows.map(({ sequence, text }) => ({
    sequence,
    type: parseEntry(text, sequence).type,
    hash: entryHash(text),
  }));
  const root = (await currentGenerations(vault.reader)).find((generation) => generation.name === "root");
  const plans = rows.flatMap(({ sequence, text }) => {
    const { type, data } = parseEntry(text, sequence);
    if (type !== "plan.execute") return [];
    const { plan, approvals } = executedSchema.parse(data);
    return [
      {
        id: plan.id,
        digest: approvals[0]?.statement.plan ?? "",
        approvals: approvals.map(({ statement: { custodian, at, key } }) => ({ custodian, quorum: "root", at, key })),
      },
    ];
  });
  return {
    ...SAMPLE_TRANSCRIPT,
    rehearsal: vault.identity.rehearsal === 1,
    vault: { id, name, epoch, genesis, hostKey },
    participants: [
      { role: "administrator", name: "Zoë Müller", quorum: null, key: null },
      ...["alice", "bob"].map((custodian) => ({
        role: "custodian" as const,
        name: custodian,
        quorum: "root",
        key: root?.seats.find((seat) => seat.name === custodian)?.custodianKey ?? null,
      })),
      ...(witness === undefined
        ? []
        : [{ role: "witness" as const, name: witness.name, quorum: null, key: witness.witnessKey }]),
    ],
    exceptions: [],
    plans,
    entries,
    backups: [],
    checkpoint: (await vault.reader.find("checkpoint", { id: 1 }))?.note ?? null,
  };
}

/** Sign it as the host of a vault does. */
export async function signedByHost(made: MadeVault, content: TranscriptContent): Promise<string> {
  await using vault = await made.open();
  return signTranscript(content, vault.hostKey());
}

/** Record in the chain that a ceremony ended with this transcript. @returns sequence of the entry */
export async function recordEnd(made: MadeVault, content: TranscriptContent, transcript?: string): Promise<number> {
  await using vault = await made.open();
  const { id, epoch } = vault.identity;
  const { ceremony, outcome, run, script } = content;
  const plans = content.plans.map((plan) => plan.id);
  const text = transcript ?? transcriptDigest(writeTranscript(content));
  const data = { ceremony, outcome, plans, run, script, transcript: text };
  return await vault.actLocked(({ writer, chain }) =>
    chain.append(writer, { vault: id, epoch }, timestamp(new Date()), "test@host", { type: CEREMONY_END, data }),
  );
}

/**
 * Changes of one character (another, none, one more) of a signed transcript after which nobody is refused.
 *
 * @param signersOf reads it and checks its signatures; fewer of them than before are a refusal too
 * @param step how many characters from one change to the next
 */
export function unnoticedChanges(signed: string, signersOf: (note: string) => string[], step: number): string[] {
  const all = signersOf(signed).length;
  const unnoticed: string[] = [];
  for (let at = 0; at < signed.length; at += step) {
    const letter = signed.charAt(at);
    const others = [letter === "a" ? "b" : "a", "", ` ${letter}`, `${letter}\u200b`, `${letter}\n`];
    for (const other of others) {
      const altered = signed.slice(0, at) + other + signed.slice(at + 1);
      if (altered !== signed && !isNoticed(() => signersOf(altered).length < all))
        unnoticed.push(`${JSON.stringify(letter)} at ${at}: ${JSON.stringify(other)}`);
    }
  }
  return unnoticed;
}

function isNoticed(check: () => boolean): boolean {
  try {
    return check();
  } catch (error) {
    if (isConclaveError(error, "INTEGRITY")) return true;
    throw error;
  }
}

const executedSchema = z.object({
  plan: z.object({ id: z.string() }),
  approvals: z.array(approvalSchema),
});
