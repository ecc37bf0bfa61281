import { ok, type Problem } from '../../base/errors.ts';
import type { BuildImages } from './source.ts';

/**
 * Images of a tree that is looked at and not delivered: nothing of it runs here. Each is what the deployed release has by its name, so that
 * a diff shows what else changes.
 */
export const unbuiltImages =
  (deployed: Readonly<Record<string, string>>): BuildImages =>
  async ({ delivery, images }) => {
    const references = Object.keys(images).map((name) => [
      name,
      deployed[name] ?? `${delivery}/${name}:not-built`,
    ]);
    return ok({
      references: Object.fromEntries(references) as Record<string, string>,
      build: async () => ok({}),
    });
  };

export const imagesNotBuilt = (names: readonly string[]): readonly Problem[] =>
  names.length === 0
    ? []
    : [
        {
          reason: 'ImagesNotBuilt',
          message: `images are not built for a diff of a working tree: ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} shown as deployed, and would be built anew from changed files`,
        },
      ];
