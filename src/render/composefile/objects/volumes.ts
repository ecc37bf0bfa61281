import type { JsonObject } from '../../../kube/values/types.ts';
import type { Written as Placed } from '../../manifests/read.ts';
import { member, type Node } from '../load/node.ts';
import { refuse, warn } from '../load/report.ts';
import { objectName, type Project, type Service } from '../project.ts';
import { externalName, isExternal } from '../read/external.ts';
import { Fields, type Written } from '../read/fields.ts';
import { type Mount, readMounts } from '../read/mounts.ts';
import { type Bound, bindMount } from './binds.ts';
import { claimSpec } from './claimspec.ts';
import { mountFiles } from './files.ts';
import { conversionLabel, labelsOf, made } from './labels.ts';
import { takeExternalName, takeObjectName } from './names.ts';
import { PodVolumes, volumeName } from './podvolumes.ts';
import { shaped } from './shape.ts';

/** What the mounts of a service come to. */
export interface Mounted {
  readonly volumes: PodVolumes;
  /** ConfigMaps and claims of the service alone. */
  readonly objects: readonly Placed[];
  /** It writes to a volume that outlives its pods, so no two versions of it may run at once. */
  readonly keepsData: boolean;
}

export function mountedBy(project: Project, service: Service, app: string): Mounted {
  const volumes = new PodVolumes(project.report);
  const mounts = allMounts(project, service, []);
  const kept = mounts.map((mount) => mountOne(project, service, mount, { volumes, app, mounts }));
  mountFiles(project, service, volumes);
  addSharedMemory(service, volumes);
  return {
    volumes,
    objects: kept.flatMap(({ objects }) => objects),
    keepsData: kept.some(({ keepsData }) => keepsData),
  };
}

/** Its own mounts, and those of the services that `volumes_from` names. */
function allMounts(project: Project, service: Service, chain: readonly string[]): readonly Mount[] {
  const own = readMounts(service.fields);
  const brought = service.fields.texts('volumes_from').flatMap(({ text, at }) => {
    const [name = '', mode] = text.split(':');
    const other = project.services.get(name);
    if (!other || chain.includes(name) || name === service.name) {
      refuse(project.report, at, 'Undefined', `volumes_from names ${text}, which is not another service`);
      return [];
    }
    const mounts = allMounts(project, other, [...chain, service.name]);
    return mounts.map((mount) => (mode === 'ro' ? { ...mount, readOnly: true } : mount));
  });
  const targets = new Set(own.map(({ target }) => target));
  return [...own, ...brought.filter(({ target }) => !targets.has(target))];
}

interface Mounting {
  readonly volumes: PodVolumes;
  readonly app: string;
  readonly mounts: readonly Mount[];
}

const NOTHING: Bound = { objects: [], keepsData: false };

function mountOne(project: Project, service: Service, mount: Mount, mounting: Mounting): Bound {
  if (mount.type === 'tmpfs') return mountTmpfs(mount, mounting.volumes);
  if (mount.type === 'bind') return bindMount(project, service, mount, mounting);
  return mount.source === undefined
    ? mountAnonymous(service, mount, mounting)
    : mountNamed(project, service, mount, mounting);
}

function mountTmpfs({ target, size, at }: Mount, volumes: PodVolumes): Bound {
  const emptyDir = shaped({ medium: 'Memory', sizeLimit: size });
  volumes.add(
    { name: volumeName(`tmpfs${target.replaceAll('/', '-')}`), emptyDir },
    { mountPath: target },
    at,
  );
  return NOTHING;
}

/** Docker fills it from the image, and loses it with the container: the file system of a container does the same, unless it is read only. */
function mountAnonymous(service: Service, { target, at }: Mount, { volumes, mounts }: Mounting): Bound {
  const isOverBind = mounts.some((other) => other.type === 'bind' && target.startsWith(`${other.target}/`));
  if (isOverBind) return NOTHING;
  if (service.fields.boolean('read_only')) {
    const volume = { name: volumeName(`data${target.replaceAll('/', '-')}`), emptyDir: {} };
    volumes.add(volume, { mountPath: target }, at);
  }
  warn(
    service.fields.report,
    at,
    'VolumeWithoutName',
    `what ${service.name} writes to ${target} goes with its pod: the volume has no name`,
    `Name it, to keep it: data:${target}, and volumes: {data: } at the end of the file.`,
  );
  return NOTHING;
}

function mountNamed(project: Project, service: Service, named: Mount, mounting: Mounting): Bound {
  const { source = '', target, readOnly, subPath, at } = named;
  const definition = definitionOf(project, source);
  if (!definition) {
    refuse(
      project.report,
      at,
      'Undefined',
      `the volume ${source} is not defined under volumes`,
      `Add volumes: {${source}: }.`,
    );
    return NOTHING;
  }
  const fields = new Fields(definition, project.report, `volumes.${source}`);
  const device = boundFolder(fields);
  if (device)
    return bindMount(
      project,
      service,
      { ...named, type: 'bind', source: device.text, at: device.at },
      mounting,
    );
  const name = volumeName(source);
  const mount = { mountPath: target, subPath, readOnly };
  const other = driverVolume(fields);
  if (other) mounting.volumes.add({ name, ...other }, mount, at);
  else {
    const claim = claimName(project, fields, source, definition);
    const persistentVolumeClaim = { claimName: claim ?? name };
    mounting.volumes.add({ name, persistentVolumeClaim }, mount, at);
  }
  return { objects: [], keepsData: !readOnly && other === undefined };
}

function definitionOf(project: Project, name: string): Node | undefined {
  const defined = member(project.root, 'volumes');
  return defined?.kind === 'map' ? defined.entries.get(name) : undefined;
}

function claimName(project: Project, fields: Fields, source: string, at: Node): string | undefined {
  const name = externalName(fields, source);
  if (name === undefined) return objectName(source);
  return takeExternalName(project, { kind: 'PersistentVolumeClaim', name, at });
}

/** Options of the local driver that a pod has a volume of its own for: NFS, and memory. */
function driverVolume(fields: Fields): JsonObject | undefined {
  const options = fields.below('driver_opts');
  const type = options.text('type');
  if (type === 'tmpfs') return { emptyDir: { medium: 'Memory' } };
  if (type !== 'nfs' && type !== 'nfs4') return refuseType(fields, type);
  const [, server] = /(?:^|,)addr=([^,]+)/.exec(options.text('o') ?? '') ?? [];
  const path = (options.text('device') ?? '').replace(/^:/, '');
  return server && path ? { nfs: { server, path } } : refuseType(fields, `${type} without addr and device`);
}

/** A folder of the machine by the name of a volume (`type: none, o: bind`): it is mounted as if its path stood in the service. */
function boundFolder(fields: Fields): Written | undefined {
  const options = fields.below('driver_opts');
  const at = options.at('device');
  const text = options.text('device');
  const isBind = (options.text('o') ?? '')
    .split(',')
    .some((option) => option === 'bind' || option === 'rbind');
  return at && text && isBind ? { text, at } : undefined;
}

/** A claim in its place would be empty. Drivers of others have types of their own, and are warned of. */
function refuseType(fields: Fields, type: string | undefined): undefined {
  const options = fields.below('driver_opts');
  const at = options.at('type') ?? options.at('device');
  if (!at || (fields.text('driver') ?? 'local') !== 'local') return undefined;
  return refuse(
    fields.report,
    at,
    'NotSupported',
    `${fields.path} is of ${type === undefined ? 'a device without a type' : `the type ${type.slice(0, 100)}`}, which is not mounted`,
    'Make a claim of it in the namespace, and say so: external: true. Known types: nfs, tmpfs, none with o: bind.',
  );
}

function addSharedMemory(service: Service, volumes: PodVolumes): void {
  const sizeLimit = service.fields.memory('shm_size');
  const at = service.fields.at('shm_size');
  if (sizeLimit === undefined || !at) return;
  volumes.add({ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit } }, { mountPath: '/dev/shm' }, at);
}

/** The claims of the volumes that active services mount, each at the line that defines it. */
export function claims(project: Project, app: string): readonly Placed[] {
  const used = new Set<string>();
  const sizes = new Map<string, string>();
  for (const service of project.services.values())
    for (const { type, source } of readMounts(service.fields)) {
      if (type !== 'volume' || source === undefined) continue;
      used.add(source);
      const size = conversionLabel(service, 'volume.size');
      if (size) sizes.set(source, size);
    }
  const defined = member(project.root, 'volumes');
  const entries = defined?.kind === 'map' ? [...defined.entries] : [];
  return entries.flatMap(([name, at]) => {
    const fields = new Fields(at, project.report, `volumes.${name}`);
    if (!used.has(name) || isExternal(fields) || boundFolder(fields) || driverVolume(fields)) return [];
    const naming = { kind: 'PersistentVolumeClaim', text: name, source: `volumes.${name}`, at };
    const object = takeObjectName(project, naming);
    return object === undefined ? [] : [claim(fields, object, at, app, sizes.get(name))];
  });
}

function claim(fields: Fields, object: string, at: Node, app: string, size: string | undefined): Placed {
  const own = fields.below('x-pilotage');
  const labels = fields.pairs('labels');
  const driver = fields.text('driver');
  if (driver !== undefined && driver !== 'local')
    warn(
      fields.report,
      at,
      'NotSupported',
      `the driver ${driver} of ${fields.path} is left out: a storage class makes the volume`,
      'Name one: x-pilotage: {storageClass: NAME}.',
    );
  const storage =
    own.text('size') ??
    labels.get('kompose.volume.size')?.text ??
    size ??
    fields.below('driver_opts').text('size');
  const spec = claimSpec(storage, {
    storageClass: own.text('storageClass') ?? labels.get('kompose.volume.storage-class-name')?.text,
    accessMode: own.text('accessMode'),
  });
  return made(
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: object, labels: labelsOf(app, object) },
    { spec },
    at.place,
  );
}
