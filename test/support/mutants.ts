import fc from "fast-check";
import { changedAt, type Path } from "./leaves.ts";

/** Values where others are expected: of another type, too large, too deep, made to look like something else. */
const HOSTILE: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 1, 1.5, 2 ** 31, 2 ** 53, 1e308, "", " ", "0", "null", "\u0000", "\ud800"],
  ...["\u001b[2J\u001b]0;x\u0007", "\u202egnp.exe", "a\nb", "../../etc/passwd", "__proto__", "constructor"],
  ...["0".repeat(64), "f".repeat(64), "0".repeat(128), "2026-11-24T12:00:00.000Z", "2026-02-30T00:00:00.000Z"],
  ...["9999-12-31T23:59:59.999Z", "11111111-1111-4111-8111-111111111111", "age1x", "y".repeat(100_000)],
  ...[[], {}, [[]], [null], { length: 1 }, Array.from({ length: 2000 }, () => 0), JSON.parse('{"__proto__":{"a":1}}')],
  ...[nested(40), nested(4000)],
];

/** Versions of a JSON value in which somebody replaced, removed, added, doubled or moved something. */
export function mutantsOf(value: unknown, count: number, seed: number): unknown[] {
  const nodes = nodesOf(value);
  const anyNode = fc.constantFrom(...nodes);
  const hostile = fc.constantFrom(...HOSTILE);
  const mutation = fc.oneof(
    fc.tuple(anyNode, hostile).map(([path, other]) => changedAt(value, path, () => other)),
    fc.tuple(anyNode, anyNode).map(([path, from]) => changedAt(value, path, () => at(value, from))),
    anyNode.map((path) => changedAt(value, path, withoutFirst)),
    fc.tuple(anyNode, hostile).map(([path, other]) => changedAt(value, path, (node) => withMore(node, other))),
    anyNode.map((path) => changedAt(value, path, slightlyOther)),
  );
  return fc.sample(mutation, { numRuns: count, seed });
}

/** Versions of a file with bits flipped, pieces cut out, inserted, repeated or moved. */
export function damagedFiles(bytes: Uint8Array, count: number, seed: number): Uint8Array[] {
  const place = fc.nat(Math.max(0, bytes.length - 1));
  const piece = fc.uint8Array({ minLength: 1, maxLength: 40 });
  const damage = fc.oneof(
    fc.tuple(place, fc.nat(7)).map(([i, bit]) => bytes.map((byte, k) => (k === i ? byte ^ (1 << bit) : byte))),
    fc.tuple(place, fc.nat(255)).map(([i, other]) => bytes.map((byte, k) => (k === i ? other : byte))),
    place.map((end) => bytes.slice(0, end)),
    place.map((start) => bytes.slice(start)),
    fc.tuple(place, piece).map(([i, more]) => joined(bytes.subarray(0, i), more, bytes.subarray(i))),
    fc.tuple(place, place).map(([i, k]) => joined(bytes.subarray(0, Math.max(i, k)), bytes.subarray(Math.min(i, k)))),
    fc.tuple(place, place).map(([i, k]) => joined(bytes.subarray(0, Math.min(i, k)), bytes.subarray(Math.max(i, k)))),
  );
  return fc.sample(damage, { numRuns: count, seed });
}

/** Every place of a JSON value, itself and its objects and arrays too. */
function nodesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const members = Object.entries(value).flatMap(([name, member]) =>
    nodesOf(member, [...path, Array.isArray(value) ? Number(name) : name]),
  );
  return [path, ...members];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, name) => (node as Record<string | number, unknown>)[name], value);
}

function withoutFirst(node: unknown): unknown {
  if (Array.isArray(node)) return node.slice(1);
  if (typeof node === "string") return node.slice(1);
  if (typeof node !== "object" || node === null) return undefined;
  return Object.fromEntries(Object.entries(node).slice(1));
}

function withMore(node: unknown, more: unknown): unknown {
  if (Array.isArray(node)) return [...node, node[0] ?? more];
  if (typeof node === "string") return `${node}${typeof more === "string" ? more : "0"}`;
  if (typeof node !== "object" || node === null) return [node];
  return { ...node, more };
}

function slightlyOther(node: unknown): unknown {
  if (typeof node === "number") return node + 1;
  if (typeof node === "boolean") return !node;
  if (typeof node === "string") return node.replace(/[0-9a-z]$/, (last) => (last === "0" ? "1" : "0"));
  return Array.isArray(node) ? node.toReversed() : node;
}

function nested(depth: number): unknown {
  return JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
