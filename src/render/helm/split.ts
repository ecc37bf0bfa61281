import type { HelmVersion } from '../../charts/helm/dialect.ts';
import { leadingSpace, trimSpace } from './trim.ts';

/** One manifest of a text of many. */
export interface Part {
  readonly content: string;
  /** Where it begins in the text. */
  readonly offset: number;
}

/**
 * The manifests of a text, parted by lines that begin with `---` (`SplitManifests` of pkg/release/v1/util/manifest.go). Helm 4 keeps
 * the space at the end of each; Helm 3 drops it, and passes over space around a separator when it looks for the next one.
 */
export function splitManifests(text: string, helm: HelmVersion): Part[] {
  return between(text, helm).flatMap(([from, to]) => {
    const raw = text.slice(from, to);
    if (helm === 4 ? trimSpace(raw) === '' : raw === '') return [];
    const offset = from + leadingSpace(raw);
    const content = helm === 4 ? text.slice(offset, to) : trimSpace(raw);
    return [{ content, offset }];
  });
}

type Stretch = readonly [from: number, to: number];

function between(text: string, helm: HelmVersion): Stretch[] {
  const stretches: Stretch[] = [];
  const start = leadingSpace(text);
  const end = helm === 4 ? text.length : start + trimSpace(text).length;
  let from = start;
  for (let at = nextMarker(text, start, start); at >= 0 && at < end; at = nextMarker(text, from, start)) {
    stretches.push([from, helm === 4 ? at : spaceBefore(text, from, at)]);
    from = at + '---'.length;
    while (from < end && (helm === 4 ? ' \t' : ' \t\n\f\r').includes(text[from] ?? '')) from++;
  }
  stretches.push([from, end]);
  return stretches;
}

/** A marker at the start of the text, or of a line whose break has not been passed over. */
function nextMarker(text: string, from: number, start: number): number {
  if (from === start && text.startsWith('---', from)) return from;
  const found = text.indexOf('\n---', from);
  return found < 0 ? -1 : found + 1;
}

/** The space that stands before a marker, back to `from`, belongs to it. */
function spaceBefore(text: string, from: number, marker: number): number {
  let at = marker;
  while (at > from && ' \t\n\f\r'.includes(text[at - 1] ?? '')) at--;
  return at;
}
