import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  type Entry,
  entryError,
  entryHash,
  entryText,
  missingEntries,
  NO_ENTRY,
  parseEntry,
} from "../../../src/lib/audit/entry.ts";
import { LIMITS } from "../../../src/lib/limits.ts";

const ENTRY: Entry = {
  version: 1,
  vault: "0b0c5f5e-3a8e-4f0a-9f39-5d1c1b6d2a11",
  epoch: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  sequence: 1,
  time: "2026-11-24T05:37:40.123Z",
  previous: NO_ENTRY,
  type: "key.create",
  actor: "root@host",
  data: { z: 1, a: ["é", null, true] },
};
const TEXT =
  '{"actor":"root@host","data":{"a":["é",null,true],"z":1},"epoch":"7c9e6679-7425-40de-944b-e07fc1f90ae7","previous":"0000000000000000000000000000000000000000000000000000000000000000","sequence":1,"time":"2026-11-24T05:37:40.123Z","type":"key.create","vault":"0b0c5f5e-3a8e-4f0a-9f39-5d1c1b6d2a11","version":1}';

test("an entry is canonical JSON: members in order, no spaces", () => {
  expect(entryText(ENTRY)).toBe(TEXT);
  expect(parseEntry(TEXT, 1)).toEqual(ENTRY);
});

test("its hash is SHA-256 of the label, NUL, and the text", () => {
  const hash = createHash("sha256").update("conclave/entry/v1\0").update(TEXT).digest("hex");
  expect(entryHash(TEXT)).toBe(hash);
});

describe("a text is refused, and the message names the entry", () => {
  test.for([
    { what: "no JSON", text: "{", problem: "not JSON" },
    { what: "an array", text: "[]", problem: "expected object" },
    { what: "spaces", text: TEXT.replace(':1,"time"', ': 1,"time"'), problem: "not canonical JSON" },
    { what: "a doubled member", text: TEXT.replace("{", '{"actor":"somebody",'), problem: "not canonical JSON" },
    {
      what: "members in another order",
      text: TEXT.replace('"actor":"root@host",', "").replace(/}$/, ',"actor":"root@host"}'),
      problem: "not canonical JSON",
    },
    { what: "another spelling of a letter", text: TEXT.replace("é", "\\u00e9"), problem: "not canonical JSON" },
    { what: "a number in another spelling", text: TEXT.replace('"z":1', '"z":1.0'), problem: "not canonical JSON" },
    { what: "a fraction", text: TEXT.replace('"z":1', '"z":1.5'), problem: "a number that isn't an integer" },
    { what: "a large number", text: TEXT.replace('"z":1', '"z":1e300'), problem: "a number that isn't an integer" },
    { what: "minus zero", text: TEXT.replace('"z":1', '"z":-0'), problem: "not canonical JSON" },
    { what: "__proto__", text: TEXT.replace('"a":[', '"__proto__":{},"a":['), problem: "have no __proto__" },
    { what: "a lone surrogate", text: TEXT.replace("é", "\\ud800"), problem: "" },
    { what: "a byte order mark", text: `\ufeff${TEXT}`, problem: "not JSON" },
    { what: "a line feed at the end", text: `${TEXT}\n`, problem: "not canonical JSON" },
    { what: "an unknown member", text: TEXT.replace('"type"', '"tag":1,"type"'), problem: "Unrecognized key" },
    { what: "a member less", text: TEXT.replace('"actor":"root@host",', ""), problem: "actor: " },
    { what: "another version", text: TEXT.replace('"version":1', '"version":2'), problem: "version: " },
    { what: "sequence 0", text: TEXT.replace('"sequence":1', '"sequence":0'), problem: "sequence: " },
    { what: "a vault that is no id", text: TEXT.replace('"vault":"0b', '"vault":"../'), problem: "vault: " },
    { what: "a time of another zone", text: TEXT.replace("123Z", "123+01:00"), problem: "time: " },
    { what: "a time without milliseconds", text: TEXT.replace(".123Z", "Z"), problem: "time: " },
    { what: "a time that never was", text: TEXT.replace("-11-24T", "-02-30T"), problem: "time: " },
    { what: "a hash in upper case", text: TEXT.replace(/0{64}/, "A".repeat(64)), problem: "previous: " },
    {
      what: "a type with a space",
      text: TEXT.replace("key.create", "key create"),
      problem: "type: must be an entry type",
    },
    { what: "data that are no object", text: TEXT.replace(/"data":{[^}]*}/, '"data":7'), problem: "data: " },
    {
      what: "an actor that is too long",
      text: TEXT.replace("root@host", "x".repeat(LIMITS.textLength + 1)),
      problem: "actor: ",
    },
  ])("$what", ({ text, problem }) => {
    expect(text).not.toBe(TEXT);
    expect(() => parseEntry(text, 17)).toThrow(
      expect.objectContaining({
        code: "INTEGRITY",
        message: expect.stringMatching(new RegExp(`^entry 17: .*${problem}`)),
      }),
    );
  });

  test("deeper nesting than is taken, at once", () => {
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    expect(() => parseEntry(TEXT.replace('"z":1', `"z":${deep}`), 17)).toThrow(
      expect.objectContaining({ code: "INTEGRITY" }),
    );
  });
});

test("the largest entry is written and read, a larger one neither", () => {
  const withFiller = (length: number): Entry => ({ ...ENTRY, data: { filler: "x".repeat(length) } });
  const rest = entryText(withFiller(0)).length;
  const largest = entryText(withFiller(LIMITS.entryBytes - rest));
  expect(largest.length).toBe(LIMITS.entryBytes);
  expect(parseEntry(largest, 1).data["filler"]).toHaveLength(LIMITS.entryBytes - rest);
  expect(() => entryText(withFiller(LIMITS.entryBytes - rest + 1))).toThrow(RangeError);
  expect(() => parseEntry(`${largest} `, 1)).toThrow(`entry 1: larger than ${LIMITS.entryBytes} bytes`);
});

test("errors name an entry with its type, and the entries that are missing", () => {
  expect(entryError({ ...ENTRY, sequence: 9 }, "is wrong")).toMatchObject({
    code: "INTEGRITY",
    message: "entry 9 (key.create): is wrong",
  });
  expect(missingEntries(4, 4).message).toBe("audit chain: entry 4 is missing");
  expect(missingEntries(41, 44).message).toBe("audit chain: entries 41 to 44 are missing");
});
