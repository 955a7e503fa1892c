import { afterAll, beforeAll, expect, test } from "vitest";
import { checkSeats, type SeatRequest } from "../../../src/lib/quorum/seat-request.ts";
import { refusalOf } from "../../support/refusal.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

let place: Workspace;
beforeAll(async () => {
  place = await workspace({ "there.share": "a share\n" });
});
afterAll(async () => place[Symbol.asyncDispose]());

function seat(name: string, file = `shares/${name}.share`, letter?: string): SeatRequest {
  const shareFile = place.file(file);
  if (letter === undefined) return { name, shareFile };
  const enrolment = { custodianKey: letter.repeat(64), recipients: [`age1${letter}`], checked: true };
  return { name, shareFile, enrolment };
}

test("own desks and passphrases mix", async () => {
  const seats = [seat("alice", "a", "a"), seat("bob"), seat("carol", "c", "c")];
  expect(await refusalOf(() => checkSeats(place.file("vault"), 2, seats))).toBe("accepted");
});

test.for<[what: string, threshold: number, seats: () => SeatRequest[], code: string, message: RegExp]>([
  ["a threshold of 1", 1, () => [seat("alice"), seat("bob")], "USAGE", /^threshold 1: a quorum needs 2 or more/],
  ["more than there are", 3, () => [seat("alice"), seat("bob")], "USAGE", /^threshold 3 of 2 custodians$/],
  ["one name twice", 2, () => [seat("alice"), seat("Alice", "b")], "USAGE", /^custodian Alice is named twice: /],
  [
    "one key twice",
    2,
    () => [seat("alice", "a", "a"), seat("bob", "b", "a")],
    "USAGE",
    /^two enrolments with the same key: /,
  ],
  ["one file for two", 2, () => [seat("alice", "a"), seat("bob", "a")], "USAGE", /a: two shares in one file$/],
  ["a share in the vault", 2, () => [seat("alice", "vault/a"), seat("bob")], "USAGE", /vault\/a lies in the vault: /],
  [
    "a share over another file",
    2,
    () => [seat("alice", "there.share"), seat("bob")],
    "EXISTS",
    /there\.share exists already$/,
  ],
])("S3: %s is refused", async ([, threshold, seats, code, message]) => {
  expect(await refusalOf(() => checkSeats(place.file("vault"), threshold, seats()))).toEqual({
    code,
    message: expect.stringMatching(message),
  });
});

test("one recipient of two custodians, whatever their keys, is refused", async () => {
  const [alice, bob] = [seat("alice", "a", "a"), seat("bob", "b", "b")];
  const shared = {
    ...bob,
    enrolment: { custodianKey: "b".repeat(64), recipients: ["age1b", "age1a"], checked: false },
  };
  expect(await refusalOf(() => checkSeats(place.file("vault"), 2, [alice, shared]))).toEqual({
    code: "USAGE",
    message: "two enrolments with the same recipient: one person could open both shares",
  });
});
