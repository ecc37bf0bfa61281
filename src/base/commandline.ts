/** A command line as process lists are to show it. */
export const withoutSecret = (words: readonly string[], secret: string): string =>
  words.map((word) => word.replaceAll(secret, '…')).join(' ');

/** From now on process lists show this process without a secret that is in its command line: Node writes its title over that. */
export function hideArgument(secret: string): void {
  process.title = withoutSecret([process.argv0, ...process.execArgv, ...process.argv.slice(1)], secret);
}

/** A word as a POSIX shell reads it, whatever is in it. */
export const shellWord = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
