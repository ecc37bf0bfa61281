import type { Pod } from '../../../kube/kinds/objects.data.ts';

export type ReferencedResource = 'secrets' | 'configmaps' | 'serviceaccounts' | 'persistentvolumeclaims';

/**
 * Whether something in the pod refers to this object of its namespace (Kubernetes `plugin/pkg/auth/authorizer/node/graph.go` AddPod, with
 * `pkg/api/v1/pod/util.go` VisitPodSecretNames and VisitPodConfigmapNames).
 */
export function refersTo(pod: Pod, resource: ReferencedResource, name: string): boolean {
  if (resource === 'serviceaccounts') return (pod.spec.serviceAccountName ?? 'default') === name;
  const spec = pod.spec as unknown as Loose;
  if (resource === 'persistentvolumeclaims') return claims(pod, spec).includes(name);
  const kind = resource === 'secrets' ? SECRET : CONFIG_MAP;
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) =>
    listOf(spec[field]),
  );
  return (
    containers.some((container) => isNamedInEnvironment(container, kind, name)) ||
    listOf(spec.volumes).some((volume) => isNamedInVolume(volume, kind, name)) ||
    (resource === 'secrets' && listOf(spec.imagePullSecrets).some((one) => one.name === name))
  );
}

/** Those that volumes name, and those that are made for ephemeral volumes (component-helpers `storage/ephemeral` VolumeClaimName). */
const claims = ({ metadata }: Pod, { volumes }: Loose): readonly unknown[] =>
  listOf(volumes).map((volume) =>
    isRecord(volume.ephemeral)
      ? `${metadata.name}-${String(volume.name)}`
      : fieldOf(volume.persistentVolumeClaim, 'claimName'),
  );

/** Parts of a pod by the names of their members: what refers to an object looks alike in many types. */
type Loose = Readonly<Record<string, unknown>>;

interface ReferenceFields {
  /** In `envFrom` and in `valueFrom`. */
  readonly source: string;
  readonly key: string;
  /** A volume, and the field of it that has the name; the same in `projected.sources`, by `name`. */
  readonly volume: string;
  readonly volumeName: string;
}

const SECRET: ReferenceFields = {
  source: 'secretRef',
  key: 'secretKeyRef',
  volume: 'secret',
  volumeName: 'secretName',
};
const CONFIG_MAP: ReferenceFields = {
  source: 'configMapRef',
  key: 'configMapKeyRef',
  volume: 'configMap',
  volumeName: 'name',
};

const isRecord = (value: unknown): value is Loose => typeof value === 'object' && value !== null;
const listOf = (value: unknown): readonly Loose[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const fieldOf = (value: unknown, field: string): unknown => (isRecord(value) ? value[field] : undefined);

const isNamedInEnvironment = (container: Loose, { source, key }: ReferenceFields, name: string): boolean =>
  listOf(container.envFrom).some((one) => fieldOf(one[source], 'name') === name) ||
  listOf(container.env).some(({ valueFrom }) => fieldOf(fieldOf(valueFrom, key), 'name') === name);

const isNamedInVolume = (
  volume: Loose,
  { volume: type, volumeName }: ReferenceFields,
  name: string,
): boolean =>
  fieldOf(volume[type], volumeName) === name ||
  listOf(fieldOf(volume.projected, 'sources')).some((one) => fieldOf(one[type], 'name') === name);
