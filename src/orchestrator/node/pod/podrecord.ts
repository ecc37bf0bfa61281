import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { unmountBelow } from '../../../base/mounts.ts';
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
  /** Why this node ends it, and keeps it for people to see. */
  readonly failure?: PodFailure;
}

export interface PodFailure {
  /** Reason and message of the pod's status. */
  readonly reason: string;
  readonly message: string;
  /** By when everything has to be gone, in ms since the epoch. */
  readonly deadline: number;
  /** It came from outside: its work may be done by another pod (`DisruptionTarget`). */
  readonly isDisruption: boolean;
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

/** Of a pod that runs no more, and is kept for its status. Volumes that outlive pods are only let go of. */
export async function removeVolumes(root: string, uid: string): Promise<void> {
  await unmountBelow(volumesDir(root, uid));
  await removeTree(volumesDir(root, uid));
}

/** Last, when the runtime has forgotten the pod. */
export async function removePodFiles(root: string, uid: string): Promise<void> {
  await unmountBelow(podDir(root, uid));
  await removeTree(podDir(root, uid));
}
