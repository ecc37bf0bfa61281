import type { Clock } from '../../../base/clock.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { Container, Pod } from '../../../kube/kinds/objects.data.ts';
import { repositoryOf } from '../runtime/repository.ts';
import type {
  PodRuntime,
  PullPolicy,
  PullProgress,
  PullResult,
  RegistryCredential,
} from '../runtime/runtime.ts';
import type { ContainerRef } from '../runtime/spec.ts';
import { credentialsFor, keyringOf } from '../spec/keyring.ts';
import { pullSecretNames, readPullSecrets } from '../spec/pullsecrets.ts';
import type { RecordPodEvent } from './events.ts';

export interface PullInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly client: KubeClient;
  readonly ref: ContainerRef;
  readonly runtime: Pick<PodRuntime, 'pullImage'>;
  readonly clock: Clock;
  readonly recordEvent: RecordPodEvent;
  readonly signal: AbortSignal;
}

/** How often a pull that lasts says how far it is. */
const PROGRESS_MS = 10_000;

/** Makes the image of a container available, in events of kubelet `pkg/kubelet/images/image_manager.go`. */
export async function pullFor(input: PullInput): Promise<PullResult> {
  const { container, ref, runtime, clock, recordEvent, signal } = input;
  const { name, image = '', imagePullPolicy } = container;
  const tell = (reason: string, message: string) => recordEvent('Normal', reason, message, name);
  const began = clock.monotonic();
  let toldAt: number | undefined;
  const onProgress = (progress: PullProgress): void => {
    if (toldAt === undefined) tell('Pulling', `Pulling image "${image}"`);
    else if (clock.monotonic() - toldAt < PROGRESS_MS) return;
    else tell('Pulling', `Pulling image "${image}": ${amountOf(progress)}`);
    toldAt = clock.monotonic();
  };
  let offered: Offer | undefined;
  const result = await runtime.pullImage(image, {
    pod: ref.pod,
    policy: (imagePullPolicy ?? 'IfNotPresent') as PullPolicy,
    credentials: async () => {
      offered = await offerOf(input, image);
      return offered.credentials;
    },
    onProgress,
    signal,
  });
  if (!result.ok && offered) {
    const message = withRemedy(result, offered, input.pod, image);
    return { ...result, message, ...(offered.isUnanswered ? { isUnanswered: true } : {}) };
  }
  if (!result.ok || result.size === undefined) return result;
  if (toldAt === undefined) tell('Pulled', `Container image "${image}" already present on machine`);
  else {
    const seconds = ((clock.monotonic() - began) / 1000).toFixed(3);
    tell('Pulled', `Successfully pulled image "${image}" in ${seconds}s. Image size: ${result.size} bytes.`);
  }
  return result;
}

/** What a registry is offered for an image, and what is wrong with Secrets that were to hold it. */
interface Offer {
  readonly credentials: readonly RegistryCredential[];
  readonly faults: readonly string[];
  readonly isUnanswered: boolean;
}

async function offerOf({ client, pod, recordEvent }: PullInput, image: string): Promise<Offer> {
  const { configs, unread, faults, isUnanswered } = await readPullSecrets(client, pod);
  if (unread.length > 0)
    recordEvent(
      'Warning',
      'FailedToRetrieveImagePullSecret',
      `Unable to retrieve some image pull secrets (${unread.join(', ')}); attempting to pull the image may not succeed.`,
    );
  return {
    credentials: credentialsFor(keyringOf(configs), image),
    isUnanswered,
    faults: [...unread.map((name) => `Secret "${name}" cannot be read`), ...faults],
  };
}

/** What would make a registry give the image, beside its own words. */
function withRemedy(
  { message, isUnauthorized }: Extract<PullResult, { ok: false }>,
  { credentials, faults }: Offer,
  pod: Pod,
  image: string,
): string {
  const names = pullSecretNames(pod);
  const { registry } = repositoryOf(image);
  const words = [message, ...faults];
  if (isUnauthorized && names.length === 0)
    words.push(
      `${registry} gives it to nobody without a name: name a Secret with credentials (kubectl create secret docker-registry) in imagePullSecrets of the pod or of its service account`,
    );
  else if (isUnauthorized && credentials.length === 0)
    words.push(`imagePullSecrets (${names.join(', ')}) have no credentials for ${registry}`);
  else if (isUnauthorized)
    words.push(`the credentials for ${registry} in imagePullSecrets (${names.join(', ')}) were refused`);
  return words.join('. ');
}

const MEBIBYTE = 2 ** 20;
const mebibytes = (bytes: number): string => (bytes / MEBIBYTE).toFixed(1);

const amountOf = ({ done, total }: PullProgress): string =>
  total === undefined ? `${mebibytes(done)} MiB` : `${mebibytes(done)} of ${mebibytes(total)} MiB`;
