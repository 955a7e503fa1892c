import { readdirSync, readFileSync, statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { assertAbsent, writeFileChecked } from "../../../src/lib/host/checked-file.ts";
import { refusalOf } from "../../support/refusal.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

let place: Workspace;
beforeEach(async () => {
  place = await workspace({ "desk/old": "old" });
});
afterEach(async () => place[Symbol.asyncDispose]());

const names = () => readdirSync(place.file("desk")).toSorted();
const read = (name: string) => readFileSync(place.file(`desk/${name}`), "utf8");
const fine = async () => undefined;

describe("a file that is checked before it has its name", () => {
  test.for([
    { name: "new", existing: "refuse", wanted: ["new", "old"] },
    { name: "old", existing: "replace", wanted: ["old"] },
  ] as const)(
    "$existing: the check reads what was written, while all else is as before",
    async ({ name, existing, wanted }) => {
      const path = place.file(`desk/${name}`);
      await writeFileChecked(path, utf8("new"), existing, async (written) => {
        expect(readFileSync(written, "utf8")).toBe("new");
        expect(names()).toHaveLength(2);
        expect(read("old")).toBe("old");
      });
      expect(names()).toEqual(wanted);
      expect(read(name)).toBe("new");
      expect(statSync(path).mode & 0o777).toBe(0o600);
    },
  );

  test.for([
    { name: "new", existing: "refuse" },
    { name: "old", existing: "replace" },
  ] as const)("$existing: a check that fails changes nothing", async ({ name, existing }) => {
    const bad = async () => {
      throw new ConclaveError("HOST_IO", "a bad medium");
    };
    const refusal = await refusalOf(writeFileChecked(place.file(`desk/${name}`), utf8("new"), existing, bad));
    expect(refusal).toEqual({ code: "HOST_IO", message: "a bad medium" });
    expect([names(), read("old")]).toEqual([["old"], "old"]);
  });

  test("what came to be there during the check is not overwritten", async () => {
    const path = place.file("desk/new");
    const meanwhile = async () => void (await place.write("desk/new", "another's"));
    expect(await refusalOf(writeFileChecked(path, utf8("new"), "refuse", meanwhile))).toMatchObject({ code: "EXISTS" });
    expect([names(), read("new")]).toEqual([["new", "old"], "another's"]);
  });

  test.for([
    { name: "old", existing: "refuse", code: "EXISTS" },
    { name: "new", existing: "replace", code: "NOT_FOUND" },
    { name: "../desk", existing: "replace", code: "HOST_PREFLIGHT" },
    { name: "no/new", existing: "refuse", code: "NOT_FOUND" },
  ] as const)("$existing, $name: $code", async ({ name, existing, code }) => {
    const path = place.file(`desk/${name}`);
    expect(await refusalOf(writeFileChecked(path, utf8("new"), existing, fine))).toMatchObject({ code });
    expect([names(), read("old")]).toEqual([["old"], "old"]);
  });
});

test("absent is what has no entry at all", async () => {
  expect(await refusalOf(() => assertAbsent(place.file("desk/new")))).toBe("accepted");
  expect(await refusalOf(() => assertAbsent(place.file("desk")))).toMatchObject({ code: "EXISTS" });
});
