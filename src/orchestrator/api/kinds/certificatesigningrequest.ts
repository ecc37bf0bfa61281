import { rfc3339 } from '../../../base/clock.ts';
import {
  CERTIFICATE_SIGNING_REQUEST,
  validateUndecided,
} from '../../../kube/kinds/certificatesigningrequest.ts';
import type { CertificateSigningRequest } from '../../../kube/kinds/objects.data.ts';
import type { JsonObject, KubeObject } from '../../../kube/values/types.ts';
import { AGE, column, NAME, none } from './columns.ts';
import { humanDuration } from './humanduration.ts';
import type { Strategy, ViewRow, World } from './kind.ts';
import type { ServedRow } from './servedrow.ts';
import { READ_WRITE, STATUS } from './subresource.ts';

/** Kubernetes `pkg/registry/certificates/certificates/strategy.go`. */
const STRATEGY: Strategy = {
  status: true,
  generation: false,
  // Who asks is what the signer goes by: it is never taken from the request.
  prepareForCreate: (object, _world, user) => {
    const {
      username: _,
      uid: __,
      groups: ___,
      extra: ____,
      ...asked
    } = (object as CertificateSigningRequest).spec;
    const { name, uid, groups, extra = {} } = user;
    const asker = {
      username: name,
      ...(uid ? { uid } : {}),
      groups,
      ...(Object.keys(extra).length > 0 ? { extra } : {}),
    };
    return { ...object, spec: { ...asked, ...asker }, status: {} };
  },
  prepareForUpdate: (object, live) => ({ ...object, spec: live.spec }),
  prepareForSubresource: withTimes,
  validate: (object, live, _world, subresource) =>
    live === undefined || subresource === APPROVAL.name
      ? []
      : validateUndecided(statusOf(object), statusOf(live)),
};

const statusOf = ({ status }: KubeObject): JsonObject => (status ?? {}) as JsonObject;

/** Conditions of this kind say when they were written and when they changed, if their author did not. */
function withTimes(object: KubeObject, live: KubeObject, { clock }: World): KubeObject {
  const { status } = object as CertificateSigningRequest;
  if (!status?.conditions) return object;
  const now = rfc3339(clock.now());
  const before = (live as CertificateSigningRequest).status?.conditions ?? [];
  const conditions = status.conditions.map((condition) => ({
    lastUpdateTime: now,
    lastTransitionTime:
      before.find(({ type, status: was }) => type === condition.type && was === condition.status)
        ?.lastTransitionTime ?? now,
    ...condition,
  }));
  return { ...object, status: { ...status, conditions } };
}

/** Writes labels, annotations and the conditions; nothing else of the status is the approver's. */
const APPROVAL: ViewRow = {
  type: 'view',
  name: 'approval',
  verbs: READ_WRITE,
  read: (request) => request,
  write: (live, wanted) => {
    const { conditions } = (wanted as CertificateSigningRequest).status ?? {};
    const status = { ...statusOf(live), ...(conditions ? { conditions } : {}) };
    return { ...live, metadata: wanted.metadata, status } as KubeObject;
  },
};

export const SERVED_CERTIFICATE_SIGNING_REQUEST: ServedRow = {
  kind: CERTIFICATE_SIGNING_REQUEST,
  strategy: STRATEGY,
  columns: [
    NAME,
    AGE,
    column<CertificateSigningRequest>('SignerName', ({ spec }) => none(spec.signerName)),
    column<CertificateSigningRequest>('Requestor', ({ spec }) => spec.username ?? ''),
    column<CertificateSigningRequest>('RequestedDuration', ({ spec }) =>
      spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
    ),
    column<CertificateSigningRequest>('Condition', stateOf),
  ],
  subresources: [APPROVAL, STATUS],
};

function stateOf({ status }: CertificateSigningRequest): string {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type) ?? false;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return [decision, ...(has('Failed') ? ['Failed'] : []), ...(status?.certificate ? ['Issued'] : [])].join(
    ',',
  );
}
