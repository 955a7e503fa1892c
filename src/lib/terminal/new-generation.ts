import { ACTIONS } from "../catalogue.ts";
import { ConclaveError } from "../errors.ts";
import { bindAction, type PlannedAction } from "../quorum/action.ts";
import type { Executed } from "../quorum/execute-approved.ts";
import { proveShares } from "../quorum/prove.ts";
import { quorumCreate } from "../quorum/quorum-create.ts";
import { quorumRekey } from "../quorum/rekey.ts";
import { everyGeneration, type KnownGeneration, requireQuorum } from "../quorum/state.ts";
import type { Vault } from "../vault/vault.ts";
import { fields } from "./fields.ts";
import { type NewShare, newShares, sharePages } from "./founded.ts";
import { Founding } from "./founding.ts";
import { parseNamed } from "./named-files.ts";
import { hasTerminal } from "./prompt.ts";

/** Flags of acts that make shares; acts that don't have none of them. */
export interface NewShareFlags {
  "new-passphrase-file"?: string[];
  "unsafe-weak-passphrase"?: boolean;
}

/** What became of a generation that an act made. */
export interface NewGenerationResult {
  quorum: { name: string; generation: number; threshold: number; manifest: string };
  /** Whether it is in force: all custodians proved. */
  state: KnownGeneration["state"];
  shares: NewShare[];
}

/**
 * Who leads people through the passphrases of what an act makes: new shares, exported keys.
 * @param actions of the act
 * @throws ConclaveError USAGE: a passphrase is missing, and there is no terminal to ask on
 */
export function foundingFor(
  { identity }: Pick<Vault, "identity">,
  actions: readonly PlannedAction[],
  flags: NewShareFlags,
  { quiet, warn }: { quiet: boolean; warn: (message: string) => void },
): Founding {
  const flag = "--new-passphrase-file";
  const files = parseNamed(flags["new-passphrase-file"] ?? [], flag);
  const bound = actions.map((planned) =>
    bindAction(ACTIONS, planned, (problem) => new ConclaveError("USAGE", problem)),
  );
  const names = bound.flatMap((action) => action.newShares().map(({ custodian }) => custodian));
  const keys = bound.flatMap((action) => action.newPassphrase() ?? []);
  const missing = [...names, ...keys].find((name) => !files.has(name));
  if (missing !== undefined && !hasTerminal()) {
    const what = names.includes(missing) ? `${missing}'s new share` : `the exported key ${missing}`;
    throw new ConclaveError("USAGE", `no passphrase for ${what}`, { suggestions: [`Give ${flag} ${missing}=FILE`] });
  }
  const rehearsal = identity.rehearsal === 1;
  return new Founding({
    passphrases: { files, warn },
    flag,
    weak: (flags["unsafe-weak-passphrase"] ?? false) || rehearsal,
    context: [identity.name, "conclave", ...names, ...keys],
    quiet,
  });
}

/** Let those at the host prove the shares that an act made for them. @returns nothing if it made none */
export async function proveNewShares(
  vault: Vault,
  executed: Executed,
  founding: Founding,
): Promise<NewGenerationResult[]> {
  const made: NewGenerationResult[] = [];
  for (const { action, data } of executed.effects) {
    if (action !== quorumCreate.name && action !== quorumRekey.name) continue;
    const { id } = await requireQuorum(vault.reader, String(data["quorum"]));
    await proveShares(vault, id, founding);
    const generations = await everyGeneration(vault.reader);
    const generation = generations.find((one) => one.id === id && one.generation === data["generation"]);
    if (generation === undefined) throw new TypeError("a generation that is gone");
    const { name, manifest, manifestHash, state } = generation;
    made.push({
      quorum: { name, generation: generation.generation, threshold: manifest.threshold, manifest: manifestHash },
      state,
      shares: await newShares(vault.reader, generation),
    });
  }
  return made;
}

/** @param vault its folder */
export function newGenerationText({ quorum, state, shares }: NewGenerationResult, vault: string): string {
  const { name, generation, threshold } = quorum;
  const after =
    state === "active" && generation > 1
      ? [
          "Keep the shares of the generation before until a backup of this one has been proved to open: they open older backups.",
          "The KEKs are the old ones: make new ones with conclave keyring rotate, then conclave keyring rewrap.",
        ]
      : [];
  return [
    ...sharePages(shares, vault, new Set()),
    fields([
      [
        "Quorum",
        `${name}, generation ${generation}: ${threshold} of ${shares.length}, ${stateText(state, generation)}`,
      ],
    ]),
    ...after,
  ].join("\n\n");
}

function stateText(state: NewGenerationResult["state"], generation: number): string {
  return state === "pending" && generation > 1
    ? "PENDING: the generation before stays in force until all proved"
    : STATES[state];
}

/** What people take down of a recovery. @param hash of its entry */
export function recoveryText(hash: string): string {
  return `This was a RECOVERY: shares alone approved it. Write the hash of its entry down on paper, each of you: conclave audit verify ends with 17 until somebody gives it, with --accept-recovery.\n${hash}`;
}

const STATES = {
  pending: "PENDING until all proved",
  active: "in force",
  replaced: "replaced",
  cancelled: "cancelled",
} as const;
