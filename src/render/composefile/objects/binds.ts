import { pathsBelow } from '../../../base/filetree.ts';
import type { Written as Placed } from '../../manifests/read.ts';
import { contextOf } from '../images.ts';
import { resolvePath } from '../load/files.ts';
import { refuse, warn } from '../load/report.ts';
import { objectName, type Project, type Service } from '../project.ts';
import type { Mount } from '../read/mounts.ts';
import { claimSpec } from './claimspec.ts';
import { configData, isScript, keysOfPaths, MOST_BYTES } from './content.ts';
import { labelsOf, made } from './labels.ts';
import { takeObjectName } from './names.ts';
import { type PodVolumes, volumeName } from './podvolumes.ts';
import { shaped } from './shape.ts';

/** What one mount adds to its service. */
export interface Bound {
  readonly objects: readonly Placed[];
  readonly keepsData: boolean;
}

interface Binding {
  readonly volumes: PodVolumes;
  readonly app: string;
}

const NOTHING: Bound = { objects: [], keepsData: false };

/** Files of a machine that say what a container knows otherwise. */
const OF_THE_MACHINE = [
  '/etc/localtime',
  '/etc/timezone',
  '/etc/hosts',
  '/etc/resolv.conf',
  '/etc/passwd',
  '/etc/group',
];

/** Mounts a path: files of the repository from a ConfigMap, a folder that is not in it as a claim, a path of the machine as it is. */
export function bindMount(project: Project, service: Service, mount: Mount, binding: Binding): Bound {
  const { source = '', at } = mount;
  if (hasSocket(source)) {
    refuse(
      project.report,
      at,
      'EngineSocket',
      `${service.name} wants the socket of the container engine, which pods do not get`,
      'Leave the service out: give it a profile.',
    );
    return NOTHING;
  }
  if (source.startsWith('/')) return hostPath(project, mount, binding);
  if (source.startsWith('~')) return dataMount(project, service, mount, binding);
  const path = resolvePath(at.base, source);
  if (path === undefined) {
    refuse(
      project.report,
      at,
      'PathOutside',
      `${source} is outside of the repository`,
      'Use a named volume.',
    );
    return NOTHING;
  }
  const isFile = project.tree.read(path) !== undefined;
  if (isFile && isEnvironment(path)) return withoutEnvironment(project, service, mount);
  if (isFile) return configMount(project, service, mount, [path], binding);
  const all = pathsBelow(project.tree, path).filter((file) => !/(^|\/)\.git(keep|ignore)$/.test(file));
  const files = all.filter((file) => !isEnvironment(file));
  if (files.length > 0 && isSourceCode(service, path, mount)) return leftOut(project, service, mount);
  if (files.length < all.length) withoutEnvironment(project, service, mount);
  if (files.length === 0 && all.length > 0) return NOTHING;
  return files.length === 0
    ? dataMount(project, service, mount, binding)
    : configMount(project, service, mount, files, binding);
}

/** `.env` and its like hold passwords, and everybody who sees the namespace sees its ConfigMaps. */
const isEnvironment = (file: string): boolean => /(?:^|\/)\.env[^/]*$/.test(file);

function withoutEnvironment(project: Project, { name }: Service, { source, at }: Mount): Bound {
  warn(
    project.report,
    at,
    'EnvironmentFileMounted',
    `${name} mounts ${source} without its .env files: a ConfigMap shows what they hold`,
    'Name them as env_file, or make them secrets of the project.',
  );
  return NOTHING;
}

const SOCKET = /\/(?:docker|podman|containerd|crio|cri-dockerd)\.sock$/;

/** Folders that engines have their sockets in. */
const OF_SOCKETS = /^(?:\/var)?\/run(?:\/(?:docker|podman|containerd|crio|user(?:\/\d+)?(?:\/podman)?))?$/;

function hasSocket(source: string): boolean {
  if (!source.startsWith('/')) return SOCKET.test(`/${source}`);
  const path = resolvePath('', source.replace(/^\/+/, ''));
  // What climbs above the root is the root, to a kernel.
  return path === undefined || SOCKET.test(`/${path}`) || OF_SOCKETS.test(`/${path}`);
}

/** Compose mounts the work tree over an image that is built from it, so that a change is seen at once; the image has it already. */
function isSourceCode(service: Service, path: string, { readOnly }: Mount): boolean {
  const context = contextOf(service);
  if (context === undefined) return false;
  const isWithin = (inner: string, outer: string) =>
    outer === '' || inner === outer || inner.startsWith(`${outer}/`);
  return isWithin(context, path) || (isWithin(path, context) && !readOnly);
}

function leftOut(project: Project, service: Service, { source, target, at }: Mount): Bound {
  warn(
    project.report,
    at,
    'SourceMounted',
    `${source} is not mounted at ${target}: the image of ${service.name} is built from it`,
    'A folder whose content is to outlive pods is a named volume.',
  );
  return NOTHING;
}

function hostPath(
  project: Project,
  { source = '', target, readOnly, propagation, at }: Mount,
  { volumes }: Binding,
): Bound {
  if (OF_THE_MACHINE.includes(source)) {
    warn(
      project.report,
      at,
      'HostPath',
      `${source} of the machine is not mounted: containers have their own`,
    );
    return NOTHING;
  }
  warn(
    project.report,
    at,
    'HostPath',
    `${source} is a path of whichever node the pod runs on`,
    'Use a named volume.',
  );
  const name = volumeName(`host${source.replaceAll('/', '-')}`);
  const mountPropagation =
    propagation !== undefined && Object.hasOwn(PROPAGATIONS, propagation)
      ? PROPAGATIONS[propagation]
      : undefined;
  volumes.add({ name, hostPath: { path: source } }, { mountPath: target, readOnly, mountPropagation }, at);
  return NOTHING;
}

const PROPAGATIONS: Readonly<Record<string, string>> = {
  shared: 'Bidirectional',
  rshared: 'Bidirectional',
  slave: 'HostToContainer',
  rslave: 'HostToContainer',
};

/**
 * A folder that is in no commit holds what a program writes: a claim keeps it, one for all services that mount the folder. What looks like a
 * file is missed.
 */
function dataMount(project: Project, service: Service, mount: Mount, { volumes, app }: Binding): Bound {
  const { source = '', target, readOnly, at } = mount;
  if (/[^/]\.[a-z0-9]{1,5}$/i.test(source)) {
    refuse(
      project.report,
      at,
      'FileMissing',
      `${source}, which ${service.name} mounts, is not in the folder of the app`,
      'Commit it, or make it a config or secret of the project.',
    );
    return NOTHING;
  }
  const folder = resolvePath(at.base, source) ?? source;
  const inner = folder.startsWith(`${project.path}/`) ? folder.slice(project.path.length + 1) : folder;
  const name = takeObjectName(project, {
    ...{ kind: 'PersistentVolumeClaim', at },
    text: objectName(inner) && `folder-${inner}`,
    source: `the folder ${folder}`,
  });
  if (name === undefined) return NOTHING;
  warn(
    project.report,
    at,
    'BindBecomesVolume',
    `${source} is not in the repository: ${service.name} keeps it in the claim ${name}`,
    `Say so: a named volume in the place of ${source}.`,
  );
  volumes.add(
    { name: volumeName(name), persistentVolumeClaim: { claimName: name } },
    { mountPath: target, readOnly },
    at,
  );
  const head = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, labels: labelsOf(app, name) };
  return { objects: [made(head, { spec: claimSpec(undefined) }, at.place)], keepsData: !readOnly };
}

function configMount(
  project: Project,
  service: Service,
  mount: Mount,
  files: readonly string[],
  { volumes, app }: Binding,
): Bound {
  const { source = '', target, at } = mount;
  const root = resolvePath(at.base, source) ?? '';
  const contents = files.map((file) => ({ file, bytes: project.tree.read(file) ?? new Uint8Array() }));
  const size = contents.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size > MOST_BYTES || files.length > MOST_FILES) {
    refuse(
      project.report,
      at,
      'FileTooLarge',
      `${source} has ${files.length} files of ${size} bytes, more than an object of the cluster holds`,
      'Put them into an image: build: with a Dockerfile that copies them.',
    );
    return NOTHING;
  }
  const isFolder = project.tree.read(root) === undefined;
  const pathOf = (file: string) =>
    isFolder ? file.slice(root === '' ? 0 : root.length + 1) : (file.split('/').at(-1) ?? file);
  const keys = keysOfPaths(files.map(pathOf));
  const keyed = contents.map(({ file, bytes }, i) => ({ key: keys[i] ?? '', path: pathOf(file), bytes }));
  const name = takeObjectName(project, {
    ...{ kind: 'ConfigMap', at },
    text: `${service.object}-${objectName(source.replace(/^[~./]+/, '')) || 'files'}`,
    source: `${root || 'the folder of the app'} for ${service.name}`,
  });
  if (name === undefined) return NOTHING;
  const config = made(
    { apiVersion: 'v1', kind: 'ConfigMap', name, labels: labelsOf(app, service.object) },
    configData(keyed.map(({ key, bytes }) => [key, bytes] as const)),
    service.at.place,
  );
  const isNested = keyed.some(({ key, path }) => key !== path);
  const configMap = shaped({
    name,
    items: isNested ? keyed.map(({ key, path }) => ({ key, path })) : undefined,
    defaultMode: keyed.some(({ bytes }) => isScript(bytes)) ? 0o755 : undefined,
  });
  const subPath = isFolder ? undefined : keyed[0]?.path;
  volumes.add({ name: volumeName(name), configMap }, { mountPath: target, subPath, readOnly: true }, at);
  return { objects: [config], keepsData: false };
}

/** More files than that are a program, not its configuration. */
const MOST_FILES = 200;
