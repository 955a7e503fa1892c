import type { MutatingCommand } from "./mutating-commands.ts";
import { stageOfKey, stageOfProof } from "./stages.ts";
import { CUSTODIANS, found, VAULT } from "./two-custodians.ts";
import type { Workspace } from "./workspace.ts";

const PLAN_EXECUTE = [
  "plan",
  "execute",
  "plan",
  ...VAULT,
  ...CUSTODIANS.flatMap((name) => ["--approval", `${name}.approval`]),
];
const CONFIRM = ["custodian", "confirm", "proof", ...VAULT];

/** Those that end what began at own desks. */
export const PLAN_COMMANDS: readonly MutatingCommand[] = [
  {
    name: "plan execute",
    variantOf: "key create",
    prepare: async (place) => {
      await found(place);
      const plan = [
        "key",
        "create",
        "payments",
        "--algorithm",
        "aes-256",
        ...VAULT,
        "--plan-out",
        "plan",
        "--plain-session",
      ];
      await succeed(place, 10, plan);
      for (const name of CUSTODIANS) {
        await succeed(place, 0, ["plan", "approve", "plan", ...ownShare(name), "--out", `${name}.approval`]);
      }
    },
    args: PLAN_EXECUTE,
    status: 0,
    announces: true,
    stage: stageOfKey,
    next: { args: PLAN_EXECUTE, status: { before: 0, after: 12 } },
  },
  {
    name: "custodian confirm",
    variantOf: "key create",
    prepare: async (place) => {
      await found(place);
      await succeed(place, 0, ["custodian", "request", ...VAULT, "--out", "request"]);
      await succeed(place, 0, ["custodian", "prove", "request", ...ownShare("alice"), "--out", "proof"]);
    },
    args: CONFIRM,
    status: 0,
    announces: true,
    stage: stageOfProof,
    next: { args: CONFIRM, status: { before: 0, after: 0 } },
  },
];

async function succeed(place: Workspace, status: number, args: readonly string[]): Promise<void> {
  const seen = await place.run(...args);
  if (seen.status !== status) throw new Error(String(seen));
}

/** What a custodian adds at the own desk. */
function ownShare(name: string): string[] {
  return ["--share", `shares/${name}.share`, "--passphrase-file", `${name}=${name}.passphrase`, "--yes"];
}
