import { showDuration } from "../duration.ts";
import type { KeyDescription, KeyVersionDescription } from "../key/describe.ts";
import { fields } from "./fields.ts";
import { table } from "./table.ts";

/** A key with its versions, for a person. */
export function keyText(key: KeyDescription): string {
  const head = fields([
    ["Key", `${key.keyring}/${key.name}`],
    ["Id", key.id],
    ["Algorithm", key.algorithm],
    ["State", key.state],
    ["Usages", key.usages.join(", ")],
    ["Exportable", key.exportable ? "yes" : "no"],
    ...Object.entries(key.tags).map(([name, value]): [string, string] => ["Tag", `${name}=${value}`]),
    ["Cryptoperiod", key.cryptoperiodSeconds === null ? "no limit" : showDuration(key.cryptoperiodSeconds)],
    ["Rotation due", key.rotateAt ?? "never"],
    ["Created", key.created],
    ...origins(key),
  ]);
  const versions = table(
    ["VERSION", "STATE", "PERMITS", "CREATED", "CHANGED", "CHECK VALUE"],
    key.versions.map((version) => [
      String(version.version),
      stateText(version),
      version.permits.join(", ") || "nothing",
      version.created,
      version.changed,
      version.checkValue ?? "",
    ]),
  );
  const prints = key.versions.flatMap(({ version, fingerprint }): [string, string][] =>
    fingerprint === null ? [] : [[`Fingerprint of version ${version}`, fingerprint]],
  );
  return [head, versions, ...(prints.length === 0 ? [] : [fields(prints)])].join("\n\n");
}

function origins({ versions }: KeyDescription): [string, string][] {
  const brought = versions.flatMap(({ version, imported }): [string, string][] => {
    if (imported === null) return [];
    const which = versions.length === 1 ? "" : `version ${version} `;
    return [["Origin", `${which}imported (${imported.format}), audit entry ${imported.entry}`]];
  });
  return brought.length === 0 ? [["Origin", "generated in this vault"]] : brought;
}

/** The state, and what of it is to come or must not be forgotten. */
function stateText({ state, activateAt, deactivateAt, compromised }: KeyVersionDescription): string {
  const remembered = compromised && state === "destroyed" ? ", compromised" : "";
  const next = state === "pre-active" && activateAt !== null ? ` until ${activateAt}` : "";
  const end = state === "active" && deactivateAt !== null ? ` until ${deactivateAt}` : "";
  return `${state}${remembered}${next}${end}`;
}
