import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../../src/lib/json.ts";
import {
  assertThreshold,
  manifestHash,
  manifestProblem,
  parseManifest,
  type Seat,
} from "../../../src/lib/quorum/manifest.ts";
import { manifestOf } from "../../support/manifests.ts";

/** The eight points of small order of edwards25519, in their canonical encodings (RFC 8032, 5.1.2). */
const SMALL_ORDER = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
];
const NOT_CANONICAL = [
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p, for 0
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p + 1, for 1
  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];
const NOT_ON_CURVE = "0200000000000000000000000000000000000000000000000000000000000000";

const manifest = manifestOf(3);

test("a sound manifest has no problem, and is read as it was written", () => {
  expect(manifestProblem(manifest)).toBeUndefined();
  expect(parseManifest(canonicalJson(manifest))).toEqual(manifest);
});

describe("custodians who would not be independent", () => {
  const first = manifest.custodians[0];
  test.for<{ what: string; seat: (seat: Seat) => Partial<Seat>; problem: string }>([
    { what: "one name", seat: () => ({ name: "custodian-0" }), problem: "two seats with the same name" },
    { what: "one name in capitals", seat: () => ({ name: "Custodian-0" }), problem: "two seats with the same name" },
    { what: "one point", seat: () => ({ x: 1 }), problem: "two seats with the same x coordinate" },
    { what: "one custodian key", seat: () => pick("custodianKey", first), problem: "two seats with the same key" },
    { what: "one share key", seat: () => pick("shareKey", first), problem: "two seats with the same key" },
    {
      what: "a custodian key that is another's share key",
      seat: () => ({ custodianKey: first?.shareKey ?? "" }),
      problem: "two seats with the same key",
    },
    {
      what: "one key for both",
      seat: (seat) => ({ custodianKey: seat.shareKey }),
      problem: "two seats with the same key",
    },
    { what: "one recipient", seat: () => ({ recipients: ["age1x"] }), problem: "two seats with the same recipient" },
  ])("$what: $problem", ({ seat, problem }) => {
    const custodians = manifest.custodians.map((given, i) => {
      if (i === 0) return { ...given, recipients: ["age1x"] };
      return i === 1 ? { ...given, ...seat(given) } : given;
    });
    expect(manifestProblem({ ...manifest, custodians })).toBe(problem);
  });

  test("a threshold that can't be met", () => {
    expect(manifestProblem({ ...manifest, threshold: 4 })).toBe("threshold 4 of only 3 custodians");
  });
});

describe("S16: a key under which anything verifies", () => {
  test.for([...SMALL_ORDER, ...NOT_CANONICAL, NOT_ON_CURVE])("%s", (key) => {
    for (const member of ["custodianKey", "shareKey"] as const) {
      const custodians = manifest.custodians.map((seat, i) => (i === 2 ? { ...seat, [member]: key } : seat));
      const problem = "a key of custodian-2 is of small order or not canonical";
      expect(manifestProblem({ ...manifest, custodians })).toBe(problem);
      const text = canonicalJson({ ...manifest, custodians });
      expect(() => parseManifest(text)).toThrow(expect.objectContaining({ code: "INTEGRITY" }));
    }
  });
});

describe("what is no manifest", () => {
  test.for<{ what: string; change: Record<string, unknown> }>([
    { what: "an unknown member", change: { extra: 1 } },
    { what: "another type", change: { type: "plan" } },
    { what: "another version", change: { version: 2 } },
    { what: "a generation of 0", change: { generation: 0 } },
    { what: "a generation too large", change: { generation: 65_536 } },
    { what: "a threshold of 1", change: { threshold: 1 } },
    { what: "one custodian", change: { custodians: manifest.custodians.slice(0, 1) } },
    { what: "a hostile name", change: { name: "../root" } },
    { what: "a commitment in capitals", change: { commitment: "A".repeat(64) } },
    { what: "x = 0", change: { custodians: manifest.custodians.map((seat) => ({ ...seat, x: seat.x - 1 })) } },
  ])("$what", ({ change }) => {
    const text = canonicalJson({ ...manifest, ...change });
    expect(() => parseManifest(text)).toThrow(expect.objectContaining({ code: "INTEGRITY" }));
  });

  test.for(["", "{", "null", "[]", " ", canonicalJson(manifest).replace(",", ", ")])("%s", (text) => {
    expect(() => parseManifest(text)).toThrow(/^manifest: /);
  });
});

test("its hash: SHA-256 of label, NUL and canonical JSON; every member is in it", () => {
  const digest = createHash("sha256")
    .update(`conclave/manifest/v1\0${canonicalJson(manifest)}`)
    .digest("hex");
  expect(manifestHash(manifest)).toBe(digest);
  for (const change of [{ threshold: 3 }, { rehearsal: false }, { previous: digest }, { name: "other" }]) {
    expect(manifestHash({ ...manifest, ...change })).not.toBe(digest);
  }
});

test.for([
  { threshold: 0, custodians: 3, says: /one custodian acts alone/ },
  { threshold: 1, custodians: 3, says: /one custodian acts alone/ },
  { threshold: 4, custodians: 3, says: /threshold 4 of 3 custodians/ },
  { threshold: 2, custodians: 1, says: /threshold 2 of 1 custodians/ },
  { threshold: 2, custodians: 256, says: /threshold 2 of 256 custodians/ },
])("$threshold of $custodians is refused before anything is asked", ({ threshold, custodians, says }) => {
  expect(() => assertThreshold(threshold, custodians)).toThrow(
    expect.objectContaining({ code: "USAGE", message: expect.stringMatching(says) }),
  );
});

test.for([
  [2, 2],
  [2, 3],
  [255, 255],
] as const)("%d of %d is taken", ([threshold, custodians]) => {
  expect(() => assertThreshold(threshold, custodians)).not.toThrow();
});

function pick(member: "custodianKey" | "shareKey", seat: Seat | undefined): Partial<Seat> {
  return { [member]: seat?.[member] };
}
