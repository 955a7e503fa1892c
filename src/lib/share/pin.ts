/** What a share file tells its custodian's machine of the vault, for one that has no anchor yet. */
export interface Pin {
  /** Id of the vault. */
  vault: string;
  /** Hash of the first audit entry. */
  genesis: string;
  /** Epoch of the vault when the share was made. */
  epoch: string;
  /** Public key of the host. */
  host: string;
  /** SHA-256 of the quorum's manifest. */
  manifest: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const HEX64 = /^[0-9a-f]{64}$/;

/** The lines of a pin in their order, each with the form of its value. */
export const PIN_LINES = {
  vault: { form: UUID, wanted: "a UUID in lower case" },
  genesis: { form: HEX64, wanted: "64 lower-case hexadecimal digits" },
  epoch: { form: UUID, wanted: "a UUID in lower case" },
  host: { form: HEX64, wanted: "64 lower-case hexadecimal digits" },
  manifest: { form: HEX64, wanted: "64 lower-case hexadecimal digits" },
} as const satisfies Record<keyof Pin, { form: RegExp; wanted: string }>;

/** The words that begin a pin's lines, in their order. */
export const PIN_KEYWORDS: readonly (keyof Pin)[] = ["vault", "genesis", "epoch", "host", "manifest"];
