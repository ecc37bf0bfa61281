import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { formatProblem, type Problem, ProblemError, type Result } from '../base/errors.ts';
import { type FileTree, readText } from '../base/filetree.ts';
import { formatPlace } from '../base/located.ts';
import { dumpYaml } from '../kube/yaml.ts';
import { appsOf } from '../model/apps.ts';
import type { AppEntry, DeliveryFile } from '../model/deliveryfile.ts';
import { PILOTAGE_FILE, readPilotageFile } from '../model/pilotagefile.ts';
import { renderInline } from '../render/render.ts';
import type { Manifest } from '../render/types.ts';
import { outputOption, print } from './command.ts';
import type { CliContext } from './context.ts';
import { readFolder } from './foldertree.ts';

interface RenderOptions {
  readonly environment: string;
  readonly app?: string;
  readonly values: readonly string[];
  readonly set: readonly string[];
  readonly output: 'text' | 'json';
}

/** Needs no daemon: renders the files that stand on the disk, committed or not. */
export function renderCommand(context: CliContext): Command {
  return new Command('render')
    .alias('template')
    .description('render a working tree offline, as an environment would')
    .argument('[folder]', 'the repository', '.')
    .option('-e, --environment <name>', 'whose values', 'dev')
    .option('--app <name>', 'only this app')
    .option('-f, --values <file>', 'a further values file of the repository (repeatable)', collect, [])
    .option('--set <path=value>', 'override one value (repeatable)', collect, [])
    .addOption(outputOption())
    .action((folder: string, options: RenderOptions) => {
      const root = resolve(folder);
      if (!existsSync(root))
        throw new ProblemError({ reason: 'NotFound', message: `There is no folder ${root}.` });
      const manifests = renderFolder(context, readFolder(root), basename(root), options);
      if (options.output === 'json')
        return print(context, JSON.stringify(manifests.map(({ object }) => object)));
      for (const { object, origin } of manifests)
        print(context, `---\n# ${formatPlace(origin)}\n${dumpYaml(object).trimEnd()}`);
    });
}

function renderFolder(
  context: CliContext,
  tree: FileTree,
  folder: string,
  options: RenderOptions,
): readonly Manifest[] {
  const text = readText(tree, PILOTAGE_FILE);
  const file = text === undefined ? undefined : unwrap(readPilotageFile(text));
  const delivery = file?.name ?? (folder.toLowerCase().replace(/[^a-z0-9-]+/g, '-') || 'app');
  const entry = file?.environments.find(({ name }) => name === options.environment);
  if (file && file.environments.length > 0 && !entry) {
    throw new ProblemError({
      reason: 'NotFound',
      message: `pilotage.yaml defines no environment ${options.environment}.`,
      remedy: `It defines: ${file.environments.map(({ name }) => name).join(', ')}.`,
    });
  }
  const name = { delivery, environment: options.environment };
  const apps = appsOf(file, tree, entry?.path ?? '', name).filter(
    (app) => !options.app || app.name === options.app,
  );
  return apps.flatMap((app) =>
    renderApp(context, tree, app, file, { ...name, namespace: entry?.namespace }, options),
  );
}

function renderApp(
  context: CliContext,
  tree: FileTree,
  app: AppEntry,
  file: DeliveryFile | undefined,
  name: { readonly delivery: string; readonly environment: string; readonly namespace: string | undefined },
  options: RenderOptions,
): readonly Manifest[] {
  if (app.source.type !== 'folder') {
    throw new ProblemError({
      reason: 'NotSupported',
      message: `The app ${app.name} comes from a chart repository, which this version does not fetch.`,
      place: app.place,
    });
  }
  const rendered = unwrap(
    renderInline({
      tree,
      path: app.source.path,
      app: app.name,
      namespace: name.namespace ?? `${name.delivery}-${name.environment}`,
      delivery: name.delivery,
      environment: name.environment,
      revision: '0'.repeat(40),
      valuesFiles: [...app.values, ...options.values],
      overrides: overridesOf(options.set),
      // Offline nothing is built: the name of an image stands for itself.
      images: Object.fromEntries(
        Object.keys(file?.images ?? {}).map((image) => [image, `${name.delivery}/${image}:working-tree`]),
      ),
      capabilities: { kubeVersion: 'v1.35.0', apiVersions: [] },
    }),
  );
  for (const warning of rendered.warnings) context.stderr.write(`warning: ${formatProblem(warning)}\n`);
  return rendered.manifests;
}

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  const [first, ...rest] = result.problems;
  throw new ProblemError(rest.length === 0 ? first : withOthers(first, rest));
}

/** One error block that holds them all, because a command ends once. */
const withOthers = (first: Problem, rest: readonly Problem[]): Problem => ({
  ...first,
  details: [
    ...(first.details ?? []),
    ...rest.flatMap((problem) => ['', ...formatProblem(problem).split('\n')]),
  ],
});

/** `a.b=1` → {a: {b: 1}}: numbers, booleans and null are typed as in Helm's --set, everything else is text. */
export function overridesOf(settings: readonly string[]): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const setting of settings) {
    const equals = setting.indexOf('=');
    if (equals < 1)
      throw new ProblemError({ reason: 'BadRequest', message: `--set ${setting}: write it as path=value.` });
    const path = setting.slice(0, equals).split('.');
    const last = path.pop() ?? '';
    let target = result;
    for (const key of path) {
      const below = Object.hasOwn(target, key) ? target[key] : undefined;
      const next = typeof below === 'object' && below !== null ? (below as Record<string, unknown>) : {};
      target[key] = next;
      target = next;
    }
    target[last] = typed(setting.slice(equals + 1));
  }
  return result;
}

const WORDS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };
const typed = (text: string): unknown => {
  if (text in WORDS) return WORDS[text];
  return /^-?(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text;
};

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];
