import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { entriesOf, readRecord, writeRecord } from '../../../base/recordfile.ts';
import { removeTree } from '../../../base/removetree.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';

/**
 * What the agent remembers of a pod beside the runtime's records, so that a new agent can go on while the API is away.
 * Lives in `<root>/<uid>/`, under names with a leading dot, which no container can have: a runtime may share that directory.
 */
export interface PodRecord {
  /** As the API gave it last. */
  readonly pod: Pod;
  readonly podIP: string;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
}

const podDir = (root: string, uid: string): string => join(root, uid);
const recordFile = (root: string, uid: string): string => join(root, uid, '.pod.json');
export const volumesDir = (root: string, uid: string): string => join(root, uid, '.volumes');

/** For the agent's user alone: literal environment values may be secrets. */
export const writePodRecord = (root: string, record: PodRecord): void =>
  writeRecord(recordFile(root, record.pod.metadata.uid ?? ''), record);

/** Every pod that is recorded; a directory without a whole record is given as its uid alone. */
export function readPodRecords(
  root: string,
): readonly { readonly uid: string; readonly record?: PodRecord }[] {
  return entriesOf(root).map((uid) => {
    const record = readRecord<PodRecord>(recordFile(root, uid));
    return record ? { uid, record } : { uid };
  });
}

/**
 * Before what runs of a pod is forgotten, its record goes: an agent that dies in between would otherwise start the pod's containers
 * again.
 */
export function forgetPodRecord(root: string, uid: string): void {
  rmSync(recordFile(root, uid), { force: true });
}

/** Last, when the runtime has forgotten the pod. */
export const removePodFiles = (root: string, uid: string): Promise<void> => removeTree(podDir(root, uid));
