import type { Clock } from '../../../base/clock.ts';
import type { Container } from '../../../kube/kinds/objects.data.ts';
import type { PodRuntime, PullPolicy, PullProgress, PullResult } from '../runtime/runtime.ts';
import type { ContainerRef } from '../runtime/spec.ts';
import type { RecordPodEvent } from './events.ts';

export interface PullInput {
  readonly container: Container;
  readonly ref: ContainerRef;
  readonly runtime: Pick<PodRuntime, 'pullImage'>;
  readonly clock: Clock;
  readonly recordEvent: RecordPodEvent;
  readonly signal: AbortSignal;
}

/** How often a pull that lasts says how far it is. */
const PROGRESS_MS = 10_000;

/** Makes the image of a container available, in events of kubelet `pkg/kubelet/images/image_manager.go`. */
export async function pullFor({
  container,
  ref,
  runtime,
  clock,
  recordEvent,
  signal,
}: PullInput): Promise<PullResult> {
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
  const result = await runtime.pullImage(image, {
    pod: ref.pod,
    policy: (imagePullPolicy ?? 'IfNotPresent') as PullPolicy,
    onProgress,
    signal,
  });
  if (!result.ok || result.size === undefined) return result;
  if (toldAt === undefined) tell('Pulled', `Container image "${image}" already present on machine`);
  else {
    const seconds = ((clock.monotonic() - began) / 1000).toFixed(3);
    tell('Pulled', `Successfully pulled image "${image}" in ${seconds}s. Image size: ${result.size} bytes.`);
  }
  return result;
}

const MEBIBYTE = 2 ** 20;
const mebibytes = (bytes: number): string => (bytes / MEBIBYTE).toFixed(1);

const amountOf = ({ done, total }: PullProgress): string =>
  total === undefined ? `${mebibytes(done)} MiB` : `${mebibytes(done)} of ${mebibytes(total)} MiB`;
