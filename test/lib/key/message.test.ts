import { expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { describeMessage, messageOf, messageSchema } from "../../../src/lib/key/message.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { refusalOf } from "../../support/refusal.ts";
import { workspace } from "../../support/workspace.ts";

const MESSAGE = utf8("a message");
const DESCRIBED = describeMessage("m", MESSAGE);

test("a message is found by its digest, among files and what was piped", async () => {
  await using place = await workspace({ one: "another", alike: "a messagf", two: "a message" });
  const at = (inputs: string[], piped?: Uint8Array) =>
    messageOf({ folder: "", inputs, piped, lockTimeoutMs: 0 }, DESCRIBED);
  expect(at([place.file("one"), place.file("alike"), place.file("two")])).toEqual(MESSAGE);
  expect(at([place.file("one")], MESSAGE)).toEqual(MESSAGE);
  const refused = await refusalOf(() => at([place.file("one")], utf8("a messagf")));
  expect(refused).toMatchObject({
    code: "USAGE",
    message: expect.stringMatching(/^the plan is of m, 9 bytes, SHA-256/),
  });
  expect(await refusalOf(() => messageOf(undefined, DESCRIBED))).toMatchObject({ code: "USAGE" });
  expect(await refusalOf(() => at([place.file("none")]))).toMatchObject({ code: "NOT_FOUND" });
});

test("its size is limited, its name shortened", () => {
  expect(messageSchema.safeParse({ ...DESCRIBED, size: LIMITS.messageBytes }).success).toBe(true);
  expect(messageSchema.safeParse({ ...DESCRIBED, size: LIMITS.messageBytes + 1 }).success).toBe(false);
  expect(describeMessage("x".repeat(300), MESSAGE).name).toHaveLength(LIMITS.textLength);
});
