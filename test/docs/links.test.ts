import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { type Page, ROOT, readPage } from "./page.ts";

const PAGES = globSync(["*.md", "docs/**/*.md"], { cwd: ROOT });

/** The fragments by which a page's headings can be reached. */
function fragmentsOf(page: Page): string[] {
  return Array.from(page.text.matchAll(/^#+ (.*)$/gm), ([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

test.for(PAGES)("%s: every link leads somewhere", (path) => {
  const page = readPage(path);
  const prose = page.text.replace(/^```.*\n[^]*?^```$/gm, "");
  const links = Array.from(prose.matchAll(/\]\(([^)]+)\)/g), ([, target = ""]) => target);
  const lost = links.filter((target) => {
    if (target.startsWith("https://")) return false;
    const [file = "", fragment] = target.split("#");
    const found = file === "" ? path : join(dirname(path), file);
    if (!existsSync(join(ROOT, found))) return true;
    return fragment !== undefined && !fragmentsOf(readPage(found)).includes(fragment);
  });
  expect(lost).toEqual([]);
});

test.for(PAGES)("%s: every definition of a link is used", (path) => {
  const { text } = readPage(path);
  const defined = Array.from(text.matchAll(/^\[([^\]]+)\]: /gm), ([, name = ""]) => name);
  expect(defined.filter((name) => text.split(`[${name}]`).length < 3)).toEqual([]);
});
