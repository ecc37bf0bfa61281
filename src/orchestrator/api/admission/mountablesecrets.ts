import type { Container, PodSpec, ServiceAccount } from '../../../kube/kinds/objects.data.ts';
import { parseBool } from '../../../kube/values/bool.ts';

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';

/** Why a pod may not use a Secret of its, where its account says which ones it may (`plugin/pkg/admission/serviceaccount` limitSecretReferences). */
export function assertMountable(account: ServiceAccount, spec: PodSpec): string | undefined {
  if (!parseBool(account.metadata.annotations?.[ENFORCE] ?? '')) return undefined;
  const allowed = new Set(account.secrets?.map(({ name }) => name));
  const pulling = new Set(account.imagePullSecrets?.map(({ name }) => name));
  const because = `is not allowed because service account ${account.metadata.name} does not reference that`;
  const volume = spec.volumes?.find(({ secret }) => secret && !allowed.has(secret.secretName));
  if (volume) return `volume with secret.secretName="${volume.secret?.secretName}" ${because} secret`;
  for (const [word, containers] of [
    ['init container', spec.initContainers ?? []],
    ['container', spec.containers],
  ] as const) {
    for (const container of containers) {
      const found = strangeReference(container, allowed);
      if (found) return `${word} ${container.name} with ${found} ${because} secret`;
    }
  }
  const index = (spec.imagePullSecrets ?? []).findIndex(({ name }) => !pulling.has(name));
  if (index < 0) return undefined;
  return `imagePullSecrets[${index}].name="${spec.imagePullSecrets?.[index]?.name}" ${because} imagePullSecret`;
}

function strangeReference(
  { env = [], envFrom = [] }: Container,
  allowed: ReadonlySet<string | undefined>,
): string | undefined {
  for (const { name, valueFrom } of env) {
    const secret = valueFrom?.secretKeyRef?.name;
    if (secret !== undefined && !allowed.has(secret)) {
      return `envVar ${name} referencing secret.secretName="${secret}"`;
    }
  }
  for (const { secretRef } of envFrom) {
    if (secretRef && !allowed.has(secretRef.name)) {
      return `envFrom referencing secret.secretName="${secretRef.name}"`;
    }
  }
  return undefined;
}
