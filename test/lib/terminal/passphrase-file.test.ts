import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, fstatSync, openSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../src/lib/limits.ts";
import { readPassphraseFile } from "../../../src/lib/terminal/passphrase-file.ts";
import { workspace } from "../../support/workspace.ts";

const longest = "x".repeat(LIMITS.passphraseBytes);
const silent = (message: string): never => {
  throw new Error(`warned: ${message}`);
};

test.for([
  { content: "correct horse", passphrase: "correct horse", what: "no line end" },
  { content: "correct horse\n", passphrase: "correct horse", what: "LF" },
  { content: "correct horse\r\n", passphrase: "correct horse", what: "CRLF" },
  { content: " \t pä55 \n", passphrase: " \t pä55 ", what: "spaces, kept" },
  { content: "a\rb\r", passphrase: "a\rb\r", what: "CR that ends no line, kept" },
  { content: `${longest}\r\n`, passphrase: longest, what: "as long as may be" },
])("$what", async ({ content, passphrase }) => {
  await using place = await workspace({ pass: content });
  expect(readPassphraseFile(place.file("pass"), silent)).toBe(passphrase);
});

test.for<{ content: string | Uint8Array; what: string }>([
  { content: "", what: "is empty" },
  { content: "\n", what: "is empty" },
  { content: "\r\n", what: "is empty" },
  { content: "one\ntwo", what: "has more than one line" },
  { content: "one\n\n", what: "has more than one line" },
  { content: `${longest}\r\n\n`, what: "has more than one line" },
  { content: `${longest}x`, what: `is longer than ${LIMITS.passphraseBytes} bytes` },
  { content: longest.repeat(100), what: `is longer than ${LIMITS.passphraseBytes} bytes` },
  { content: Uint8Array.of(0x61, 0xff), what: "is not UTF-8" },
  { content: "\ufeffcorrect horse", what: "starts with a byte order mark" },
])("$what: refused", async ({ content, what }) => {
  await using place = await workspace({ pass: content });
  const path = place.file("pass");
  expect(() => readPassphraseFile(path, silent)).toThrow(
    expect.objectContaining({ code: "USAGE", message: `passphrase file ${path} ${what}` }),
  );
});

describe("what isn't there or isn't a file", () => {
  test.for([
    { path: "absent", code: "NOT_FOUND", message: /not found/ },
    { path: ".", code: "USAGE", message: /is not a file that can be read/ },
    { path: "pass/x", code: "HOST_IO", message: /cannot be read: ENOTDIR/ },
    { path: "a\0b", code: "HOST_IO", message: /cannot be read: ERR_INVALID_ARG_VALUE/ },
    { path: "/dev/fd/999", code: "NOT_FOUND", message: /not found/ },
  ])("$path: $code", async ({ path, code, message }) => {
    await using place = await workspace({ pass: "x" });
    const full = path.startsWith("/") ? path : `${place.path}/${path}`;
    expect(() => readPassphraseFile(full, silent)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

test.for([
  { mode: 0o600, warned: false },
  { mode: 0o640, warned: true },
  { mode: 0o604, warned: true },
])("mode $mode: warned $warned", async ({ mode, warned }) => {
  await using place = await workspace({ pass: "correct horse" });
  chmodSync(place.file("pass"), mode);
  const warnings: string[] = [];
  expect(readPassphraseFile(place.file("pass"), (message) => warnings.push(message))).toBe("correct horse");
  expect(warnings.length > 0).toBe(warned);
});

test("a descriptor is read from where it stands, and left open", async () => {
  await using place = await workspace({ pass: "correct horse\n" });
  const fd = openSync(place.file("pass"), "r");
  expect(readPassphraseFile(`/dev/fd/${fd}`, silent)).toBe("correct horse");
  expect(fstatSync(fd).isFile()).toBe(true);
  expect(() => readPassphraseFile(`/dev/fd/${fd}`, silent)).toThrow("is empty");
  closeSync(fd);
});

test("a named pipe is read to its end", async () => {
  await using place = await workspace();
  const pipe = place.file("pipe");
  execFileSync(
    "sh",
    ["-c", 'mkfifo -m 600 "$1" && { printf "correct "; sleep 0.1; echo horse; } >"$1" &', "sh", pipe],
    {
      stdio: "ignore",
    },
  );
  await expect.poll(() => readIfThere(pipe)).toBe("correct horse");
});

function readIfThere(path: string): string | undefined {
  try {
    return readPassphraseFile(path, silent);
  } catch {
    return undefined; // not made yet
  }
}
