import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateIdentity } from "../../src/lib/crypto/age-recipient.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../src/lib/crypto/signature.ts";
import { digestWords } from "../../src/lib/crypto/words.ts";
import {
  type Enrolment,
  enrolmentDigest,
  signEnrolment,
  writeEnrolmentFile,
} from "../../src/lib/custodian/enrolment.ts";
import { canonicalFile } from "../../src/lib/json.ts";
import { checkSeatRequest, type SeatRequest } from "../../src/lib/quorum/seat-request.ts";
import { refusalOf } from "../support/refusal.ts";
import type { Seen } from "../support/seen.ts";
import { type Workspace, workspace } from "../support/workspace.ts";

/** Encodings of the eight points of small order, and of some that aren't the canonical ones of their points. */
const UNSOUND = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0100000000000000000000000000000000000000000000000000000000000080",
];
/** R the neutral point, S zero: to some versions of OpenSSL, good for every message under a key of small order. */
const FITS_ALL = `01${"00".repeat(63)}`;

interface Enrolled {
  enrolment: Enrolment;
  file: Uint8Array;
  words: string;
}

let place: Workspace;
let alice: Enrolled;
let bob: Enrolled;
beforeAll(async () => {
  place = await workspace();
  [alice, bob] = [await enrolled("alice"), await enrolled("bob")];
  await place.write("alice.enrolment", alice.file);
  await place.write("bob.enrolment", bob.file);
});
afterAll(async () => place[Symbol.asyncDispose]());

async function enrolled(name: string, changes: Partial<Enrolment> = {}): Promise<Enrolled> {
  using seed = generateSigningSeed();
  const key = signingKey(seed);
  const { recipient } = await generateIdentity("hybrid");
  const enrolment: Enrolment = {
    ...({ type: "enrolment", version: 1, name, custodianKey: publicKeyOf(key), recipients: [recipient] } as const),
    ...{ created: "2026-11-24T06:00:00.000Z", rehearsal: true, ...changes },
  };
  const file = writeEnrolmentFile(signEnrolment(enrolment, key));
  return { enrolment, file, words: digestWords(enrolmentDigest(enrolment)) };
}

/** Genesis with alice's enrolment and the given file as bob's. */
async function init(file: Uint8Array, ...flags: string[]): Promise<Seen> {
  await place.write("bobs.enrolment", file);
  const custodians = ["--custodian", "alice=alice.enrolment", "--custodian", "bob=bobs.enrolment"];
  const where = ["--vault", "vault", "--shares-dir", "shares", "--rehearsal", "--yes"];
  return place.run("init", ...where, "--threshold", "2", ...custodians, ...flags);
}

function expectNothingMade(seen: Seen, status: number, message: string): void {
  expect(seen.status, seen.toString()).toBe(status);
  expect(seen.stderr).toMatch(/^error: .*\n(?: {2}try: .*\n)*$/);
  expect(seen.stderr).toContain(message);
  for (const made of ["vault", "shares", "state/conclave"]) expect(existsSync(place.file(made))).toBe(false);
}

describe("S16: a key under which anything verifies", () => {
  test.for(UNSOUND)("%s in an enrolment, with that signature: genesis refuses it, and makes nothing", async (key) => {
    const file = canonicalFile({ enrolment: { ...bob.enrolment, custodianKey: key }, signature: FITS_ALL });
    expectNothingMade(await init(file), 2, "bobs.enrolment: enrolment: custodianKey: of small order or not canonical");
  });
});

describe("S16: an enrolment swapped on the way", () => {
  test("has other words than those that bob reads aloud: genesis makes nothing", async () => {
    const swapped = await enrolled("bob");
    const seen = await init(swapped.file, "--fingerprint", `bob=${bob.words}`);
    expectNothingMade(seen, 2, "bobs.enrolment: its words are not those that bob read aloud");
  });

  test("in which only the recipients were changed, is not signed", async () => {
    const { recipient } = await generateIdentity("hybrid");
    const { signature } = JSON.parse(Buffer.from(bob.file).toString()) as { signature: string };
    const file = canonicalFile({ enrolment: { ...bob.enrolment, recipients: [recipient] }, signature });
    expectNothingMade(await init(file), 2, "bobs.enrolment: enrolment: the signature does not verify");
  });

  test("for one of another name, of a production vault, or for another file", async () => {
    expectNothingMade(await init(alice.file), 2, "bobs.enrolment: is alice's enrolment, not bob's");
    const production = await enrolled("bob", { rehearsal: false });
    expectNothingMade(await init(production.file), 2, "bobs.enrolment: is no rehearsal enrolment");
    expectNothingMade(await init(Buffer.from("words\n")), 2, "bobs.enrolment: enrolment: not JSON");
  });

  test("for one person's second: the same key, or a recipient that opens both shares", async () => {
    const seat = (name: string, enrolment: Enrolment): SeatRequest => ({
      name,
      shareFile: place.file(`${name}.share`),
      enrolment: { custodianKey: enrolment.custodianKey, recipients: enrolment.recipients, checked: true },
    });
    const { custodianKey, recipients } = alice.enrolment;
    for (const { changes, message } of [
      { changes: { custodianKey }, message: /^two enrolments with the same key: / },
      { changes: { recipients }, message: /^two enrolments with the same recipient: / },
    ]) {
      const seats = [seat("alice", alice.enrolment), seat("bob", { ...bob.enrolment, ...changes })];
      expect(await refusalOf(() => checkSeatRequest(place.file("vault"), 2, seats))).toEqual({
        code: "USAGE",
        message: expect.stringMatching(message),
      });
    }
  });

  test("unnoticed, since nobody asked for words: the manifest says unchecked", async () => {
    await using other = await workspace({ "alice.enrolment": alice.file, "bob.enrolment": bob.file });
    const custodians = ["--custodian", "alice=alice.enrolment", "--custodian", "bob=bob.enrolment"];
    const flags = ["--shares-dir", "shares", "--rehearsal", "--threshold", "2", "--fingerprint", `bob=${bob.words}`];
    const seen = await other.run("init", "--vault", "vault", ...flags, ...custodians, "--yes");
    expect(seen.status, seen.toString()).toBe(10);
    const genesis = await other.run("audit", "show", "1", "--vault", "vault", "--json");
    expect(genesis.json()).toMatchObject({
      data: {
        manifest: {
          custodians: [
            { name: "alice", enrolment: "unchecked" },
            { name: "bob", enrolment: "checked" },
          ],
        },
      },
    });
  });
});
