import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { ProblemError, unwrap } from '../../base/errors.ts';
import { type PackageChanges, packChart } from '../../charts/package.ts';
import { goDialect } from '../../render/helm/dialect.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { inChart } from '../inchart.ts';
import { readChartFolder } from '../init/chartfolder.ts';

interface PackageOptions extends PackageChanges {
  readonly destination: string;
}

export function chartPackageCommand(context: CliContext): Command {
  return new Command('package')
    .description('pack a chart into NAME-VERSION.tgz; the same files give the same bytes')
    .argument('<folder>', 'the chart: Handlebars or Helm')
    .option('-d, --destination <folder>', 'where the archive is written', '.')
    .option('--version <version>', 'the version that it has, instead of the one in Chart.yaml')
    .option('--app-version <version>', 'the version of the application, instead of the one in Chart.yaml')
    .action((folder: string, options: PackageOptions) =>
      inChart(folder, () => writePackage(context, folder, options)),
    );
}

async function writePackage(context: CliContext, folder: string, options: PackageOptions): Promise<void> {
  const { version, appVersion, destination } = options;
  const changes = { ...(version ? { version } : {}), ...(appVersion ? { appVersion } : {}) };
  const packed = unwrap(packChart(readChartFolder(resolve(folder)), '', changes, goDialect));
  const file = join(resolve(destination), packed.fileName);
  if (existsSync(file) && !(await readFile(file)).equals(packed.bytes))
    throw new ProblemError({
      reason: 'AlreadyExists',
      message: `${file} exists already, with other content; nothing was written.`,
      remedy: 'A version is packed once: raise it in Chart.yaml, or remove the archive.',
    });
  await mkdir(resolve(destination), { recursive: true });
  await writeFile(`${file}.part`, packed.bytes);
  await rename(`${file}.part`, file);
  print(context, file);
}
