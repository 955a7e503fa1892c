import { expect, test } from "vitest";
import { utf8 } from "../../src/lib/bytes.ts";
import { aesCmac } from "../../src/lib/crypto/cmac.ts";
import { readSmallFile } from "../../src/lib/host/files.ts";
import { openWithPassphrase } from "../../src/lib/share/sealed-file.ts";
import { type Canary, canariesOf, leaksIn, leaksInFiles } from "./canaries.ts";
import { foundVault } from "./vault.ts";

const secret: Canary = { what: "it", bytes: Uint8Array.from({ length: 32 }, (_, i) => 0xf1 ^ (i * 37)) };
const bytes = Buffer.from(secret.bytes);

test.for([
  ["as it is", Buffer.concat([utf8("before"), bytes, utf8("after")])],
  ["in hexadecimal digits", utf8(`seed=${bytes.toString("hex")}\n`)],
  ["in capital hexadecimal digits", utf8(bytes.toString("hex").toUpperCase())],
  ["in base64", utf8(bytes.toString("base64"))],
  ["in base64", utf8(Buffer.concat([utf8("1"), bytes, utf8("after")]).toString("base64"))],
  ["in base64", utf8(Buffer.concat([utf8("12"), bytes, utf8("after")]).toString("base64"))],
  ["in base64url", utf8(bytes.toString("base64url"))],
] as const)("a canary is found %s", ([spelling, haystack]) => {
  expect(leaksIn(haystack, [secret])).toContain(`it (${spelling})`);
});

test("the canaries of a vault are its real secrets", async () => {
  await using made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  const canaries = await canariesOf(made);
  const leaks = leaksInFiles(made.place.path, canaries, /\.share$/);
  expect(leaks).toEqual(
    made.custodians.map((name) => `${made.place.file(`${name}.passphrase`)}: ${name}'s passphrase (as it is)`),
  );

  using text = await openWithPassphrase(readSmallFile(made.share("alice"), 65536), made.passphrase("alice"));
  expect(leaksIn(text.reveal(), canaries)).toEqual([
    "alice's record (as it is)",
    "alice's custodian key (in hexadecimal digits)",
  ]);

  const material = canaries.find(({ what }) => what === "material of payments")?.bytes ?? new Uint8Array();
  await using vault = await made.open();
  const version = await vault.reader.find("keyVersions", {});
  expect(version?.checkValue).toBe(Buffer.from(aesCmac(material, new Uint8Array(16)).subarray(0, 5)).toString("hex"));
});
