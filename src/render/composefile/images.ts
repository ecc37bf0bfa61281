import { resolvePath } from './load/files.ts';
import { member, type Node } from './load/node.ts';
import { refuse } from './load/report.ts';
import type { Project, Service } from './project.ts';
import { externalName, isExternal } from './read/external.ts';
import { Fields } from './read/fields.ts';

/** An image that a project has built from the repository, by the service that names it. */
export interface ComposeImage {
  readonly service: string;
  /** Folder of the repository. */
  readonly path: string;
  /** It runs as a process of the machine (`x-pilotage.process`): the command that builds it, '' for none. */
  readonly process?: string;
  readonly dockerfile: string;
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  /** Ids of its secrets → the name of the Secret that somebody has made for builds, and its key. */
  readonly secrets: Readonly<Record<string, { readonly name: string; readonly key: string }>>;
  readonly at: Node;
}

/** The folder that the image of a service is built from; undefined where it is not built. */
export function contextOf({ fields }: Service): string | undefined {
  const at = fields.at('build');
  if (at === undefined) return undefined;
  const context = at.kind === 'map' ? member(at, 'context') : at;
  const text = context?.kind === 'scalar' ? String(context.value) : '.';
  return resolvePath((context ?? at).base, text);
}

/** Whether a service runs as a process of the machine, and by which command its folder is built. */
export function processOf({ fields }: Service): string | undefined {
  const own = fields.below('x-pilotage');
  const said = own.text('process');
  return said === undefined || said === 'false' ? undefined : said === 'true' ? '' : said;
}

/** What `build` says of every active service. */
export const imagesOf = (project: Project): readonly ComposeImage[] =>
  [...project.services.values()].flatMap((service) => imageOf(project, service) ?? []);

function imageOf(project: Project, service: Service): ComposeImage | undefined {
  const at = service.fields.at('build');
  if (at === undefined) return undefined;
  const path = contextOf(service);
  const { report } = project;
  if (path === undefined)
    return refuse(
      report,
      at,
      'PathOutside',
      `the build context of ${service.name} is outside of the repository`,
      'Name a folder of it.',
    );
  const build = new Fields(at.kind === 'map' ? at : undefined, report, `${service.fields.path}.build`);
  const run = processOf(service);
  const target = build.text('target');
  const args = [...build.pairs('args')].flatMap(([name, { text }]) => {
    const value = text ?? project.lookup(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    service: service.name,
    path,
    ...(run === undefined ? {} : { process: run }),
    dockerfile: build.text('dockerfile') ?? 'Dockerfile',
    ...(target ? { target } : {}),
    args: Object.fromEntries(args),
    secrets: Object.fromEntries(secretsOf(project, build)),
    at,
  };
}

/** Secrets of a build are Secrets that somebody has meant for this delivery, never files of the repository. */
function secretsOf(
  project: Project,
  build: Fields,
): readonly (readonly [string, { name: string; key: string }])[] {
  return build.items('secrets').flatMap((at) => {
    const long = at.kind === 'map' ? new Fields(at, project.report, `${build.path}.secrets`) : undefined;
    const source = long ? long.text('source') : at.kind === 'scalar' ? String(at.value) : undefined;
    const definition = source === undefined ? undefined : member(member(project.root, 'secrets'), source);
    const fields = new Fields(definition, project.report, `secrets.${source}`);
    if (source === undefined || !isExternal(fields)) {
      refuse(
        project.report,
        at,
        'BuildSecret',
        `the build secret ${source ?? ''} is not external`,
        'Make it a Secret in the namespace pilotage (docs/images.md), and declare it: secrets: {NAME: {external: true}}.',
      );
      return [];
    }
    const name = externalName(fields, source) ?? source;
    return [[long?.text('target') ?? source, { name, key: source }] as const];
  });
}
