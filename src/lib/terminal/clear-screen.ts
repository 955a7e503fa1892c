/** Clears the screen and what can be scrolled back to, so that whoever comes next sees nothing of what stood there. */
export const CLEAR_SCREEN = "\u001b[2J\u001b[3J\u001b[H";
