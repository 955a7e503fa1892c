import { timestamp } from "../../src/lib/clock.ts";
import { findKeyring } from "../../src/lib/key/find.ts";
import { keyringCreate } from "../../src/lib/key/keyring-create.ts";
import { keyringRewrap } from "../../src/lib/key/keyring-rewrap.ts";
import { keyringRotate } from "../../src/lib/key/keyring-rotate.ts";
import {
  type KeyRequest,
  planKeyCreate,
  planRotate,
  planTransition,
  planUpdate,
  type UpdateRequest,
} from "../../src/lib/key/request.ts";
import type { Transition } from "../../src/lib/key/state.ts";
import { rootQuorum } from "../../src/lib/quorum/state.ts";
import { PLAIN_KEY, type Planner } from "./vault.ts";

/** One plan of what several planners plan. */
export function together(...planners: readonly Planner[]): Planner {
  return async (vault) => (await Promise.all(planners.map((planner) => planner(vault)))).flat();
}

/** What `key create NAME` plans: an AES key, unless another is asked for. */
export function create(name: string, request: Partial<KeyRequest> = {}): Planner {
  return async ({ reader }) => [await planKeyCreate(reader, { ...PLAIN_KEY, algorithm: "aes-256", ...request, name })];
}

/** What `key TRANSITION NAME [--version N]` plans. */
export function move(transition: Transition, name: string, version?: number, reason = "a test"): Planner {
  return async ({ reader, clock }) => [
    await planTransition(reader, transition, name, version, reason, timestamp(clock())),
  ];
}

/** What `key rotate NAME` plans. */
export function rotate(name: string): Planner {
  return async ({ reader }) => [await planRotate(reader, name)];
}

/** What `key update NAME` plans. */
export function update(name: string, request: Partial<UpdateRequest>): Planner {
  const nothing = { name: undefined, tag: [], removeTag: [], cryptoperiod: undefined, usages: undefined };
  return async ({ reader }) => [await planUpdate(reader, name, { ...nothing, notExportable: false, ...request })];
}

/** What `keyring create NAME` plans. */
export function createKeyring(name: string): Planner {
  return async ({ reader }) => {
    const { id, name: quorum } = await rootQuorum(reader);
    return [{ action: keyringCreate.name, parameters: { name, quorum: { id, name: quorum } } }];
  };
}

/** What `keyring rotate NAME` plans. */
export function rotateKeyring(keyring = "default"): Planner {
  return async ({ reader }) => {
    const { id, name, kekVersion } = await findKeyring(reader, keyring);
    return [{ action: keyringRotate.name, parameters: { keyring: { id, name }, from: kekVersion } }];
  };
}

/** What `keyring rewrap NAME` plans. */
export function rewrapKeyring(keyring = "default"): Planner {
  return async ({ reader }) => {
    const { id, name, kekVersion } = await findKeyring(reader, keyring);
    return [{ action: keyringRewrap.name, parameters: { keyring: { id, name }, to: kekVersion } }];
  };
}
