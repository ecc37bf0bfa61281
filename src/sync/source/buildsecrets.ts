import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Secret } from '../../kube/kinds/objects.data.ts';
import { SECRETS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import { PILOTAGE_NAMESPACE } from '../../model/types.ts';

/** A Secret that the pilotage.yaml of a delivery names. */
export interface NamedSecret {
  readonly delivery: string;
  readonly name: string;
  readonly place: Place;
}

/** Its content; problems show nothing of it. */
export type ReadBuildSecret = (secret: NamedSecret) => Promise<Result<Readonly<Record<string, Buffer>>>>;

/**
 * Secrets that builds may use stand in the namespace of the pilotage.dev objects, where no environment may write, and a person has said for
 * which deliveries they are: a repository must not choose among the Secrets of everybody.
 */
export function buildSecretReader(home: KubeClient): ReadBuildSecret {
  return async (named) => {
    const { name } = named;
    const secret = (await home
      .get(SECRETS, { namespace: PILOTAGE_NAMESPACE, name })
      .catch(notFoundAsUndefined)) as Secret | undefined;
    if (!secret) return failed(missing(named));
    if (!isFor(secret, named.delivery)) return failed(notAllowed(named));
    const data = Object.entries(secret.data ?? {});
    return ok(Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(value, 'base64')])));
  };
}

const isFor = ({ metadata }: Secret, delivery: string): boolean =>
  (metadata.annotations?.[ANNOTATIONS.builds] ?? '')
    .split(',')
    .map((one) => one.trim())
    .includes(delivery);

const allow = ({ name, delivery }: NamedSecret): string =>
  `kubectl -n ${PILOTAGE_NAMESPACE} annotate secret ${name} ${ANNOTATIONS.builds}=${delivery}`;

const missing = (named: NamedSecret): Problem => ({
  reason: 'BuildSecretMissing',
  message: `there is no Secret ${named.name} in the namespace ${PILOTAGE_NAMESPACE}`,
  place: named.place,
  remedy: `Create it there, then say for whom it is: ${allow(named)}.`,
});

const notAllowed = (named: NamedSecret): Problem => ({
  reason: 'BuildSecretForbidden',
  message: `the Secret ${named.name} is not for builds of ${named.delivery}`,
  place: named.place,
  remedy: `Whoever may write it says for which deliveries it is: ${allow(named)}.`,
});

/** The key of a Secret of the type dockerconfigjson. */
const DOCKER_CONFIG = '.dockerconfigjson';

/** What a registry is offered, as Docker's configuration. */
export async function dockerConfigOf(read: ReadBuildSecret, named: NamedSecret): Promise<Result<string>> {
  const secret = await read(named);
  if (!secret.ok) return secret;
  const config = secret.value[DOCKER_CONFIG];
  if (config) return ok(config.toString('utf8'));
  return failed({
    reason: 'BuildSecretMissing',
    message: `the Secret ${named.name} has no ${DOCKER_CONFIG}`,
    place: named.place,
    remedy: 'Make it by kubectl create secret docker-registry.',
  });
}
