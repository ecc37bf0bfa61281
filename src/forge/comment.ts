import type { ForgeClient } from './client.ts';
import type { Dialect } from './dialect.ts';
import type { Comment, ForgeAnswer } from './forge.ts';

/** A comment of HTML at the first line, which no forge shows. */
export const markerLine = (marker: string): string => {
  if (!/^[\w.:/-]+$/.test(marker) || marker.includes('--'))
    throw new Error(`not a marker of a comment: ${marker}`);
  return `<!-- pilotage:${marker} -->`;
};

/** Unchanged means no write. One that anybody else wrote with the same marker cannot be changed, which the forge says. */
export async function keepComment(
  { list, send }: ForgeClient,
  dialect: Dialect,
  number: number,
  { marker, body }: Comment,
): Promise<ForgeAnswer<undefined>> {
  const first = markerLine(marker);
  const wanted = `${first}\n${body}`;
  const found = await list(dialect.comments(number));
  if (!found.ok) return found;
  const known = found.value.items.find((comment) => comment.body.startsWith(first));
  if (known?.body.replace(/\r\n/g, '\n') === wanted) return { ok: true, value: undefined };
  return send(known ? dialect.changeComment(number, known.id, wanted) : dialect.addComment(number, wanted));
}
