import canonicalize from "canonicalize";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { canonicalJson, objectSchema, parseCanonicalJson } from "../../src/lib/json.ts";

/** Names that objects order otherwise than RFC 8785 does, or not at all. */
const name = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.nat({ max: 30 }).map(String),
  fc.constantFrom("__proto__", "b", "a", "ﬀ", "\u{1f600}", ""),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.oneof(fc.string({ unit: "binary" }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)),
    fc.array(tie("value")),
    fc.dictionary(name, tie("value")),
  ),
}));

test("what is written is what the library writes, in whatever order members come", () => {
  fc.assert(
    fc.property(value, (plain) => {
      fc.pre(depthOf(plain) <= 32);
      expect(canonicalJson(plain)).toBe(canonicalize(plain));
    }),
    { numRuns: 2000 },
  );
});

test.for([
  { what: "members in order", plain: { a: 1, b: [{ c: 2, d: "3" }] }, text: '{"a":1,"b":[{"c":2,"d":"3"}]}' },
  { what: "members out of order", plain: { b: [{ d: 2, c: "3" }], a: 1 }, text: '{"a":1,"b":[{"c":"3","d":2}]}' },
  { what: "names like numbers", plain: { "10": 1, "9": 2 }, text: '{"10":1,"9":2}' },
  {
    what: "UTF-16 order (RFC 8785, 3.2.3)",
    plain: { "\ufb33": 1, "\u{1f600}": 2 },
    text: '{"\u{1f600}":2,"\ufb33":1}',
  },
  { what: "a member that is undefined", plain: { b: undefined, a: [undefined] }, text: '{"a":[null]}' },
  { what: "a backslash before ud", plain: { a: "\\ud800" }, text: '{"a":"\\\\ud800"}' },
])("$what", ({ plain, text }) => {
  expect(canonicalJson(plain)).toBe(text);
  expect(canonicalize(plain)).toBe(text);
});

test.for([
  { what: "a lone surrogate", plain: { a: "\ud800" }, problem: "Lone surrogate" },
  { what: "a lone surrogate, out of order", plain: { b: 1, a: "\udfff" }, problem: "Lone surrogate" },
  { what: "a fraction", plain: [{ b: 1, a: 0.5 }], problem: "a number that isn't an integer" },
  { what: "a number that is too large", plain: 2 ** 53, problem: "a number that isn't an integer" },
  { what: "nothing", plain: undefined, problem: "not a JSON value" },
])("$what is refused", ({ plain, problem }) => {
  expect(() => canonicalJson(plain)).toThrow(problem);
});

test("an object of whatever members is an object, and keeps them", () => {
  const plain = { b: [1, { c: null }], a: "1" };
  expect(objectSchema.parse(plain)).toBe(plain);
  for (const other of [null, [], "a", 1, undefined, JSON.parse('{"__proto__":1}')]) {
    expect(objectSchema.safeParse(other).success).toBe(false);
  }
});

test("of several spellings of one document one is read", () => {
  const schema = z.strictObject({ b: objectSchema, a: z.int() });
  const parse = (text: string) => parseCanonicalJson(text, schema, (problem) => new Error(problem));
  expect(parse('{"a":1,"b":{"c":[2]}}')).toEqual({ a: 1, b: { c: [2] } });
  for (const text of [
    '{"b":{"c":[2]},"a":1}',
    '{"a":1,"b":{"d":1,"c":2}}',
    '{"a":1,"b":{"c":2,"c":2}}',
    '{"a": 1,"b":{}}',
    '{"a":1,"b":{"c":"\\u0041"}}',
  ]) {
    expect(() => parse(text)).toThrow("not canonical JSON (RFC 8785)");
  }
});

function depthOf(plain: unknown): number {
  if (typeof plain !== "object" || plain === null) return 0;
  return 1 + Math.max(0, ...Object.values(plain).map(depthOf));
}
