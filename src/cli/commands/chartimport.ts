import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { formatProblem, ProblemError, unwrap } from '../../base/errors.ts';
import { SCHEMA_VERSION } from '../../kube/schema/version.ts';
import { isComposeProject } from '../../model/apps.ts';
import { systemChance } from '../../render/chance.ts';
import { chartOf } from '../../render/composefile/chart.ts';
import type { ComposeImage } from '../../render/composefile/images.ts';
import { handlebars } from '../../render/handlebars/engine.ts';
import { renderInline } from '../../render/render.ts';
import { type ComposeRequest, composeImages } from '../../render/sources/composefile.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { readFolder } from '../init/foldertree.ts';
import { ignoredIn } from '../init/ignoredfiles.ts';
import { refuseExisting, writeNewFolder } from '../init/newfolder.ts';
import { importHelm } from './chartimporthelm.ts';

interface ImportOptions {
  readonly output: string;
}

/** What a chart can be made of: a subcommand each. */
const SOURCES: readonly ((context: CliContext) => Command)[] = [importCompose, importHelm];

export function chartImportCommand(context: CliContext): Command {
  const command = new Command('import').description(
    'make a chart of what describes an application otherwise',
  );
  for (const source of SOURCES) command.addCommand(source(context));
  return command;
}

function importCompose(context: CliContext): Command {
  return new Command('compose')
    .description('make a chart of a compose file, with values for images, replicas and environments')
    .argument('[file]', 'the compose file, or its folder', '.')
    .option('--output <folder>', 'where the chart is written; it must not exist', 'chart')
    .action((file: string, options: ImportOptions) =>
      writeChart(context, resolve(file), resolve(options.output)),
    );
}

async function writeChart(context: CliContext, file: string, output: string): Promise<void> {
  refuseExisting(output, 'Name another folder: --output FOLDER.');
  const project = await projectAt(context, file);
  const images = unwrap(composeImages(project));
  const built = Object.fromEntries(images.map(({ service }) => [service, `built.invalid/${service}:1`]));
  const { manifests, warnings } = unwrap(
    renderInline(
      {
        ...{ ...project, namespace: project.app, revision: '0'.repeat(40), images: {}, composeImages: built },
        capabilities: { kubeVersion: SCHEMA_VERSION, apiVersions: [] },
      },
      handlebars,
      systemChance,
    ),
  );
  for (const warning of warnings) context.stderr.write(`warning: ${formatProblem(warning)}\n`);
  const objects = manifests.map(({ object }) => object);
  const files = chartOf(objects, { name: project.app, built });
  await writeNewFolder(output, files);
  for (const path of Object.keys(files)) print(context, `  wrote ${path}`);
  sayImages(context, images);
}

/** The project of a compose file, or of the folder that has one. What git ignores is not of it, passwords before all. */
async function projectAt(context: CliContext, file: string): Promise<ComposeRequest> {
  const isFile = /\.ya?ml$/.test(file);
  const root = isFile ? dirname(file) : file;
  const isIgnored = existsSync(file)
    ? await ignoredIn(root, context.surroundings.fullEnvironment)
    : undefined;
  const tree = existsSync(file) ? readFolder(root, isIgnored) : undefined;
  if (!tree || !isComposeProject(tree, ''))
    throw new ProblemError({
      reason: 'NotFound',
      message: `There is no compose file in ${root}, or it holds a chart or manifests beside it.`,
      remedy: 'Name it: pilotage chart import compose FILE.',
    });
  if (!isIgnored && tree.paths.some((path) => /(?:^|\/)\.gitignore$/.test(path)))
    context.stderr.write(
      `warning: ${root} is in no repository of git, so the chart may hold what .gitignore names: look for passwords\n`,
    );
  const name = nameOf(root);
  return {
    ...{ tree, path: '', app: name, delivery: name, environment: 'dev', valuesFiles: [] },
    overrides: isFile ? { COMPOSE_FILE: basename(file) } : {},
  };
}

/** A chart does not say how images are built: pilotage.yaml does. */
function sayImages(context: CliContext, images: readonly ComposeImage[]): void {
  if (images.length > 0) print(context, '  images are built by pilotage.yaml from now on:\n    images:');
  for (const { service, path, process, dockerfile } of images) {
    const build = process ? `, build: ${JSON.stringify(process)}` : '';
    const how = process === undefined ? `, dockerfile: ${dockerfile}` : build;
    print(context, `      ${service}: {path: ${path || '.'}${how}}`);
  }
}

const nameOf = (root: string): string =>
  basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '') || 'app';
