import { z } from "zod";
import { type Entry, entryError, parseEntry } from "../audit/entry.ts";
import { firstIssue } from "../json.ts";
import type { Reader } from "../storage/storage.ts";
import { findKey } from "./find.ts";

/** One thing that happened to a key. */
export interface KeyEvent {
  sequence: number;
  time: string;
  /** Name of the action. */
  action: string;
  /** The versions that it made, changed or let out; none if it was about the whole key. */
  versions: number[];
  reason: string;
  requester: string;
  /** Custodians whose approvals the plan had. */
  approvedBy: string[];
  plan: string;
}

const executedSchema = z.object({
  plan: z.object({
    id: z.string(),
    reason: z.string(),
    requester: z.string(),
    actions: z.array(z.object({ parameters: z.record(z.string(), z.unknown()) })),
  }),
  approvals: z.array(z.object({ statement: z.object({ custodian: z.string() }) })),
});

const aboutKeySchema = z.object({ key: z.string(), plan: z.string(), action: z.int() });

/** Everything that approved plans did to a key, from the audit chain. @throws ConclaveError NOT_FOUND, USAGE */
export async function keyHistory(
  state: Reader,
  name: string,
): Promise<{ key: string; keyring: string; events: KeyEvent[] }> {
  const { key, keyring } = await findKey(state, name);
  const events: KeyEvent[] = [];
  let executed: z.infer<typeof executedSchema> | undefined;
  for await (const { sequence, text } of state.rows("entries")) {
    const entry = parseEntry(text, sequence);
    if (entry.type === "plan.execute") executed = readExecuted(entry);
    const about = aboutKeySchema.safeParse(entry.data);
    if (executed === undefined || about.data === undefined || about.data.plan !== executed.plan.id) continue;
    const { parameters } = executed.plan.actions[about.data.action] ?? {};
    if (about.data.key !== key.id && !isUsedUp(key.id, parameters)) continue;
    events.push({
      sequence,
      time: entry.time,
      action: entry.type,
      versions: versionsOf(entry.type, parameters),
      reason: executed.plan.reason,
      requester: executed.plan.requester,
      approvedBy: executed.approvals.map(({ statement }) => statement.custodian),
      plan: executed.plan.id,
    });
  }
  return { key: key.name, keyring: keyring.name, events };
}

/** Whether an import unwrapped what it brought with this key, and so destroyed it. */
function isUsedUp(key: string, parameters: Record<string, unknown> = {}): boolean {
  const used = z.object({ source: z.object({ wrappingKey: z.object({ id: z.literal(key) }) }) });
  return used.safeParse(parameters).success;
}

function versionsOf(action: string, parameters: Record<string, unknown> = {}): number[] {
  const { from, version, versions } = parameters;
  if (action === "key.create" || action === "key.import") return [1];
  if (action === "key.export" && typeof version === "number") return [version];
  if ((action === "key.rotate" || action === "key.import-version") && typeof from === "number") return [from + 1];
  return Array.isArray(versions) ? versions.filter((version) => typeof version === "number") : [];
}

function readExecuted(entry: Entry): z.infer<typeof executedSchema> {
  const parsed = executedSchema.safeParse(entry.data);
  if (!parsed.success) throw entryError(entry, `data.${firstIssue(parsed.error.issues)}`);
  return parsed.data;
}
