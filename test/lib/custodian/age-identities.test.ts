import { expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { generateIdentity } from "../../../src/lib/crypto/age-recipient.ts";
import { readAgeIdentities } from "../../../src/lib/custodian/age-identities.ts";
import { refusalOf } from "../../support/refusal.ts";

const first = (await generateIdentity("x25519")).identity;
const second = (await generateIdentity("hybrid")).identity;

test.for([
  { what: "as age-keygen writes it", text: `# created: 2026-11-24\n# public key: age1…\n${first}\n`, wanted: [first] },
  { what: "of two, with CR LF and empty lines", text: `${first}\r\n\r\n  \r\n${second}\r\n`, wanted: [first, second] },
  { what: "without an end of line", text: first, wanted: [first] },
  { what: "with a plugin's key beside it", text: `AGE-PLUGIN-YUBIKEY-1QQQQ\n${first}\n`, wanted: [first] },
])("a file $what", ({ text, wanted }) => {
  expect(readAgeIdentities(utf8(text))).toEqual(wanted);
});

const malformed = (line: number) => ({
  code: "IDENTITY_MALFORMED",
  message: `line ${line}: wanted AGE-SECRET-KEY-…, or a comment with #`,
});
const neither = { code: "IDENTITY_MALFORMED", message: "neither an identity file of Conclave nor of age" };

test.for([
  { what: "nothing", text: "", refusal: neither },
  { what: "comments alone", text: "# a key was here\n", refusal: neither },
  { what: "a letter", text: "Dear Bob,\n", refusal: malformed(1) },
  { what: "a typo", text: `#\n${first.slice(0, -1)}1\n`, refusal: malformed(2) },
  { what: "lower case", text: first.toLowerCase(), refusal: malformed(1) },
  { what: "a space before it", text: ` ${first}\n`, refusal: malformed(1) },
  { what: "bytes that aren't text", text: `${first}\n\u0000\u0001x`, refusal: malformed(2) },
  {
    what: "a recipient",
    text: "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
    refusal: malformed(1),
  },
  {
    what: "a plugin's key alone",
    text: "# serial 123\nAGE-PLUGIN-YUBIKEY-1QQQQ\n",
    refusal: { code: "SHARE_IDENTITY", message: "holds keys of plugins only, which only the age program opens" },
  },
])("$what is refused", async ({ text, refusal }) => {
  expect(await refusalOf(() => readAgeIdentities(utf8(text)))).toEqual(refusal);
});
