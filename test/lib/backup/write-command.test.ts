import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { writeToCommand } from "../../../src/lib/backup/write-command.ts";
import { refusalOf } from "../../support/refusal.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

/** Of seven bytes. */
async function smallBackup(place: Workspace) {
  return { name: "a.backup", head: Buffer.from("head\n\n"), payload: await place.write("payload", "x"), size: 7 };
}

test("a command gets all of it, with the file's name in its words", async () => {
  await using place = await workspace();
  const head = Buffer.from("head\n\n");
  const body = Buffer.alloc(3_000_000, "body");
  const source = { name: "a.backup", head, payload: await place.write("payload", body), size: 3_000_006 };
  const sha256 = await writeToCommand(`cat > ${place.path}/{name}`, source);
  const written = readFileSync(place.file("a.backup"));
  expect(Buffer.compare(written, Buffer.concat([head, body]))).toBe(0);
  expect(sha256).toBe(createHash("sha256").update(written).digest("hex"));
});

test("a command is told the size", async () => {
  await using place = await workspace();
  const source = await smallBackup(place);
  await writeToCommand('[ "$(wc -c)" = {size} ]', source);
  expect(await refusalOf(writeToCommand('[ "$(wc -c)" = {size}0 ]', source))).toMatchObject({
    message: "exec: the command ended with 1",
  });
});

test
  .runIf(process.platform === "linux")
  .for(["true", "head -c 3 >/dev/null", "exec <&-; sleep 0.05", "echo done; exit 0"])(
  "one that leaves some of a small backup unread has failed: %s",
  async (command) => {
    await using place = await workspace();
    const source = await smallBackup(place);
    expect(await refusalOf(writeToCommand(command, source))).toMatchObject({
      code: "HOST_IO",
      message: expect.stringMatching(/^exec: the command ended before it took the whole backup(?:: done)?$/),
    });
  },
);

test("one that reads all, and goes on or leaves others behind, is waited for", async () => {
  await using place = await workspace();
  const source = await smallBackup(place);
  await writeToCommand(`cat > ${place.path}/1; exec <&-; sleep 0.1; mv ${place.path}/1 ${place.path}/2`, source);
  expect(readFileSync(place.file("2"), "utf8")).toBe("head\n\nx");
});

test("one that stops reading has failed, whatever it says", async () => {
  await using place = await workspace();
  const payload = await place.write("payload", Buffer.alloc(3_000_000));
  const source = { name: "a.backup", head: Buffer.from("head\n\n"), payload, size: 3_000_006 };
  expect(await refusalOf(writeToCommand("head -c 100 >/dev/null", source))).toEqual({
    code: "HOST_IO",
    message: "exec: the command ended before it took the whole backup",
  });
});
