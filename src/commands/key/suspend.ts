import { TransitionCommand } from "../../lib/terminal/transition-command.ts";

export default class KeySuspend extends TransitionCommand {
  static override summary = "Suspend keys: nothing may be done with them until they are resumed";
  static override description = "Acts on all versions, and remembers the state of each.";
  static override examples = ["<%= config.bin %> <%= command.id %> payments --reason 'audit finding 12'"];
  protected readonly transition = "suspend";
}
