import { rfc3339 } from '../../../base/clock.ts';
import { API_SERVICE } from '../../../kube/kinds/apiservice.ts';
import type { APIService } from '../../../kube/kinds/objects.data.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { AGE, column, NAME } from './columns.ts';
import type { World } from './kind.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';

export const SERVED_API_SERVICE: ServedRow = {
  kind: API_SERVICE,
  strategy: { ...PLAIN, status: true, prepareForCreate: availableWhereLocal },
  columns: [
    NAME,
    column<APIService>('Service', ({ spec }) =>
      spec?.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local',
    ),
    column<APIService>('Available', available),
    AGE,
  ],
  subresources: [STATUS],
};

export const LOCAL = {
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
} as const;

/** What this server serves itself is available at once (kube-aggregator `pkg/registry/apiservice/strategy.go`). */
function availableWhereLocal(object: KubeObject, { clock }: World): KubeObject {
  if ((object as APIService).spec?.service) return { ...object, status: {} };
  const condition = { type: 'Available', ...LOCAL, lastTransitionTime: rfc3339(clock.now()) };
  return { ...object, status: { conditions: [condition] } };
}

function available({ status }: APIService): string {
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  if (!condition) return 'Unknown';
  return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
}
