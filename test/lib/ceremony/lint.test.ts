import { expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { parseScript, ScriptError } from "../../../src/lib/ceremony/script-file.ts";

interface Parts {
  roles?: string;
  inputs?: string;
  before?: string;
  steps: string;
  after?: string;
}

/** What lint says of a script of these parts. */
function linted({
  roles = "{ custodians: quorum root }",
  inputs = "{}",
  before = "[]",
  steps,
  after = "[]",
}: Parts): string[] {
  const text = `ceremony: x\ntitle: X\nroles: ${roles}\ninputs: ${inputs}\nbefore: ${before}\nsteps:\n${steps}\nafter: ${after}\n`;
  try {
    parseScript("x.yaml", utf8(text));
    return [];
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return error.problems.map(({ message }) => message);
  }
}

const CREATE = "  - action: key.create\n    with: { name: a, algorithm: aes-256 }";
const BACKUP = "  - do: backup.create\n    with: { to: /media/b }";
const PROVE = "  - prove: restore";
const GENESIS = "  - genesis: { custodians: [a, b], threshold: 2, shares-dir: /media/s }";
const NEW = "{ newcomers: a b }";

test.for<[what: string, parts: Parts, ...wanted: string[]]>([
  ["nothing wrong", { steps: `${CREATE}\n${BACKUP}\n${PROVE}` }],
  ["nothing wrong with a genesis", { roles: NEW, steps: `  - read: x\n${GENESIS}\n${BACKUP}\n${PROVE}` }],
  // inputs
  [
    "an input used, not declared",
    { steps: "  - read: say ${inputs.who}" },
    "steps[0].read: input who is used, but not declared; none is declared",
  ],
  [
    "an input declared, not used",
    { inputs: "{ who: { type: text, prompt: Who } }", steps: "  - read: x" },
    "inputs.who: is declared, but no step uses it",
  ],
  [
    "an input of another name in prose",
    { steps: "  - read: say ${env.HOME}" },
    "steps[0].read: wanted ${inputs.NAME}, and no other use of ${",
  ],
  [
    "a default that is wrong",
    { inputs: "{ n: { type: integer, prompt: N, default: two } }", steps: "  - read: ${inputs.n}" },
    'inputs.n.default: "two" must be a whole number',
  ],
  [
    "an input that its parameter doesn't take",
    {
      inputs: "{ n: { type: integer, prompt: N } }",
      steps: '  - action: key.create\n    with: { name: "${inputs.n}", algorithm: aes-256 }',
    },
    "steps[0].with.name: 2, wanted a text",
  ],
  [
    "a role of another input",
    { roles: '{ custodians: "quorum ${inputs.n}" }', inputs: "{ n: { type: text, prompt: N } }", steps: CREATE },
    "roles.custodians: input n is of type text, wanted existing-quorum or quorum-name",
  ],
  // actions and parameters
  [
    "an unknown action",
    { steps: "  - action: key.crate" },
    'steps[0].action: unknown action "key.crate"; did you mean key.create?',
  ],
  [
    "an action that is a step of its own",
    { steps: "  - action: quorum.rekey" },
    "steps[0].action: quorum.rekey is no action of a script: it makes shares: the step rekey does it",
  ],
  [
    "a missing parameter",
    { steps: "  - action: key.create\n    with: { name: a }" },
    "steps[0].with.algorithm: is missing",
  ],
  [
    "an unknown parameter",
    { steps: "  - action: key.create\n    with: { name: a, algorithm: aes-256, exportible: true }" },
    "steps[0].with.exportible: unknown member; did you mean exportable?",
  ],
  [
    "an unknown algorithm",
    { steps: "  - action: key.create\n    with: { name: a, algorithm: des }" },
    /steps\[0\]\.with\.algorithm: "des", wanted aes-128, /.source,
  ],
  [
    "a key that isn't named",
    { steps: "  - action: key.activate" },
    "steps[0]: found none in with, wanted one of key, keys",
  ],
  [
    "keys that are named twice",
    { steps: "  - action: key.rotate\n    with: { key: a, due: true }" },
    "steps[0]: found key and due in with, wanted one of key, keys, due",
  ],
  ["no reason", { steps: "  - action: key.destroy\n    with: { key: a }" }, "steps[0].with.reason: is missing"],
  ["no destination", { steps: "  - do: backup.create" }, "steps[0].with.to: is missing"],
  [
    "one custodian",
    { roles: NEW, steps: "  - genesis: { custodians: [a], threshold: 2, shares-dir: s }" },
    "steps[0].genesis.custodians: a list of 1, wanted at least 2",
  ],
  // order
  [
    "actions apart",
    { steps: `${CREATE}\n  - read: x\n${CREATE}` },
    "steps[2]: an action apart from that of steps[0]; wanted all actions together: they are one plan",
  ],
  [
    "clock.accept with others",
    { steps: `${CREATE}\n  - action: clock.accept` },
    "steps[1].action: clock.accept cancels other plans; wanted it alone",
  ],
  [
    "a proof without a backup",
    { steps: `${CREATE}\n${PROVE}` },
    "steps[1]: needs a backup; wanted do: backup.create before it",
  ],
  [
    "a backup before the change",
    { steps: `${BACKUP}\n${CREATE}\n${PROVE}` },
    "steps[2]: the backup of steps[0] lacks what steps[1] does; wanted a later one",
  ],
  [
    "a digest without a backup",
    { steps: "  - show: backup-digest" },
    "steps[0]: needs a backup; wanted do: backup.create before it",
  ],
  [
    "a check value of nothing",
    { steps: "  - show: key-check-value" },
    "steps[0]: no step before it makes a key or a version whose check value could be shown",
  ],
  [
    "a vault used before it is made",
    { roles: NEW, steps: `  - show: status\n${GENESIS}` },
    "steps[0]: show needs a vault, which steps[1] makes only later",
  ],
  [
    "two geneses",
    { roles: NEW, steps: `${GENESIS}\n${GENESIS}` },
    "steps[1]: a second genesis or restore, wanted one in a ceremony",
  ],
  [
    "a genesis where a vault is",
    { roles: NEW, before: "[{ vault: { state: present } }]", steps: GENESIS },
    "before[0].vault.state: present, but its steps want the vault absent",
  ],
  [
    "a chain where no vault is",
    { roles: NEW, before: "[{ vault: { chain: verified } }]", steps: GENESIS },
    "before[0].vault.chain: there is no vault yet whose chain could be verified",
  ],
  // roles
  [
    "an act that nobody approves",
    { roles: "{}", steps: CREATE },
    "steps[0]: needs roles.custodians, which the script doesn't have",
  ],
  [
    "a genesis without custodians",
    { roles: "{ custodians: quorum root }", steps: GENESIS },
    "steps[0]: needs roles.newcomers, which the script doesn't have",
  ],
  [
    "witnesses who aren't there",
    { steps: "  - check: x\n    who: witnesses" },
    "steps[0].who: needs roles.witnesses, which the script doesn't have",
  ],
  [
    "signers who aren't there",
    { roles: "{}", steps: "  - read: x", after: "[{ sign: [custodians, witnesses] }]" },
    "after[0].sign[0]: there are no custodians in its roles",
    "after[0].sign[1]: there are no witnesses in its roles",
  ],
  // prose
  ["an escape sequence", { steps: '  - read: "a\\e[2Jb"' }, "an escape (\\…) in quotes, which no script needs"],
  [
    "text from right to left",
    { steps: '  - read: "pay \\u202E lor"' },
    "an escape (\\…) in quotes, which no script needs",
  ],
  [
    "two paragraphs",
    { steps: "  - read: |-\n      a\n      b" },
    "steps[0].read: has a line feed, wanted one paragraph: begin it with >-",
  ],
  ["spaces only", { steps: '  - read: "  "' }, "steps[0].read: is empty, wanted a text"],
])("%s", ([, parts, ...wanted]) => {
  const found = linted(parts);
  expect(found).toHaveLength(wanted.length);
  for (const [i, message] of wanted.entries()) {
    if (message.includes("\\[")) expect(found[i]).toMatch(new RegExp(message));
    else expect(found[i]).toBe(message);
  }
});
