import { basename, resolve } from "node:path";
import * as Flags from "@oclif/core/flags";
import { ConclaveError } from "../lib/errors.ts";
import { isName, NAME_RULE } from "../lib/names.ts";
import { foundingAlone } from "../lib/quorum/founding-alone.ts";
import { createVault, type GenesisRequest } from "../lib/quorum/genesis.ts";
import { checkSeatRequest, checkSeats } from "../lib/quorum/seat-request.ts";
import { findUnfinished, removeUnfinished, type Unfinished } from "../lib/quorum/unfinished.ts";
import { AbortedError } from "../lib/terminal/aborted-error.ts";
import { ConclaveCommand } from "../lib/terminal/base-command.ts";
import { show } from "../lib/terminal/escape.ts";
import { lockTimeoutFlag, vaultFlag, yesFlag } from "../lib/terminal/flags.ts";
import { fold } from "../lib/terminal/fold.ts";
import { type FoundedVault, foundedText, foundedVault } from "../lib/terminal/founded.ts";
import { Founding } from "../lib/terminal/founding.ts";
import { parseNamed } from "../lib/terminal/named-files.ts";
import { askLine, hasTerminal } from "../lib/terminal/prompt.ts";
import { seatFlags, seatRequests, seatWarnings } from "../lib/terminal/seat-flags.ts";
import { passphraseFileFlag } from "../lib/terminal/sensitive-flags.ts";
import { surroundings } from "../lib/terminal/surroundings.ts";
import type { Surroundings } from "../lib/vault/vault.ts";

/** What the flags say of the founding itself. */
interface FoundingFlags {
  "share-out": string[];
  "passphrase-file": string[];
  "unsafe-weak-passphrase": boolean;
  yes: boolean;
  quiet: boolean;
}

export default class Init extends ConclaveCommand {
  static override summary = "Genesis: make a vault, its root quorum and the first shares";
  static override description =
    "Splits a new secret among the custodians and seals each share to its custodian: to a passphrase chosen here, or to the enrolment of one who has an own desk. It ends when each of them has re-opened the own share file and proved it; until then the vault is pending (10), and init can simply be run again.";
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
    {
      description: "Custodians elsewhere, who enrolled; then request, prove, confirm",
      command:
        "<%= config.bin %> init --threshold 2 --custodian alice=alice.enrolment --custodian bob=bob.enrolment --fingerprint 'alice=situate bottom …' --fingerprint 'bob=dismiss place …' --shares-dir out",
    },
  ];
  static override flags = {
    ...vaultFlag,
    ...lockTimeoutFlag,
    name: Flags.string({ summary: "what people call the vault; by default its folder's name", helpValue: "NAME" }),
    ...seatFlags,
    ...passphraseFileFlag,
    rehearsal: Flags.boolean({
      default: false,
      summary: "a vault for practice: quick to open, refused by production",
    }),
    "unsafe-weak-passphrase": Flags.boolean({ default: false, summary: "take passphrases that can be guessed" }),
    ...yesFlag,
  };

  async run(): Promise<FoundedVault> {
    const { flags } = await this.parse(Init);
    const place = surroundings(flags["lock-timeout"], (message) => this.warn(message));
    const request: GenesisRequest = {
      path: resolve(flags.vault),
      name: vaultName(flags.name, flags.vault),
      rehearsal: flags.rehearsal,
      ...(await seatRequests(flags, flags.rehearsal)),
    };
    checkSeatRequest(request.path, request.threshold, request.custodians);
    return foundingAlone(place, () => this.#found(flags, request, place));
  }

  async #found(flags: FoundingFlags, request: GenesisRequest, place: Surroundings): Promise<FoundedVault> {
    const unfinished = await findUnfinished(request.path, place);
    await this.#agreeToRemove(unfinished, flags.yes);
    for (const left of await removeUnfinished(request.path, unfinished, place)) {
      this.warn(`${left} is not as the unfinished genesis wrote it, and was left`);
    }
    for (const warning of seatWarnings(request, "vault")) this.warn(warning);
    checkSeats(request.path, request.threshold, request.custodians);

    const founding = new Founding({
      passphrases: {
        files: parseNamed(flags["passphrase-file"], "--passphrase-file"),
        warn: (message) => this.warn(message),
      },
      flag: "--passphrase-file",
      weak: flags["unsafe-weak-passphrase"] || request.rehearsal,
      context: [request.name, "conclave", ...request.custodians.map(({ name }) => name)],
      quiet: flags.quiet || this.jsonEnabled(),
    });
    await using vault = await createVault(request, place, founding);
    const founded = await foundedVault(vault);
    const ownMedia = new Set(parseNamed(flags["share-out"], "--share-out").keys());
    this.result(fold(foundedText(founded, ownMedia), process.stdout.columns));
    if (founded.shares.some(({ proved }) => !proved)) this.endAs("WAITING_FOR_PEOPLE");
    return founded;
  }

  async #agreeToRemove(unfinished: Unfinished, yes: boolean): Promise<void> {
    if (unfinished.kind !== "pending") return;
    const { proved, unproved } = unfinished;
    const state = `an unfinished genesis is there: ${proved.length === 0 ? "nobody" : proved.join(", ")} proved, ${unproved.join(", ")} did not`;
    if (yes) return this.note(show(`${state}; it is removed with its share files`, 400));
    if (!hasTerminal()) {
      throw new ConclaveError("WAITING_FOR_PEOPLE", state, {
        suggestions: [
          "Let those who are missing prove: conclave custodian request, prove, confirm",
          "Give --yes to remove it with its share files, and start afresh",
        ],
      });
    }
    this.note(show(state, 400));
    const answer = await askLine("Type yes to remove it with its share files and start afresh:", "--yes");
    if (answer !== "yes") throw new AbortedError();
  }
}

function vaultName(given: string | undefined, path: string): string {
  const folder = basename(resolve(path));
  const name = given ?? (isName(folder) ? folder : "vault");
  if (!isName(name)) throw new ConclaveError("USAGE", `--name ${name}: a name is ${NAME_RULE}`);
  return name;
}
