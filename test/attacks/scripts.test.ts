import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseScript, ScriptError } from "../../src/lib/ceremony/script-file.ts";
import { HARMLESS, hostileScripts } from "../support/hostile-scripts.ts";
import { hostilePayloads } from "../support/hostile-text.ts";
import { type Workspace, workspace } from "../support/workspace.ts";

const scripts = hostileScripts();

let place: Workspace;
beforeAll(async () => {
  place = await workspace();
});
afterAll(async () => place[Symbol.asyncDispose]());

/** What refuses it, and how long that took, in milliseconds; the least of some tries, for others use the machine too. */
function refusal(bytes: Uint8Array): { message: string; time: number } {
  let [time, message] = [Number.POSITIVE_INFINITY, "nothing"];
  for (let tries = 0; tries < 3 && time > 100; tries++) {
    const start = performance.now();
    try {
      parseScript("x.yaml", bytes);
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      message = error.message;
    }
    time = Math.min(time, performance.now() - start);
  }
  return { message, time };
}

test("what is done to it is all that is wrong with the hostile ones", () => {
  expect(parseScript("x.yaml", Buffer.from(HARMLESS)).script.ceremony).toBe("harmless");
  expect(scripts.length).toBeGreaterThan(100);
  expect(new Set(scripts.map(({ what }) => what)).size).toBe(scripts.length);
});

describe("I1: a hostile script is refused with its place, in less than 200 ms", () => {
  test.for(scripts)("$what", ({ bytes }) => {
    const { message, time } = refusal(bytes);
    expect(message).toMatch(/^x\.yaml:[0-9]+:[0-9]+: \P{C}{1,600}$/u);
    expect(time).toBeLessThan(200);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("all of them together, in bounded memory", () => {
    expect(peakOf(ALL)).toBeLessThan(peakOf(NONE) + 150 * 1024); // this process holds what other tests left
  });
});

/** What a process of its own does, with the paths of this folder's modules. */
const MODULES = `
  const { parseScript } = await import("${new URL("../../src/lib/ceremony/script-file.ts", import.meta.url).href}");
  const { hostileScripts } = await import("${new URL("../support/hostile-scripts.ts", import.meta.url).href}");
  const scripts = hostileScripts();`;
const NONE = "";
const ALL = "for (const { bytes } of scripts) try { parseScript('x.yaml', bytes) } catch {}";

/** The most memory that a process has which runs this, in KiB. */
function peakOf(script: string): number {
  const source = `${MODULES}${script}\nconsole.log(process.resourceUsage().maxRSS)`;
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", source], { encoding: "utf8" }));
}

test("I1: the program refuses them with 2 and one line that names the place", async () => {
  const files = await Promise.all(
    ["an alias bomb", "100 k nested lists", "10 MB", "a NUL"].map((what, i) =>
      place.write(`${i}.yaml`, scripts.find((script) => script.what === what)?.bytes ?? ""),
    ),
  );
  for (const file of files) {
    const seen = await place.run("ceremony", "show", file);
    expect(seen.status).toBe(2);
    expect(seen.stdout).toBe("");
    expect(seen.stderr.split("\n")[0]).toMatch(/^error: \S+\.yaml:?.*/);
    expect(seen.stderr).not.toMatch(/\n\s+at |node:/);
  }
});

test("I4: no text of a script brings a control character to the screen", () => {
  for (const payload of hostilePayloads()) {
    for (const part of ["Harmless", "Everyone says name and role.", "Name }"]) {
      const { message } = refusal(Buffer.from(HARMLESS.replace(part, () => JSON.stringify(payload).slice(0, 5000))));
      expect(message).not.toBe("nothing");
    }
  }
});
