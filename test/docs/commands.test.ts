import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Page, ROOT, readPage } from "./page.ts";

const PAGES = [
  "README.md",
  "SECURITY.md",
  "docs/bring-your-own-key.md",
  "docs/ceremonies.md",
  "docs/custodian.md",
  "docs/first-ceremony.md",
  "docs/operations.md",
];
/** Flags that every command has from oclif, or that stand before any. */
const COMMON = ["help", "json", "version"];

/** What follows `conclave` in code, in blocks and between words; lines that go on are one. */
function calls({ text }: Page): string[] {
  const joined = text.replace(/ *\\\n */g, " ");
  const inBlocks = Array.from(joined.matchAll(/^```sh.*\n([^]*?)^```$/gm), ([, block = ""]) => block).join("\n");
  const between = Array.from(
    joined.replace(/^```[^]*?^```$/gm, "").matchAll(/`(conclave [^`]+)`/g),
    ([, code]) => code,
  );
  const lines = [...inBlocks.split("\n"), ...between.map((code = "") => code.replace(/\s+/g, " "))];
  return lines.flatMap((line) => /^conclave (.+)$/.exec(line)?.[1] ?? []);
}

/** The command that a call is of, as the path of its source; undefined if there is none. */
function sourceOf(call: string): string | undefined {
  const [topic = "", verb = ""] = call.split(" ");
  return [join(topic, verb), topic]
    .map((name) => join(ROOT, "src/commands", `${name}.ts`))
    .find((path) => existsSync(path));
}

test.for(PAGES)("%s: the commands exist, with their flags", async (path) => {
  const wrong: string[] = [];
  for (const call of calls(readPage(path))) {
    if (/^(?:COMMAND|--version)/.test(call)) continue;
    const source = sourceOf(call);
    if (source === undefined) {
      wrong.push(call);
      continue;
    }
    const { flags = {}, baseFlags = {} } = (await import(source)).default;
    const known = [...Object.keys(flags), ...Object.keys(baseFlags), ...COMMON];
    const own = call.replaceAll(/'exec:[^']*'/g, ""); // another program has flags of its own
    const named = Array.from(own.matchAll(/(?<= )--([a-z0-9-]+)/g), ([, flag = ""]) => flag);
    if (!named.every((flag) => known.includes(flag))) wrong.push(call);
  }
  expect(wrong).toEqual([]);
});
