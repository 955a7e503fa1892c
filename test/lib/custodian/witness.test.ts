import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../../src/lib/bytes.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../../src/lib/crypto/signature.ts";
import { enrolWitness } from "../../../src/lib/custodian/enroll.ts";
import { parseEnrolmentFile, parseSignedEnrolment } from "../../../src/lib/custodian/enrolment.ts";
import { openIdentityFile } from "../../../src/lib/custodian/identity.ts";
import { parseWitnessFile, type Witness, witnessDigest, writeWitnessFile } from "../../../src/lib/custodian/witness.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { refusalOf } from "../../support/refusal.ts";
import { workspace } from "../../support/workspace.ts";

using seed = generateSigningSeed();
const key = signingKey(seed);
const witness: Witness = {
  ...({ type: "witness", version: 1, name: "walter", witnessKey: publicKeyOf(key) } as const),
  ...{ created: "2026-11-24T06:00:00.000Z", rehearsal: false },
};
const file = writeWitnessFile(witness, key);

test("a witness's enrolment reads as what was written", () => {
  expect(parseWitnessFile(file)).toEqual({ witness, digest: witnessDigest(witness) });
  expect(parseWitnessFile(utf8(fromUtf8(file).trimEnd()))).toEqual({ witness, digest: witnessDigest(witness) });
});

test("who enrols as a witness gets an identity that signs, and opens no share", async () => {
  await using place = await workspace();
  const files = { identityFile: place.file("w.identity"), enrolmentFile: place.file("w.enrolment") };
  const request = { name: "walter", rehearsal: true, ...files };
  const { witness: enrolled } = await enrolWitness(request, systemClock, async () => "nine herons");
  using identity = await openIdentityFile(readFileSync(files.identityFile), "nine herons");
  expect(identity).toMatchObject({ name: "walter", role: "witness", ageIdentity: undefined, rehearsal: true });
  expect(publicKeyOf(signingKey(identity.signingSeed))).toBe(enrolled.witnessKey);
  expect(parseWitnessFile(readFileSync(files.enrolmentFile)).witness).toEqual(enrolled);
});

test("nothing is left of an enrolment that failed", async () => {
  await using place = await workspace({ "w.enrolment": "" });
  const files = { identityFile: place.file("w.identity"), enrolmentFile: place.file("w.enrolment") };
  const enrol = () => enrolWitness({ name: "walter", rehearsal: true, ...files }, systemClock, async () => "p");
  expect(await refusalOf(enrol)).toMatchObject({ code: "EXISTS" });
  expect(existsSync(files.identityFile)).toBe(false);
});

describe("is refused", () => {
  const malformed = (problem: string) => ({ code: "INPUT_MALFORMED", message: `witness's enrolment: ${problem}` });
  const changed = (changes: object) => writeWitnessFile({ ...witness, ...changes }, key);

  test.for([
    {
      what: "another name",
      bytes: utf8(fromUtf8(file).replace("walter", "wanda")),
      problem: "the signature does not verify: the file was altered",
    },
    { what: "a name that is none", bytes: changed({ name: "../w" }), problem: "enrolment.name: must be 1 to 64" },
    { what: "a member more", bytes: changed({ recipients: [] }), problem: 'enrolment: Unrecognized key: "recipients"' },
    {
      what: "S16: a key of small order",
      bytes: changed({ witnessKey: `01${"00".repeat(31)}` }),
      problem: "witnessKey: of small order or not canonical",
    },
    { what: "spaces", bytes: utf8(fromUtf8(file).replace(":", ": ")), problem: "not canonical JSON (RFC 8785)" },
    { what: "too large a file", bytes: new Uint8Array(LIMITS.documentBytes + 1), problem: "larger than" },
  ])("$what", async ({ bytes, problem }) => {
    const refusal = await refusalOf(() => parseWitnessFile(bytes));
    expect(refusal).toMatchObject({
      code: "INPUT_MALFORMED",
      message: expect.stringContaining(malformed(problem).message),
    });
  });

  test("a custodian's enrolment for a witness's", async () => {
    const custodian = utf8('{"enrolment":{"type":"enrolment"},"signature":""}');
    expect(await refusalOf(() => parseWitnessFile(custodian))).toEqual(
      malformed("enrolment.type: not a witness's enrolment"),
    );
  });

  test("a witness's enrolment for a custodian's", async () => {
    for (const parse of [parseEnrolmentFile, parseSignedEnrolment])
      expect(await refusalOf(() => parse(file))).toEqual({
        code: "INPUT_MALFORMED",
        message: "enrolment: enrolment.type: not a custodian's enrolment",
      });
  });
});
