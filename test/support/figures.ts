/** Publish what a test counted, on one line of the run's output. */
export function publish(what: string, figures: object): void {
  process.stderr.write(`${what}: ${JSON.stringify(figures)}\n`);
}
