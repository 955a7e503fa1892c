import { SECOND } from "../clock.ts";
import { parseDuration } from "../duration.ts";
import { ConclaveError } from "../errors.ts";
import { LONGEST_PLAN } from "../quorum/plan.ts";

/** What `--plan-lifetime` says, in milliseconds. @throws ConclaveError USAGE */
export function planLifetime(text: string): number {
  const lifetime = parseDuration(text, "--plan-lifetime") * SECOND;
  if (lifetime > LONGEST_PLAN) throw new ConclaveError("USAGE", "--plan-lifetime: 30d at most");
  return lifetime;
}
