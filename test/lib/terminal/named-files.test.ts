import { expect, test } from "vitest";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { parseNamed } from "../../../src/lib/terminal/named-files.ts";

test("a file may have anything in its name, an equals sign too", () => {
  const files = parseNamed(["alice=/dev/fd/3", "bob=a=b c"], "--passphrase-file");
  expect(files).toEqual(
    new Map([
      ["alice", "/dev/fd/3"],
      ["bob", "a=b c"],
    ]),
  );
});

test.for([
  { values: ["alice"], message: "--passphrase-file must be NAME=FILE" },
  { values: ["alice="], message: "--passphrase-file must be NAME=FILE" },
  { values: ["=file"], message: /^--passphrase-file: NAME must be 1 to 64 of letters/ },
  { values: ["../x=file"], message: /^--passphrase-file: NAME must be 1 to 64 of letters/ },
  { values: ["-rf=file"], message: /^--passphrase-file: NAME must be 1 to 64 of letters/ },
  { values: ["alice=a", "alice=b"], message: "--passphrase-file given twice for alice" },
])("$values is refused", ({ values, message }) => {
  const parse = () => parseNamed(values, "--passphrase-file");
  expect(parse).toThrow(ConclaveError);
  expect(parse).toThrow(expect.objectContaining({ code: "USAGE", message: expect.stringMatching(message) }));
});
