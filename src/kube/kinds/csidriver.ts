import { duplicate, type FieldError, invalid, notSupported } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable, none, oneOf } from './checks/checks.ts';
import { isEmptyList, listAt, numberAt, objectAt, objectsAt, textAt } from './checks/read.ts';
import { CSI_DRIVERS } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

export const CSI_DRIVER: KindRow = {
  resource: CSI_DRIVERS,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateCsiDriver,
  defaults: {
    'storage.v1.CSIDriverSpec': {
      members: {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        volumeLifecycleModes: ['Persistent'],
        requiresRepublish: false,
        seLinuxMount: false,
      },
    },
  },
};

const FS_GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];
const LIFECYCLES = ['Persistent', 'Ephemeral'];

/** Kubernetes `pkg/apis/storage/validation/validation.go` (validateCSIDriverSpec, ValidateCSIDriverUpdate). */
function validateCsiDriver(driver: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(driver, 'spec');
  const before = old ? objectAt(old, 'spec') : spec;
  const period = numberAt(spec, 'nodeAllocatableUpdatePeriodSeconds') ?? 10;
  return [
    ...oneOf(spec, 'fsGroupPolicy', 'spec', FS_GROUP_POLICIES),
    ...validateTokenRequests(spec),
    ...listAt(spec, 'volumeLifecycleModes').flatMap((mode) =>
      LIFECYCLES.includes(String(mode))
        ? none
        : [notSupported('spec.volumeLifecycleModes', mode, LIFECYCLES)],
    ),
    ...(period < 10
      ? [
          invalid(
            'spec.nodeAllocatableUpdatePeriodSeconds',
            period,
            'must be greater than or equal to 10 seconds',
          ),
        ]
      : none),
    ...(spec.serviceAccountTokenInSecrets !== undefined && isEmptyList(spec.tokenRequests)
      ? [
          invalid(
            'spec.serviceAccountTokenInSecrets',
            spec.serviceAccountTokenInSecrets,
            'serviceAccountTokenInSecrets is set but no tokenRequests are specified',
          ),
        ]
      : none),
    ...immutable('spec.attachedRequired', spec.attachRequired, before.attachRequired),
    ...immutable('spec.volumeLifecycleModes', spec.volumeLifecycleModes, before.volumeLifecycleModes),
  ];
}

const SHORTEST_TOKEN_SECONDS = 600;
const LONGEST_TOKEN_SECONDS = 2 ** 32;

function validateTokenRequests(spec: JsonObject): readonly FieldError[] {
  const seen = new Set<string>();
  return objectsAt(spec, 'tokenRequests').flatMap((request, i) => {
    const at = `spec.tokenRequests[${i}]`;
    const audience = textAt(request, 'audience');
    if (seen.has(audience)) return [duplicate(`${at}.audience`, audience)];
    seen.add(audience);
    const seconds = numberAt(request, 'expirationSeconds') ?? SHORTEST_TOKEN_SECONDS;
    const refuse = (why: string) => [invalid(`${at}.expirationSeconds`, seconds, why)];
    if (seconds < SHORTEST_TOKEN_SECONDS) return refuse('may not specify a duration less than 10 minutes');
    if (seconds > LONGEST_TOKEN_SECONDS) return refuse('may not specify a duration larger than 2^32 seconds');
    return none;
  });
}
