import type { KeyObject } from "node:crypto";
import { entryHash, parseEntry } from "../../src/lib/audit/entry.ts";
import { fromHex } from "../../src/lib/bytes.ts";
import type { TranscriptContent } from "../../src/lib/ceremony/transcript.ts";
import { publicKeyOf, signingKey } from "../../src/lib/crypto/signature.ts";
import type { Witness } from "../../src/lib/custodian/witness.ts";
import { canonicalJson } from "../../src/lib/json.ts";
import { Secret } from "../../src/lib/secret.ts";
import { SAMPLE_TRANSCRIPT } from "../support/transcripts.ts";
import { EXAMPLE, exampleEntries } from "./example-vault.ts";
import { format } from "./page.ts";

/** The witness of docs/formats/witness.md. */
export function exampleWitness(): { key: KeyObject; witness: Witness } {
  const [seed = ""] = format("witness").section("Test vector").indented();
  const key = signingKey(new Secret(fromHex(seed)));
  const created = "2026-11-24T06:00:00.000Z";
  const witnessKey = publicKeyOf(key);
  return { key, witness: { type: "witness", version: 1, name: "walter", witnessKey, created, rehearsal: true } };
}

/** The exported chain of the example vault. */
export function exampleChain(): string {
  const entries = exampleEntries();
  const head = { entries: entries.length, type: "chain", vault: EXAMPLE.vault, version: 1 };
  const lines = [canonicalJson(head), ...entries, canonicalJson({ checkpoint: exampleCheckpoint() })];
  return lines.map((line) => `${line}\n`).join("");
}

/** What the transcript in docs/formats/transcript.md says: that a first key was made in the example vault. */
export function exampleContent(): TranscriptContent {
  const entries = exampleEntries().map((text, index) => ({
    entry: parseEntry(text, index + 1),
    hash: entryHash(text),
  }));
  const genesis = entries[0];
  const first = entries.find(({ entry }) => entry.type === "plan.execute");
  if (genesis === undefined || first === undefined) throw new Error("the example vault has a genesis and a plan");
  const { sequence, data } = first.entry;
  const { plan, approvals } = data as unknown as Executed;
  const made = entries.slice(sequence - 1, sequence + 1);
  const { key, ...who } = { key: publicKeyOf(exampleWitness().key), name: "walter" };
  return {
    ...SAMPLE_TRANSCRIPT,
    rehearsal: true,
    started: "2026-11-24T06:00:00.000Z",
    ended: "2026-11-24T07:15:30.250Z",
    vault: {
      id: EXAMPLE.vault,
      name: String(genesis.entry.data["name"]),
      epoch: EXAMPLE.epoch,
      genesis: genesis.hash,
      hostKey: publicKeyOf(EXAMPLE.hostKey),
    },
    inputs: [{ name: "name", value: "card-pin" }],
    participants: [
      { role: "administrator", name: "Zoë Müller", quorum: null, key: null },
      ...EXAMPLE.custodians.slice(0, 2).map(({ name, custodianKey }) => ({
        ...({ role: "custodian", name, quorum: "root" } as const),
        key: publicKeyOf(custodianKey),
      })),
      { role: "witness", ...who, quorum: null, key },
    ],
    plans: [
      {
        id: plan.id,
        digest: approvals[0]?.statement.plan ?? "",
        approvals: approvals.map(({ statement: { custodian, at, key: by } }) => ({
          ...{ custodian, quorum: "root", at, key: by },
        })),
      },
    ],
    entries: made.map(({ entry, hash }) => ({ sequence: entry.sequence, type: entry.type, hash })),
    backups: [],
    checkpoint: exampleCheckpoint(),
  };
}

interface Executed {
  plan: { id: string };
  approvals: { statement: { plan: string; custodian: string; at: "host" | "desk"; key: "custodian" | "share" } }[];
}

function exampleCheckpoint(): string {
  return `${format("checkpoint").section("Test vector").fenced("text")[0]}\n`;
}
