import { objectAt, objectsAt } from '../../../kube/kinds/checks/read.ts';
import type {
  DeviceClaim,
  DeviceConstraint,
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaimSpec,
} from '../../../kube/kinds/objects.data.ts';
import { type FieldError, forbidden } from '../../../kube/values/fielderrors.ts';
import type { JsonObject, KubeObject } from '../../../kube/values/types.ts';
import { namespaceKey, type World } from './kind.ts';

/** What ResourceClaims and their templates have in common. */

/** Without the fields of features that are off by default, which nobody is shown (Kubernetes `pkg/api/resourceclaimspec`). */
export function withoutGatedFields(spec: ResourceClaimSpec): ResourceClaimSpec {
  return spec.devices ? { ...spec, devices: devicesOf(spec.devices) } : spec;
}

const devicesOf = ({ requests, constraints, ...rest }: DeviceClaim): DeviceClaim => ({
  ...rest,
  ...(requests && {
    requests: requests.map(({ exactly, firstAvailable, ...request }) => ({
      ...request,
      ...(exactly && { exactly: wanted(exactly) }),
      ...(firstAvailable && { firstAvailable: firstAvailable.map(wanted) }),
    })),
  }),
  ...(constraints && {
    constraints: constraints.map(({ distinctAttribute: _, ...one }): DeviceConstraint => one),
  }),
});

const wanted = <T extends ExactDeviceRequest | DeviceSubRequest>({
  capacity: _,
  tolerations: __,
  ...request
}: T) => request;

const LABEL = 'resource.kubernetes.io/admin-access';

/** Who administers devices works in a namespace that says so (KEP-5018; Kubernetes `pkg/registry/resource/utils.go`). */
export function adminAccess(
  object: KubeObject,
  items: readonly JsonObject[],
  path: string,
  world: World,
): readonly FieldError[] {
  const index = items.findIndex((item) => item.adminAccess === true);
  if (index < 0) return [];
  const namespace = world.store.get(namespaceKey(object.metadata.namespace ?? ''))?.object;
  if (namespace?.metadata.labels?.[LABEL] === 'true') return [];
  const problem = `admin access to devices requires the \`${LABEL}: true\` label on the containing namespace`;
  return [forbidden(`${path}[${index}].adminAccess`, problem)];
}

export const exactRequests = (spec: unknown): readonly JsonObject[] =>
  objectsAt(objectAt(spec as JsonObject, 'devices'), 'requests').map((one) => objectAt(one, 'exactly'));
