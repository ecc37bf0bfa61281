import { chmodSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { ConfigMap, KeyToPath, Pod, Secret, Volume } from '../../../kube/kinds/objects.data.ts';
import { type Payload, writeAtomically } from './atomicwriter.ts';
import { fieldOf } from './environment.ts';

export interface VolumeInput {
  readonly pod: Pod;
  readonly podIP: string;
  readonly hostIP: string;
  readonly nodeName: string;
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly secrets: ReadonlyMap<string, Secret>;
  /** The pod's user, where it is one of its own: a mode without rights for others is meant for it. */
  readonly owner?: number;
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
  if (volume.emptyDir) {
    mkdirSync(dir, { recursive: true });
    chmodSync(dir, 0o777);
    return undefined;
  }
  if (volume.hostPath) return linkHostPath(dir, volume.hostPath);
  const payload = payloadOf(volume, input);
  if (!payload.ok) return payload.message;
  writeAtomically(dir, payload.files, input.owner);
  return undefined;
}

type PayloadResult =
  | { readonly ok: true; readonly files: ReadonlyMap<string, Payload> }
  | { readonly ok: false; readonly message: string };

const DEFAULT_MODE = 0o644;

function payloadOf(volume: Volume, input: VolumeInput): PayloadResult {
  if (volume.configMap) {
    const { name = '', items, defaultMode, optional } = volume.configMap;
    const map = input.configMaps.get(name);
    if (!map && !optional) return { ok: false, message: `configmap "${name}" not found` };
    return project(configMapBytes(map), items, defaultMode, optional, `configmap ${name}`);
  }
  if (volume.secret) {
    const { secretName = '', items, defaultMode, optional } = volume.secret;
    const secret = input.secrets.get(secretName);
    if (!secret && !optional) return { ok: false, message: `secret "${secretName}" not found` };
    return project(base64Bytes(secret?.data), items, defaultMode, optional, `secret ${secretName}`);
  }
  if (isDownward(volume.downwardAPI)) return downward(volume.downwardAPI, input);
  const source = Object.keys(volume).find((key) => key !== 'name') ?? 'without a source';
  return {
    ok: false,
    message: `${source} is not supported by the process runtime (it knows configMap, secret, emptyDir, hostPath, downwardAPI)`,
  };
}

const configMapBytes = (map: ConfigMap | undefined): Map<string, Buffer> =>
  new Map([
    ...Object.entries(map?.data ?? {}).map(([key, text]): [string, Buffer] => [key, Buffer.from(text)]),
    ...base64Bytes(map?.binaryData),
  ]);

const base64Bytes = (data: Readonly<Record<string, string>> = {}): Map<string, Buffer> =>
  new Map(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64')]));

function project(
  data: ReadonlyMap<string, Buffer>,
  items: readonly KeyToPath[] | undefined,
  mode = DEFAULT_MODE,
  optional = false,
  what = '',
): PayloadResult {
  if (!items) return { ok: true, files: new Map([...data].map(([key, bytes]) => [key, { bytes, mode }])) };
  const files = new Map<string, Payload>();
  for (const item of items) {
    const bytes = data.get(item.key);
    if (bytes) files.set(item.path, { bytes, mode: item.mode ?? mode });
    else if (!optional) return { ok: false, message: `couldn't find key ${item.key} in ${what}` };
  }
  for (const path of files.keys())
    if (escapes(path)) return { ok: false, message: `path "${path}" leaves the volume` };
  return { ok: true, files };
}

interface Downward {
  readonly items?: readonly {
    readonly path: string;
    readonly mode?: number;
    readonly fieldRef?: { readonly fieldPath: string };
  }[];
  readonly defaultMode?: number;
}

const isDownward = (source: unknown): source is Downward => typeof source === 'object' && source !== null;

function downward({ items = [], defaultMode = DEFAULT_MODE }: Downward, input: VolumeInput): PayloadResult {
  const files = new Map<string, Payload>();
  for (const { path, mode, fieldRef } of items) {
    const value = fieldRef ? fieldOf(input, fieldRef.fieldPath) : undefined;
    if (value === undefined)
      return { ok: false, message: `downwardAPI item "${path}" names no supported field` };
    if (escapes(path)) return { ok: false, message: `path "${path}" leaves the volume` };
    files.set(path, { bytes: Buffer.from(value), mode: mode ?? defaultMode });
  }
  return { ok: true, files };
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

/** A path that leaves its volume. */
export const escapes = (path: string): boolean => path.startsWith('/') || normalize(path).startsWith('..');

/** Leaves a link that is right alone: a running container may be reading through it. */
function link(target: string, place: string): void {
  const found = statOf(place);
  if (found?.isSymbolicLink() && readlinkSync(place) === target) return;
  if (found) rmSync(place, { recursive: true, force: true });
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(target, place);
}

const statOf = (path: string) => lstatSync(path, { throwIfNoEntry: false });
