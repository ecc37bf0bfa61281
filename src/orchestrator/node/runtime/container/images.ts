import type { IncomingMessage } from 'node:http';
import { splitLines } from '../../../../base/lines.ts';
import type { PullFault, PullOptions, PullProgress, PullResult } from '../runtime.ts';
import type { Engine } from './engine/engine.ts';
import type { InspectedImage, PullLine } from './engine/types.ts';

const LINE_BYTES = 64 * 1024;

const fault = (reason: PullFault['reason'], message: string): PullFault => ({ ok: false, reason, message });

/** Makes an image available to the engine, by the rules of kubelet `pkg/kubelet/images/image_manager.go`. */
export async function pullImage(
  engine: Engine,
  reference: string,
  { policy = 'IfNotPresent', onProgress, signal }: PullOptions,
): Promise<PullResult> {
  if (reference === 'host') return fault('ErrImagePull', HOST);
  const there = policy === 'Always' ? undefined : await engine.image(reference);
  if (there) return pulled(reference, there);
  if (policy === 'Never')
    return fault(
      'ErrImageNeverPull',
      `Container image "${reference}" is not present with pull policy of Never`,
    );
  onProgress?.({ done: 0 });
  const failure = await fetchImage(engine, reference, onProgress, signal).catch((error: unknown) => {
    if (signal?.aborted) throw signal.reason;
    return error instanceof Error ? error.message : String(error);
  });
  if (failure !== undefined)
    return fault('ErrImagePull', `image "${reference}" cannot be pulled: ${failure}`);
  const image = await engine.image(reference);
  return image
    ? pulled(reference, image)
    : fault('ErrImagePull', `image "${reference}" was pulled, and the engine does not know it`);
}

const HOST =
  'image "host" is the programs of this machine, and its pod runs in containers because of another image: give each a pod of its own';

const pulled = (reference: string, { Id, Size }: InspectedImage): PullResult => ({
  ok: true,
  image: { reference, digest: Id.startsWith('sha256:') ? Id : `sha256:${Id}` },
  size: Size,
});

/** Resolves with what the engine says went wrong. */
async function fetchImage(
  engine: Engine,
  reference: string,
  onProgress: PullOptions['onProgress'],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const layers = new Map<string, PullProgress>();
  let failure: string | undefined;
  const lines = splitLines(LINE_BYTES, (line) => {
    const { id, progressDetail, error } = readLine(line);
    failure ??= error;
    if (id === undefined || progressDetail?.current === undefined) return;
    const { current: done, total } = progressDetail;
    layers.set(id, { done, ...(total === undefined ? {} : { total }) });
    onProgress?.(sumOf([...layers.values()]));
  });
  for await (const piece of (await engine.pull(reference, signal)) as IncomingMessage & AsyncIterable<Buffer>)
    lines.add(piece);
  lines.end();
  return failure;
}

function readLine(line: string): PullLine {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

function sumOf(layers: readonly PullProgress[]): PullProgress {
  const sum = (of: (layer: PullProgress) => number): number =>
    layers.reduce((total, layer) => total + of(layer), 0);
  const isKnown = layers.every(({ total }) => total !== undefined);
  return { done: sum(({ done }) => done), ...(isKnown ? { total: sum(({ total = 0 }) => total) } : {}) };
}
