import { timestamp } from "../clock.ts";
import { ConclaveError } from "../errors.ts";
import { newCommitmentKey } from "../key/import-commitment.ts";
import { componentsSource, planImport, prepareComponents } from "../key/plan-import.ts";
import type { KeyRequest } from "../key/request.ts";
import type { PlannedAction } from "../quorum/action.ts";
import type { Secret } from "../secret.ts";
import { importSchema } from "./built-in.ts";
import { type Ceremony, vaultOf } from "./ceremony.ts";
import { parseValues } from "./parse-values.ts";
import { performPlan } from "./perform-plan.ts";
import type { StepResult } from "./stage.ts";

/** A key that was made elsewhere comes in, in components, each typed by another custodian, as `key import` takes them. */
export async function performImport(ceremony: Ceremony, index: number): Promise<StepResult | undefined> {
  const { components, expect, ...asked } = parseValues(ceremony, index, importSchema);
  if (ceremony.host.elsewhere?.planOut !== undefined) {
    throw new ConclaveError("USAGE", "components are typed in the room: this plan isn't approved elsewhere", {
      suggestions: ["Go on without --plan-out, with the custodians in the room"],
    });
  }
  const request = {
    ...asked,
    usages: asked.usages === "default" ? undefined : asked.usages,
    tag: asked.tags,
    cryptoperiod: asked.cryptoperiod === "none" ? undefined : asked.cryptoperiod,
  } satisfies KeyRequest;
  await using vault = await vaultOf(ceremony);
  using owned = new DisposableStack();
  const commitmentKey = owned.use(newCommitmentKey());
  const materials: Secret[] = [];
  const planned = async (): Promise<PlannedAction[]> => {
    const people = await prepareComponents(vault.reader, request, timestamp(vault.clock()));
    const typed = await ceremony.stage.typeComponents(request.algorithm, components, people);
    materials.push(owned.use(typed.key.material));
    const source = componentsSource(typed.custodians, typed.key, commitmentKey);
    return [await planImport(vault.reader, { ...request, source, expected: expect })];
  };
  const secrets = async () => ({ commitmentKey, materials });
  const executed = await performPlan(ceremony, index, vault, planned, { secrets });
  if (executed === undefined) return undefined;
  return {
    lines: [
      { label: "Key", value: request.name },
      { label: "Plan", value: executed.plan },
    ],
  };
}
