import { parseDuration } from "../duration.ts";
import { ConclaveError } from "../errors.ts";
import { isName, NAME_RULE } from "../names.ts";
import type { Reader } from "../storage/storage.ts";
import { type Algorithm, defaultUsages, USAGES, type Usage } from "./algorithm.ts";
import { type KeyCreateParameters, keyCreate } from "./create.ts";
import { findKeyring, parseKeyName } from "./find.ts";

/** A new key, as a person asks for it. */
export interface KeyRequest {
  /** NAME or KEYRING/NAME. */
  name: string;
  /** Where the name has no keyring. */
  keyring: string;
  algorithm: Algorithm;
  usages: readonly Usage[] | undefined;
  /** `NAME=VALUE` each. */
  tag: readonly string[];
  /** `90d`, `1y`. */
  cryptoperiod: string | undefined;
  exportable: boolean;
}

/** The planned action of a request: names resolved to ids. @throws ConclaveError USAGE, NOT_FOUND */
export async function planKeyCreate(
  state: Reader,
  request: KeyRequest,
): Promise<{ action: string; parameters: KeyCreateParameters }> {
  const { keyring: given, name } = parseKeyName(request.name);
  const { id, name: keyring } = await findKeyring(state, given ?? request.keyring);
  const usages = request.usages ?? defaultUsages(request.algorithm);
  return {
    action: keyCreate.name,
    parameters: {
      keyring: { id, name: keyring },
      name,
      algorithm: request.algorithm,
      usages: USAGES.filter((usage) => usages.includes(usage)),
      exportable: request.exportable,
      tags: parseTags(request.tag),
      cryptoperiodSeconds:
        request.cryptoperiod === undefined ? null : parseDuration(request.cryptoperiod, "--cryptoperiod"),
    },
  };
}

function parseTags(texts: readonly string[]): Record<string, string> {
  const tags = texts.map((text): [string, string] => {
    const equals = text.indexOf("=");
    if (!isName(text.slice(0, Math.max(0, equals))))
      throw new ConclaveError("USAGE", `--tag must be NAME=VALUE, with a name of ${NAME_RULE}`);
    return [text.slice(0, equals), text.slice(equals + 1)];
  });
  if (new Set(tags.map(([name]) => name)).size < tags.length)
    throw new ConclaveError("USAGE", "--tag given twice for one name");
  return Object.fromEntries(tags);
}
