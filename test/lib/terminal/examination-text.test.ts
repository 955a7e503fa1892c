import { expect, test } from "vitest";
import type { Finding } from "../../../src/lib/host/check.ts";
import { examinationText } from "../../../src/lib/terminal/examination-text.ts";

const node = { version: "v26.10.0", path: "/node", sha256: "ab".repeat(32), flags: [] };
const finding = (title: string, level: Finding["level"], found: string, mend?: string): Finding => ({
  check: title.toLowerCase(),
  title,
  level,
  found,
  ...(mend !== undefined && { mend }),
});

test("no-go: every finding in a line, each mend in one of its own, to be copied", () => {
  const findings = [
    finding("Modes and owners", "refusal", "/srv/vault has mode 0755, wanted 0700", "chmod 700 /srv/vault"),
    finding("Swap", "warning", "/dev/sda2 in use", "swapoff -a"),
    finding("Entropy", "ok", "the generator is ready"),
  ];
  expect(`\n${examinationText({ go: false, findings, node })}\n`).toMatchInlineSnapshot(`
    "
    REFUSAL  Modes and owners  /srv/vault has mode 0755, wanted 0700
        mend: chmod 700 /srv/vault
    WARNING  Swap              /dev/sda2 in use
        mend: swapoff -a
    ok       Entropy           the generator is ready

    NO GO: 1 refusal, 1 warning
    "
  `);
});

test("go", () => {
  const text = examinationText({ go: true, findings: [finding("Swap", "ok", "none in use")], node });
  expect(text).toBe("ok       Swap  none in use\n\nGO: no refusals, no warnings");
});

test("I4: a path can't repaint the screen", () => {
  const path = "/srv/\u001b[2J\nok  all is well";
  const text = examinationText({ go: false, findings: [finding("Modes", "refusal", path, `chmod 700 ${path}`)], node });
  expect(text.split("\n")).toEqual([
    "REFUSAL  Modes  /srv/\\u{1b}[2J\\u{a}ok  all is well",
    "    mend: chmod 700 /srv/\\u{1b}[2J\\u{a}ok  all is well",
    "",
    "NO GO: 1 refusal, no warnings",
  ]);
});
