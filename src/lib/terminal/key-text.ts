import { showDuration } from "../duration.ts";
import type { KeyDescription } from "../key/describe.ts";
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
    ["Created", key.created],
  ]);
  const versions = table(
    ["VERSION", "STATE", "CREATED", "CHECK VALUE", "FINGERPRINT"],
    key.versions.map(({ version, state, created, checkValue, fingerprint }) => [
      String(version),
      state,
      created,
      checkValue ?? "",
      fingerprint ?? "",
    ]),
  );
  return `${head}\n\n${versions}`;
}
