import { z } from "zod";
import { entryType } from "../audit/entry-type.ts";
import { timestamp } from "../clock.ts";
import type { Vault } from "../vault/vault.ts";
import { actor } from "./actor.ts";

/** Custodians are asked to prove. Changes nothing: the checkpoint after it is what the proofs are made over, and dates them. */
export const custodianRequest = entryType({
  type: "custodian.request",
  data: z.strictObject({}),
  async project() {},
});

/** Append a request, so that the newest checkpoint is of now. */
export async function recordRequest(vault: Vault): Promise<void> {
  const { id, epoch } = vault.identity;
  await vault.actLocked(({ writer, chain }) =>
    chain.append(writer, { vault: id, epoch }, timestamp(vault.clock()), actor(), {
      type: custodianRequest.type,
      data: {},
    }),
  );
}
