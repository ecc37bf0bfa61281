import type { Written as Placed } from '../../manifests/read.ts';
import { resolvePath } from '../load/files.ts';
import { member, type Node } from '../load/node.ts';
import { refuse, warn } from '../load/report.ts';
import { objectName, type Project, type Service } from '../project.ts';
import { externalName, isExternal } from '../read/external.ts';
import { Fields } from '../read/fields.ts';
import { base64, configData, keyOfPath, MOST_BYTES } from './content.ts';
import { labelsOf, made } from './labels.ts';
import { takeExternalName, takeObjectName } from './names.ts';
import { type PodVolume, type PodVolumes, volumeName } from './podvolumes.ts';
import { shaped } from './shape.ts';

type Section = 'configs' | 'secrets';

/** A config or secret of the project: the object that holds it, and under which key. */
interface Held {
  readonly object: string;
  readonly key: string;
}

const KINDS = { configs: 'ConfigMap', secrets: 'Secret' } as const;
/** Where a file is mounted unless `target` says so. */
const FOLDERS = { configs: '', secrets: '/run/secrets' } as const;

/** Mounts the configs and secrets of a service, each as one file. */
export function mountFiles(project: Project, service: Service, volumes: PodVolumes): void {
  for (const section of ['configs', 'secrets'] as const)
    for (const at of service.fields.items(section)) mountFile(project, service, section, at, volumes);
}

function mountFile(
  project: Project,
  service: Service,
  section: Section,
  at: Node,
  volumes: PodVolumes,
): void {
  const long =
    at.kind === 'map' ? new Fields(at, project.report, `${service.fields.path}.${section}`) : undefined;
  const name = long ? long.text('source') : at.kind === 'scalar' ? String(at.value) : undefined;
  const held = name === undefined ? undefined : heldBy(project, section, name, at);
  if (name === undefined || !held) return;
  const target = long?.text('target') ?? name;
  const path = target.startsWith('/') ? target : `${FOLDERS[section]}/${target}`;
  const mode = long?.mode('mode');
  const items = [{ key: held.key, path: held.key }];
  const volume = volumeName(`${section === 'configs' ? 'config' : 'secret'}-${name}`);
  const source: PodVolume =
    section === 'configs'
      ? { name: volume, configMap: shaped({ name: held.object, items, defaultMode: mode }) }
      : { name: volume, secret: shaped({ secretName: held.object, items, defaultMode: mode }) };
  volumes.add(source, { mountPath: path, subPath: held.key, readOnly: true }, at);
}

function heldBy(project: Project, section: Section, name: string, at: Node): Held | undefined {
  const defined = member(project.root, section);
  const definition = defined?.kind === 'map' ? defined.entries.get(name) : undefined;
  if (!definition)
    return refuse(
      project.report,
      at,
      'Undefined',
      `${name} is not defined under ${section}`,
      `Add ${section}: {${name}: …}.`,
    );
  const fields = new Fields(definition, project.report, `${section}.${name}`);
  const external = externalName(fields, name);
  const object =
    external === undefined
      ? objectName(name)
      : takeExternalName(project, { kind: KINDS[section], name: external, at: definition });
  return object === undefined ? undefined : { object, key: keyOfPath(name) };
}

/** The ConfigMaps and Secrets that the project defines and active services use. */
export function fileObjects(project: Project, app: string): readonly Placed[] {
  return (['configs', 'secrets'] as const).flatMap((section) => {
    const defined = member(project.root, section);
    const used = usedIn(project, section);
    const entries = defined?.kind === 'map' ? [...defined.entries] : [];
    return entries.flatMap(([name, at]) =>
      used.has(name) ? fileObject(project, app, section, name, at) : [],
    );
  });
}

function usedIn(project: Project, section: Section): ReadonlySet<string> {
  const names = [...project.services.values()].flatMap(({ fields }) =>
    fields.items(section).map((at) => {
      const source = at.kind === 'map' ? at.entries.get('source') : at;
      return source?.kind === 'scalar' ? String(source.value) : '';
    }),
  );
  return new Set(names);
}

function fileObject(
  project: Project,
  app: string,
  section: Section,
  name: string,
  at: Node,
): readonly Placed[] {
  const fields = new Fields(at, project.report, `${section}.${name}`);
  if (isExternal(fields)) return [];
  const bytes = contentOf(project, section, fields, at);
  if (!bytes) return [];
  if (bytes.length > MOST_BYTES) {
    refuse(
      project.report,
      at,
      'FileTooLarge',
      `${section}.${name} has more than a megabyte`,
      'Put it into the image.',
    );
    return [];
  }
  const object = takeObjectName(project, {
    ...{ kind: KINDS[section], text: name, at },
    source: `${section}.${name}`,
  });
  if (object === undefined) return [];
  const head = { apiVersion: 'v1', kind: KINDS[section], name: object, labels: labelsOf(app, object) };
  const key = keyOfPath(name);
  const body =
    section === 'configs' ? configData([[key, bytes]]) : { type: 'Opaque', data: { [key]: base64(bytes) } };
  return [made(head, body, at.place)];
}

/** What a config or secret holds: a file of the repository, a text, or a variable. */
function contentOf(project: Project, section: Section, fields: Fields, at: Node): Uint8Array | undefined {
  const content = fields.text('content');
  if (content !== undefined) return Buffer.from(content);
  const variable = fields.text('environment');
  if (variable !== undefined) {
    const value = project.lookup(variable);
    if (value !== undefined) return Buffer.from(value);
    return refuse(
      project.report,
      at,
      'VariableUnset',
      `${fields.path} needs the variable ${variable}`,
      EXTERNAL,
    );
  }
  const path = fields.text('file');
  if (path === undefined)
    return refuse(
      project.report,
      at,
      'InvalidCompose',
      `${fields.path} has neither file, content nor environment`,
      EXTERNAL,
    );
  const file = resolvePath(fields.at('file')?.base ?? '', path);
  const bytes = file === undefined ? undefined : project.tree.read(file);
  if (!bytes)
    return refuse(
      project.report,
      at,
      'FileMissing',
      `the file ${path} of ${fields.path} is not in the folder of the app`,
      EXTERNAL,
    );
  if (section === 'secrets')
    warn(
      project.report,
      at,
      'SecretInGit',
      `${fields.path} is read from ${file}, which everybody sees who sees the repository`,
      EXTERNAL,
    );
  return bytes;
}

const EXTERNAL =
  'Make the object by hand in the namespace, with the name as its key, and say so: external: true.';
