import { expect, test } from "vitest";
import { answer } from "../../support/room.ts";
import { workspace } from "../../support/workspace.ts";

const DOWN = "\u001b[B";
const SCRIPT = `ceremony: founding
title: Make a vault
roles: { administrator: 1, newcomers: alice bob }
steps:
  - genesis: { custodians: [alice, bob=bob.enrolment], threshold: 2, shares-dir: shares }
`;

test("the words of an enrolment are compared in the room, before any share is made", async () => {
  await using place = await workspace({
    "founding.yaml": SCRIPT,
    "bob.passphrase": "seven green boats under an old bridge\n",
  });
  const out = ["--identity-out", "bob.identity", "--out", "bob.enrolment", "--passphrase-file", "bob=bob.passphrase"];
  const { words } = (await place.run("custodian", "enroll", "bob", ...out, "--json")).json() as { words: string };
  await using terminal = place.terminal("ceremony", "run", "founding.yaml");
  await answer(terminal, "Name of the administrator", "Ada Quill");
  await answer(terminal, "Initials of Ada Quill", "AQ");
  await answer(terminal, "Enter to begin", "");
  await terminal.waitFor(words);
  await answer(terminal, "bob reads the own words", DOWN);
  await terminal.waitFor("error: bob.enrolment: is not what bob made: its words are others");
  await answer(terminal, "It was refused, and changed nothing. What now?", ""); // try again
  await answer(terminal, "Enter to begin", "");
  await answer(terminal, "bob reads the own words", "");
  await terminal.waitFor("alice: new passphrase");
  expect(terminal.screen()).not.toContain("bob's enrolment is not checked");
});
