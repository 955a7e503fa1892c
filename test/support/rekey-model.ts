import fc from "fast-check";
import { expect } from "vitest";
import { isConclaveError } from "../../src/lib/errors.ts";
import { create } from "./key-acts.ts";
import {
  cancel,
  createKeyringOf,
  createQuorum,
  generationsOf,
  type Holder,
  holders,
  inForceOf,
  peopleOf,
  prove,
  rekey,
} from "./quorum-acts.ts";
import { foundVault, type MadeVault } from "./vault.ts";

const PEOPLE = ["alice", "bob", "carol", "dave", "erin"] as const;

interface ModelGeneration {
  generation: number;
  threshold: number;
  custodians: readonly string[];
}

/** What is known of one quorum. */
interface ModelQuorum {
  /** Undefined while its first generation is pending. */
  inForce: ModelGeneration | undefined;
  pending: (ModelGeneration & { proved: readonly string[] }) | undefined;
  /** Largest number that a generation ever had. */
  last: number;
  /** Generations that no share opens anything with any more. */
  gone: ModelGeneration[];
}

/** What the vault must be: quorums by name, and how many keys each keyring has. */
interface Model {
  quorums: Map<string, ModelQuorum>;
  keys: Map<string, number>;
  acts: number;
}

/** The vault itself. */
interface Real {
  made: MadeVault;
  names: number;
}

type Command = fc.AsyncCommand<Model, Real>;

/** A choice of somebody, that what there is at the time makes a use of. */
type Choice = number;

const keyringOf = (quorum: string) => (quorum === "root" ? "default" : `of-${quorum}`);

function shareSet(seed: Choice): { threshold: number; custodians: string[] } {
  const total = 2 + (seed % 3);
  const first = (seed >> 2) % PEOPLE.length;
  const custodians = PEOPLE.map((_, i) => PEOPLE[(first + i) % PEOPLE.length] ?? "alice").slice(0, total);
  return { threshold: 2 + ((seed >> 5) % (total - 1)), custodians };
}

function chosen(model: Model, seed: Choice, fits: (quorum: ModelQuorum) => boolean): string | undefined {
  const names = [...model.quorums].filter(([, quorum]) => fits(quorum)).map(([name]) => name);
  return names[seed % names.length];
}

function quorumOf(model: Model, name: string): ModelQuorum {
  const quorum = model.quorums.get(name);
  if (quorum === undefined) throw new TypeError(`no quorum ${name} in the model`);
  return quorum;
}

/** The shares of these seats of a generation. */
function seats({ generation, custodians }: ModelGeneration, quorum: string, count: number, from: number): Holder[] {
  const turned = custodians.map((_, i) => custodians[(i + from) % custodians.length] ?? "");
  return holders(turned.slice(0, count), generation, quorum);
}

/** An act of a quorum by exactly its threshold, and whoever must come. */
async function act(real: Real, model: Model, name: string, seed: Choice, planner: ReturnType<typeof create>) {
  const { inForce } = quorumOf(model, name);
  if (inForce === undefined) throw new TypeError("nothing in force");
  await real.made.performWith(peopleOf(real.made, seats(inForce, name, inForce.threshold, seed)), planner);
}

class Rekey implements Command {
  readonly seed: Choice;
  constructor(seed: Choice) {
    this.seed = seed;
  }

  #quorum(model: Model): string | undefined {
    return chosen(model, this.seed >> 7, ({ inForce, pending }) => inForce !== undefined && pending === undefined);
  }

  check = (model: Readonly<Model>) => this.#quorum(model) !== undefined;

  async run(model: Model, real: Real): Promise<void> {
    const name = this.#quorum(model) ?? "";
    const quorum = quorumOf(model, name);
    const set = shareSet(this.seed);
    const staying = quorum.inForce?.custodians.filter((who) => set.custodians.includes(who)) ?? [];
    const more = quorum.inForce?.custodians.filter((who) => !staying.includes(who)) ?? [];
    const coming = [...staying, ...more].slice(0, Math.max(staying.length, quorum.inForce?.threshold ?? 0));
    const people = peopleOf(real.made, holders(coming, quorum.inForce?.generation, name));
    await real.made.performWith(people, rekey(real.made, set, name));
    quorum.last += 1;
    quorum.pending = { ...set, generation: quorum.last, proved: [] };
  }

  toString = () => `rekey(${this.seed}: ${JSON.stringify(shareSet(this.seed))})`;
}

class Create implements Command {
  readonly seed: Choice;
  constructor(seed: Choice) {
    this.seed = seed;
  }

  check = (model: Readonly<Model>) => model.quorums.size < 3;

  async run(model: Model, real: Real): Promise<void> {
    const name = `q${real.names++}`;
    const set = shareSet(this.seed);
    await act(real, model, "root", this.seed, createQuorum(real.made, name, set));
    model.quorums.set(name, {
      inForce: undefined,
      pending: { ...set, generation: 1, proved: [] },
      last: 1,
      gone: [],
    });
  }

  toString = () => `create(${this.seed}: ${JSON.stringify(shareSet(this.seed))})`;
}

class Prove implements Command {
  readonly seed: Choice;
  readonly all: boolean;
  constructor(seed: Choice, all: boolean) {
    this.seed = seed;
    this.all = all;
  }

  check = (model: Readonly<Model>) => chosen(model, this.seed, ({ pending }) => pending !== undefined) !== undefined;

  async run(model: Model, real: Real): Promise<void> {
    const name = chosen(model, this.seed, ({ pending }) => pending !== undefined) ?? "";
    const quorum = quorumOf(model, name);
    const { pending } = quorum;
    if (pending === undefined) return;
    const count = this.all ? pending.custodians.length : pending.proved.length + 1;
    const proved = pending.custodians.slice(0, count);
    await prove(real.made, name, proved);
    quorum.pending = { ...pending, proved };
    if (proved.length < pending.custodians.length) return;
    if (quorum.inForce === undefined && name !== "root") model.keys.set(keyringOf(name), -1);
    if (quorum.inForce !== undefined) quorum.gone.push(quorum.inForce);
    quorum.inForce = pending;
    quorum.pending = undefined;
  }

  toString = () => `prove(${this.seed}${this.all ? ", all" : ""})`;
}

class Cancel implements Command {
  readonly seed: Choice;
  constructor(seed: Choice) {
    this.seed = seed;
  }

  check = (model: Readonly<Model>) => chosen(model, this.seed, ({ pending }) => pending !== undefined) !== undefined;

  async run(model: Model, real: Real): Promise<void> {
    const name = chosen(model, this.seed, ({ pending }) => pending !== undefined) ?? "";
    const quorum = quorumOf(model, name);
    const { left } = await cancel(real.made, name);
    if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
    quorum.pending = undefined;
    if (quorum.inForce === undefined) model.quorums.delete(name);
  }

  toString = () => `cancel(${this.seed})`;
}

class MakeKey implements Command {
  readonly seed: Choice;
  constructor(seed: Choice) {
    this.seed = seed;
  }

  check = () => true;

  async run(model: Model, real: Real): Promise<void> {
    const name = chosen(model, this.seed, ({ inForce }) => inForce !== undefined) ?? "root";
    const keyring = keyringOf(name);
    if (model.keys.get(keyring) === -1) {
      if (quorumOf(model, name).pending !== undefined) return; // no new keyring while a generation waits
      await act(real, model, name, this.seed, createKeyringOf(keyring, name));
      model.keys.set(keyring, 0);
    }
    await act(real, model, name, this.seed, create(`${keyring}/k${model.acts++}`));
    model.keys.set(keyring, (model.keys.get(keyring) ?? 0) + 1);
  }

  toString = () => `makeKey(${this.seed})`;
}

/** Who must not open it: too few, shares of what is pending or gone. */
class TryWrongly implements Command {
  readonly seed: Choice;
  constructor(seed: Choice) {
    this.seed = seed;
  }

  check = () => true;

  async run(model: Model, real: Real): Promise<void> {
    const name = chosen(model, this.seed, ({ inForce }) => inForce !== undefined) ?? "root";
    const { inForce, gone } = quorumOf(model, name);
    if (inForce === undefined || model.keys.get(keyringOf(name)) === -1) return;
    const few = seats(inForce, name, inForce.threshold - 1, this.seed);
    const old = gone.at(-1);
    const strangers = old === undefined ? [] : seats(old, name, old.custodians.length, this.seed);
    const error = await real.made
      .performWith(peopleOf(real.made, [...few, ...strangers]), create(`${keyringOf(name)}/never`))
      .then(() => undefined)
      .catch((thrown: unknown) => thrown);
    if (!isConclaveError(error, "QUORUM_NOT_MET")) throw new Error("too few opened it", { cause: error });
  }

  toString = () => `tryWrongly(${this.seed})`;
}

/** That the vault is what the model says, every signature too. */
async function expectAgreement(model: Model, { made }: Real): Promise<void> {
  expect(await generationsOf(made)).toEqual(
    [...model.quorums]
      .flatMap(([name, { inForce, pending }]) => [
        ...(inForce ? [`${name}-${inForce.generation} active`] : []),
        ...(pending ? [`${name}-${pending.generation} pending`] : []),
      ])
      .sort(),
  );
  for (const [name, { inForce }] of model.quorums) {
    if (inForce === undefined) continue;
    const found = await inForceOf(made, name);
    expect(found.manifest.threshold).toBe(inForce.threshold);
    expect(found.seats.map((seat) => seat.name)).toEqual(inForce.custodians);
  }
  await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED", recoveries: [] });
}

/** Commands in which rekeys and the proofs of all are more frequent than the rest. */
export function rekeyCommands(length: number): fc.Arbitrary<Iterable<Command>> {
  const seed = fc.nat(2 ** 12);
  return fc.commands(
    [
      seed.map((n) => new Rekey(n)),
      seed.map((n) => new Rekey(n)),
      seed.map((n) => new Prove(n, true)),
      seed.map((n) => new Prove(n, true)),
      seed.map((n) => new Prove(n, false)),
      seed.map((n) => new Cancel(n)),
      seed.map((n) => new Create(n)),
      seed.map((n) => new MakeKey(n)),
      seed.map((n) => new TryWrongly(n)),
    ],
    { maxCommands: length, size: "max" },
  );
}

/** As many rekeys, each to other custodians, and between them a use of what is in force. */
export function rekeysInARow(rekeys: number): fc.Arbitrary<Command[]> {
  const seed = fc.nat(2 ** 12);
  const one = fc.tuple(seed, seed).map(([a, b]): Command[] => [
    new Rekey(a % 128), // of the first quorum that can be, root
    ...(b % 4 === 0 ? [new Cancel(0), new Rekey(b % 128)] : []),
    new Prove(0, false),
    new TryWrongly(b),
    new MakeKey(b),
    new Prove(0, true),
    new MakeKey(a),
    new TryWrongly(a),
  ]);
  return fc.array(one, { minLength: rekeys, maxLength: rekeys }).map((parts) => parts.flat());
}

/** Run commands over a new vault and the model of it. @returns how many generations the root quorum had */
export async function runAgainstModel(commands: Iterable<Command>): Promise<number> {
  const first = { generation: 1, threshold: 2, custodians: ["alice", "bob", "carol"] };
  const made = await foundVault();
  await using _ = made;
  const model: Model = {
    quorums: new Map([["root", { inForce: first, pending: undefined, last: 1, gone: [] }]]),
    keys: new Map([["default", 0]]),
    acts: 0,
  };
  const real: Real = { made, names: 0 };
  await fc.asyncModelRun(() => ({ model, real }), commands);
  await expectAgreement(model, real);
  return quorumOf(model, "root").last;
}
