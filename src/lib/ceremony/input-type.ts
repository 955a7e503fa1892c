import { isAbsolute, normalize } from "node:path";
import { parseDuration } from "../duration.ts";
import { ConclaveError } from "../errors.ts";
import { ALGORITHM_NAMES, USAGES } from "../key/algorithm.ts";
import { parseKeyName } from "../key/find.ts";
import { LIMITS } from "../limits.ts";
import { isName, NAME_RULE } from "../names.ts";
import { firstUnsafe } from "../unsafe-text.ts";

/** What kinds of inputs there are. */
export const INPUT_TYPES = [
  "text",
  "integer",
  "yes-no",
  "name",
  "duration",
  "algorithm",
  "usages",
  "key-name",
  "existing-key",
  "existing-keys",
  "keyring-name",
  "existing-keyring",
  "quorum-name",
  "existing-quorum",
  "custodians",
  "directory",
  "existing-file",
  "new-file",
] as const;

export type InputType = (typeof INPUT_TYPES)[number];

/** What an input is where it stands as the whole of a value. */
export type Bound = string | number | boolean | string[];

/** All that there is to know of a kind of input. */
interface InputTypeRow {
  /** What is wanted, for questions and messages. */
  wanted: string;
  /** Whose text is right, for a sheet, and for checking a script before anybody gave an input. */
  sample: string;
  /** What is wrong with a text, as "must be …"; undefined if it is right. */
  problem(text: string): string | undefined;
  /** Of a right text. */
  value(text: string): Bound;
}

const text = (given: string): Bound => given;

/** How each is checked, asked for, and what it is in a value. */
export const INPUT_ROWS = {
  text: {
    wanted: `text of at most ${LIMITS.textLength} characters`,
    sample: "text",
    problem: (given) =>
      given.trim() === "" || given.length > LIMITS.textLength
        ? `must be of 1 to ${LIMITS.textLength} characters`
        : undefined,
    value: text,
  },
  integer: {
    wanted: "a whole number",
    sample: "2",
    problem: (given) => (/^(?:0|[1-9][0-9]{0,8})$/.test(given) ? undefined : "must be a whole number"),
    value: Number,
  },
  "yes-no": {
    wanted: "yes or no",
    sample: "no",
    problem: (given) => (given === "yes" || given === "no" ? undefined : "must be yes or no"),
    value: (given) => given === "yes",
  },
  name: { wanted: `a name: ${NAME_RULE}`, sample: "acme", problem: name, value: text },
  duration: {
    wanted: "a duration: 90d, 12h, 1y; or none",
    sample: "1y",
    problem: (given) => (given === "none" ? undefined : problemOf(() => parseDuration(given, "it is"))),
    value: text,
  },
  algorithm: {
    wanted: `an algorithm: ${ALGORITHM_NAMES.join(", ")}`,
    sample: "aes-256",
    problem: (given) => among(given, ALGORITHM_NAMES),
    value: text,
  },
  usages: {
    wanted: `usages (${USAGES.join(", ")}), with spaces between; or default`,
    sample: "default",
    problem(given) {
      if (given === "default") return undefined;
      const words = list(given);
      if (words.length === 0) return `must be of ${USAGES.join(", ")}, or default`;
      return doubled(words) ?? words.map((word) => among(word, USAGES)).find((problem) => problem !== undefined);
    },
    value: (given) => (given === "default" ? given : list(given)),
  },
  "key-name": { wanted: "a new key's name: NAME or KEYRING/NAME", sample: "payments", problem: keyName, value: text },
  "existing-key": { wanted: "a key: NAME or KEYRING/NAME", sample: "payments", problem: keyName, value: text },
  "existing-keys": {
    wanted: "keys, NAME or KEYRING/NAME each, with spaces between",
    sample: "payments",
    problem(given) {
      const names = list(given);
      if (names.length === 0) return "must name one key at least";
      return doubled(names) ?? names.map(keyName).find((problem) => problem !== undefined);
    },
    value: list,
  },
  "keyring-name": { wanted: `a new keyring's name`, sample: "payments", problem: name, value: text },
  "existing-keyring": { wanted: "a keyring's name", sample: "default", problem: name, value: text },
  "quorum-name": { wanted: "a new quorum's name", sample: "payments", problem: name, value: text },
  "existing-quorum": { wanted: "a quorum's name", sample: "root", problem: name, value: text },
  custodians: {
    wanted: "names of custodians, each with =ENROLMENT if it has an own desk, with spaces between",
    sample: "alice bob carol",
    problem: custodians,
    value: list,
  },
  directory: { wanted: "a directory", sample: "/media/backup", problem: path, value: text },
  "existing-file": { wanted: "a file", sample: "/media/backup/vault.backup", problem: path, value: text },
  "new-file": { wanted: "a file that isn't there yet", sample: "/media/out/file", problem: filePath, value: text },
} as const satisfies Record<InputType, InputTypeRow>;

/** What is wrong with a text as an input of this type, as "must be …"; undefined if it is right. */
export function inputProblem(type: InputType, given: string): string | undefined {
  if (given.length > LIMITS.proseLength) return `must be at most ${LIMITS.proseLength} characters`;
  const unsafe = firstUnsafe(given);
  if (unsafe !== undefined) return `has the character ${unsafe.name}, which a screen must not get`;
  const row: InputTypeRow = INPUT_ROWS[type];
  return row.problem(given);
}

function list(given: string): string[] {
  return given.split(/[ ,]+/).filter((word) => word !== "");
}

function doubled(words: readonly string[]): string | undefined {
  const twice = words.find((word, i) => words.indexOf(word) < i);
  return twice === undefined ? undefined : `names ${twice} twice`;
}

function among(given: string, known: readonly string[]): string | undefined {
  return known.includes(given) ? undefined : `must be one of ${known.join(", ")}`;
}

function name(given: string): string | undefined {
  return isName(given) ? undefined : `must be ${NAME_RULE}`;
}

function keyName(given: string): string | undefined {
  return problemOf(() => parseKeyName(given));
}

function custodians(given: string): string | undefined {
  const seats = list(given).map((seat) => seat.split("="));
  if (seats.length < 2) return "must name two custodians at least";
  for (const [who = "", ...enrolment] of seats) {
    const wrong = name(who) ?? (enrolment.length === 0 ? undefined : path(enrolment.join("=")));
    if (wrong !== undefined) return `${who === "" ? "a name" : who} ${wrong}`;
  }
  return doubled(seats.map(([who = ""]) => who.toLowerCase()));
}

/** A path that an operator gives: it says where it leads, and is no option and no address. */
function path(given: string): string | undefined {
  if (given === "" || given.length > LIMITS.pathLength) return `must be a path of 1 to ${LIMITS.pathLength} characters`;
  if (given.startsWith("-")) return "must not begin with a hyphen: write ./ before it";
  if (/^[a-z][a-z0-9+.-]*:/i.test(given)) return "must be a path, not an address";
  if (/%2f|%2e|\\/i.test(given)) return "must be a plain path, without escapes";
  if (given.split("/").includes("..")) return "must not go upwards (..): write where it leads";
  if (
    isAbsolute(given) &&
    /^\/(?:dev|proc|sys)(?:\/|$)/.test(normalize(given)) &&
    !normalize(given).startsWith("/dev/shm/")
  )
    return "must be on a medium, not a device of the system";
  return undefined;
}

function filePath(given: string): string | undefined {
  return path(given) ?? (given.endsWith("/") ? "must be a file, not a directory" : undefined);
}

function problemOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (error instanceof ConclaveError) return `is not right: ${error.message}`;
    throw error;
  }
}
