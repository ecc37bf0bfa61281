import { lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { problemOf } from '../../../base/errors.ts';
import type { Volume } from '../../../kube/kinds/objects.data.ts';
import { claimName } from '../../../kube/kinds/volumes/claimnames.ts';
import { writeAtomically } from './atomicwriter.ts';
import { type Claimed, dataOf } from './claimed.ts';
import { makeEmptyDir } from './emptydir.ts';
import { giveToGroup } from './fsgroup.ts';
import { makeVolume } from './localpath.ts';
import { type PayloadInput, payloadOf } from './payload.ts';

export interface VolumeInput extends PayloadInput {
  /** By the names of claims. */
  readonly claimed: ReadonlyMap<string, Claimed>;
  /** Below it this node keeps volumes that outlive pods. */
  readonly localVolumes: string;
}

/** undefined: done; else what is missing or not supported. */
export type VolumeFault = string | undefined;

/** Brings the pod's volumes below `dir` up to date, each in a folder of its name. Running containers see new content at once. */
export function writeVolumes(dir: string, input: VolumeInput): VolumeFault {
  for (const volume of input.pod.spec.volumes ?? []) {
    const fault = writeVolume(join(dir, volume.name), volume, input);
    if (fault) return `volume "${volume.name}": ${fault}`;
  }
  return undefined;
}

function writeVolume(dir: string, volume: Volume, input: VolumeInput): VolumeFault {
  if (volume.emptyDir) return makeEmptyDir(dir, volume.emptyDir, input);
  if (volume.hostPath) return linkHostPath(dir, volume.hostPath);
  const claim = claimName(volume, input.pod.metadata.name ?? '');
  if (claim !== undefined) return linkClaimed(dir, claim, input);
  const payload = payloadOf(volume, input);
  if (!payload) return unsupported(volume);
  if (!payload.ok) return payload.message;
  writeAtomically(dir, payload.files);
  return undefined;
}

/**
 * Gives volumes behind claims to the group of the pod's files, when it mounts them first: all that is in them, unless the pod wants that
 * only where the folder itself is not the group's. What is wrong with a claim `writeVolumes` says.
 */
export async function giveClaimed(dir: string, input: VolumeInput): Promise<VolumeFault> {
  const { pod, owners, claimed, localVolumes } = input;
  if (owners.type !== 'containers' || owners.group === undefined) return undefined;
  const onlyOnMismatch = pod.spec.securityContext?.fsGroupChangePolicy === 'OnRootMismatch';
  for (const volume of pod.spec.volumes ?? []) {
    const claim = claimName(volume, pod.metadata.name ?? '');
    if (claim === undefined || volume.persistentVolumeClaim?.readOnly || statOf(join(dir, volume.name)))
      continue;
    const data = dataOf(claim, claimed.get(claim), localVolumes);
    if (data.type === 'fault' || !data.takesGroup) continue;
    if (data.type === 'own' ? makeVolume(localVolumes, data.path) : !statOf(data.path)) continue;
    try {
      await giveToGroup(data.path, owners.group, { onlyOnMismatch });
    } catch (error) {
      return `volume "${volume.name}": it cannot be given to fsGroup ${owners.group}: ${problemOf(error).message}`;
    }
  }
  return undefined;
}

function linkClaimed(dir: string, claim: string, { claimed, localVolumes }: VolumeInput): VolumeFault {
  const data = dataOf(claim, claimed.get(claim), localVolumes);
  if (data.type === 'fault') return data.message;
  if (data.type === 'host') return linkHostPath(dir, { path: data.path, type: data.hostType });
  const problem = makeVolume(localVolumes, data.path);
  if (problem === undefined) link(data.path, dir);
  return problem;
}

function unsupported(volume: Volume): string {
  const source = Object.keys(volume).find((key) => key !== 'name') ?? 'without a source';
  return `${source} is not supported by this node (it knows configMap, secret, emptyDir, hostPath, persistentVolumeClaim, ephemeral, downwardAPI, projected)`;
}

function linkHostPath(
  dir: string,
  { path, type = '' }: { readonly path: string; readonly type?: string },
): VolumeFault {
  const found = statOf(path);
  if (!found && type === 'DirectoryOrCreate') mkdirSync(path, { recursive: true });
  else if (!found && type === 'FileOrCreate') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '', { flag: 'a' });
  } else if (!found && type !== '') return `hostPath ${path} does not exist (type ${type})`;
  link(path, dir);
  return undefined;
}

/** Leaves a link that is right alone: a running container may be reading through it. */
function link(target: string, place: string): void {
  const found = statOf(place);
  if (found?.isSymbolicLink() && readlinkSync(place) === target) return;
  if (found) rmSync(place, { recursive: true, force: true });
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(target, place);
}

const statOf = (path: string) => lstatSync(path, { throwIfNoEntry: false });
