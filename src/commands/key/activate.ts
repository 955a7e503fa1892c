import { TransitionCommand } from "../../lib/terminal/transition-command.ts";

export default class KeyActivate extends TransitionCommand {
  static override summary = "Activate pre-active keys";
  static override description = "A pre-active key does nothing until it is activated, by this or by its date.";
  static override examples = ["<%= config.bin %> <%= command.id %> payments"];
  protected readonly transition = "activate";
}
