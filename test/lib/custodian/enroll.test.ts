import { readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { generateIdentity, recipientOf } from "../../../src/lib/crypto/age-recipient.ts";
import { publicKeyOf, signingKey } from "../../../src/lib/crypto/signature.ts";
import { type EnrolRequest, enrol } from "../../../src/lib/custodian/enroll.ts";
import { enrolmentDigest, parseEnrolmentFile } from "../../../src/lib/custodian/enrolment.ts";
import { openIdentityFile } from "../../../src/lib/custodian/identity.ts";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { refusalOf } from "../../support/refusal.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const clock = () => new Date("2026-11-24T06:00:00Z");
const passphrase = async () => "correct horse";

function request(place: Workspace, changes: Partial<EnrolRequest> = {}): EnrolRequest {
  return {
    name: "bob",
    age: "hybrid",
    rehearsal: true,
    recipients: [],
    identityFile: place.file("desk/bob.identity"),
    enrolmentFile: place.file("desk/bob.enrolment"),
    ...changes,
  };
}

async function desk(): Promise<Workspace> {
  return workspace({ "desk/note": "" });
}

function filesOf(place: Workspace): string[] {
  return readdirSync(place.file("desk")).toSorted();
}

test("makes an identity that only its passphrase opens, and an enrolment of its keys", async () => {
  await using place = await desk();
  const { enrolment, digest } = await enrol(request(place), clock, passphrase);
  expect(filesOf(place)).toEqual(["bob.enrolment", "bob.identity", "note"]);
  for (const name of ["bob.identity", "bob.enrolment"])
    expect(statSync(place.file(`desk/${name}`)).mode & 0o777).toBe(0o600);

  const file = Uint8Array.from(readFileSync(place.file("desk/bob.enrolment")));
  expect(parseEnrolmentFile(file)).toEqual({ enrolment, digest });
  expect(digest).toBe(enrolmentDigest(enrolment));
  using identity = await openIdentityFile(
    Uint8Array.from(readFileSync(place.file("desk/bob.identity"))),
    "correct horse",
  );
  expect(enrolment).toEqual({
    type: "enrolment",
    version: 1,
    name: "bob",
    custodianKey: publicKeyOf(signingKey(identity.signingSeed)),
    recipients: [await recipientOf(identity.ageIdentity ?? "")],
    created: "2026-11-24T06:00:00.000Z",
    rehearsal: true,
  });
});

test("recipients given stand after the identity's own", async () => {
  await using place = await desk();
  const { recipient } = await generateIdentity("x25519");
  const { enrolment } = await enrol(request(place, { age: "x25519", recipients: [recipient] }), clock, passphrase);
  expect(enrolment.recipients).toEqual([expect.stringMatching(/^age1/), recipient]);
});

test("recipients alone leave the identity without an age key", async () => {
  await using place = await desk();
  const { recipient } = await generateIdentity("x25519");
  const { enrolment } = await enrol(request(place, { age: "none", recipients: [recipient] }), clock, passphrase);
  expect(enrolment.recipients).toEqual([recipient]);
  using identity = await openIdentityFile(
    Uint8Array.from(readFileSync(place.file("desk/bob.identity"))),
    "correct horse",
  );
  expect(identity.ageIdentity).toBeUndefined();
});

const { recipient: classical } = await generateIdentity("x25519");

test.for([
  {
    what: "recipients that don't go with the identity's own",
    changes: { recipients: [classical] },
    refusal: {
      code: "USAGE",
      message: "1 of 2 recipients are post-quantum (age1pq1…, age1tagpq1…), wanted all or none",
    },
  },
  {
    what: "no recipient at all",
    changes: { age: "none" as const },
    refusal: { code: "USAGE", message: "0 recipients, wanted 1 to 8" },
  },
])("$what: refused before anybody is asked", async ({ changes, refusal }) => {
  await using place = await desk();
  const asked = async () => expect.fail("asked");
  expect(await refusalOf(enrol(request(place, changes), clock, asked))).toEqual(refusal);
  expect(filesOf(place)).toEqual(["note"]);
});

test.for(["identityFile", "enrolmentFile"] as const)(
  "H2: an %s that is there is never overwritten, nor a link followed",
  async (which) => {
    await using place = await desk();
    symlinkSync("/etc/passwd", place.file("desk/link"));
    const asked = async () => expect.fail("asked");
    for (const name of ["note", "link"]) {
      const refusal = await refusalOf(enrol(request(place, { [which]: place.file(`desk/${name}`) }), clock, asked));
      expect(refusal).toEqual({ code: "EXISTS", message: `${place.file(`desk/${name}`)} exists already` });
    }
    expect(filesOf(place)).toEqual(["link", "note"]);
  },
);

test("an enrolment that can't be written leaves no identity", async () => {
  await using place = await desk();
  const refusal = await refusalOf(
    enrol(request(place, { enrolmentFile: place.file("nowhere/bob") }), clock, passphrase),
  );
  expect(refusal).toMatchObject({ code: "NOT_FOUND" });
  expect(filesOf(place)).toEqual(["note"]);
});

test("a custodian who stops at the passphrase leaves nothing", async () => {
  await using place = await desk();
  const stop = async () => {
    throw new ConclaveError("ABORTED", "aborted");
  };
  expect(await refusalOf(enrol(request(place), clock, stop))).toMatchObject({ code: "ABORTED" });
  expect(filesOf(place)).toEqual(["note"]);
});
