import { readFileSync } from "node:fs";
import { sha256Hex } from "../../src/lib/crypto/digest.ts";
import { signingKey } from "../../src/lib/crypto/signature.ts";
import { releaseSeat } from "../../src/lib/custodian/release.ts";
import { writeHandoverFile } from "../../src/lib/quorum/custodian-handover.ts";
import type { Row } from "../../src/lib/storage/tables.ts";
import { type CanonicalState, filesIn, type Projections } from "./canonical-state.ts";
import type { MutatingCommand, Stage } from "./mutating-commands.ts";
import { confirm, documentOf, enrolled, holders, peopleOf, proofOf, prove, rekey } from "./quorum-acts.ts";
import { expectSame, inForce } from "./stages.ts";
import { AT_HAND, CUSTODIANS, found, VAULT, vaultOf } from "./two-custodians.ts";
import type { Workspace } from "./workspace.ts";

const NEW = [
  ...["--threshold", "2", "--shares-dir", "new"],
  ...CUSTODIANS.flatMap((name) => ["--new-passphrase-file", `${name}=${name}.passphrase`]),
];
const REKEY = ["quorum", "rekey", "root", ...NEW, ...VAULT, ...AT_HAND];
const CREATE = [
  ...["quorum", "create", "payments", ...CUSTODIANS.flatMap((name) => ["--custodian", name])],
  ...[...NEW, ...VAULT, ...AT_HAND],
];
const CANCEL = ["quorum", "cancel", "root", ...VAULT];
const HANDOVER = [
  ...["custodian", "handover", "dave.handover", ...VAULT, "--yes"],
  ...CUSTODIANS.flatMap((name) => [
    "--share",
    `root-2/${name}.share`,
    "--passphrase-file",
    `${name}=${name}.passphrase`,
  ]),
];

/** Those that make, give up or amend generations of quorums. A pending one is no second state: the one before is in force. */
export const QUORUM_COMMANDS: readonly MutatingCommand[] = [
  {
    name: "quorum rekey",
    variantOf: "key create",
    prepare: withKey,
    args: REKEY,
    status: 0,
    announces: true,
    stage: (state) => stageOfGeneration(state, "root", 1),
    next: { first: { args: CANCEL, statuses: [0, 13] }, args: REKEY, status: { before: 0, after: 4 } },
  },
  {
    name: "quorum create",
    variantOf: "quorum rekey",
    prepare: withKey,
    args: CREATE,
    status: 0,
    announces: true,
    stage: (state) => stageOfGeneration(state, "payments", 0),
    next: {
      first: { args: ["quorum", "cancel", "payments", ...VAULT], statuses: [0, 3, 13] },
      args: CREATE,
      status: { before: 0, after: 4 },
    },
  },
  {
    name: "quorum cancel",
    variantOf: "quorum rekey",
    prepare: async (place) => {
      await withKey(place);
      const made = vaultOf(place);
      await made.performWith(peopleOf(made, holders(CUSTODIANS)), rekey(made));
      await prove(made, "root", ["alice"]);
    },
    args: CANCEL,
    status: 0,
    announces: true,
    stage: (state, _, place) => stageOfCancel(state, place),
    next: { args: CANCEL, status: { before: 0, after: 13 } },
  },
  {
    name: "custodian handover",
    variantOf: "key create",
    prepare: withHandover,
    args: HANDOVER,
    status: 0,
    announces: true,
    stage: (state, before) => stageOfHandover(inForce(state).projections, inForce(before).projections),
    next: { args: HANDOVER, status: { before: 0, after: 13 } },
  },
];

async function withKey(place: Workspace): Promise<void> {
  process.execArgv.length = 0; // vitest preloads a module, which a process that handles secrets refuses
  await found(place);
  await vaultOf(place).createKey("payments", CUSTODIANS);
}

/** A third custodian, who has an own desk and signed for another one. */
async function withHandover(place: Workspace): Promise<void> {
  await withKey(place);
  const made = vaultOf(place);
  const [old, laptop] = [await enrolled(made, "dave"), await enrolled(made, "dave", "laptop.enrolment")];
  const custodians = [...CUSTODIANS, "dave=dave.enrolment"];
  await made.performWith(peopleOf(made, holders(CUSTODIANS)), rekey(made, { custodians }));
  await prove(made);
  const dave = { custodian: "dave", generation: 2, own: old };
  await confirm(made, await proofOf(made, dave));
  using share = await documentOf(made, dave);
  if (share.pin === undefined) throw new TypeError("a share without pin");
  const handover = releaseSeat(share.pin, "dave", laptop.file, signingKey(old.seed));
  await place.write("dave.handover", writeHandoverFile(handover));
}

/**
 * Before, while the generation in force is the one that was: then each KEK is wrapped under it. After, when a later one is:
 * then no KEK is wrapped under another, and its share files are there. Share files are of either, or a crash's half ones.
 * @param was the generation before; 0 if there was none
 */
function stageOfGeneration(state: CanonicalState, quorum: string, was: number): Stage {
  const tables = new QuorumTables(inForce(state).projections);
  const generations = tables.of(quorum);
  const active = generations.filter((row) => row.state === "active");
  if (active.length > 1 || active.length < Math.min(was, 1)) throw new Error(`${active.length} are in force`);
  const now = active[0]?.generation ?? 0;
  tables.expectWraps(quorum);
  if (now === was) return "before";
  for (const { custodian, file, fileHash, confirmed } of tables.seats.filter((seat) => seat.generation === now)) {
    if (file === null || !file.includes("/new/")) continue; // of another quorum
    if (confirmed === null) throw new Error(`in force without a proof of ${custodian}`);
    expectSame(`share file of ${custodian}`, sha256Hex(Uint8Array.from(readFileSync(file))), fileHash);
  }
  return "after";
}

function stageOfCancel(state: CanonicalState, place: Workspace): Stage {
  const tables = new QuorumTables(inForce(state).projections);
  tables.expectWraps("root");
  const states = tables.of("root").map((row) => row.state);
  if (states.join() === "active,pending") return "before";
  expectSame("states", states, ["active", "cancelled"]);
  expectSame("share files", filesIn(place.file("root-2")), []);
  return "after";
}

function stageOfHandover(is: Projections, was: Projections): Stage {
  const changed = Object.keys(is).filter((table) => JSON.stringify(is[table]) !== JSON.stringify(was[table]));
  if (changed.length === 0) return "before";
  expectSame("changed", changed.toSorted(), ["generations", "plans"]);
  const handovers = new QuorumTables(is).of("root").map((row) => JSON.parse(row.handovers).length);
  expectSame("handovers", handovers, [0, 1]);
  return "after";
}

/** What rows say of quorums. */
class QuorumTables {
  readonly quorums: readonly Row<"quorums">[];
  readonly generations: readonly Row<"generations">[];
  readonly seats: readonly Row<"seats">[];
  readonly keks: readonly Row<"keks">[];

  constructor(projections: Projections) {
    const rows = (table: string) => (projections[table] ?? []).map((text) => JSON.parse(text));
    this.quorums = rows("quorums");
    this.generations = rows("generations");
    this.seats = rows("seats");
    this.keks = rows("keks");
  }

  of(name: string): Row<"generations">[] {
    const id = this.quorums.find((row) => row.name === name)?.id;
    return this.generations.filter((row) => row.quorum === id);
  }

  /** Each KEK is wrapped under the generation in force, and under the pending one if there is one; the root has all KEKs. */
  expectWraps(quorum: string): void {
    if (quorum !== "root") return;
    const live = this.of(quorum).filter((row) => row.state === "active" || row.state === "pending");
    const wanted = live.map((row) => row.generation);
    const wrapped = this.keks.map((row) => row.generation);
    const ascending = (a: number, b: number) => a - b;
    expectSame("wraps", wrapped.toSorted(ascending), wanted.toSorted(ascending));
  }
}
