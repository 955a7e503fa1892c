import type { CanonicalState, Projections } from "./canonical-state.ts";
import type { Stage } from "./mutating-commands.ts";

export function stageOfKey(found: CanonicalState, before: CanonicalState): Stage {
  const [is, was] = [inForce(found), inForce(before)];
  const made = is.projections["keys"]?.length === (was.projections["keys"]?.length ?? 0) + 1;
  const grown = made ? ["keys", "keyNames", "keyVersions", "plans"] : [];
  for (const [table, rows] of Object.entries(is.projections)) {
    const old = was.projections[table] ?? [];
    expectSame(
      `rows of ${table}`,
      rows.filter((row) => old.includes(row)),
      old,
    );
    expectSame(`new rows of ${table}`, rows.length - old.length, grown.includes(table) ? 1 : 0);
  }
  return made ? "after" : "before";
}

export function stageOfRefusal(found: CanonicalState, before: CanonicalState): Stage {
  const [is, was] = [inForce(found), inForce(before)];
  expectSame("projections", is.projections, was.projections);
  return is.refusals > was.refusals ? "after" : "before";
}

/** One custodian's seat tells of a later proof, or nothing changed. */
export function stageOfProof(found: CanonicalState, before: CanonicalState): Stage {
  const [is, was] = [inForce(found), inForce(before)];
  const { seats, ...others } = is.projections;
  const { seats: oldSeats = [], ...oldOthers } = was.projections;
  expectSame("projections", others, oldOthers);
  const changed = (seats ?? []).filter((row) => !oldSeats.includes(row));
  if (changed.length > 1) throw new Error(`more seats changed than one: ${changed.join()}`);
  return changed.length === 1 ? "after" : "before";
}

export function stageOfAnchor(found: CanonicalState, before: CanonicalState): Stage {
  const [is, was] = [inForce(found), inForce(before)];
  expectSame("projections", is.projections, was.projections);
  if (is.anchor === undefined || was.anchor === undefined) throw new Error("the anchor is lost");
  return is.anchor.size > was.anchor.size ? "after" : "before";
}

interface InForce {
  projections: Projections;
  refusals: number;
  anchor: { size: number } | undefined;
}

export function inForce(state: CanonicalState): InForce {
  if (state.kind !== "in force") throw new Error(`the vault is ${state.kind}`);
  return state;
}

export function expectSame(what: string, found: unknown, wanted: unknown): void {
  const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (is !== should) throw new Error(`${what}: ${is}, wanted ${should}`);
}
