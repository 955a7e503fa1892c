import { timestamp } from "../clock.ts";
import type { Algorithm, Usage } from "../key/algorithm.ts";
import type { KeyImportParameters } from "../key/import.ts";
import type { ImportSource } from "../key/import-source.ts";
import type { KeyImportVersionParameters } from "../key/import-version.ts";
import { planImport, planImportVersion, prepareComponents, prepareVersionComponents } from "../key/plan-import.ts";
import { findVersion } from "../key/plan-use.ts";
import type { PlannedAction } from "../quorum/action.ts";
import type { Vault } from "../vault/vault.ts";
import type { Sent } from "./brought-source.ts";

/** What a key that comes in is to be, as flags say it. */
export interface TargetFlags {
  "new-version": boolean;
  keyring: string;
  algorithm: Algorithm | undefined;
  usage: readonly Usage[] | undefined;
  tag: readonly string[];
  cryptoperiod: string | undefined;
  "pre-active": boolean;
  "activate-at": string | undefined;
  "deactivate-at": string | undefined;
  exportable: boolean;
}

/** A key that came in, as a plan tells of it. */
interface ToPlan {
  algorithm: Algorithm;
  source: ImportSource;
  /** Check value or fingerprint that whoever made the key told. */
  expected: string | undefined;
}

type Planned = PlannedAction & { parameters: KeyImportParameters | KeyImportVersionParameters };

/** What a key that comes in is to be: a new key, or the next version of one. */
export interface ImportTarget {
  /** Of which algorithm a key is taken to be that doesn't say it. */
  assumed: Algorithm | undefined;
  /** Look whether it can come in, before components are typed. @returns the custodians who may type one */
  prepare: (algorithm: Algorithm) => Promise<string[]>;
  /** @param sent what another vault says of it, unless the flags say otherwise */
  plan: (brought: ToPlan, sent: Sent | undefined) => Promise<Planned>;
}

/** @param name NAME or KEYRING/NAME. @throws ConclaveError NOT_FOUND, USAGE of a key that is to have a new version */
export function importTarget(vault: Vault, name: string, flags: TargetFlags): Promise<ImportTarget> {
  return flags["new-version"] ? nextVersion(vault, name) : newKey(vault, name, flags);
}

async function nextVersion({ reader, clock }: Vault, name: string): Promise<ImportTarget> {
  const existing = await findVersion(reader, { key: name, version: undefined });
  return {
    assumed: existing.algorithm,
    prepare: () => prepareVersionComponents(reader, name, timestamp(clock())),
    plan: (brought) => planImportVersion(reader, { name, ...brought }),
  };
}

async function newKey({ reader, clock }: Vault, name: string, flags: TargetFlags): Promise<ImportTarget> {
  const request = {
    ...flags,
    name,
    usages: flags.usage,
    preActive: flags["pre-active"],
    activateAt: flags["activate-at"],
    deactivateAt: flags["deactivate-at"],
  };
  return {
    assumed: undefined,
    prepare: (algorithm) => prepareComponents(reader, { ...request, algorithm }, timestamp(clock())),
    plan: (brought, sent) =>
      planImport(reader, {
        ...request,
        ...brought,
        usages: request.usages ?? sent?.usages,
        tag: request.tag.length > 0 ? request.tag : (sent?.tag ?? []),
        cryptoperiod: request.cryptoperiod ?? sent?.cryptoperiod,
      }),
  };
}
