import { basename, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Command } from 'commander';
import { ProblemError, unwrap } from '../../base/errors.ts';
import { type FileTree, readText } from '../../base/filetree.ts';
import { SCHEMA_VERSION } from '../../kube/schema/version.ts';
import { systemChance } from '../../render/chance.ts';
import type { Chance } from '../../render/gotemplate/chance.ts';
import { words } from '../../render/handlebars/compiled.ts';
import { handlebars } from '../../render/handlebars/engine.ts';
import { functionNames } from '../../render/helm/basefunctions.ts';
import { treeOf } from '../../render/pool/wire.ts';
import { renderInline } from '../../render/render.ts';
import { toHandlebars } from '../../render/tohandlebars/chart.ts';
import type { Manifest } from '../../render/types.ts';
import { collect, print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { readChartFolder } from '../init/chartfolder.ts';
import { refuseExisting, writeNewFolder } from '../init/newfolder.ts';

interface ImportOptions {
  readonly output: string;
  readonly values: readonly string[];
}

export function importHelm(context: CliContext): Command {
  return new Command('helm')
    .description('make a chart of Handlebars of a Helm chart, where both render to the same')
    .argument('<chart>', 'the folder of the Helm chart')
    .option('--output <folder>', 'where the chart is written; it must not exist', 'chart')
    .option(
      '-f, --values <file>',
      'values within the chart that both are compared with, too (repeatable)',
      collect,
      [],
    )
    .action((chart: string, options: ImportOptions) => writeTranslated(context, resolve(chart), options));
}

async function writeTranslated(context: CliContext, root: string, options: ImportOptions): Promise<void> {
  const output = resolve(options.output);
  refuseExisting(output, 'Name another folder: --output FOLDER.');
  const helm = readChartFolder(root);
  const files = unwrap(toHandlebars(helm, { functions: functionNames(4), helpers: words.helpers }));
  const made = treeOf(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])));
  let compared = 0;
  for (const values of [[], ...options.values.map((file) => [file])])
    compared = compare(
      renderedOf(helm, root, values),
      renderedOf(made, root, values),
      values[0] ?? 'values.yaml',
    );
  await writeNewFolder(output, files);
  for (const path of Object.keys(files)) print(context, `  wrote ${path}`);
  print(
    context,
    `  renders to the same ${compared} objects as the Helm chart, with ${['its default values', ...options.values].join(' and ')}`,
  );
}

function renderedOf(tree: FileTree, root: string, values: readonly string[]): readonly Manifest[] {
  for (const file of values)
    if (readText(tree, file) === undefined)
      throw new ProblemError({
        reason: 'ValuesFileMissing',
        message: `There is no file ${file} in the chart`,
      });
  const app = basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-');
  const request = {
    ...{ tree, path: '', app, namespace: app, delivery: app, environment: 'dev', revision: '0'.repeat(40) },
    ...{ valuesFiles: values, images: {}, capabilities: { kubeVersion: SCHEMA_VERSION, apiVersions: [] } },
  };
  return unwrap(renderInline(request, handlebars, SAME)).manifests;
}

/** What templates make by chance is the same in both renders, but for keys. Nothing of it is kept. */
const SAME: Chance = {
  ...systemChance,
  random: (count) => Uint8Array.from({ length: count }, (_, index) => (index * 37) % 256),
  now: () => new Date(0),
};

const nameOf = ({ object }: Manifest): string =>
  `${object.apiVersion} ${object.kind} ${object.metadata.name}`;

/** Nothing is written that renders otherwise: a difference is a mistake of the translation, and found here in place of in the cluster. */
function compare(before: readonly Manifest[], after: readonly Manifest[], values: string): number {
  const made = new Map(after.map((one) => [nameOf(one), one.object]));
  const differing = before.filter((one) => !isDeepStrictEqual(made.get(nameOf(one)), one.object)).map(nameOf);
  const known = new Set(before.map(nameOf));
  const added = [...made.keys()].filter((name) => !known.has(name));
  if (differing.length + added.length === 0) return before.length;
  throw new ProblemError({
    reason: 'RoundTripDiffers',
    message: `With ${values} the translated chart renders otherwise: ${[...differing, ...added].join(', ')}; nothing was written.`,
    remedy: 'Deliver the Helm chart as it is: Pilotage renders it as Helm does.',
  });
}
