import { isConclaveError } from "../errors.ts";
import type { Line } from "../quorum/action.ts";
import { drillShare } from "../quorum/drill.ts";
import { quorumInForce, requireQuorum } from "../quorum/state.ts";
import type { Row } from "../storage/tables.ts";
import { assertReady } from "../vault/ready.ts";
import type { Vault } from "../vault/vault.ts";
import { drillSchema } from "./built-in.ts";
import { type Ceremony, vaultOf } from "./ceremony.ts";
import { parseValues } from "./parse-values.ts";
import { begunAt } from "./progress.ts";
import type { StepResult } from "./stage.ts";

/** Each custodian of a quorum proves to still hold the share, one after the other; who doesn't come is named. */
export async function performDrill(ceremony: Ceremony, index: number): Promise<StepResult> {
  const { quorum } = parseValues(ceremony, index, drillSchema);
  await using vault = await vaultOf(ceremony);
  await assertReady(vault.warn);
  const { id } = await requireQuorum(vault.reader, quorum);
  const { seats, generation } = await quorumInForce(vault.reader, id);
  const lines: Line[] = [];
  for (const { name } of seats) {
    const seat = await vault.reader.find("seats", { quorum: id, generation, custodian: name });
    const told = ceremony.log.all("proved").some(({ step, custodian }) => step === index && custodian === name);
    const proved = told || isProvedSince(seat, begunAt(ceremony.log, index)) || (await drill(ceremony, vault, name));
    if (proved && !told) ceremony.log.append({ event: "proved", step: index, custodian: name });
    lines.push({ label: name, value: proved ? "proved to hold the share" : "NOT PROVED: did not come" });
  }
  return { lines };
}

/** Whether a crash kept a proof of this step out of the log. */
function isProvedSince(seat: Row<"seats"> | undefined, begun: string | undefined): boolean {
  return begun !== undefined && (seat?.proved ?? "") >= begun;
}

async function drill({ stage }: Ceremony, vault: Vault, name: string): Promise<boolean> {
  for (;;) {
    try {
      const presented = await stage.presentShare(name, "to prove that you still hold it");
      if (presented === undefined) return false;
      using _ = presented.document;
      await drillShare(vault, presented);
      return true;
    } catch (error) {
      const isAboutShare = isConclaveError(error) && (error.code.startsWith("SHARE_") || error.code === "NOT_FOUND");
      if (!isAboutShare || !(await stage.shareRefused(error))) throw error;
    }
  }
}
