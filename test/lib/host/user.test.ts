import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";
import { expect, test } from "vitest";
import { userName } from "../../../src/lib/host/user.ts";

const SOURCE = new URL("../../../src/lib/host/user.ts", import.meta.url).href;

test("the user's name", () => {
  expect(userName()).toBe(userInfo().username);
});

test.skipIf(process.getuid?.() !== 0)("a user without a name goes by number (needs root)", () => {
  const script = `const { userName } = await import(${JSON.stringify(SOURCE)});
    process.setuid(54321);
    process.stdout.write(userName());`;
  const shown = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
  expect(shown).toBe("uid-54321");
});
