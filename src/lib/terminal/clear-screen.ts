/** Clears the screen and what can be scrolled back to, so that whoever comes next sees nothing of what stood there. */
export const CLEAR_SCREEN = "\u001b[2J\u001b[3J\u001b[H";

/** Clears the line in which the cursor stands: a bar of progress, or a question without its answer. */
export const CLEAR_LINE = "\r\u001b[2K";
