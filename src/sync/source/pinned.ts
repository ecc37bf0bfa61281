import { isObject } from '../../kube/values/equal.ts';
import type { DeliveryFile, ImageEntry } from '../../model/deliveryfile.ts';
import type { Manifest } from '../../render/types.ts';

/**
 * Which images of a file, and of compose projects, are built for an environment: those that its cluster gets by a registry are of an engine, and
 * the file names one. Pure.
 */
export function imagesFor(
  { buildsImages }: { readonly buildsImages: boolean },
  file: DeliveryFile | undefined,
  composed: Readonly<Record<string, ImageEntry>> = {},
): Readonly<Record<string, ImageEntry>> {
  const all = Object.entries({ ...composed, ...file?.images });
  const pushed = file?.registry ? all.filter(([, { container }]) => container) : [];
  return Object.fromEntries(buildsImages ? all : pushed);
}

/** Puts what images are called once they are made in the place of what they were rendered as, wherever that stands. Pure. */
export function pinImages(
  manifests: readonly Manifest[],
  made: Readonly<Record<string, string>>,
): readonly Manifest[] {
  const changes = Object.entries(made).filter(([before, after]) => before !== after);
  if (changes.length === 0) return manifests;
  const pin = (value: unknown): unknown => {
    if (typeof value === 'string') return changes.reduce((text, [a, b]) => text.replaceAll(a, b), value);
    if (Array.isArray(value)) return value.map(pin);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, pin(one)]));
  };
  return manifests.map((manifest) => ({ ...manifest, object: pin(manifest.object) as Manifest['object'] }));
}
