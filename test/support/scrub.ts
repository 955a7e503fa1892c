import { hostname, userInfo } from "node:os";
import { fileURLToPath } from "node:url";

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** What differs from run to run, and the name that stands for it. */
const CHANGING: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["BACKUP", /\b[A-Za-z0-9][\w.-]*-[0-9a-f]{8}-\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}\.backup\b/g],
  ["SIZE", /(?<=\.backup \()\d+(?= bytes\))|(?<="size": )\d{6}\b/g],
  ["TIME", /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g],
  ["UUID", /\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/g],
  ["SIGNATURE", /\b[0-9a-f]{128}\b/g],
  ["DIGEST", /\b[0-9a-f]{64}\b/g],
  ["PLAN-ID", /\b[0-9a-f]{32}\b/g],
  ["PREFIX", /(?<=own key |share before, |sha-256 )[0-9a-f]{16}(?=…)/g],
  ["RECORD", /\bcv[sr]1[02-9ac-hj-np-z]{20,}/gi],
  ["RECIPIENT", /\bage1[a-z0-9]{20,}/g],
  ["AGE-FILE", /-----BEGIN AGE ENCRYPTED FILE-----[\s\S]*?-----END AGE ENCRYPTED FILE-----/g],
  ["RUNTIME", /\b(?:linux|darwin)-(?:x64|arm64) node-v[\d.]+/g],
  ["PUBLIC-KEY", /-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g],
  [
    "WORDS",
    /(?<=(?:In words|Its words|Words) {2,}|(?:know this host yet|of the other vault|of that vault): |"words": "|words of the enrolment: |^ {0,2}Words: |--fingerprint (?:'[\w.-]+=)?)(?:[a-z]{3,8}\s+){11}[a-z]{3,8}/gm,
  ],
  ["CHECK-VALUE", /\b[0-9a-f]{10}\b/g],
  ["ROOT", /(?<=^|\\n)[A-Za-z0-9+/]{43}=(?=\\n|$)/gm],
  ["ROOT", /(?<=^ {2}Line: )(?:\\u\{2b\})?[A-Za-z0-9+/]{42,43}=$/gm], // in a transcript
  ["NOTE-SIGNATURE", /(?<=— conclave\/.{1,90}\n {6})(?:\\u\{2b\})?[A-Za-z0-9+/]{60,}={0,2}$/gm],
  ["NOTE-SIGNATURE", /(?<=— conclave\/.{1,90} )[A-Za-z0-9+/]{60,}={0,2}/g],
  ["X", /(?<="x": )\d+/g],
  ["REHEARSAL-FOLDER", /\bconclave-rehearsal-\w+/g],
];

/** Who runs the tests and where, in the places where it is shown. */
const ME: readonly (readonly [name: string, text: string | RegExp])[] = [
  ["USER@HOST", `${userInfo().username}@${hostname()}`],
  ["USER on HOST", `${userInfo().username} on ${hostname()}`],
  ['"requester": "USER"', `"requester": "${userInfo().username}"`],
  ['"host": "HOST"', `"host": "${hostname()}"`],
  ["USER  ", new RegExp(`(?<=(?:alice, bob|key\\.create) {2,})${userInfo().username} +`, "g")], // a cell, padded by its length
];

/**
 * `text` as every run shows it: what changes is named and numbered in order of appearance, the same thing by the same
 * name. Times and sizes are not numbered: which of them are equal depends on the run.
 *
 * @param folder the temporary folder of the test
 */
export function scrub(text: string, folder: string): string {
  let scrubbed = text.replaceAll(folder, "PLACE").replaceAll(CHECKOUT, "CHECKOUT");
  for (const [name, own] of ME) scrubbed = scrubbed.replaceAll(own, name);
  for (const [name, pattern] of CHANGING) {
    const known = new Map<string, string>();
    scrubbed = scrubbed.replace(pattern, (found) => {
      if (name === "TIME" || name === "SIZE" || name === "RUNTIME") return name;
      if (!known.has(found)) known.set(found, `${name} ${known.size + 1}`);
      return known.get(found) ?? name;
    });
  }
  return scrubbed;
}
