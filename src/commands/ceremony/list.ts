import { bindInputs, fillIn } from "../../lib/ceremony/input.ts";
import { readScript, shippedScripts } from "../../lib/ceremony/script-file.ts";
import { minutesOf } from "../../lib/ceremony/step-view.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { rolesText } from "../../lib/terminal/ceremony-sheet.ts";
import { table } from "../../lib/terminal/table.ts";

/** What `ceremony list` tells of a script. */
interface ScriptSummary {
  name: string;
  title: string;
  /** Who is needed. */
  roles: string;
  /** Expected. */
  minutes: number;
  /** Of its file. */
  sha256: string;
}

export default class CeremonyList extends ConclaveCommand {
  static override summary = "List the ceremony scripts that come with this program";
  static override description = "Each can be read, printed, rehearsed and held as it is, or be copied and changed.";
  static override examples = ["<%= config.bin %> <%= command.id %>"];

  async run(): Promise<{ ceremonies: ScriptSummary[]; next: null }> {
    await this.parse(CeremonyList);
    const ceremonies = shippedScripts().map((name): ScriptSummary => {
      const { script, sha256 } = readScript(name);
      return {
        name,
        title: script.title,
        roles: rolesText(fillIn(script, bindInputs(script, new Map()).values)),
        minutes: minutesOf(script),
        sha256,
      };
    });
    const rows = ceremonies.map(({ name, minutes, title, roles }) => [name, String(minutes), title, roles]);
    this.result(table(["CEREMONY", "MINUTES", "TITLE", "IN THE ROOM"], rows));
    return { ceremonies, next: null };
  }
}
