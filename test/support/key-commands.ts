import { utf8 } from "../../src/lib/bytes.ts";
import type { KeyState } from "../../src/lib/key/state.ts";
import type { Row } from "../../src/lib/storage/tables.ts";
import type { CanonicalState, Projections } from "./canonical-state.ts";
import { createWrappingKey, oaep, publicHalf } from "./imports.ts";
import { create, move, rotate, rotateKeyring, together } from "./key-acts.ts";
import type { MutatingCommand, Stage } from "./mutating-commands.ts";
import { AT_HAND, found, VAULT, vaultOf } from "./two-custodians.ts";
import type { MadeVault, Planner } from "./vault.ts";

/** A row of an act on keys that are there. */
interface KeyAct {
  /** If it isn't the command's. */
  name?: string;
  words: readonly string[];
  /** What was done before, each in a plan of its own. */
  before?: readonly Planner[];
  /** What else lies there. */
  files?: (made: MadeVault) => Promise<void>;
  /** The tables that it changes, beside the plans. */
  changes: readonly (keyof Projections)[];
  /** Whether the changed tables say what the act was to do. */
  done: (tables: KeyTables) => boolean;
  /** Exit status of the same act once more: most are refused then. */
  again: 0 | 3 | 4 | 13;
}

/** Each command that moves keys, or the KEKs above them, from one state to another. */
export const KEY_COMMANDS: readonly MutatingCommand[] = [
  ...(
    [
      { transition: "activate", name: "waiting", state: "active", before: [] },
      { transition: "suspend", name: "payments", state: "suspended", before: [] },
      { transition: "resume", name: "payments", state: "active", before: [move("suspend", "payments")] },
      { transition: "deactivate", name: "payments", state: "deactivated", before: [] },
      { transition: "compromise", name: "payments", state: "compromised", before: [] },
    ] as const
  ).map(({ transition, name, state, before }) =>
    act({
      words: ["key", transition, name, "--reason", "a test"],
      before,
      changes: ["keys", "keyVersions"],
      done: ({ states }) => states(name).at(-1) === state,
      again: 13,
    }),
  ),
  act({
    words: ["key", "destroy", "payments", "rotated", "--reason", "a test"],
    changes: ["keys", "keyVersions"],
    done: ({ states, versions }) =>
      [...states("payments"), ...states("rotated")].every((state) => state === "destroyed") &&
      versions.filter(({ blob }) => blob !== null).length === 1,
    again: 13,
  }),
  act({
    words: ["key", "rotate", "payments", "rotated"],
    changes: ["keys", "keyVersions"],
    done: ({ states }) =>
      states("payments").slice(0, 2).join() === "deactivated,active" ||
      states("payments").slice(0, 3).join() === "deactivated,deactivated,active",
    again: 0,
  }),
  act({
    words: ["key", "update", "payments", "--name", "renamed", "--tag", "a=b", "--usage", "decrypt"],
    changes: ["keys", "keyNames", "keyTags"],
    done: ({ keys }) => keys.some(({ name, usages }) => name === "renamed" && usages === '["decrypt"]'),
    again: 3,
  }),
  act({
    words: [
      "key",
      "import",
      "brought",
      "--wrapped",
      "a.wrapped",
      "--wrapping-key",
      "inbound",
      "--algorithm",
      "aes-256",
    ],
    before: [createWrappingKey("inbound")],
    files: wrapAKey,
    changes: ["keys", "keyNames", "keyVersions", "imports"],
    done: ({ states }) => states("brought").join() === "active" && states("inbound").join() === "destroyed",
    again: 4,
  }),
  act({
    name: "key import --new-version",
    words: ["key", "import", "payments", "--new-version", "--wrapped", "a.wrapped", "--wrapping-key", "inbound"],
    before: [createWrappingKey("inbound")],
    files: wrapAKey,
    changes: ["keys", "keyVersions", "imports"],
    done: ({ states }) =>
      states("payments").join() === "deactivated,active" && states("inbound").join() === "destroyed",
    again: 13,
  }),
  act({
    words: ["keyring", "create", "cards"],
    changes: ["keyrings", "keks"],
    done: ({ keyrings }) => keyrings.some(({ name }) => name === "cards"),
    again: 4,
  }),
  act({
    words: ["keyring", "rotate", "default"],
    changes: ["keyrings", "keks"],
    done: ({ keyrings }) => keyrings.every(({ kekVersion }) => kekVersion > 1),
    again: 0,
  }),
  act({
    words: ["keyring", "rewrap", "default"],
    before: [rotateKeyring()],
    changes: ["keks", "keyVersions"],
    done: ({ keks, versions }) =>
      keks.length === 1 && versions.every(({ kekVersion, blob }) => blob === null || kekVersion === 2),
    again: 13,
  }),
];

/** A key from outside, wrapped to the public half of `inbound`. */
async function wrapAKey(made: MadeVault): Promise<void> {
  await using vault = await made.open();
  const wrapped = oaep(await publicHalf(vault.reader, "inbound"), utf8("a key of 32 bytes, from outside."));
  await made.place.write("a.wrapped", wrapped);
}

function act({
  words,
  name = words.slice(0, 2).join(" "),
  before = [],
  files,
  changes,
  done,
  again,
}: KeyAct): MutatingCommand {
  const args = [...words, ...VAULT, ...AT_HAND];
  return {
    name,
    variantOf: "key create",
    prepare: async (place) => {
      process.execArgv.length = 0; // vitest preloads a module, which a process that handles secrets refuses
      await found(place);
      const made = vaultOf(place);
      const keys = [create("payments"), create("rotated"), create("waiting", { preActive: true })];
      for (const planner of [together(...keys), rotate("rotated"), ...before]) await made.perform(planner);
      await files?.(made);
    },
    args,
    status: 0,
    announces: true,
    stage: (state, was) => stageOfAct(projectionsOf(state), projectionsOf(was), changes, done),
    next: { args, status: { before: 0, after: again } },
  };
}

function stageOfAct(is: Projections, was: Projections, changes: KeyAct["changes"], done: KeyAct["done"]): Stage {
  const changed = Object.keys(is).filter((table) => JSON.stringify(is[table]) !== JSON.stringify(was[table]));
  if (changed.length === 0) return "before";
  const wanted = [...changes, "plans"];
  if (changed.toSorted().join() !== wanted.toSorted().join())
    throw new Error(`changed are ${changed.join(", ")}, wanted ${wanted.join(", ")}`);
  if (!done(new KeyTables(is))) throw new Error(`neither before nor after: ${JSON.stringify(is)}`);
  return "after";
}

function projectionsOf(state: CanonicalState): Projections {
  if (state.kind !== "in force") throw new Error(`the vault is ${state.kind}`);
  return state.projections;
}

/** What rows say of keys. */
class KeyTables {
  readonly keys: readonly Row<"keys">[];
  readonly versions: readonly Row<"keyVersions">[];
  readonly keyrings: readonly Row<"keyrings">[];
  readonly keks: readonly Row<"keks">[];

  constructor(projections: Projections) {
    const rows = (table: string) => (projections[table] ?? []).map((text) => JSON.parse(text));
    this.keys = rows("keys");
    this.versions = rows("keyVersions");
    this.keyrings = rows("keyrings");
    this.keks = rows("keks");
  }

  /** States of a key's versions. */
  states = (name: string): KeyState[] => {
    const key = this.keys.find((row) => row.name === name);
    return this.versions.flatMap((row) => (row.key === key?.id ? [row.state] : []));
  };
}
