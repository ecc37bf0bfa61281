/** Tags of images → digests, at registries that a person lets a delivery ask. */
import { ProblemError, problemOf } from '../base/errors.ts';
import { isLocalAddress } from '../base/localaddresses.ts';
import { askFor } from '../charts/delivered/ask.ts';
import { RegistryClient } from '../charts/registry/client.ts';
import { loginIn } from '../charts/registry/dockerconfig.ts';
import { openSession } from '../charts/registry/session.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { Secret } from '../kube/kinds/objects.data.ts';
import { SECRETS } from '../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../kube/values/status.ts';
import { type ImageReference, imageText } from '../model/imagereference.ts';
import { imageSecretName } from '../model/imageregistries.ts';
import { PILOTAGE_NAMESPACE } from '../model/types.ts';
import { allowedRegistries } from '../sync/source/registries.ts';

/** What a tag may name: an image, or a list of one for each platform; of OCI and of Docker. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const noHelper = async (): Promise<undefined> => undefined;

/**
 * The image with the digest that its tag has now. As it is where it has one, or where nobody has allowed its registry (`connect
 * --allow-registries`). Passwords come from the Secret `images-DELIVERY`. @throws ProblemError where an allowed registry has no such image, or does not answer
 */
export function imagePinner(home: KubeClient) {
  return async (delivery: string, reference: ImageReference): Promise<ImageReference> => {
    const { tag, digest } = reference;
    const { host, repository } = placeOf(reference);
    if (digest !== undefined || tag === undefined) return reference;
    if (!(await allowedRegistries(home, delivery)).includes(host)) return reference;
    const key = { namespace: PILOTAGE_NAMESPACE, name: imageSecretName(delivery) };
    const secret = (await home.get(SECRETS, key).catch(notFoundAsUndefined)) as Secret | undefined;
    const data = secret?.data?.['.dockerconfigjson'];
    const logins = data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8');
    const session = openSession(host, {
      ask: askFor([host], new AbortController().signal),
      loginFor: async (asked) =>
        logins === undefined || asked !== host
          ? undefined
          : loginIn(logins, `Secret ${key.name}`, host, noHelper),
      // As engines do: what does not leave the machine needs no encryption.
      plainHttp: isLocalAddress(host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')),
    });
    const found = await new RegistryClient(session)
      .manifest({ host, repository, tag }, MANIFESTS)
      .catch((error: unknown) => {
        throw new ProblemError(notResolved(reference, delivery, error));
      });
    if (found) return { ...reference, digest: found.digest };
    throw new ProblemError({
      reason: 'ImageNotFound',
      message: `${host} has no image ${imageText(reference)}; nothing was changed.`,
      remedy: 'Push it first; a build pushes its image before it sets it.',
    });
  };
}

/** As engines read names: without a host it is Docker Hub, and there without a folder one of Docker's own. */
function placeOf({ repository }: ImageReference): { readonly host: string; readonly repository: string } {
  const slash = repository.indexOf('/');
  const first = repository.slice(0, Math.max(slash, 0));
  if (/[.:]/.test(first) || first === 'localhost')
    return { host: first, repository: repository.slice(slash + 1) };
  return { host: 'docker.io', repository: slash < 0 ? `library/${repository}` : repository };
}

function notResolved(reference: ImageReference, delivery: string, error: unknown) {
  const { reason, message } = problemOf(error);
  return {
    reason,
    message: `The digest of ${imageText(reference)} could not be found out, and nothing was changed: ${message}`,
    remedy: `Name the digest, …@sha256:…; or see that the registry answers, with a password in the Secret ${imageSecretName(delivery)} of namespace ${PILOTAGE_NAMESPACE}.`,
  };
}
