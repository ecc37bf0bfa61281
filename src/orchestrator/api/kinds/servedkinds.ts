import type { Kind } from './kind.ts';
import * as list from './servedlist.ts';
import { type ServedRow, serve } from './servedrow.ts';

/** The rows of the kinds that are served without any definition, by group and plural: the order of discovery. */
export const SERVED_KINDS: readonly ServedRow[] = Object.values(list).sort((a, b) =>
  nameOf(a) < nameOf(b) ? -1 : 1,
);

export const builtinKinds = (): readonly Kind[] => SERVED_KINDS.flatMap(serve);

function nameOf({ kind }: ServedRow): string {
  return `${kind.resource.group}/${kind.resource.plural}`;
}
