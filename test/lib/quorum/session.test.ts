import { expect, test } from "vitest";
import { generateIdentity, identityKind, recipientOf } from "../../../src/lib/crypto/age-recipient.ts";
import { newSession, openSession, type SessionChoice } from "../../../src/lib/quorum/session.ts";
import { refusalOf } from "../../support/refusal.ts";

const PLAN = "0123456789abcdef0123456789abcdef";
const EXPIRES = "2026-11-25T12:00:00.000Z";
const SEALED: SessionChoice = { kept: "sealed", passphrase: "a lighthouse" };

const passphrase = (text: string) => async () => text;
const notAsked = () => Promise.reject(new Error("asked"));

test.for([{ choice: { kept: "plain" } as const }, { choice: SEALED }])(
  "a session that is kept %o opens",
  async ({ choice }) => {
    const { recipient, kept, identity } = await newSession(choice, true);
    const stored = { version: 1 as const, plan: PLAN, expires: EXPIRES, kept, identity };
    const opened = await openSession(stored, kept === "plain" ? notAsked : passphrase("a lighthouse"));
    expect(identityKind(opened)).toBe("hybrid");
    expect(await recipientOf(opened)).toBe(recipient);
    expect(identity === opened).toBe(kept === "plain");
  },
);

test("each has a recipient of its own", async () => {
  const [one, other] = [await newSession({ kept: "plain" }, true), await newSession({ kept: "plain" }, true)];
  expect(one.recipient).not.toBe(other.recipient);
});

test("a sealed one does not open by another passphrase; the message names the plan", async () => {
  const { kept, identity } = await newSession(SEALED, true);
  const stored = { version: 1 as const, plan: PLAN, expires: EXPIRES, kept, identity };
  expect(await refusalOf(openSession(stored, passphrase("a lightbulb")))).toEqual({
    code: "SHARE_PASSPHRASE",
    message: `session of plan ${PLAN}: the passphrase does not open it`,
  });
});

test("what was kept is an identity, or the host's memory was altered", async () => {
  const { identity } = await generateIdentity("x25519");
  for (const other of ["", "x", identity.toLowerCase(), `${identity}\n`]) {
    const stored = { version: 1 as const, plan: PLAN, expires: EXPIRES, kept: "plain" as const, identity: other };
    expect(await refusalOf(openSession(stored, notAsked))).toEqual({
      code: "INTEGRITY",
      message: `session of plan ${PLAN}: holds no age identity`,
    });
  }
});
