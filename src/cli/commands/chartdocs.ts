import { readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { errnoOf, ProblemError, unwrap } from '../../base/errors.ts';
import { readText } from '../../base/filetree.ts';
import { valuesTable, withTable } from '../../charts/readme.ts';
import { commentsOf } from '../../charts/valuescomments.ts';
import { valueRows } from '../../charts/valuesdocs.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import { parseYaml } from '../../kube/values/yaml.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { inChart } from '../inchart.ts';
import { readChartFolder } from '../init/chartfolder.ts';

interface DocsOptions {
  readonly write?: boolean;
  readonly check?: boolean;
}

export function chartDocsCommand(context: CliContext): Command {
  return new Command('docs')
    .description('the table of a README from values.yaml, its comments and values.schema.json')
    .argument('<folder>', 'the chart: Handlebars or Helm')
    .option('--write', 'write it into README.md, between marks; other text stays')
    .option('--check', 'fail where README.md is not what --write would make it')
    .action((folder: string, options: DocsOptions) => inChart(folder, () => docs(context, folder, options)));
}

async function docs(context: CliContext, folder: string, { write, check }: DocsOptions): Promise<void> {
  const root = resolve(folder);
  const tree = readChartFolder(root);
  const read = (file: string): JsonObject => {
    const value = unwrap(parseYaml(readText(tree, file) ?? '{}', file));
    return isObject(value) ? value : {};
  };
  const { name, description } = read('Chart.yaml');
  if (typeof name !== 'string')
    throw new ProblemError({
      reason: 'ChartMissing',
      message: `There is no chart in ${folder}: no Chart.yaml that names one`,
      remedy: 'Name the folder of a chart.',
    });
  const comments = commentsOf(readText(tree, 'values.yaml') ?? '');
  const table = valuesTable(valueRows(read('values.yaml'), read('values.schema.json'), comments));
  if (!write && !check) return print(context, table);
  const file = join(root, 'README.md');
  const before = await textAt(file);
  const about = { name, description: typeof description === 'string' ? description : '' };
  const after = unwrap(withTable(before, table, about));
  if (before === after) return print(context, `${file} is up to date`);
  if (check) throw outdated(folder, before, after);
  await writeFile(`${file}.part`, after);
  await rename(`${file}.part`, file);
  print(context, `wrote ${file}`);
}

async function textAt(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function outdated(folder: string, before: string | undefined, after: string): ProblemError {
  const had = new Set(before?.split('\n'));
  const line = after.split('\n').findIndex((one) => !had.has(one));
  const first = line < 0 ? '' : `; the first line that is missing:\n${after.split('\n')[line]}`;
  return new ProblemError({
    reason: 'OutOfDate',
    message: before === undefined ? 'There is no README.md' : `README.md is not what the values say${first}`,
    place: { file: 'README.md' },
    remedy: `Run pilotage chart docs ${folder} --write, and commit it.`,
  });
}
