import { objectsAt } from '../../../kube/kinds/checks/read.ts';
import { allocatedDevices, deviceId } from '../../../kube/kinds/devices/claimstatus.ts';
import type { ResourceClaim, ResourceClaimStatus } from '../../../kube/kinds/objects.data.ts';
import { RESOURCE_CLAIM } from '../../../kube/kinds/resourceclaim.ts';
import type { JsonObject, KubeObject } from '../../../kube/values/types.ts';
import { AGE, column, NAME } from './columns.ts';
import { adminAccess, exactRequests, withoutGatedFields } from './deviceclaims.ts';
import type { Strategy } from './kind.ts';
import type { ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';

/** Kubernetes `pkg/registry/resource/resourceclaim/strategy.go`. */
const STRATEGY: Strategy = {
  status: true,
  generation: false,
  prepareForCreate: withShownSpec,
  prepareForUpdate: withShownSpec,
  prepareForSubresource: (object, live) => withShownStatus(object as ResourceClaim, live as ResourceClaim),
  validate(object, live, world, subresource) {
    if (!live) return adminAccess(object, exactRequests(object.spec), 'spec.devices.requests', world);
    if (subresource !== 'status' || resultsOf(live).some((one) => one.adminAccess === true)) return [];
    return adminAccess(object, resultsOf(object), 'status.allocation.devices.results', world);
  },
};

export const SERVED_RESOURCE_CLAIM: ServedRow = {
  kind: RESOURCE_CLAIM,
  strategy: STRATEGY,
  columns: [NAME, column<ResourceClaim>('State', stateOf), AGE],
  subresources: [STATUS],
};

function stateOf({ metadata, status }: ResourceClaim): string {
  const isLeaving = metadata.deletionTimestamp !== undefined;
  const isReserved = (status?.reservedFor ?? []).length > 0;
  return [
    ...(isLeaving ? ['deleted'] : []),
    ...(status?.allocation
      ? ['allocated', ...(isReserved ? ['reserved'] : [])]
      : isLeaving
        ? []
        : ['pending']),
  ].join(',');
}

function withShownSpec(object: KubeObject): KubeObject {
  const claim = object as ResourceClaim;
  return { ...claim, spec: withoutGatedFields(claim.spec) };
}

/** Without what belongs to features that are off by default, and without reports on devices that are given back. */
function withShownStatus(claim: ResourceClaim, live: ResourceClaim): ResourceClaim {
  if (!claim.status) return claim;
  const { devices: reported, ...status } = shown(claim.status);
  const now = new Set(allocatedDevices(status as JsonObject));
  const givenBack = new Set(allocatedDevices((live.status ?? {}) as JsonObject).filter((id) => !now.has(id)));
  const devices = (reported ?? []).filter((one) => !givenBack.has(deviceId(one as unknown as JsonObject)));
  return { ...claim, status: devices.length > 0 ? { ...status, devices } : status };
}

function shown({ allocation, devices, ...status }: ResourceClaimStatus): ResourceClaimStatus {
  const results = allocation?.devices?.results?.map(
    ({ shareID: _, consumedCapacity: __, bindingConditions: ___, bindingFailureConditions: ____, ...rest }) =>
      rest,
  );
  return {
    ...status,
    ...(allocation && {
      allocation: results ? { ...allocation, devices: { ...allocation.devices, results } } : allocation,
    }),
    ...(devices && { devices: devices.map(({ shareID: _, ...device }) => device) }),
  };
}

const resultsOf = (object: KubeObject): readonly JsonObject[] =>
  objectsAt((object as ResourceClaim).status?.allocation?.devices as JsonObject | undefined, 'results');
