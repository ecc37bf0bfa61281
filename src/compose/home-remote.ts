/** A cluster behind a kubeconfig context as the home: nothing of a cluster runs on this machine. */
import { delimiter } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { type Problem, ProblemError } from '../base/errors.ts';
import type { Lifetime } from '../base/lifetime.ts';
import type { Logger } from '../base/log.ts';
import type { UpOptions } from '../cli/context.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { remoteClient } from '../kube/remote/remote.ts';
import type { KubeObject, Resource } from '../kube/values/types.ts';
import { advancedClient } from '../model/advancedclient.ts';
import { recordHome } from '../model/homefile.ts';
import { type OpenedInstance, sliceInUse } from '../model/instance.ts';
import { claimHome } from '../sync/cluster/homeclaim.ts';
import type { Home } from './home.ts';

export interface RemoteHomeOptions extends OpenedInstance {
  readonly dataDir: string;
  readonly kubeconfigs: readonly string[];
  readonly context: string;
  /** As `up` was asked. */
  readonly asked: Pick<
    UpOptions,
    | 'admissionFile'
    | 'scheduling'
    | 'oidcFile'
    | 'auditPolicyFile'
    | 'apiGiven'
    | 'ingress'
    | 'engineGiven'
    | 'acceptLoss'
  >;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Learns how the connection ends. */
  readonly parts: Lifetime;
}

/** Rejects with ProblemError when something is asked of the built-in cluster, the kubeconfig has no such context, the cluster refuses, or it is the home of another Pilotage. */
export async function openRemoteHome(options: RemoteHomeOptions): Promise<Home> {
  const { dataDir, kubeconfigs, context, instance, release, clock, logger, parts } = options;
  // Whoever asks for it would believe that it holds.
  const elsewhere = askedOfBuiltin(options.asked, context);
  if (elsewhere) throw new ProblemError(elsewhere);
  // The lock of the addresses is also what keeps a second daemon off this data directory.
  if (!release) throw sliceInUse(instance.podCidr);
  const client = remoteClient({ kubeconfig: { paths: kubeconfigs }, context, clock, logger });
  parts.add('home cluster', client.close);
  await claimHome(client, instance.uid);
  await recordHome(dataDir, context);
  const acting = advancedClient(asItself(client));
  return {
    client: acting,
    promotionClient: acting,
    identityClient: acting,
    decide: reviewer(client),
    url: client.server,
    kubeconfig: kubeconfigs.join(delimiter),
    context,
    backup() {
      throw new ProblemError({
        reason: 'HomeElsewhere',
        message: `The objects of this Pilotage are in the cluster of context ${context}.`,
        remedy: 'Back that cluster up, and the data directory while the daemon is down.',
      });
    },
  };
}

/** The first option that is for the built-in cluster alone. */
function askedOfBuiltin(asked: RemoteHomeOptions['asked'], context: string): Problem | undefined {
  const options: readonly (readonly [given: boolean, flag: string, instead: string])[] = [
    [asked.admissionFile !== undefined, '--admission-config', 'Configure admission in that cluster'],
    [asked.scheduling !== undefined, '--scheduling', 'Configure the scheduler of that cluster'],
    [
      asked.oidcFile !== undefined,
      '--oidc',
      'Have the API server of that cluster take the ID tokens (--signin FILE signs people in to Pilotage itself)',
    ],
    [
      asked.auditPolicyFile !== undefined,
      '--audit-policy',
      'Give the policy to the API server of that cluster',
    ],
    [asked.apiGiven, '--api', 'Use the API of that cluster at its own address'],
    [asked.ingress?.http.given === true, '--ingress', 'Use the ingress controller of that cluster'],
    [asked.ingress?.https.given === true, '--ingress-tls', 'Use the ingress controller of that cluster'],
    [asked.ingress?.log === true, '--ingress-log', 'Use the ingress controller of that cluster'],
    [asked.engineGiven, '--engine', 'Run containers on the nodes of that cluster'],
    [asked.acceptLoss, '--accept-loss', 'Restore the store of that cluster by its own means'],
  ];
  const [, flag, instead] = options.find(([given]) => given) ?? [];
  return flag === undefined
    ? undefined
    : {
        reason: 'HomeElsewhere',
        message: `${flag} is for the built-in cluster, and the home of this Pilotage is the cluster of context ${context}.`,
        remedy: `${instead}, and leave ${flag} out.`,
      };
}

/** Asks the cluster's own authorizer. Rejects where the user of the kubeconfig may not ask. */
const reviewer =
  (client: KubeClient): Home['decide'] =>
  async ({ name: user, groups }, resourceAttributes) => {
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {} };
    const spec = { user, groups: [...groups], resourceAttributes };
    const asked = await client.create<AccessReview>(SUBJECT_ACCESS_REVIEWS, {
      ...review,
      spec,
    } as AccessReview);
    return {
      allowed: asked.status?.allowed === true,
      ...(asked.status?.reason ? { reason: asked.status.reason } : {}),
    };
  };

interface AccessReview extends KubeObject {
  readonly status?: { readonly allowed?: boolean; readonly reason?: string };
}

const SUBJECT_ACCESS_REVIEWS: Resource<AccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  namespaced: false,
};

/** Only the built-in API server knows the users that environments act as; to any other, Pilotage is what its kubeconfig says. */
function asItself(client: KubeClient): KubeClient {
  const itself: KubeClient = { ...client, as: () => itself };
  return itself;
}
