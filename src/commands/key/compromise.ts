import { TransitionCommand } from "../../lib/terminal/transition-command.ts";

export default class KeyCompromise extends TransitionCommand {
  static override summary = "Mark keys as known to others";
  static override description =
    "Acts on all versions, or on --version N. What they protected is opened only by explicit choice from then on; rotate the key for a new version.";
  static override examples = ["<%= config.bin %> <%= command.id %> payments --version 2 --reason 'found in a log'"];
  protected readonly transition = "compromise";
}
