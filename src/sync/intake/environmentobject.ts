import type { Clock } from '../../base/clock.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import { ANNOTATIONS, LABELS } from '../../model/annotations.ts';
import type { Asked, Origin } from '../../model/environments.ts';
import { environmentObjectName } from '../../model/names.ts';
import { differing, termsInForce } from '../../model/terms.ts';
import {
  type Delivery,
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
  type PromotionPolicy,
  type Terms,
} from '../../model/types.ts';
import { claimOf } from '../state/environments.ts';
import { changeStatus } from '../state/status.ts';

/** Whether an environment stood in a file, so that it does not go on by convention when the file vanishes. */
export const ORIGIN = 'pilotage.dev/origin';

interface Writing {
  readonly home: KubeClient;
  readonly clock: Clock;
}

/** What is recorded of an environment in the same write as its terms. */
interface Beginning {
  /** When its file was looked at, in milliseconds. */
  readonly at: number;
  /** It claims its place: the caller holds the claims and has seen that nobody else does. */
  readonly claims: boolean;
  /** Digest of the terms that its own branch declares, where no gate has to let them through. */
  readonly declared?: string | undefined;
}

/** Creates the object of an environment: from here on the terms that it begins with are in force. */
export async function createEnvironment(
  { home, clock }: Writing,
  delivery: Delivery,
  name: string,
  { terms: { promotion, ...terms }, origin }: Asked,
  { at, claims, declared }: Beginning,
): Promise<Environment> {
  const owner = delivery.metadata.name ?? '';
  const created = await home.create<Environment>(
    ENVIRONMENTS,
    {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Environment',
      metadata: {
        name: environmentObjectName(owner, name),
        namespace: PILOTAGE_NAMESPACE,
        labels: { [LABELS.delivery]: owner, [LABELS.environment]: name },
        annotations: {
          [ORIGIN]: origin,
          [ANNOTATIONS.branchSince]: momentOf(at),
          ...(claims ? { [ANNOTATIONS.claim]: claimOf(terms) } : {}),
        },
      },
      spec: { delivery: owner, environment: name, ...terms, ...(declared ? { declared } : {}) },
    },
    { namespace: PILOTAGE_NAMESPACE, fieldManager: 'pilotage-sync' },
  );
  return promotion === undefined ? created : withPolicy({ home, clock }, created, promotion);
}

/** To the millisecond: a second holds many pushes, and who came first decides. */
const momentOf = (at: number): string => new Date(at).toISOString();

/** What is written beside the terms: why they count. */
export interface Provenance {
  readonly origin?: Origin;
  readonly declared?: string;
  readonly accepted?: { readonly proposal: string; readonly by: string; readonly at: string };
}

/** Puts terms in force. The policy comes first: a reader that sees a new branch sees the gates that go with it. Nothing is written when nothing changes. */
export async function enforce(
  writing: Writing,
  environment: Environment,
  terms: Terms,
  { origin, declared, accepted }: Provenance = {},
): Promise<Environment> {
  const changed = differing(termsInForce(environment), terms);
  const policed = changed.includes('promotion')
    ? await withPolicy(writing, environment, terms.promotion)
    : environment;
  const moves = changed.includes('namespace') || changed.includes('cluster');
  const annotations: JsonObject = {
    ...(origin === undefined || environment.metadata.annotations?.[ORIGIN] === origin
      ? {}
      : { [ORIGIN]: origin }),
    ...(changed.includes('branch') ? { [ANNOTATIONS.branchSince]: momentOf(writing.clock.now()) } : {}),
    ...(moves ? { [ANNOTATIONS.claim]: claimOf(terms) } : {}),
  };
  const { branch, path, namespace, cluster, verify, windows, notify } = terms;
  const spec: JsonObject = {
    ...(changed.some((term) => term !== 'promotion')
      ? {
          ...{ branch, path, namespace, cluster: cluster ?? null, verify: verify ?? null },
          windows: windows?.map((one) => ({ ...one })) ?? null,
          notify: notify?.map(({ to, on }) => ({ to, on: [...on] })) ?? null,
        }
      : {}),
    ...(declared === undefined || declared === environment.spec.declared ? {} : { declared }),
    ...(accepted ? { accepted: { ...accepted } } : {}),
  };
  if (Object.keys(spec).length === 0 && Object.keys(annotations).length === 0) return policed;
  return patch(writing, environment, { metadata: { annotations }, spec });
}

/** Claims the place that is in force, for one environment owns a namespace. The caller has seen that nobody else does. */
export const claim = (writing: Writing, environment: Environment): Promise<Environment> =>
  patch(writing, environment, {
    metadata: { annotations: { [ANNOTATIONS.claim]: claimOf(environment.spec) } },
  });

const patch = ({ home }: Writing, { metadata }: Environment, body: JsonObject): Promise<Environment> =>
  home.patch<Environment>(
    ENVIRONMENTS,
    { namespace: PILOTAGE_NAMESPACE, name: metadata.name ?? '' },
    { type: 'merge', body },
    { fieldManager: 'pilotage-sync' },
  );

async function withPolicy(
  writing: Writing,
  environment: Environment,
  policy: PromotionPolicy | undefined,
): Promise<Environment> {
  const stored = await changeStatus(
    writing,
    environment.metadata.name ?? '',
    ({ promotionPolicy: _before, ...status }) =>
      policy === undefined ? status : { ...status, promotionPolicy: policy },
  );
  return stored ?? environment;
}
