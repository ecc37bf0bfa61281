import { Command } from 'commander';
import { formatProblem, ProblemError, unwrap } from '../../base/errors.ts';
import { type FileTree, readText } from '../../base/filetree.ts';
import { formatPlace } from '../../base/place.ts';
import { isHandlebarsFile } from '../../charts/chart.ts';
import { SCHEMA_VERSION } from '../../kube/schema/version.ts';
import { isObject } from '../../kube/values/equal.ts';
import { dumpYaml } from '../../kube/values/yaml.ts';
import type { AppEntry } from '../../model/deliveryfile.ts';
import { systemChance } from '../../render/chance.ts';
import { handlebars } from '../../render/handlebars/engine.ts';
import { withoutIdleHooks } from '../../render/manifests/hooks.ts';
import { fromWire, toWire } from '../../render/pool/wire.ts';
import { render } from '../../render/render.ts';
import type { Manifest, RenderRequest } from '../../render/types.ts';
import { appRequest, refuseMissingImages } from '../apprequest.ts';
import { outputOption, print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { ownIdentities } from '../secrets/keyfile.ts';
import { readWorkingTree, type WorkingTree } from '../workingtree.ts';

interface RenderOptions {
  readonly environment: string;
  readonly app?: string;
  readonly values: readonly string[];
  readonly set: readonly string[];
  readonly kubeVersion?: string;
  readonly output: 'text' | 'json';
}

/** Needs no daemon: renders the files on disk, committed or not. */
export function renderCommand(context: CliContext): Command {
  return new Command('render')
    .description('render a working tree offline, as an environment would')
    .argument('[folder]', 'the repository', '.')
    .option('-e, --environment <name>', 'whose values', 'dev')
    .option('--app <name>', 'only this app')
    .option('-f, --values <file>', 'a further values file of the repository (repeatable)', collect, [])
    .option('--set <path=value>', 'override one value (repeatable)', collect, [])
    .option(
      '--kube-version <version>',
      `what charts see as .Capabilities.KubeVersion (default: ${SCHEMA_VERSION}; no cluster is asked)`,
    )
    .addOption(outputOption())
    .action(async (folder: string, options: RenderOptions) => {
      const work = readWorkingTree(folder, options);
      refuseMissingImages(work);
      const rendered = await Promise.all(work.apps.map((app) => renderApp(context, work, app, options)));
      const manifests = rendered.flat();
      if (options.kubeVersion === undefined && readsVersion(work.tree)) context.stderr.write(ASSUMED);
      if (options.output === 'json')
        return print(context, JSON.stringify(manifests.map(({ object }) => object)));
      for (const { object, origin } of manifests)
        print(context, `---\n# ${formatPlace(origin)}\n${dumpYaml(object).trimEnd()}`);
    });
}

const ASSUMED = `A chart asks for the release of the cluster: ${SCHEMA_VERSION} is assumed; --kube-version names another.\n`;

const readsVersion = (tree: FileTree): boolean =>
  tree.paths.some((path) => isHandlebarsFile(path) && readText(tree, path)?.includes('KubeVersion'));

async function renderApp(
  context: CliContext,
  work: WorkingTree,
  app: AppEntry,
  { values, set, kubeVersion }: RenderOptions,
): Promise<readonly Manifest[]> {
  const identities = await ownIdentities(context.surroundings.fullEnvironment);
  const request = appRequest(work, app, { values, overrides: overridesOf(set), kubeVersion, identities });
  // Of what the daemon would hand a render, and no more: what is missing there is missing here.
  const rendered = unwrap(await render(delivered(request), handlebars, systemChance));
  const { manifests, warnings } = withoutIdleHooks(rendered.manifests);
  for (const warning of [...rendered.warnings, ...warnings])
    context.stderr.write(`warning: ${formatProblem(warning)}\n`);
  return manifests;
}

const delivered = (request: RenderRequest): RenderRequest => fromWire(toWire(request));

/** `a.b=1` → {a: {b: 1}}: numbers, booleans and null are typed as in Helm's --set, everything else is text. */
export function overridesOf(settings: readonly string[]): Overrides {
  return settings.reduce<Overrides>((overrides, setting) => {
    const equals = setting.indexOf('=');
    const path = setting.slice(0, Math.max(0, equals)).split('.');
    if (path.includes(''))
      throw new ProblemError({ reason: 'BadRequest', message: `--set ${setting}: write it as path=value.` });
    return withMember(overrides, path, typed(setting.slice(equals + 1)));
  }, {});
}

type Overrides = Readonly<Record<string, unknown>>;

/** Computed members of a literal are own ones whatever their name: `__proto__` is a key like any other. */
function withMember(map: Overrides, path: readonly string[], value: unknown): Overrides {
  const [key = '', ...rest] = path;
  if (rest.length === 0) return { ...map, [key]: value };
  const below = Object.hasOwn(map, key) ? map[key] : undefined;
  return { ...map, [key]: withMember(isObject(below) ? below : {}, rest, value) };
}

const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const typed = (text: string): unknown => {
  if (WORDS.has(text)) return WORDS.get(text);
  return /^-?(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text;
};

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];
