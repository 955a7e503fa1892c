import { z } from "zod";
import { IntegrityError } from "../errors.ts";
import { parseCanonicalJson } from "../json.ts";
import type { Reader } from "../storage/storage.ts";
import type { ImportFormat, Row } from "../storage/tables.ts";
import { USAGES, type Usage } from "./algorithm.ts";
import { findKey } from "./find.ts";
import { type KeyState, permittedUsages, stateAt } from "./state.ts";

const usagesSchema = z.array(z.enum(USAGES));

/** What `key list` tells of a key; its state is its current version's, dates taken into account. */
export interface KeySummary {
  id: string;
  name: string;
  keyring: string;
  algorithm: string;
  state: KeyState;
  usages: Usage[];
  exportable: boolean;
  tags: Record<string, string>;
  cryptoperiodSeconds: number | null;
  created: string;
}

export interface KeyDescription extends KeySummary {
  /** When the current version's cryptoperiod ends; null: never. */
  rotateAt: string | null;
  /** How its first version came; null: it was made here. */
  imported: ImportDescription | null;
  versions: KeyVersionDescription[];
}

/** How a version was brought, and by which entry. */
export interface ImportDescription {
  format: ImportFormat;
  entry: number;
}

export interface KeyVersionDescription {
  version: number;
  /** Whether it was made in this vault. */
  origin: "generated" | "imported";
  /** How it came; null: it was made here. */
  imported: ImportDescription | null;
  state: KeyState;
  /** What the state still permits of the key's usages. */
  permits: Usage[];
  created: string;
  /** Time of the last transition. */
  changed: string;
  /** When it becomes active or is deactivated by itself; null: not by itself. */
  activateAt: string | null;
  deactivateAt: string | null;
  /** Whether it was compromised, remembered when it is destroyed. */
  compromised: boolean;
  /** 10 hex digits; null for asymmetric keys. */
  checkValue: string | null;
  /** SHA-256 of the SubjectPublicKeyInfo; null for symmetric keys. */
  fingerprint: string | null;
  /** SubjectPublicKeyInfo in PEM; null for symmetric keys. */
  publicKey: string | null;
}

/** @param time at which states are told. @throws ConclaveError NOT_FOUND, USAGE */
export async function describeKey(state: Reader, name: string, time: string): Promise<KeyDescription> {
  const { key, keyring } = await findKey(state, name);
  const summary = await summarize(state, key, keyring.name, time);
  const versions = await Array.fromAsync(state.rows("keyVersions", { where: { key: key.id } }));
  const imports = await Array.fromAsync(state.rows("imports", { where: { key: key.id } }));
  const importOf = (version: number): ImportDescription | null => {
    const row = imports.find((candidate) => candidate.version === version);
    return row === undefined ? null : { format: row.format, entry: row.sequence };
  };
  return {
    ...summary,
    rotateAt: key.rotateAt,
    imported: importOf(1),
    versions: versions.map((row) => describeVersion(row, importOf(row.version), summary.usages, time)),
  };
}

/** @param keyring its name */
export async function summarize(state: Reader, key: Row<"keys">, keyring: string, time: string): Promise<KeySummary> {
  const tags: Record<string, string> = {};
  for await (const { name, value } of state.rows("keyTags", { where: { key: key.id } })) tags[name] = value;
  return {
    id: key.id,
    name: key.name,
    keyring,
    algorithm: key.algorithm,
    state: stateAt(key, time),
    usages: parseColumn(key, "usages", usagesSchema),
    exportable: key.exportable === 1,
    tags,
    cryptoperiodSeconds: key.cryptoperiodSeconds,
    created: key.created,
  };
}

function describeVersion(
  row: Row<"keyVersions">,
  imported: ImportDescription | null,
  usages: readonly Usage[],
  time: string,
): KeyVersionDescription {
  const state = stateAt(row, time);
  return {
    version: row.version,
    origin: imported === null ? "generated" : "imported",
    imported,
    state,
    permits: permittedUsages(state, usages),
    created: row.created,
    changed: row.changed,
    activateAt: row.activateAt,
    deactivateAt: row.deactivateAt,
    compromised: row.compromised === 1,
    checkValue: row.checkValue,
    fingerprint: row.fingerprint,
    publicKey: row.publicKey,
  };
}

function parseColumn<T>(key: Row<"keys">, column: "usages", schema: z.ZodType<T>): T {
  const refuse = (problem: string) => new IntegrityError(`keys ${key.id}, column ${column}`, problem);
  return parseCanonicalJson(key[column], schema, refuse);
}
