import type { Query, Reader, Selection } from "../storage/storage.ts";
import type { Column, Row, TableName } from "../storage/tables.ts";
import { type KeySummary, summarize } from "./describe.ts";
import { findKeyring } from "./find.ts";
import { type KeyState, stateAt } from "./state.ts";

export interface KeyFilter {
  keyring?: string | undefined;
  state?: KeyState | undefined;
  tag?: { name: string; value: string } | undefined;
  /** Only keys whose cryptoperiod ended, and that are still active. */
  due?: boolean;
  /** Id of the key after which to begin. */
  after?: string | undefined;
  limit: number;
}

/** So few rows are sorted at once; more are looked through in their order, until a page is full. */
const FEW = 2000;

type KeySelection = Selection<"keys">;

/** What selects the keys that are in a state at a time: dates move keys on from the state that is stored (`stateAt`). */
const IN_STATE: { readonly [S in KeyState]: (time: string) => readonly KeySelection[] } = {
  "pre-active": (time) => [{ where: { state: "pre-active" }, beyond: { activateAt: time } }],
  active: (time) => [
    { where: { state: "active" }, beyond: { deactivateAt: time } },
    { where: { state: "pre-active" }, upTo: { activateAt: time }, beyond: { deactivateAt: time } },
  ],
  suspended: () => [{ where: { state: "suspended" } }],
  deactivated: (time) => [
    { where: { state: "deactivated" } },
    { where: { state: "active" }, upTo: { deactivateAt: time } },
    { where: { state: "pre-active" }, upTo: { activateAt: time, deactivateAt: time } },
  ],
  compromised: () => [{ where: { state: "compromised" } }],
  destroyed: () => [{ where: { state: "destroyed" } }],
};

/**
 * One page of keys, in the order of their ids. `next` is what to give as `after` for the next one.
 * @param time at which states are told
 */
export async function listKeys(
  state: Reader,
  filter: KeyFilter,
  time: string,
): Promise<{ keys: KeySummary[]; next: string | null }> {
  const keyrings = new Map<string, string>();
  const keys: KeySummary[] = [];
  for await (const key of matching(state, filter, time)) {
    if (keys.length === filter.limit) return { keys, next: keys.at(-1)?.id ?? null };
    const name = keyrings.get(key.keyring) ?? (await state.find("keyrings", { id: key.keyring }))?.name ?? key.keyring;
    keyrings.set(key.keyring, name);
    keys.push(await summarize(state, key, name, time));
  }
  return { keys, next: null };
}

/** All keys that a filter lets through, in the order of their ids. */
export async function* matching(
  state: Reader,
  filter: Omit<KeyFilter, "limit">,
  time: string,
): AsyncIterable<Row<"keys">> {
  const { tag } = filter;
  const keyring = filter.keyring === undefined ? undefined : (await findKeyring(state, filter.keyring)).id;
  const otherwise = selectionsOf(filter, keyring, time);
  const byTag = tag !== undefined && (otherwise === undefined || (await isFew(state, "keyTags", { where: tag })));
  for await (const key of byTag
    ? taggedKeys(state, tag, filter.after)
    : selectedKeys(state, otherwise ?? [{}], filter)) {
    if (keyring !== undefined && key.keyring !== keyring) continue;
    const is = stateAt(key, time);
    if (filter.state !== undefined && is !== filter.state) continue;
    if (filter.due === true && (key.rotateAt === null || key.rotateAt > time || is !== "active")) continue;
    yield key;
  }
}

/** What a filter selects, its tag left aside; undefined if everything. */
function selectionsOf(
  filter: Pick<KeyFilter, "state" | "due">,
  keyring: string | undefined,
  time: string,
): readonly KeySelection[] | undefined {
  const state = filter.due === true ? (filter.state ?? "active") : filter.state;
  if (state === undefined) return keyring === undefined ? undefined : [{ where: { keyring } }];
  return IN_STATE[state](time).map(({ where, upTo, ...selection }) => ({
    ...selection,
    where: { ...where, ...(keyring !== undefined && { keyring }) },
    upTo: { ...upTo, ...(filter.due === true && { rotateAt: time }) },
  }));
}

async function* taggedKeys(
  state: Reader,
  tag: { name: string; value: string },
  after: string | undefined,
): AsyncIterable<Row<"keys">> {
  const start = after === undefined ? {} : { after: { key: after, name: tag.name } };
  for await (const { key } of state.rows("keyTags", { where: tag, ...start })) {
    const row = await state.find("keys", { id: key });
    if (row !== undefined) yield row;
  }
}

async function* selectedKeys(
  state: Reader,
  selections: readonly KeySelection[],
  { tag, after }: Pick<KeyFilter, "tag" | "after">,
): AsyncIterable<Row<"keys">> {
  const rest: Query<"keys"> = {
    ...(after !== undefined && { after: { id: after } }),
    ...(tag !== undefined && { having: { table: "keyTags", where: tag, same: { key: "id" } } }),
  };
  const ways = await Promise.all(selections.map((selection) => bestWay(state, selection)));
  yield* merged(selections.map((selection, i) => state.rows("keys", { ...selection, ...rest, via: ways[i] ?? [] })));
}

/** Columns with an index by which few rows are found; none if there are always many. */
async function bestWay(state: Reader, { where = {}, upTo = {} }: KeySelection): Promise<readonly Column<"keys">[]> {
  if (where.state !== undefined) {
    const place = { state: where.state };
    for (const column of ["deactivateAt", "activateAt", "rotateAt"] as const) {
      const time = upTo[column];
      const via = ["state", column] as const;
      if (time !== undefined && (await isFew(state, "keys", { where: place, upTo: { [column]: time }, via })))
        return via;
    }
    if (await isFew(state, "keys", { where: place, via: ["state"] })) return ["state"];
  }
  if (where.keyring === undefined) return [];
  return (await isFew(state, "keys", { where: { keyring: where.keyring }, via: ["keyring"] })) ? ["keyring"] : [];
}

async function isFew<T extends TableName>(state: Reader, table: T, selection: Selection<T>): Promise<boolean> {
  return (await state.count(table, { ...selection, limit: FEW })) < FEW;
}

async function* merged(sources: readonly AsyncIterable<Row<"keys">>[]): AsyncIterable<Row<"keys">> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
  for (;;) {
    let first: number | undefined;
    for (const [i, head] of heads.entries()) {
      const least = first === undefined ? undefined : heads[first];
      if (head.done !== true && (least === undefined || least.done === true || head.value.id < least.value.id))
        first = i;
    }
    const head = first === undefined ? undefined : heads[first];
    const iterator = first === undefined ? undefined : iterators[first];
    if (first === undefined || head === undefined || head.done === true || iterator === undefined) return;
    yield head.value;
    heads[first] = await iterator.next();
  }
}
