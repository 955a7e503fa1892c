import type { EntryTypes } from "./audit/chain.ts";
import type { EntryType } from "./audit/entry-type.ts";
import { backupCreate, backupPrune } from "./backup/entries.ts";
import { vaultRestore, vaultRestoreEntry } from "./backup/restore-action.ts";
import { backupVerify, backupVerifyEntry } from "./backup/verify-action.ts";
import { ceremonyEnd } from "./ceremony/end-entry.ts";
import { clockCheck } from "./host/check/clock.ts";
import { coreDumpsCheck } from "./host/check/core-dumps.ts";
import { diskCheck } from "./host/check/disk.ts";
import { entropyCheck } from "./host/check/entropy.ts";
import { filesystemCheck } from "./host/check/filesystem.ts";
import { nodeCheck } from "./host/check/node.ts";
import { permissionsCheck } from "./host/check/permissions.ts";
import { processCheck } from "./host/check/process.ts";
import { ptraceCheck } from "./host/check/ptrace.ts";
import { swapCheck } from "./host/check/swap.ts";
import type { Check } from "./host/check.ts";
import { keyCreate, keyCreateEntry } from "./key/create.ts";
import { keyDecrypt, keyDecryptEntry } from "./key/decrypt.ts";
import { keyEncrypt, keyEncryptEntry } from "./key/encrypt.ts";
import { keyExport, keyExportEntry } from "./key/export.ts";
import { keyImport, keyImportEntry } from "./key/import.ts";
import { keyImportVersion, keyImportVersionEntry } from "./key/import-version.ts";
import { keyringCreate, keyringCreateEntry } from "./key/keyring-create.ts";
import { keyringRewrap, keyringRewrapEntry } from "./key/keyring-rewrap.ts";
import { keyringRotate, keyringRotateEntry } from "./key/keyring-rotate.ts";
import { keyMac, keyMacEntry } from "./key/mac.ts";
import { keyRotate, keyRotateEntry } from "./key/rotate.ts";
import { keySign, keySignEntry } from "./key/sign.ts";
import { TRANSITIONS } from "./key/state.ts";
import { transitionAction, transitionEntry } from "./key/transition.ts";
import { keyUpdate, keyUpdateEntry } from "./key/update.ts";
import { type ActionBinder, type Actions, binder } from "./quorum/action.ts";
import { quorumCancel } from "./quorum/cancel-generation.ts";
import { clockAccept, clockAcceptEntry } from "./quorum/clock-accept.ts";
import { custodianHandover, custodianHandoverEntry } from "./quorum/custodian-handover.ts";
import { custodianConfirm, genesis, genesisShares } from "./quorum/genesis-entry.ts";
import { planCancel, planExecuteType, planRefuse } from "./quorum/plan-entry.ts";
import { quorumCreate, quorumCreateEntry } from "./quorum/quorum-create.ts";
import { quorumRekey, quorumRekeyEntry } from "./quorum/rekey.ts";
import { custodianRequest } from "./quorum/request-entry.ts";
import { anchorCheck } from "./vault/check/anchor.ts";
import { chainClockCheck } from "./vault/check/chain-clock.ts";
import { databaseCheck } from "./vault/check/database.ts";
import { sqliteCheck } from "./vault/check/sqlite.ts";

/** All sensitive actions. */
export const ACTIONS: Actions = new Map<string, ActionBinder>([
  [clockAccept.name, binder(clockAccept)],
  [keyCreate.name, binder(keyCreate)],
  [keyImport.name, binder(keyImport)],
  [keyImportVersion.name, binder(keyImportVersion)],
  [keyRotate.name, binder(keyRotate)],
  [keyUpdate.name, binder(keyUpdate)],
  ...TRANSITIONS.map((transition): [string, ActionBinder] => [
    `key.${transition}`,
    binder(transitionAction(transition)),
  ]),
  [custodianHandover.name, binder(custodianHandover)],
  [quorumCreate.name, binder(quorumCreate)],
  [quorumRekey.name, binder(quorumRekey)],
  [keySign.name, binder(keySign)],
  [keyMac.name, binder(keyMac)],
  [keyEncrypt.name, binder(keyEncrypt)],
  [keyDecrypt.name, binder(keyDecrypt)],
  [keyExport.name, binder(keyExport)],
  [keyringCreate.name, binder(keyringCreate)],
  [keyringRotate.name, binder(keyringRotate)],
  [keyringRewrap.name, binder(keyringRewrap)],
  ["backup.verify", binder(backupVerify(() => ENTRY_TYPES))],
  [vaultRestore.name, binder(vaultRestore)],
]);

/** All types of audit entries. */
export const ENTRY_TYPES: EntryTypes = new Map<string, EntryType>(
  [
    genesis,
    genesisShares,
    custodianConfirm,
    custodianRequest,
    planExecuteType(ACTIONS),
    planCancel,
    planRefuse,
    custodianHandoverEntry,
    quorumCancel,
    quorumCreateEntry,
    quorumRekeyEntry,
    clockAcceptEntry,
    keyCreateEntry,
    keyImportEntry,
    keyImportVersionEntry,
    keyRotateEntry,
    keyUpdateEntry,
    ...TRANSITIONS.map(transitionEntry),
    keySignEntry,
    keyMacEntry,
    keyEncryptEntry,
    keyDecryptEntry,
    keyExportEntry,
    keyringCreateEntry,
    keyringRotateEntry,
    keyringRewrapEntry,
    backupCreate,
    backupPrune,
    backupVerifyEntry,
    vaultRestoreEntry,
    ceremonyEnd,
  ].map((type) => [type.type, type]),
);

/** All checks of the host and of a vault's surroundings, in the order in which they are shown. */
export const CHECKS: readonly Check[] = [
  permissionsCheck,
  filesystemCheck,
  diskCheck,
  swapCheck,
  coreDumpsCheck,
  ptraceCheck,
  processCheck,
  nodeCheck,
  entropyCheck,
  clockCheck,
  sqliteCheck,
  databaseCheck,
  anchorCheck,
  chainClockCheck,
];
