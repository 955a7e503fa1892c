import { TransitionCommand } from "../../lib/terminal/transition-command.ts";

export default class KeyDeactivate extends TransitionCommand {
  static override summary = "Deactivate keys: they open and check what they protected, and protect nothing new";
  static override description =
    "Acts on the current version, or on --version N. It can't be undone: rotate the key for a new version.";
  static override examples = ["<%= config.bin %> <%= command.id %> payments legacy/tokens"];
  protected readonly transition = "deactivate";
}
