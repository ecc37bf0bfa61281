import type { Container, Pod } from '../../../kube/kinds/objects.data.ts';
import { claimNames } from '../../../kube/kinds/volumes/claimnames.ts';

/** The ConfigMaps, Secrets and claims of its namespace that something in a pod reads. */
export interface References {
  readonly configMaps: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
}

export function environmentReferences(container: Container): References {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef?.name) configMaps.add(configMapRef.name);
    if (secretRef?.name) secrets.add(secretRef.name);
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef?.name) configMaps.add(valueFrom.configMapKeyRef.name);
    if (valueFrom?.secretKeyRef?.name) secrets.add(valueFrom.secretKeyRef.name);
  }
  return { configMaps, secrets, claims: new Set() };
}

export function volumeReferences(pod: Pod): References {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.configMap?.name) configMaps.add(volume.configMap.name);
    if (volume.secret?.secretName) secrets.add(volume.secret.secretName);
    for (const { configMap, secret } of volume.projected?.sources ?? []) {
      if (configMap?.name) configMaps.add(configMap.name);
      if (secret?.name) secrets.add(secret.name);
    }
  }
  return { configMaps, secrets, claims: new Set(claimNames(pod)) };
}

export const mergeReferences = (...all: readonly References[]): References => ({
  configMaps: new Set(all.flatMap((one) => [...one.configMaps])),
  secrets: new Set(all.flatMap((one) => [...one.secrets])),
  claims: new Set(all.flatMap((one) => [...one.claims])),
});
