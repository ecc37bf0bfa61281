import { rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { ProblemError, unwrap } from '../../base/errors.ts';
import { readText } from '../../base/filetree.ts';
import { INFERRED, inferSchema } from '../../charts/inferschema.ts';
import { parseValues } from '../../charts/values.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { inChart } from '../inchart.ts';
import { readChartFolder } from '../init/chartfolder.ts';

export function chartSchemaCommand(context: CliContext): Command {
  return new Command('schema')
    .description('a JSON Schema from values.yaml and its comments, for editors and for checks')
    .argument('<folder>', 'the chart: Handlebars or Helm')
    .option('--write', 'write it into values.schema.json, and its name into the first line of values.yaml')
    .action((folder: string, { write = false }: { readonly write?: boolean }) =>
      inChart(folder, () => schema(context, folder, write)),
    );
}

const FILE = 'values.schema.json';
/** What editors with the YAML language server look for. */
const MODELINE = `# yaml-language-server: $schema=${FILE}`;

async function schema(context: CliContext, folder: string, write: boolean): Promise<void> {
  const root = resolve(folder);
  const tree = readChartFolder(root);
  const text = readText(tree, 'values.yaml');
  if (text === undefined)
    throw new ProblemError({
      reason: 'ValuesFileMissing',
      message: `There is no values.yaml in ${folder}`,
      remedy: 'Name the folder of a chart that has one.',
    });
  const { data } = unwrap(parseValues(text, 'values.yaml'));
  const inferred = `${JSON.stringify(inferSchema(data, text), null, 2)}\n`;
  if (!write) return print(context, inferred.trimEnd());
  refuseHandwritten(readText(tree, FILE));
  await replace(join(root, FILE), inferred);
  print(context, `wrote ${join(folder, FILE)}`);
  if (!/^# yaml-language-server:/m.test(text)) {
    await replace(join(root, 'values.yaml'), `${MODELINE}\n${text}`);
    print(context, `wrote the first line of ${join(folder, 'values.yaml')}`);
  }
  print(
    context,
    `Other values files are completed by their first line: ${MODELINE.replace(FILE, `PATH/${FILE}`)}`,
  );
}

function refuseHandwritten(existing: string | undefined): void {
  if (existing === undefined || existing.includes(INFERRED)) return;
  throw new ProblemError({
    reason: 'SchemaExists',
    message: `There is a ${FILE} that was written by hand`,
    place: { file: FILE },
    remedy: `Without --write the inferred one is printed; "$comment": "${INFERRED}" in the file would let it be written again.`,
  });
}

async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.part`, text);
  await rename(`${file}.part`, file);
}
