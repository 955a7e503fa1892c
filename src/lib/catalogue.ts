import type { EntryTypes } from "./audit/chain.ts";
import type { EntryType } from "./audit/entry-type.ts";
import { keyCreate, keyCreateEntry } from "./key/create.ts";
import { type ActionBinder, type Actions, binder } from "./quorum/action.ts";
import { custodianConfirm, genesis, genesisShares } from "./quorum/genesis-entry.ts";
import { planExecuteType, planRefuse } from "./quorum/plan-entry.ts";

/** All sensitive actions. */
export const ACTIONS: Actions = new Map<string, ActionBinder>([[keyCreate.name, binder(keyCreate)]]);

/** All types of audit entries. */
export const ENTRY_TYPES: EntryTypes = new Map<string, EntryType>(
  [genesis, genesisShares, custodianConfirm, planExecuteType(ACTIONS), planRefuse, keyCreateEntry].map((type) => [
    type.type,
    type,
  ]),
);
