import { spawnSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { concat, fromHex, hex, utf8 } from "../../src/lib/bytes.ts";
import { fileParameters, SegmentStream, streamHeaderLength } from "../../src/lib/crypto/segment-stream.ts";
import { bindingOf, writeEncryptedHead } from "../../src/lib/key/encrypted-file.ts";
import { Secret } from "../../src/lib/secret.ts";
import { workspace } from "../support/workspace.ts";
import { useEntries } from "./example-vault.ts";
import { format } from "./page.ts";

const page = format("encrypted-file");
const vector = page.section("Test vector");
const [info = "", payload = ""] = vector.indented();
const head = Object(vector.json());
const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");
const KEY = sha256("dumps 1");
const FILE = concat(writeEncryptedHead(head), fromHex(payload));

test("the file of the test vector opens, and is what the entries tell of", () => {
  expect(hex(bindingOf(head, sha256("case 17")))).toBe(info);
  using secret = new Secret(fromHex(KEY));
  const parameters = fileParameters(32);
  const start = streamHeaderLength(parameters);
  using stream = new SegmentStream(parameters, secret, fromHex(payload).subarray(0, start), fromHex(info));
  expect(concat(...(stream.open(fromHex(payload).subarray(start), true) ?? []))).toEqual(utf8("a dump\n"));

  const entries = useEntries().map((text) => JSON.parse(text));
  const dataOf = (type: string) => entries.find((entry) => entry.type === type).data;
  const planned = (action: string) =>
    entries.flatMap(({ data }) => data.plan?.actions ?? []).find((one) => one.action === action).parameters;
  expect(dataOf("key.encrypt").output).toEqual({ sha256: sha256(FILE), size: FILE.length });
  expect(dataOf("key.decrypt").size).toBe(7);
  const key = Uint8Array.from({ length: 32 }, (_, i) => 0x20 + i);
  expect(planned("key.encrypt").input.hmac).toBe(
    createHmac("sha256", key)
      .update(fromHex(sha256("a dump\n")))
      .digest("hex"),
  );
  expect(planned("key.decrypt").input.sha256).toBe(sha256(FILE));
});

const havePython = spawnSync("python3", ["-c", "import cryptography"]).status === 0;

test.skipIf(!havePython)(
  "it opens by the program on the page, with its associated data only (needs python3-cryptography)",
  async () => {
    const [program = ""] = page.section("To open one without Conclave").fenced("python");
    await using place = await workspace({ "open.py": program, "key.hex": `${KEY}\n` });
    const open = (...data: string[]) =>
      spawnSync("python3", ["open.py", "key.hex", ...data], { cwd: place.path, input: FILE, encoding: "utf8" });
    expect(open("case 17")).toMatchObject({ status: 0, stdout: "a dump\n" });
    expect(open("case 18").status).toBe(1);
    expect(open().status).toBe(1);
  },
);
