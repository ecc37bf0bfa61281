import type { Clock } from '../../../base/clock.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { SERVICE_ACCOUNTS } from '../../../kube/kinds/resources.data.ts';

/** Tokens of the accounts that pods run as, by `tokenKey`. */
export type TokensByKey = ReadonlyMap<string, string>;

interface Projection {
  readonly audience?: string;
  readonly expirationSeconds?: number;
}

const DEFAULT_SECONDS = 3_600;

export const tokenKey = ({ audience = '', expirationSeconds = DEFAULT_SECONDS }: Projection): string =>
  `${expirationSeconds} ${audience}`;

export const tokenProjections = ({ spec }: Pod): readonly Projection[] =>
  (spec.volumes ?? []).flatMap(({ projected }) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }) => serviceAccountToken ?? []),
  );

/** Requests tokens for pods, and keeps each until it is to be replaced. */
export interface PodTokens {
  /** All that the pod's volumes project. Rejects when the API refuses, or cannot be asked. */
  of(pod: Pod): Promise<TokensByKey>;
  /** Whether one of them is due to be replaced. */
  isDue(pod: Pod): boolean;
  forget(uid: string): void;
}

interface Held {
  readonly token: string;
  /** Milliseconds. */
  readonly renewAt: number;
}

/** Replaced when a fifth of its life is left, and every day (kubelet `pkg/kubelet/token/token_manager.go` requiresRefresh). */
const LIFE_USED = 0.8;
const LONGEST_MS = 24 * 3_600_000;

export function createPodTokens({ client, clock }: { client: KubeClient; clock: Clock }): PodTokens {
  const held = new Map<string, Map<string, Held>>();

  async function request(pod: Pod, projection: Projection): Promise<Held> {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    const { audience, expirationSeconds = DEFAULT_SECONDS } = projection;
    const account = pod.spec.serviceAccountName ?? 'default';
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name: account, namespace },
      spec: {
        audiences: audience ? [audience] : [],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    };
    const answer: unknown = await client.create(SERVICE_ACCOUNTS, body, { namespace, subresource: 'token' });
    const { token, expirationTimestamp } = (answer as TokenAnswer).status;
    const now = clock.now();
    const life = Date.parse(expirationTimestamp) - now;
    return { token, renewAt: now + Math.min(life * LIFE_USED, LONGEST_MS) };
  }

  const heldOf = ({ metadata: { uid = '' } }: Pod): Map<string, Held> => {
    const own = held.get(uid) ?? new Map<string, Held>();
    held.set(uid, own);
    return own;
  };
  const isFresh = (one: Held | undefined): one is Held => one !== undefined && clock.now() < one.renewAt;

  return {
    async of(pod) {
      const projections = tokenProjections(pod);
      if (projections.length === 0) return new Map();
      const own = heldOf(pod);
      for (const projection of projections) {
        const key = tokenKey(projection);
        if (!isFresh(own.get(key))) own.set(key, await request(pod, projection));
      }
      return new Map([...own].map(([key, { token }]) => [key, token]));
    },
    isDue: (pod) => {
      const own = held.get(pod.metadata.uid ?? '');
      return tokenProjections(pod).some((projection) => !isFresh(own?.get(tokenKey(projection))));
    },
    forget: (uid) => void held.delete(uid),
  };
}

interface TokenAnswer {
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}
