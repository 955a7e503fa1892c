import { join } from "node:path";
import * as Flags from "@oclif/core/flags";
import { areWordsOf } from "../crypto/words.ts";
import { ConclaveError } from "../errors.ts";
import { isName, NAME_RULE } from "../names.ts";
import type { SeatRequest } from "../quorum/seat-request.ts";
import { readEnrolment } from "./enrolment-file.ts";
import { noneByDefault } from "./flags.ts";
import { parseNamed } from "./named-files.ts";
import { askLine } from "./prompt.ts";

/** Who the custodians of a new share set are, and where their shares go. */
export const seatFlags = {
  threshold: Flags.integer({ summary: "how many custodians must act together", helpValue: "M", min: 0 }),
  custodian: Flags.string({
    summary: "who gets a share; once for each, with the enrolment of one who has an own desk",
    helpValue: "NAME[=ENROLMENT]",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
  fingerprint: Flags.string({
    summary: "the twelve words of NAME's enrolment, as NAME read them aloud",
    helpValue: "NAME=WORDS",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
  "shares-dir": Flags.string({ summary: "folder for the share files, NAME.share each", helpValue: "DIR" }),
  "share-out": Flags.string({
    summary: "file for one custodian's share, on an own medium",
    helpValue: "NAME=PATH",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
};

export interface SeatFlags {
  threshold: number | undefined;
  custodian: string[];
  fingerprint: string[];
  "shares-dir": string | undefined;
  "share-out": string[];
}

/**
 * The share set that the flags ask for; on a terminal, what is missing is asked for.
 * @throws ConclaveError USAGE, INPUT_MALFORMED (an enrolment), NOT_FOUND
 */
export async function seatRequests(
  flags: SeatFlags,
  rehearsal: boolean,
): Promise<{ threshold: number; custodians: SeatRequest[] }> {
  const given = flags.custodian.length > 0 ? flags.custodian : await askCustodians();
  const seats = given.map(parseCustodian);
  const names = seats.map(({ name }) => name);
  const threshold = flags.threshold ?? (await askThreshold(names.length));
  const outs = parseNamed(flags["share-out"], "--share-out");
  const words = parseNamed(flags.fingerprint, "--fingerprint");
  assertKnown(outs.keys(), names, "--share-out");
  assertKnown(
    words.keys(),
    seats.filter(({ path }) => path !== undefined).map(({ name }) => name),
    "--fingerprint",
  );
  const needsFolder = names.some((name) => !outs.has(name));
  const folder =
    flags["shares-dir"] ??
    (needsFolder ? await askLine("In which folder do the share files go?", "--shares-dir DIR", filled) : "");

  const custodians = seats.map(({ name, path }): SeatRequest => {
    const shareFile = outs.get(name) ?? join(folder, `${name}.share`);
    return path === undefined
      ? { name, shareFile }
      : { name, shareFile, enrolment: enrolledAs(name, path, words.get(name), rehearsal) };
  });
  return { threshold, custodians };
}

/**
 * What is no reason to refuse a share set, but to think twice.
 * @param guarded what is lost with it
 * @param known custodian keys of the generation before, whose enrolments were compared then, or not
 */
export function seatWarnings(
  { threshold, custodians }: { threshold: number; custodians: readonly SeatRequest[] },
  guarded: "vault" | "quorum",
  known: readonly string[] = [],
): string[] {
  const unchecked = custodians.filter(
    ({ enrolment }) => enrolment?.checked === false && !known.includes(enrolment.custodianKey),
  );
  return [
    ...unchecked.map(
      ({ name }) =>
        `${name}'s enrolment is not checked: --fingerprint '${name}=WORDS' compares what ${name} reads aloud`,
    ),
    ...(threshold === custodians.length
      ? [`${threshold} of ${custodians.length}: whoever loses the own share loses the ${guarded} for all`]
      : []),
  ];
}

function parseCustodian(value: string): { name: string; path: string | undefined } {
  const equals = value.indexOf("=");
  const name = equals === -1 ? value : value.slice(0, equals);
  const path = equals === -1 ? undefined : value.slice(equals + 1);
  if (!isName(name) || path === "")
    throw new ConclaveError("USAGE", `--custodian must be NAME or NAME=ENROLMENT, NAME being ${NAME_RULE}`);
  return { name, path };
}

function enrolledAs(
  name: string,
  path: string,
  words: string | undefined,
  rehearsal: boolean,
): NonNullable<SeatRequest["enrolment"]> {
  const { enrolment, digest } = readEnrolment(path);
  if (enrolment.name !== name)
    throw new ConclaveError("INPUT_MALFORMED", `${path}: is ${enrolment.name}'s enrolment, not ${name}'s`);
  if (enrolment.rehearsal !== rehearsal) {
    throw new ConclaveError(
      "INPUT_MALFORMED",
      `${path}: ${rehearsal ? "is no rehearsal enrolment; this vault is for rehearsal" : "is a rehearsal enrolment"}`,
    );
  }
  if (words !== undefined && !areWordsOf(words, digest)) {
    throw new ConclaveError(
      "INPUT_MALFORMED",
      `${path}: its words are not those that ${name} read aloud: another enrolment, or swapped on the way`,
      {
        suggestions: [`Ask ${name} for the words again, and for the file by another way`],
      },
    );
  }
  return { custodianKey: enrolment.custodianKey, recipients: enrolment.recipients, checked: words !== undefined };
}

function assertKnown(given: Iterable<string>, names: readonly string[], flag: string): void {
  for (const name of given) {
    if (!names.includes(name))
      throw new ConclaveError(
        "USAGE",
        `${flag} ${name}: not one of the custodians${flag === "--fingerprint" ? " with an enrolment" : ""}`,
      );
  }
}

async function askCustodians(): Promise<string[]> {
  const split = (answer: string) => answer.split(/[\s,]+/).filter((name) => name !== "");
  const check = (answer: string) => {
    const wrong = split(answer).find((name) => !isName(name));
    if (wrong !== undefined) return `${wrong}: a name is ${NAME_RULE}`;
    return split(answer).length < 2 ? "two are needed at least" : undefined;
  };
  return split(await askLine("Names of the custodians, with spaces between:", "--custodian NAME", check));
}

async function askThreshold(custodians: number): Promise<number> {
  const check = (answer: string) => {
    const fits = /^[0-9]{1,3}$/.test(answer) && Number(answer) >= 2 && Number(answer) <= custodians;
    return fits ? undefined : `a number is needed, from 2 to ${custodians}`;
  };
  return Number(await askLine(`How many of the ${custodians} must act together?`, "--threshold M", check));
}

function filled(answer: string): string | undefined {
  return answer.trim() === "" ? "an answer is needed" : undefined;
}
