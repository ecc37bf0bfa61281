import type { Problem } from '../../../base/errors.ts';
import type { ImageEntry, RegistryEntry } from '../../../model/deliveryfile.ts';
import type { PreviewTerms } from '../../../model/types.ts';

/** Secrets that a preview's build or push would use and that the policy does not give to previews. */
export function withheldSecrets(
  preview: PreviewTerms | undefined,
  images: Readonly<Record<string, ImageEntry>>,
  registry: RegistryEntry | undefined,
): readonly Problem[] {
  if (preview === undefined) return [];
  const wanted = [
    ...Object.values(images).flatMap(({ container }) => Object.values(container?.secrets ?? {})),
    ...(registry?.secret && Object.keys(images).length > 0
      ? [{ name: registry.secret, place: registry.place }]
      : []),
  ];
  return wanted
    .filter(({ name }) => !preview.secrets.includes(name))
    .map(({ name, place }) => ({
      reason: 'PreviewSecret',
      message: `the Secret ${name} is not for previews`,
      place,
      remedy: `If every branch with a preview may read it: previews: {secrets: [${name}]} in pilotage.yaml of the default branch.`,
    }));
}
