import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellWord } from "../../../src/lib/host/shell-word.ts";

test.for(["plain", "/srv/vault", "a b", "it's", "$HOME", "`id`", "*", "", "-n", "a\nb", 'say "no"', "\\", "~", "ä"])(
  "a shell reads %j as it is",
  (word) => {
    expect(execFileSync("/bin/sh", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" })).toBe(
      word === "-n" ? "-n" : word,
    );
  },
);

test("what needs no quotes has none", () => {
  expect(shellWord("/srv/conclave/vault-1")).toBe("/srv/conclave/vault-1");
});
