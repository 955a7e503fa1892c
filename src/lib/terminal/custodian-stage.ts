import type { FoundingPlace, Stage } from "../ceremony/stage.ts";
import type { GenesisInteraction } from "../quorum/interaction.ts";
import { compareEnrolments } from "./compared-enrolments.ts";
import { exportRecipient } from "./export-flags.ts";
import { Founding } from "./founding.ts";
import { Gathering } from "./gathering.ts";
import { rekeyRequests } from "./rekey-flags.ts";
import { seatRequests, seatWarnings } from "./seat-flags.ts";
import { type NamedShareFile, type Passphrases, parseShareFile, type ShareKeys } from "./share-file.ts";

/** What opens the shares of custodians in a ceremony. */
export interface CustodianOptions {
  /** Share files at hand, by custodian; new ones are added as they are proved. */
  shares: Map<string, NamedShareFile>;
  keys: ShareKeys;
  /** What seals new shares. */
  newPassphrases: Passphrases;
  unsafeWeak: boolean;
  /** Whether people are in the room; else the files at hand must do. */
  room: boolean;
  quiet: boolean;
  warn: (message: string) => void;
  /** Told of the custodians of a new share set, before their shares are made. */
  beforeShares?: (custodians: readonly string[]) => void;
}

/** The part of a stage in which custodians act: their shares, new ones, their quorums. */
export function custodianStage(
  options: CustodianOptions,
): Pick<Stage, "gathering" | "founding" | "newSeats" | "exportRecipient"> {
  const { shares, keys, room, warn } = options;
  return {
    gathering({ quorums, earlier, mayWait, founding }) {
      const seated = quorums.flatMap(({ manifest }) => manifest.custodians.map(({ name }) => name));
      return new Gathering({
        shares: sharesFor(room ? shares : onlyOf(shares, seated), earlier),
        keys,
        room,
        mayWait,
        yes: !room,
        quiet: options.quiet,
        enough: !room,
        last: earlier,
        founding: foundingOf(options, founding),
      });
    },
    exportRecipient: (to) => exportRecipient({ to, words: undefined, "to-passphrase": false, mechanism: undefined }),
    founding: (place) => remembering(foundingOf(options, place), options),
    async newSeats(asked, rehearsal, compare, inForce) {
      const flags = {
        threshold: asked.threshold,
        custodian: [...(asked.custodians ?? [])],
        fingerprint: [...(asked.fingerprint ?? [])],
        "shares-dir": asked["shares-dir"],
        "share-out": [...(asked["share-out"] ?? [])],
      };
      const seats = await (inForce === undefined
        ? seatRequests(flags, rehearsal)
        : rekeyRequests(flags, rehearsal, inForce));
      const known = inForce?.seats.map(({ custodianKey }) => custodianKey) ?? [];
      if (room && compare) await compareEnrolments(seats.custodians, flags.custodian, known);
      const warnings = compare ? seatWarnings(seats, inForce === undefined ? "vault" : "quorum", known) : [];
      for (const warning of warnings) warn(warning);
      options.beforeShares?.(
        seats.custodians.flatMap(({ name, enrolment }) => (enrolment === undefined ? [name] : [])),
      );
      return seats;
    },
  };
}

/** A custodian who left has a share still. */
function onlyOf(shares: ReadonlyMap<string, NamedShareFile>, names: readonly string[]): Map<string, NamedShareFile> {
  return new Map([...shares].filter(([name]) => names.includes(name)));
}

/** Others than approved before come first. */
function sharesFor(shares: ReadonlyMap<string, NamedShareFile>, earlier: readonly string[]): NamedShareFile[] {
  const all = [...shares.values()];
  return [...all.filter(({ name }) => !earlier.includes(name)), ...all.filter(({ name }) => earlier.includes(name))];
}

function foundingOf({ newPassphrases, unsafeWeak, quiet }: CustodianOptions, place: FoundingPlace): Founding {
  return new Founding({
    passphrases: newPassphrases,
    flag: "--new-passphrase-file",
    weak: unsafeWeak || place.rehearsal,
    context: [place.vault, "conclave", ...place.custodians],
    quiet,
  });
}

/** Who proved a new share presents that one from then on, if the files at hand must do. */
function remembering(founding: Founding, { shares, room }: CustodianOptions): GenesisInteraction {
  return {
    newPassphrase: (custodian) => founding.newPassphrase(custodian),
    provePassphrase: (custodian, file) => founding.provePassphrase(custodian, file),
    proofRefused: (custodian, error) => founding.proofRefused(custodian, error),
    async proved(custodian, file) {
      if (!room) shares.set(custodian, parseShareFile(`${custodian}=${file}`));
      await founding.proved(custodian, file);
    },
  };
}
