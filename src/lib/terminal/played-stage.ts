import type { Person, Stage } from "../ceremony/stage.ts";
import { randomSecret } from "../crypto/random.ts";
import { ConclaveError } from "../errors.ts";
import { ALGORITHMS } from "../key/algorithm.ts";
import { readSymmetricKey } from "../key/brought-key.ts";
import { combineComponents } from "../key/components.ts";
import { type CustodianOptions, custodianStage } from "./custodian-stage.ts";
import { awaitedText, checksText, linesText, openingText, placeText } from "./guide-text.ts";
import { writeMessage } from "./output.ts";
import { planText } from "./plan-text.ts";
import { openShare } from "./share-file.ts";

export interface PlayedOptions extends CustodianOptions {
  transcriptDir: string;
  /** HH:MM in UTC. */
  clock: () => string;
}

/** Who plays the roles. */
const CAST = {
  administrator: [
    ["Ada Quill", "AQ"],
    ["Ben Rook", "BR"],
  ],
  witness: [
    ["Wilma Stone", "WS"],
    ["Xaver Thorn", "XT"],
    ["Yara Vale", "YV"],
  ],
} as const;

/** A ceremony of a rehearsal vault in which nobody is asked: the machine plays every role, and says what it does. */
export function playedStage(options: PlayedOptions): Stage {
  const { shares, keys, transcriptDir } = options;
  const say = (text: string) => {
    if (!options.quiet) writeMessage(`${text}\n`);
  };
  const refuse = async (): Promise<never> => {
    throw new ConclaveError("USAGE", "nobody is there to be asked");
  };
  return {
    ...custodianStage(options),
    mayAskAgain: false,
    open: async (script, run) => say(openingText(script, run)),
    introduce: async (role, number) => introduce(role, number),
    async askInput(name, input) {
      const value = input.default === undefined ? undefined : String(input.default);
      if (value === undefined)
        throw new ConclaveError("USAGE", `no value for the input ${name}`, {
          suggestions: [`Give --input ${name}=VALUE`],
        });
      say(`  input ${name}: ${value}`);
      return value;
    },
    readClock: async () => options.clock(),
    showChecks: async (checks, rehearsal) => say(`\n${checksText(checks, rehearsal)}`),
    notReady: async () => "stop",
    showStep: async (place) => say(placeText(place)),
    ready: async () => ({ kind: "begin" }),
    async tick({ people, step }) {
      const role = step.who === "witnesses" ? "witness" : "administrator";
      const initials = (people.find((person) => person.role === role) ?? people[0])?.initials ?? "AQ";
      say(`  done: ${initials}`);
      return { kind: "done", initials };
    },
    describeException: refuse,
    handOver: refuse,
    reasonToAbort: refuse,
    interrupted: async () => "pause",
    failed: async (_place, error) => {
      throw error;
    },
    showResult: async (_place, lines) => say(`\n${linesText(lines)}\n`),
    proofsAwaited: async (custodians) => say(awaitedText(custodians)),
    planSent: async (view, file) => say(`${planText(view)}\n\nPlan written to ${file}`),
    async presentShare(custodian) {
      const file = shares.get(custodian);
      if (file === undefined) return undefined;
      const document = await openShare(file, keys);
      return { document, origin: file.path, claimed: custodian };
    },
    witnessKey: async () => undefined,
    async typeComponents(algorithm, count, custodians) {
      const { symmetric } = ALGORITHMS[algorithm];
      if (symmetric === null)
        throw new ConclaveError("USAGE", `a key of ${algorithm} has no components that are typed`);
      using owned = new DisposableStack();
      const components = Array.from({ length: count }, () => owned.use(randomSecret(symmetric.length)));
      const key = readSymmetricKey(algorithm, combineComponents(components));
      say(`  ${count} components were typed. Check value of the key: ${key.checkValue}`);
      return { key, custodians: custodians.slice(0, count) };
    },
    shareRefused: async () => false,
    transcriptDirectory: async () => transcriptDir,
    close: async () => undefined,
  };
}

function introduce(role: Person["role"], number: number): Omit<Person, "role"> {
  const [name, initials] = CAST[role][number - 1] ?? [
    `${role} ${number}`,
    `${role === "witness" ? "W" : "A"}${"ABCDEFGHI"[number]}`,
  ];
  return { name, initials, key: null };
}
