import { TransitionCommand } from "../../lib/terminal/transition-command.ts";

export default class KeyResume extends TransitionCommand {
  static override summary = "Resume suspended keys, each version to the state that it had";
  static override description = "Dates that came meanwhile take effect.";
  static override examples = ["<%= config.bin %> <%= command.id %> payments"];
  protected readonly transition = "resume";
}
