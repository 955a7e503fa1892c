import { expect, test } from "vitest";
import { programWord } from "../../../src/lib/terminal/program-word.ts";
import { workspace } from "../../support/workspace.ts";

test.for([
  { what: "on the path", path: ["elsewhere", "a clone/bin"], word: "conclave" },
  { what: "not on it", path: ["elsewhere", ""], word: "'ROOT/a clone/bin/conclave'" },
])("$what", async ({ path, word }) => {
  await using place = await workspace({ "a clone/bin/conclave": "" });
  const folders = path.map((folder) => (folder === "" ? "" : place.file(folder)));
  expect(programWord(place.file("a clone"), folders.join(":"))).toBe(word.replace("ROOT", place.path));
});

test("a package without it is called by name", async () => {
  await using place = await workspace();
  expect(programWord(place.path, "")).toBe("conclave");
});
