import type { KubeObject } from '../../kube/values/types.ts';
import { type Generated, type GeneratedValues, textsOf } from '../recorded.ts';
import type { Manifest } from '../types.ts';

/** A value that every object has needs no list of them. */
const MOST = 20;

/**
 * By the keys of `generated`: the objects that hold the value, `Secret/db` each. Where a value is found in none of those that its template
 * wrote (a time that was formatted, a text of which only a hash is left), it is all of them. No more than `MOST`
 * are named for a value. `path`: the folder of the chart.
 */
export function holdersOf(
  generated: GeneratedValues,
  manifests: readonly Manifest[],
  path: string,
): Readonly<Record<string, readonly string[]>> {
  const texts = new Map<Manifest, string>();
  const textOf = (manifest: Manifest): string => {
    const text = texts.get(manifest) ?? stringsOf(manifest.object).join('\n');
    texts.set(manifest, text);
    return text;
  };
  return Object.fromEntries(
    Object.entries(generated).map(([site, one]) => {
      const written = manifests.filter(({ origin }) => isOf(one, origin.file, path));
      // A chart below another may lie under another name than its templates have, or in an archive.
      const among = written.length > 0 ? written : manifests;
      const found = among.filter((manifest) => holds(textOf(manifest), one));
      const holders = found.length > 0 ? found : written;
      return [site, holders.slice(0, MOST).map(({ object }) => named(object))];
    }),
  );
}

/** A template is named by its chart and the path in it, a manifest by the path in the repository. */
function isOf({ template }: Generated, file: string, path: string): boolean {
  const inChart = template.slice(template.indexOf('/') + 1);
  return file === (path === '' ? inChart : `${path}/${inChart}`);
}

const named = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name ?? ''}`;

/** Shorter ones are found anywhere. */
const SHORTEST = 4;

function holds(text: string, { value }: Generated): boolean {
  const parts = textsOf(value).filter((part) => part.length >= SHORTEST);
  return parts.some((part) => text.includes(part) || text.includes(Buffer.from(part).toString('base64')));
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}
