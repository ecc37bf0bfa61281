/**
 * Trailers as `git interpret-trailers` reads them: the last paragraph of a message, if it is not the first and each of its lines
 * is `Token: value` or continues the line before.
 */
export interface Trailer {
  readonly token: string;
  readonly value: string;
}

const TRAILER = /^([A-Za-z0-9][A-Za-z0-9-]*)[ \t]*:[ \t]*(.*)$/;

export function parseTrailers(message: string): readonly Trailer[] {
  const paragraphs = message
    .replaceAll('\r\n', '\n')
    .trimEnd()
    .split(/\n[ \t]*\n/);
  const last = paragraphs.at(-1);
  if (paragraphs.length < 2 || last === undefined) return [];
  const trailers: { token: string; value: string }[] = [];
  for (const line of last.split('\n').filter((text) => text !== '')) {
    const previous = trailers.at(-1);
    const match = TRAILER.exec(line);
    if (/^[ \t]/.test(line) && previous) previous.value += ` ${line.trim()}`;
    else if (match?.[1] !== undefined) trailers.push({ token: match[1], value: (match[2] ?? '').trim() });
    // git also takes a block of which a quarter are trailers; ours are written by programs, so a foreign line means prose.
    else return [];
  }
  return trailers;
}

/** Values of a token, in order; tokens compare without regard to case, as git compares them. */
export function trailerValues(message: string, token: string): readonly string[] {
  return parseTrailers(message)
    .filter((trailer) => trailer.token.toLowerCase() === token.toLowerCase())
    .map((trailer) => trailer.value);
}

/** The message with trailers appended: to the trailer block that it has, else as a new last paragraph. */
export function withTrailers(message: string, trailers: readonly Trailer[]): string {
  const body = message.trimEnd();
  if (trailers.length === 0) return `${body}\n`;
  const lines = trailers.map(({ token, value }) => `${token}: ${value.replaceAll(/\s*\n\s*/g, ' ').trim()}`);
  const gap = parseTrailers(body).length > 0 ? '\n' : '\n\n';
  return `${body}${gap}${lines.join('\n')}\n`;
}

export const PROMOTES = 'Pilotage-Promotes';
/** `<environment>@<sha>`: a commit of that environment's own, brought back to the branch that its promotions begin on. */
export const BACKPORTS = 'Pilotage-Backports';
/** `<environment>@<sha>`: a promotion that was taken back because it failed; what it had promoted, and from where. */
export const REVERTS = 'Pilotage-Reverts';

/** What a trailer of ours says: a commit, and the environment that it is of. */
export interface Origin {
  readonly environment: string;
  readonly revision: string;
}

/** `<environment>@<sha>`: what a promotion took, and from where. */
export const promotedFrom = (message: string): Origin | undefined => originIn(message, PROMOTES);

/** The commit that was brought back. */
export const backportedFrom = (message: string): Origin | undefined => originIn(message, BACKPORTS);

/** What a commit of ours took back. */
export const revertedFrom = (message: string): Origin | undefined => originIn(message, REVERTS);

function originIn(message: string, token: string): Origin | undefined {
  const match = /^(.+)@([0-9a-f]{40})$/.exec(trailerValues(message, token).at(-1) ?? '');
  return match?.[1] !== undefined && match[2] !== undefined
    ? { environment: match[1], revision: match[2] }
    : undefined;
}
