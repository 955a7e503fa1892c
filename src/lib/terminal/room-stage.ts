import { questionOf } from "../ceremony/input.ts";
import { inputProblem } from "../ceremony/input-type.ts";
import type { Answer, Person, Place, Stage } from "../ceremony/stage.ts";
import { signingKey } from "../crypto/signature.ts";
import { AbortedError } from "./aborted-error.ts";
import { CLEAR_SCREEN } from "./clear-screen.ts";
import { type CustodianOptions, custodianStage } from "./custodian-stage.ts";
import { reportError } from "./error-report.ts";
import { show } from "./escape.ts";
import {
  actorOf,
  awaitedText,
  checksText,
  linesText,
  namedText,
  openingText,
  placeText,
  stopText,
  tickersOf,
} from "./guide-text.ts";
import { openIdentity } from "./identity-file.ts";
import { writeMessage } from "./output.ts";
import { planText } from "./plan-text.ts";
import { askChoice, askLine } from "./prompt.ts";
import { askPassphrase } from "./secret-prompt.ts";
import { openShare } from "./share-file.ts";
import { askComponents } from "./typed-components.ts";
import { askForShare, typedPath, whyUnreadable } from "./typed-path.ts";
import { askWitness } from "./witness-prompt.ts";

const TERMINAL = "a terminal";
/** What a person types who wants something else than to tick. */
const ELSE = "?";
const INITIALS = /^\p{L}{1,4}$/u;

export interface RoomOptions extends CustodianOptions {
  /** Where the transcript goes; asked for, if not given. */
  transcriptDir: string | undefined;
}

/** A ceremony on a terminal, with the people in front of it. */
export function roomStage(options: RoomOptions): Stage {
  return {
    ...custodianStage(options),
    ...opening(),
    ...stepping,
    ...asides,
    ...sharing(options),
    ...closing(options),
    typeComponents: askComponents,
  };
}

function opening(): Pick<
  Stage,
  "open" | "introduce" | "mayAskAgain" | "askInput" | "readClock" | "showChecks" | "notReady"
> {
  let rehearsal = false;
  return {
    mayAskAgain: true,
    async open(script, run) {
      rehearsal = run.rehearsal;
      writeMessage(`${openingText(script, run)}\n`);
    },
    async introduce(role, number, of, others) {
      const which = of === 1 ? `the ${role}` : `${role} ${number} of ${of}`;
      const named = (await askLine(`Name of ${which}:`, TERMINAL, filled)).trim();
      const taken = others.map(({ initials }) => initials);
      const initials = await askInitials(`Initials of ${show(named)}, for the ticks:`, taken);
      const own = role === "witness" ? await askWitness(named, rehearsal) : undefined;
      return { name: own?.name ?? named, initials, key: own?.witnessKey ?? null };
    },
    async askInput(name, input, problem) {
      if (problem !== undefined) writeMessage(`${show(problem, 400)}\n`);
      const usual = input.default === undefined ? undefined : String(input.default);
      writeMessage(`\n${show(questionOf(input), 600)}\n`);
      const answer = await askLine(`${name}:`, "--input NAME=VALUE", (typed) =>
        typed.trim() === "" && usual !== undefined ? undefined : inputProblem(input.type, typed.trim()),
      );
      if (answer.trim() !== "" || usual === undefined) return answer.trim();
      writeMessage(`  ${show(usual, 400)}\n`);
      return usual;
    },
    readClock: () =>
      askLine("What time is it on another clock, in UTC? (HH:MM)", TERMINAL, (typed) =>
        /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/.test(typed.trim()) ? undefined : "two digits, a colon, two digits: 09:41",
      ),
    async showChecks(checks, rehearsing) {
      writeMessage(`\n${checksText(checks, rehearsing)}`);
    },
    notReady: (_refusal, mayChange) =>
      askChoice(
        "Not ready for step 1; nothing has been done yet. What now?",
        [
          ["look again, when it is mended", "again"],
          ...(mayChange ? [["give the inputs again", "inputs"] as const] : []),
          ["stop", "stop"],
        ] as const,
        TERMINAL,
      ),
  };
}

const stepping: Pick<Stage, "showStep" | "ready" | "tick" | "showResult" | "proofsAwaited" | "planSent"> = {
  async showStep(place) {
    writeMessage(placeText(place));
  },
  async ready(place) {
    for (;;) {
      const typed = await askLine(`Enter to begin, ${ELSE} for anything else:`, TERMINAL, (answer) =>
        ["", ELSE].includes(answer.trim()) ? undefined : `Enter, or ${ELSE}`,
      );
      if (typed.trim() === "") return { kind: "begin" };
      const other = await askElse(place);
      if (other !== undefined) return other;
    }
  },
  async tick(place) {
    const tickers = tickersOf(actorOf(place), place.people);
    for (;;) {
      const typed = await askLine(
        `Done? Initials of ${namedText(tickers)}; ${ELSE} for anything else:`,
        TERMINAL,
        (answer) => {
          if (answer.trim() === ELSE || owner(tickers, answer) !== undefined) return undefined;
          const given = answer.trim() === "" ? "initials say that it is done" : "nobody of these has such initials";
          return `${given}: ${namedText(tickers)}; or ${ELSE}`;
        },
      );
      const by = owner(tickers, typed);
      if (by !== undefined) return { kind: "done", initials: by.initials };
      const other = await askElse(place);
      if (other !== undefined) return other;
    }
  },
  async showResult(_place, lines) {
    writeMessage(`\n${linesText(lines)}\n\n`);
  },
  proofsAwaited: async (custodians) => writeMessage(`${awaitedText(custodians)}\n\n`),
  async planSent(view, file) {
    writeMessage(
      `${planText(view)}\n\nPlan written to ${show(file, 300)}: send it to the custodians, and read them the words by telephone.\n` +
        "They run conclave plan approve, with --words where their machine doesn't know this host; then, here:\n" +
        "    conclave ceremony run --resume --approval FILE …\n",
    );
  },
};

/** Whose initials they are; capitals or not. */
function owner(people: readonly Person[], initials: string): Person | undefined {
  return people.find((person) => person.initials.toLowerCase() === initials.trim().toLowerCase());
}

const asides: Pick<Stage, "describeException" | "handOver" | "reasonToAbort" | "interrupted" | "failed"> = {
  async describeException() {
    writeMessage("An exception is recorded as it is told, with time and initials. It is nothing to be ashamed of.\n");
    const expected = await askLine("What was expected?", TERMINAL, said);
    const happened = await askLine("What happened?", TERMINAL, said);
    const decided = await askLine("What was decided?", TERMINAL, said);
    const initials = await askInitials("Initials:", []);
    writeMessage("Noted.\n");
    return { expected, happened, decided, initials };
  },
  async handOver({ people }) {
    const person = await askChoice(
      "Whose role is taken over?",
      [...people.map((one) => [`${one.role}: ${one.name}`, one] as const), ["nobody's: go on", undefined] as const],
      TERMINAL,
    );
    if (person === undefined) throw new AbortedError();
    const name = (await askLine(`Who takes it over from ${show(person.name)}?`, TERMINAL, filled)).trim();
    const taken = people.filter((one) => one !== person).map((one) => one.initials);
    const initials = await askInitials(`Initials of ${show(name)}:`, taken);
    writeMessage(CLEAR_SCREEN);
    return { role: person.role, from: person.name, name, initials, key: null };
  },
  async reasonToAbort({ step }) {
    writeMessage(stopText(step));
    const reason = await askLine("Why is the ceremony stopped?", TERMINAL, said);
    const typed = await askLine("Type abort to stop it for good, anything else to go on:", TERMINAL);
    if (typed !== "abort") throw new AbortedError();
    return reason;
  },
  interrupted: () =>
    askChoice(
      "Stop here?",
      [
        ["go on with this step", "on"],
        ["pause: go on later, with conclave ceremony run --resume", "pause"],
        ["stop for good", "abort"],
      ] as const,
      TERMINAL,
    ),
  async failed(_place, error, dispensable) {
    reportError(error);
    return askChoice(
      "It was refused, and changed nothing. What now?",
      [
        ["try the step again", "again"],
        ["record an exception, then try again", "exception"],
        ...(dispensable ? [["record an exception, and go on without this step", "without"] as const] : []),
        ["pause", "pause"],
        ["stop for good", "abort"],
      ] as const,
      TERMINAL,
    );
  },
};

function sharing({ keys }: RoomOptions): Pick<Stage, "presentShare" | "shareRefused" | "witnessKey"> {
  return {
    async presentShare(custodian, what) {
      const here = await askChoice(
        `${custodian}, ${what}:`,
        [
          ["I am here, with my share", true],
          ["not here, or later", false],
        ] as const,
        TERMINAL,
      );
      if (!here) return undefined;
      const file = await askForShare(custodian, TERMINAL);
      const document = await openShare(file, keys, `${custodian}: your passphrase`);
      writeMessage(CLEAR_SCREEN);
      return { document, origin: file.path, claimed: custodian };
    },
    async shareRefused(error) {
      reportError(error);
      return true;
    },
    async witnessKey({ name }) {
      const path = typedPath(
        await askLine(
          `${show(name)}: your identity file, to sign the transcript (Enter: sign later)`,
          TERMINAL,
          (typed) => (typed.trim() === "" ? undefined : whyUnreadable(typedPath(typed))),
        ),
      );
      if (path === "") return undefined;
      using identity = await openIdentity(name, path, () => askPassphrase(`${name}'s identity passphrase`), "witness");
      const key = identity.signingSeed && signingKey(identity.signingSeed);
      writeMessage(CLEAR_SCREEN);
      return key;
    },
  };
}

function closing({ transcriptDir }: RoomOptions): Pick<Stage, "transcriptDirectory" | "close"> {
  return {
    transcriptDirectory: async () => {
      if (transcriptDir !== undefined) return transcriptDir;
      const answer = await askLine(
        "In which directory does the transcript go? (Enter: the current one)",
        "--transcript-dir DIR",
      );
      return typedPath(answer) || ".";
    },
    async close(outcome) {
      if (outcome === "unproven")
        writeMessage(
          "\nUNPROVEN: no restore was proved of what this ceremony made. Prove one soon: conclave backup verify --deep\n",
        );
    },
  };
}

/** What a person wants who answers with a question mark. @returns undefined: to go on */
function askElse({ people }: Place): Promise<Exclude<Answer, { kind: "done" }> | undefined> {
  return askChoice(
    "What is it?",
    [
      ["nothing: go on with this step", undefined],
      ["an exception: something is not as it should be", { kind: "exception" }],
      ...(people.length === 0 ? [] : [["somebody takes over a role", { kind: "handover" }] as const]),
      ["a pause: go on later", { kind: "pause" }],
      ["stop for good", { kind: "abort" }],
    ] as const,
    TERMINAL,
  );
}

async function askInitials(question: string, taken: readonly string[]): Promise<string> {
  const answer = await askLine(question, TERMINAL, (typed) => {
    if (!INITIALS.test(typed.trim())) return "initials are one to four letters, such as AB";
    const others = taken.map((initials) => initials.toLowerCase());
    return others.includes(typed.trim().toLowerCase())
      ? `${typed.trim()} are somebody else's: choose others`
      : undefined;
  });
  return answer.trim();
}

/** @param most characters */
const answerOf = (most: number) => (answer: string) => {
  if (answer.trim() === "") return "an answer is needed";
  return answer.length > most ? `${most} characters at most` : undefined;
};
const filled = answerOf(200);
const said = answerOf(2000);
