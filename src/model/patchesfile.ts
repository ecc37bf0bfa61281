import type { PatchEntry, PatchTarget } from './deliveryfile.ts';
import { PATCH, PATCH_TARGET } from './pilotagegrammar.ts';
import { type Cursor, complain, placeOf, readList } from './reader.ts';

/** `patches` of an app, in their order. What a patch says is read when it is rendered, beside the objects that it is for. */
export function readPatches(at: Cursor | undefined, checkPath: (at: Cursor) => void): readonly PatchEntry[] {
  return readList(at).flatMap((item) => readPatch(item, checkPath) ?? []);
}

function readPatch(at: Cursor, checkPath: (at: Cursor) => void): PatchEntry | undefined {
  const fields = PATCH.open(at);
  const [path, patch] = [fields.path.read(), fields.patch.read()];
  if (fields.path.at && fields.patch.at)
    return complain(fields.patch.at, 'WrongValue', 'path and patch exclude each other');
  if (!fields.path.at && !fields.patch.at)
    return complain(
      at,
      'MissingField',
      'names neither path nor patch',
      'Write path: with a file, or patch: | with its text.',
    );
  if (fields.path.at) checkPath(fields.path.at);
  const target = fields.target.at && readTarget(fields.target.at);
  const common = { ...(target ? { target } : {}), place: placeOf(at) };
  if (path !== undefined) return { ...common, path };
  return patch === undefined ? undefined : { ...common, patch };
}

function readTarget(at: Cursor): PatchTarget {
  const fields = Object.entries(PATCH_TARGET.open(at));
  const found = fields.flatMap(([key, field]) => {
    const value = field.read();
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(found);
}
