import type { Container, Pod, PodSpec } from '../../../kube/kinds/objects.data.ts';
import { UPDATABLE } from '../../../kube/kinds/podspec/podupdate.ts';
import { qosClass } from '../../../kube/kinds/podspec/qos.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { type FieldError, forbidden, invalid } from '../../../kube/values/fielderrors.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { ViewRow } from './kind.ts';
import { keepMetadata, READ_WRITE } from './subresource.ts';

/** Parts of a pod's specification that have endpoints of their own (Kubernetes `pkg/registry/core/pod/strategy.go`). */

const part = (name: string, changed: (live: PodSpec, wanted: PodSpec) => Partial<PodSpec>): ViewRow => ({
  type: 'view',
  name,
  verbs: READ_WRITE,
  resets: [['status']],
  read: (object) => object,
  write(live, wanted) {
    const { spec } = live as Pod;
    const written: Pod = { ...(live as Pod), spec: { ...spec, ...changed(spec, (wanted as Pod).spec) } };
    return keepMetadata(written, wanted);
  },
});

/** What containers may use, changed while they run (KEP-1287). */
export const RESIZE = part('resize', ({ containers, initContainers }, wanted) => ({
  containers: resized(containers, wanted.containers),
  ...(initContainers ? { initContainers: resized(initContainers, wanted.initContainers) } : {}),
}));

/** Containers that are added to look at a pod that runs (KEP-277). */
export const EPHEMERAL_CONTAINERS = part('ephemeralcontainers', (_live, { ephemeralContainers }) =>
  ephemeralContainers ? { ephemeralContainers } : {},
);

const resized = (live: readonly Container[], wanted: readonly Container[] = []): readonly Container[] =>
  live.map((container) => {
    const { resources, resizePolicy } = wanted.find(({ name }) => name === container.name) ?? container;
    return { ...container, ...(resources ? { resources } : {}), ...(resizePolicy ? { resizePolicy } : {}) };
  });

/** Which endpoint may change what. */
export function validatePodChange(
  object: KubeObject,
  live: KubeObject | undefined,
  _world: unknown,
  subresource: string | undefined,
): readonly FieldError[] {
  const { spec } = object as Pod;
  const before = (live as Pod | undefined)?.spec;
  if (!before)
    return spec.ephemeralContainers?.length
      ? [forbidden('spec.ephemeralContainers', 'cannot be set on create')]
      : [];
  switch (subresource) {
    case 'resize':
      return validateResize(spec, before);
    case 'ephemeralcontainers':
      return validateAdded(spec, before);
    default:
      return deepEqual(ownParts(spec), ownParts(before)) ? [] : [forbidden('spec', UPDATABLE)];
  }
}

const ownParts = ({ containers, initContainers = [], ephemeralContainers = [] }: PodSpec) => ({
  resources: [...containers, ...initContainers].map(({ resources = {}, resizePolicy = [] }) => ({
    resources,
    resizePolicy,
  })),
  ephemeralContainers,
});

function validateAdded(
  { ephemeralContainers: now = [] }: PodSpec,
  { ephemeralContainers: before = [] }: PodSpec,
) {
  return before.flatMap((old): FieldError[] => {
    const found = now.find(({ name }) => name === old.name);
    if (found && deepEqual(found, old)) return [];
    const what = found ? 'changed' : 'removed';
    return [
      forbidden(
        'spec.ephemeralContainers',
        `existing ephemeral containers "${old.name}" may not be ${what}\n`,
      ),
    ];
  });
}

/** `validation.go`, ValidatePodResize. */
function validateResize(spec: PodSpec, before: PodSpec): readonly FieldError[] {
  const quality = qosClass(before);
  return [
    ...(qosClass(spec) === quality
      ? []
      : [invalid('spec', quality, 'Pod QOS Class may not change as a result of resizing')]),
    ...spec.containers.flatMap((container, i) =>
      resizeErrors(container, before.containers[i], `spec.containers[${i}].resources`),
    ),
    ...sidecarErrors(spec, before),
  ];
}

const RESIZABLE = ['cpu', 'memory'];

function resizeErrors(now: Container, before: Container | undefined, path: string): FieldError[] {
  const removed = (['requests', 'limits'] as const).flatMap((side) => {
    const lost = Object.keys(before?.resources?.[side] ?? {}).some((name) => !now.resources?.[side]?.[name]);
    return lost ? [forbidden(`${path}.${side}`, `resource ${side} cannot be removed`)] : [];
  });
  const isOther = !deepEqual(fixedAmounts(now), fixedAmounts(before));
  return isOther ? [...removed, forbidden('spec', 'only cpu and memory resources are mutable')] : removed;
}

const fixedAmounts = (container: Container | undefined) =>
  [container?.resources?.requests, container?.resources?.limits].map((amounts) =>
    Object.fromEntries(Object.entries(amounts ?? {}).filter(([name]) => !RESIZABLE.includes(name))),
  );

function sidecarErrors({ initContainers = [] }: PodSpec, before: PodSpec): readonly FieldError[] {
  return initContainers.flatMap((container, i) => {
    const old = before.initContainers?.[i];
    if (container.restartPolicy === 'Always')
      return resizeErrors(container, old, `spec.initContainers[${i}].resources`);
    const isSame = deepEqual(container.resources ?? {}, old?.resources ?? {});
    return isSame ? [] : [forbidden('spec', 'resources for non-sidecar init containers are immutable')];
  });
}
