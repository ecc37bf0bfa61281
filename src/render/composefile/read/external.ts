import type { Fields } from './fields.ts';

/** Whether somebody else makes a volume, config or secret: `external: true`, or, as it was written before, `external: {name: NAME}`. */
export function isExternal(fields: Fields): boolean {
  const at = fields.at('external');
  return at !== undefined && (at.kind === 'map' || fields.boolean('external') !== false);
}

/** What it is called in the cluster; undefined where it is not external, and so called by the project. */
export function externalName(fields: Fields, name: string): string | undefined {
  if (!isExternal(fields)) return undefined;
  const below = fields.at('external')?.kind === 'map' ? fields.below('external').text('name') : undefined;
  return below ?? fields.text('name') ?? name;
}
