import type {
  ConfigMap,
  DownwardAPIVolumeFile,
  KeyToPath,
  Pod,
  Secret,
  Volume,
  VolumeProjection,
} from '../../../kube/kinds/objects.data.ts';
import type { Payload } from './atomicwriter.ts';
import { fieldOf } from './environment.ts';
import type { FileOwners } from './fileowners.ts';
import { escapes } from './paths.ts';
import { resourceFieldOf } from './resourcefield.ts';
import { type TokensByKey, tokenKey } from './tokens.ts';

/** What volumes are made of; all I/O is done before. */
export interface PayloadInput {
  readonly pod: Pod;
  readonly podIP: string;
  readonly hostIP: string;
  readonly nodeName: string;
  readonly nodeResources: Readonly<Record<string, string>>;
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly tokens: TokensByKey;
  readonly owners: FileOwners;
}

export type PayloadResult =
  | { readonly ok: true; readonly files: ReadonlyMap<string, Payload> }
  | { readonly ok: false; readonly message: string };

const DEFAULT_MODE = 0o644;
/** For one user alone. */
const PRIVATE_MODE = 0o600;
/** A group reads what a volume of objects holds (Kubernetes `pkg/volume/volume_linux.go`, roMask). */
const GROUP_BITS = 0o440;

/** Whether a volume is made of objects. */
export const isPayload = ({ configMap, secret, downwardAPI, projected }: Volume): boolean =>
  [configMap, secret, downwardAPI, projected].some((source) => source !== undefined);

/** The files of a volume that is made of objects; undefined: it is another kind of volume. */
export function payloadOf(volume: Volume, input: PayloadInput): PayloadResult | undefined {
  const result = contentOf(volume, input);
  if (!result?.ok) return result;
  const files = [...result.files].map(([path, file]): [string, Payload] => [path, owned(file, input.owners)]);
  return { ok: true, files: new Map(files) };
}

function owned(file: Payload, owners: FileOwners): Payload {
  if (owners.type === 'node')
    return owners.owner === undefined ? file : { ...file, user: owners.owner, group: owners.owner };
  if (owners.group === undefined) return file;
  return { ...file, group: owners.group, mode: file.mode | GROUP_BITS };
}

function contentOf(volume: Volume, input: PayloadInput): PayloadResult | undefined {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) return ofConfigMap(configMap, configMap.defaultMode, input);
  if (secret) return ofSecret({ ...secret, name: secret.secretName ?? '' }, secret.defaultMode, input);
  if (downwardAPI) return ofDownward(downwardAPI.items, downwardAPI.defaultMode, input);
  if (!projected) return undefined;
  const files = new Map<string, Payload>();
  for (const source of projected.sources ?? []) {
    const part = ofProjection(source, projected.defaultMode, input);
    if (!part.ok) return part;
    for (const [path, payload] of part.files) files.set(path, payload);
  }
  return { ok: true, files };
}

function ofProjection(
  source: VolumeProjection,
  mode: number | undefined,
  input: PayloadInput,
): PayloadResult {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  if (configMap) return ofConfigMap(configMap, mode, input);
  if (secret) return ofSecret(secret, mode, input);
  if (downwardAPI) return ofDownward(downwardAPI.items, mode, input);
  if (!serviceAccountToken) {
    return fault(`the projection of ${Object.keys(source).join(', ')} is not supported by this node`);
  }
  const token = input.tokens.get(tokenKey(serviceAccountToken));
  if (token === undefined) return fault('there is no token of the service account yet');
  const file = { bytes: Buffer.from(token), ...tokenAccess(mode, input.owners) };
  return within(new Map([[serviceAccountToken.path, file]]));
}

/**
 * A token is for the pod alone. Among containers it is for the user that they have in common, or for the group of its files; where there is
 * neither, its mode is that of the files beside it (Kubernetes `pkg/volume/projected/projected.go` collectData).
 */
function tokenAccess(mode = DEFAULT_MODE, owners: FileOwners): Omit<Payload, 'bytes'> {
  if (owners.type === 'node') return { mode: PRIVATE_MODE };
  const { user, group } = owners;
  if (user === undefined) return { mode: group === undefined ? mode : PRIVATE_MODE };
  return { mode: PRIVATE_MODE, user };
}

const fault = (message: string): PayloadResult => ({ ok: false, message });

interface Reference {
  readonly name?: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

function ofConfigMap(reference: Reference, mode: number | undefined, input: PayloadInput): PayloadResult {
  const { name = '', optional } = reference;
  const map = input.configMaps.get(name);
  if (!map && !optional) return fault(`configmap "${name}" not found`);
  return project(configMapBytes(map), reference, mode, `configmap ${name}`);
}

function ofSecret(reference: Reference, mode: number | undefined, input: PayloadInput): PayloadResult {
  const { name = '', optional } = reference;
  const secret = input.secrets.get(name);
  if (!secret && !optional) return fault(`secret "${name}" not found`);
  return project(base64Bytes(secret?.data), reference, mode, `secret ${name}`);
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
  { items, optional = false }: Reference,
  mode = DEFAULT_MODE,
  what = '',
): PayloadResult {
  if (!items) return { ok: true, files: new Map([...data].map(([key, bytes]) => [key, { bytes, mode }])) };
  const files = new Map<string, Payload>();
  for (const item of items) {
    const bytes = data.get(item.key);
    if (bytes) files.set(item.path, { bytes, mode: item.mode ?? mode });
    else if (!optional) return fault(`couldn't find key ${item.key} in ${what}`);
  }
  return within(files);
}

function within(files: ReadonlyMap<string, Payload>): PayloadResult {
  const outside = [...files.keys()].find(escapes);
  return outside === undefined ? { ok: true, files } : fault(`path "${outside}" leaves the volume`);
}

function ofDownward(
  items: readonly DownwardAPIVolumeFile[] = [],
  defaultMode = DEFAULT_MODE,
  input: PayloadInput,
): PayloadResult {
  const files = new Map<string, Payload>();
  for (const { path, mode, fieldRef, resourceFieldRef } of items) {
    const value = fieldRef
      ? fieldOf(input, fieldRef.fieldPath)
      : resourceFieldRef && resourceFieldOf(input, resourceFieldRef);
    if (value === undefined) return fault(`downwardAPI item "${path}" names no supported field`);
    files.set(path, { bytes: Buffer.from(value), mode: mode ?? defaultMode });
  }
  return within(files);
}
