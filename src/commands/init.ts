import { basename, join, resolve } from "node:path";
import * as Flags from "@oclif/core/flags";
import { ConclaveError } from "../lib/errors.ts";
import { isName, NAME_RULE } from "../lib/names.ts";
import { checkGenesis, checkRequest, createVault, type GenesisRequest } from "../lib/quorum/genesis.ts";
import { findUnfinished, removeUnfinished, type Unfinished } from "../lib/quorum/unfinished.ts";
import { AbortedError } from "../lib/terminal/aborted-error.ts";
import { ConclaveCommand } from "../lib/terminal/base-command.ts";
import { show } from "../lib/terminal/escape.ts";
import { lockTimeoutFlag, noneByDefault, vaultFlag, yesFlag } from "../lib/terminal/flags.ts";
import { fold } from "../lib/terminal/fold.ts";
import { type FoundedVault, foundedText, foundedVault } from "../lib/terminal/founded.ts";
import { Founding } from "../lib/terminal/founding.ts";
import { parseNamed } from "../lib/terminal/named-files.ts";
import { askLine, hasTerminal } from "../lib/terminal/prompt.ts";
import { passphraseFileFlag } from "../lib/terminal/sensitive-command.ts";
import { surroundings } from "../lib/terminal/surroundings.ts";

export default class Init extends ConclaveCommand {
  static override summary = "Genesis: make a vault, its root quorum and the first shares";
  static override description =
    "Splits a new secret among the custodians, seals each share to its custodian's passphrase, and ends when each of them has re-opened the own share file and proved it. Until then the vault is pending, and init can simply be run again.";
  static override examples = [
    {
      description: "In the room, on a terminal: custodians type their passphrases",
      command:
        "<%= config.bin %> init --threshold 2 --custodian alice --custodian bob --custodian carol --shares-dir /media/shares",
    },
    {
      description: "Each share straight onto its custodian's own stick",
      command:
        "<%= config.bin %> init --threshold 2 --custodian alice --custodian bob --share-out alice=/media/a/alice.share --share-out bob=/media/b/bob.share",
    },
  ];
  static override flags = {
    ...vaultFlag,
    ...lockTimeoutFlag,
    name: Flags.string({ summary: "what people call the vault; by default its folder's name", helpValue: "NAME" }),
    threshold: Flags.integer({ summary: "how many custodians must act together", helpValue: "M", min: 0 }),
    custodian: Flags.string({
      summary: "who gets a share; once for each",
      helpValue: "NAME",
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
    ...passphraseFileFlag,
    rehearsal: Flags.boolean({ default: false, summary: "a vault for practice: quick to open, refused by production" }),
    "unsafe-weak-passphrase": Flags.boolean({ default: false, summary: "take passphrases that can be guessed" }),
    ...yesFlag,
  };

  async run(): Promise<FoundedVault> {
    const { flags } = await this.parse(Init);
    const place = surroundings(flags["lock-timeout"]);
    const request = await this.#request(flags);
    checkRequest(request);
    const unfinished = await findUnfinished(request.path, place);
    await this.#agreeToRemove(unfinished, flags.yes);
    for (const left of await removeUnfinished(request.path, unfinished, place)) {
      this.warn(`${left} is not as the unfinished genesis wrote it, and was left`);
    }
    checkGenesis(request);

    const founding = new Founding({
      passphrases: {
        files: parseNamed(flags["passphrase-file"], "--passphrase-file"),
        warn: (message) => this.warn(message),
      },
      weak: flags["unsafe-weak-passphrase"] || request.rehearsal,
      context: [request.name, "conclave", ...request.custodians.map(({ name }) => name)],
      quiet: flags.quiet || this.jsonEnabled(),
    });
    await using vault = await createVault(request, place, founding);
    const founded = await foundedVault(vault);
    this.result(fold(foundedText(founded), process.stdout.columns));
    return founded;
  }

  async #request(flags: {
    vault: string;
    name: string | undefined;
    threshold: number | undefined;
    custodian: string[];
    "shares-dir": string | undefined;
    "share-out": string[];
    rehearsal: boolean;
  }): Promise<GenesisRequest> {
    const names = flags.custodian.length > 0 ? flags.custodian : await askCustodians();
    const wrong = names.find((name) => !isName(name));
    if (wrong !== undefined) throw new ConclaveError("USAGE", `--custodian ${wrong}: a name is ${NAME_RULE}`);
    const threshold = flags.threshold ?? (await askThreshold(names.length));
    const outs = parseNamed(flags["share-out"], "--share-out");
    const stranger = [...outs.keys()].find((name) => !names.includes(name));
    if (stranger !== undefined) throw new ConclaveError("USAGE", `--share-out ${stranger}: not one of the custodians`);
    const needsFolder = names.some((name) => !outs.has(name));
    const folder =
      flags["shares-dir"] ??
      (needsFolder ? await askLine("In which folder do the share files go?", "--shares-dir DIR", filled) : "");
    const path = resolve(flags.vault);
    const fallback = isName(basename(path)) ? basename(path) : "vault";
    const name = flags.name ?? fallback;
    if (!isName(name)) throw new ConclaveError("USAGE", `--name ${name}: a name is ${NAME_RULE}`);
    return {
      path,
      name,
      threshold,
      custodians: names.map((custodian) => ({
        name: custodian,
        shareFile: outs.get(custodian) ?? join(folder, `${custodian}.share`),
      })),
      rehearsal: flags.rehearsal,
    };
  }

  async #agreeToRemove(unfinished: Unfinished, yes: boolean): Promise<void> {
    if (unfinished.kind !== "pending") return;
    const { proved, unproved } = unfinished;
    const state = `an unfinished genesis is there: ${proved.length === 0 ? "nobody" : proved.join(", ")} proved, ${unproved.join(", ")} did not`;
    if (yes) return this.note(show(`${state}; it is removed with its share files`, 400));
    if (!hasTerminal()) {
      throw new ConclaveError("WAITING_FOR_PEOPLE", state, {
        suggestions: ["Give --yes to remove it with its share files, and start afresh"],
      });
    }
    this.note(show(state, 400));
    const answer = await askLine("Type yes to remove it with its share files and start afresh:", "--yes");
    if (answer !== "yes") throw new AbortedError();
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
