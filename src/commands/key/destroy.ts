import { TransitionCommand } from "../../lib/terminal/transition-command.ts";

export default class KeyDestroy extends TransitionCommand {
  static override summary = "Destroy keys: erase their material for ever";
  static override description =
    "Acts on all versions, or on --version N; an active one is deactivated in the same act. The record stays, the name is not given again. Copies in backups and residue of the file system remain: see SECURITY.md. The key's name must be typed.";
  static override examples = ["<%= config.bin %> <%= command.id %> payments --reason 'end of contract'"];
  protected readonly transition = "destroy";
}
