import { expect, test } from "vitest";
import { LIMITS } from "../../../src/lib/limits.ts";
import { workspace } from "../../support/workspace.ts";
import { PROBE } from "./probe.ts";

test("a passphrase is asked on the terminal and never shown, Ctrl-T or not", async () => {
  await using place = await workspace();
  await using terminal = place.terminalWith({ program: PROBE }, "probe", "ask", "passphrase", "--json");
  await terminal.waitFor("Passphrase of \\u{202e}alice");
  terminal.type("correct");
  await terminal.waitFor("*******");
  terminal.ctrl("t");
  terminal.type(" horse");
  await terminal.waitFor("*************");
  expect(terminal.raw()).not.toContain("corr");
  expect(terminal.raw()).not.toContain("\u202e");
  terminal.enter();
  await terminal.waitFor('"answer": "correct horse"');
  expect(await terminal.exit).toBe(0);
});

test("an empty or overlong passphrase is asked for again", async () => {
  await using place = await workspace();
  await using terminal = place.terminalWith({ program: PROBE }, "probe", "ask", "passphrase");
  await terminal.waitFor("Passphrase");
  terminal.enter();
  await terminal.waitFor("a passphrase is needed");
  terminal.type("ä".repeat(LIMITS.passphraseBytes / 2 + 1));
  terminal.enter();
  await terminal.waitFor(`longer than ${LIMITS.passphraseBytes} bytes`);
  terminal.ctrl("c");
  expect(await terminal.exit).toBe(16);
});

test("without a terminal it fails and names the flag", async () => {
  await using place = await workspace();
  const seen = await place.runWith({ program: PROBE, stdin: "correct horse\n" }, "probe", "ask", "passphrase");
  expect(seen.stderr).toBe("error: no terminal to ask on: --passphrase-file NAME=FILE is needed\n");
  expect(seen.status).toBe(2);
});
