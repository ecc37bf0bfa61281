import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { mountMemory } from '../../../base/mounts.ts';
import type { EmptyDirVolumeSource, Pod } from '../../../kube/kinds/objects.data.ts';
import { parseQuantity, wholeValue } from '../../../kube/values/quantity.ts';
import { mayGroup } from './fsgroup.ts';
import type { PayloadInput } from './payload.ts';
import { resourcesOf } from './resources.ts';

const FOR_ALL = 0o777;

/** kubelet `pkg/volume/emptydir`: for everybody; in memory where the pod wants that and this node may mount. Returns what is in the way. */
export function makeEmptyDir(
  dir: string,
  source: EmptyDirVolumeSource,
  input: PayloadInput,
): string | undefined {
  const { medium = '' } = source;
  if (medium !== '' && medium !== 'Memory')
    return `medium ${medium} of emptyDir is not supported by this node`;
  mkdirSync(dir, { recursive: true });
  const { owners } = input;
  // Processes would not see the mount: they are shown the folders of their volumes alone.
  if (medium === 'Memory' && owners.type === 'containers') mountMemory(dir, memorySize(source, input));
  const group = owners.type === 'containers' ? owners.group : undefined;
  if (group !== undefined) chownSync(dir, statSync(dir).uid, group);
  chmodSync(dir, group === undefined ? FOR_ALL : mayGroup(FOR_ALL));
  return undefined;
}

/** The least of what the volume, the containers together and the node have (kubelet `emptydir/empty_dir.go` calculateEmptyDirMemorySize). */
function memorySize(
  { sizeLimit }: EmptyDirVolumeSource,
  { pod, nodeResources }: PayloadInput,
): number | undefined {
  const known = [bytesOf(sizeLimit), memoryLimit(pod), bytesOf(nodeResources.memory)];
  const sizes = known.flatMap((size) => size || []);
  return sizes.length === 0 ? undefined : Math.min(...sizes);
}

/** undefined: one of them has no limit. */
function memoryLimit({ spec }: Pod): number | undefined {
  const limits = spec.containers.flatMap((container) => resourcesOf(container).limits.memoryBytes ?? []);
  return limits.length < spec.containers.length ? undefined : limits.reduce((sum, limit) => sum + limit, 0);
}

function bytesOf(quantity: string | number | undefined): number | undefined {
  const parsed = quantity === undefined ? undefined : parseQuantity(quantity);
  return parsed && Number(wholeValue(parsed));
}

export interface LimitedDir {
  readonly name: string;
  /** As the pod writes it. */
  readonly limit: string;
  readonly bytes: number;
}

export const limitedDirs = ({ spec }: Pod): readonly LimitedDir[] =>
  (spec.volumes ?? []).flatMap(({ name, emptyDir }) => {
    const bytes = bytesOf(emptyDir?.sizeLimit);
    return bytes === undefined || bytes <= 0 ? [] : [{ name, limit: String(emptyDir?.sizeLimit), bytes }];
  });

/** What a pod is evicted for: in Kubernetes' words (`pkg/kubelet/eviction`, emptyDirMessageFmt). */
export const overLimit = ({ name, limit }: LimitedDir): string =>
  `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `;

/** Longer than any folder that a node should have to count takes. */
const COUNT_MS = 60_000;

/** Bytes of disk that a folder takes; undefined: they cannot be counted. Programs may change it meanwhile. */
export const diskUse = (dir: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    execFile('du', ['-sx', '-B1', '--', dir], { timeout: COUNT_MS }, (_error, stdout) => {
      const bytes = Number.parseInt(stdout, 10);
      resolve(Number.isNaN(bytes) ? undefined : bytes);
    });
  });
