import { timestamp } from "../clock.ts";
import { parseDuration } from "../duration.ts";
import { ConclaveError } from "../errors.ts";
import { isName, NAME_RULE, timestampSchema } from "../names.ts";
import type { PlannedAction } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import { type Algorithm, defaultUsages, USAGES, type Usage } from "./algorithm.ts";
import { keyCreate } from "./create.ts";
import { findKey, findKeyring, parseKeyName } from "./find.ts";
import { matching } from "./list.ts";
import type { NewKeyParameters } from "./new-key.ts";
import { referenceTo } from "./reference.ts";
import { keyRotate } from "./rotate.ts";
import type { Transition } from "./state.ts";
import { applicableVersions, TRANSITION_ROWS } from "./transition.ts";
import { type KeyUpdateParameters, keyUpdate } from "./update.ts";

/** A new key, as a person asks for it. */
export interface KeyRequest {
  /** NAME or KEYRING/NAME. */
  name: string;
  /** Where the name has no keyring. */
  keyring: string;
  algorithm: Algorithm;
  usages: readonly Usage[] | undefined;
  /** `NAME=VALUE` each. */
  tag: readonly string[];
  /** `90d`, `1y`. */
  cryptoperiod: string | undefined;
  exportable: boolean;
  /** Whether it begins pre-active. */
  preActive?: boolean;
  /** RFC 3339. */
  activateAt?: string | undefined;
  deactivateAt?: string | undefined;
}

/** The planned action of a request. @throws ConclaveError USAGE, NOT_FOUND */
export async function planKeyCreate(
  state: Reader,
  request: KeyRequest,
): Promise<{ action: string; parameters: NewKeyParameters }> {
  return { action: keyCreate.name, parameters: await newKeyParameters(state, request) };
}

/** What a new key is to be: names resolved to ids. @throws ConclaveError USAGE, NOT_FOUND */
export async function newKeyParameters(state: Reader, request: KeyRequest): Promise<NewKeyParameters> {
  const { keyring: given, name } = parseKeyName(request.name);
  const { id, name: keyring } = await findKeyring(state, given ?? request.keyring);
  const usages = request.usages ?? defaultUsages(request.algorithm);
  const activateAt = parseTime(request.activateAt, "--activate-at");
  return {
    keyring: { id, name: keyring },
    name,
    algorithm: request.algorithm,
    usages: USAGES.filter((usage) => usages.includes(usage)),
    exportable: request.exportable,
    tags: parseTags(request.tag),
    cryptoperiodSeconds: parseCryptoperiod(request.cryptoperiod) ?? null,
    state: request.preActive === true || activateAt !== null ? "pre-active" : "active",
    activateAt,
    deactivateAt: parseTime(request.deactivateAt, "--deactivate-at"),
  };
}

/**
 * A transition of one key, its versions resolved.
 * @param version only this one; undefined: all that the transition applies to, for those that act on one the current
 * @param time at which states are looked at
 * @throws ConclaveError NOT_FOUND, USAGE
 */
export async function planTransition(
  state: Reader,
  transition: Transition,
  name: string,
  version: number | undefined,
  reason: string,
  time: string,
): Promise<PlannedAction> {
  const { key, keyring } = await findKey(state, name);
  const rows = await Array.fromAsync(state.rows("keyVersions", { where: { key: key.id } }));
  const current = transition === "activate" || transition === "deactivate" ? key.version : undefined;
  const wanted = version ?? current;
  const versions = wanted === undefined ? applicableVersions(transition, rows, time) : [wanted];
  if (versions.length === 0) versions.push(key.version); // the plan is refused for it, and the refusal is recorded
  if (version !== undefined && TRANSITION_ROWS[transition].scope === "every version") {
    throw new ConclaveError("USAGE", `${transition} acts on all versions of a key: give no --version`);
  }
  return { action: `key.${transition}`, parameters: { key: referenceTo(key, keyring), versions, reason } };
}

/** @throws ConclaveError NOT_FOUND */
export async function planRotate(state: Reader, name: string): Promise<PlannedAction> {
  const { key, keyring } = await findKey(state, name);
  return { action: keyRotate.name, parameters: { key: referenceTo(key, keyring), from: key.version } };
}

/** The rotation of every active key whose cryptoperiod ended. @param keyring only of this keyring */
export async function planRotateDue(
  state: Reader,
  keyring: string | undefined,
  time: string,
): Promise<PlannedAction[]> {
  const planned: PlannedAction[] = [];
  for await (const key of matching(state, { due: true, keyring }, time)) {
    const found = await state.find("keyrings", { id: key.keyring });
    if (found !== undefined)
      planned.push({ action: keyRotate.name, parameters: { key: referenceTo(key, found), from: key.version } });
  }
  return planned;
}

/** What of a key is to change, as a person asks for it. */
export interface UpdateRequest {
  name: string | undefined;
  /** `NAME=VALUE` each: added, or changed. */
  tag: readonly string[];
  /** Names of tags. */
  removeTag: readonly string[];
  /** `90d`, or `none`. */
  cryptoperiod: string | undefined;
  usages: readonly Usage[] | undefined;
  notExportable: boolean;
}

/** @throws ConclaveError NOT_FOUND, USAGE */
export async function planUpdate(state: Reader, name: string, request: UpdateRequest): Promise<PlannedAction> {
  const { key, keyring } = await findKey(state, name);
  const { usages } = request;
  const changes: KeyUpdateParameters["changes"] = {
    ...(request.name !== undefined && { name: request.name }),
    ...((request.tag.length > 0 || request.removeTag.length > 0) && { tags: await newTags(state, key.id, request) }),
    ...(request.cryptoperiod !== undefined && {
      cryptoperiodSeconds:
        request.cryptoperiod === "none" ? null : parseDuration(request.cryptoperiod, "--cryptoperiod"),
    }),
    ...(usages !== undefined && { usages: USAGES.filter((usage) => usages.includes(usage)) }),
    ...(request.notExportable && { exportable: false as const }),
  };
  if (Object.keys(changes).length === 0) {
    throw new ConclaveError("USAGE", "nothing to change", {
      suggestions: ["Give --name, --tag, --remove-tag, --cryptoperiod, --usage or --not-exportable"],
    });
  }
  return { action: keyUpdate.name, parameters: { key: referenceTo(key, keyring), changes } };
}

async function newTags(state: Reader, key: string, { tag, removeTag }: UpdateRequest): Promise<Record<string, string>> {
  const tags: Record<string, string> = {};
  for await (const { name, value } of state.rows("keyTags", { where: { key } })) tags[name] = value;
  const missing = removeTag.find((name) => !(name in tags));
  if (missing !== undefined) throw new ConclaveError("NOT_FOUND", `the key has no tag ${missing}`);
  return Object.fromEntries(
    Object.entries({ ...tags, ...parseTags(tag) }).filter(([name]) => !removeTag.includes(name)),
  );
}

function parseCryptoperiod(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text, "--cryptoperiod");
}

/** RFC 3339, or a date, in UTC. @throws ConclaveError USAGE */
function parseTime(text: string | undefined, flag: string): string | null {
  if (text === undefined) return null;
  const date = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  const wellFormed =
    /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z)?$/.test(text) && !Number.isNaN(date.getTime());
  const exists = wellFormed && date.toISOString().startsWith(text.slice(0, 10)); // no 30th of February
  if (!exists) throw new ConclaveError("USAGE", `${flag}: wanted a time in UTC, 2027-01-31 or 2027-01-31T12:00:00Z`);
  return timestampSchema.parse(timestamp(date));
}

/** `NAME=VALUE` each. @throws ConclaveError USAGE */
export function parseTags(texts: readonly string[]): Record<string, string> {
  const tags = texts.map(parseTag);
  if (new Set(tags.map(({ name }) => name)).size < tags.length)
    throw new ConclaveError("USAGE", "--tag given twice for one name");
  return Object.fromEntries(tags.map(({ name, value }) => [name, value]));
}

/** @throws ConclaveError USAGE */
export function parseTag(text: string): { name: string; value: string } {
  const equals = text.indexOf("=");
  const name = text.slice(0, Math.max(0, equals));
  if (!isName(name)) throw new ConclaveError("USAGE", `--tag must be NAME=VALUE, with a name of ${NAME_RULE}`);
  return { name, value: text.slice(equals + 1) };
}
