import type { Pod, Volume } from '../objects.data.ts';

/** The name of the claim behind a volume of a pod; undefined: none is. That of an ephemeral volume bears the name of its pod (component-helpers `storage/ephemeral` VolumeClaimName). */
export function claimName(
  { name, persistentVolumeClaim, ephemeral }: Volume,
  pod: string,
): string | undefined {
  if (persistentVolumeClaim) return persistentVolumeClaim.claimName;
  return ephemeral ? `${pod}-${name}` : undefined;
}

/** The names of the claims that a pod uses on its node, and may use. */
export const claimNames = ({ metadata, spec }: Pod): readonly string[] =>
  (spec.volumes ?? []).flatMap((volume) => claimName(volume, metadata.name ?? '') ?? []);
