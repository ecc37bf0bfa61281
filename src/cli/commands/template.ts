import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { errnoOf, formatProblem, ProblemError, unwrap } from '../../base/errors.ts';
import type { HelmVersion } from '../../charts/helm/dialect.ts';
import type { GivenValues } from '../../charts/helm/given.ts';
import { loadChart } from '../../charts/helm/load.ts';
import { systemChance } from '../../render/chance.ts';
import { createLookups } from '../../render/gotemplate/lookups.ts';
import { createMade } from '../../render/gotemplate/made.ts';
import { splitApiVersions } from '../../render/helm/capabilities.ts';
import { goDialect } from '../../render/helm/dialect.ts';
import { printTemplate } from '../../render/helm/print.ts';
import { type HelmOutput, renderHelm } from '../../render/helm/render.ts';
import type { CliContext } from '../context.ts';
import { readChartFolder, treeOfFile } from '../init/chartfolder.ts';

interface TemplateOptions {
  readonly values: readonly string[];
  readonly set: readonly string[];
  readonly setString: readonly string[];
  readonly setJson: readonly string[];
  readonly setFile: readonly string[];
  readonly setLiteral: readonly string[];
  readonly namespace: string;
  readonly kubeVersion?: string;
  readonly apiVersions: readonly string[];
  readonly includeCrds?: boolean;
  readonly skipTests?: boolean;
  readonly skipSchemaValidation?: boolean;
  readonly hooks: boolean;
  readonly showOnly: readonly string[];
  readonly isUpgrade?: boolean;
  readonly helm: HelmVersion;
}

/** Needs no daemon, no cluster and no git: a Helm chart on disk → what `helm template` prints of it. */
export function templateCommand(context: CliContext): Command {
  return new Command('template')
    .description('print what helm template prints of a chart, without helm')
    .argument('<release>', 'name of the release')
    .argument('<chart>', 'folder of a chart, or a packed one (.tgz)')
    .addOption(list('-f, --values <file>', 'a values file (repeatable)'))
    .addOption(list('--set <path=value>', 'set values: a.b=1,c[0]=x (repeatable)'))
    .addOption(list('--set-string <path=value>', 'set values as text (repeatable)'))
    .addOption(list('--set-json <path=json>', 'set values written as JSON (repeatable)'))
    .addOption(list('--set-file <path=file>', 'set values to the text of files (repeatable)'))
    .addOption(list('--set-literal <path=value>', 'set a value to all that follows (repeatable)'))
    .option('-n, --namespace <name>', 'namespace of the release', 'default')
    .option('--kube-version <version>', 'what the chart sees as .Capabilities.KubeVersion')
    .addOption(
      list('-a, --api-versions <versions>', 'API versions that the cluster has besides (repeatable)'),
    )
    .option('--include-crds', 'print crds/ too')
    .option('--skip-tests', 'leave test hooks out')
    .option('--no-hooks', 'leave all hooks out')
    .option('--skip-schema-validation', 'values need not fit values.schema.json')
    .addOption(list('-s, --show-only <template>', 'only what this template wrote (repeatable)'))
    .option('--is-upgrade', 'as an upgrade instead of an installation')
    .addOption(
      new Option('--helm <release>', 'release of Helm: 4 (4.2.4) or 3 (3.21.4)')
        .argParser(helmRelease)
        .default(4),
    )
    .action((release: string, chart: string, options: TemplateOptions) => {
      const output = render(release, chart, options);
      for (const warning of output.warnings) context.stderr.write(`warning: ${formatProblem(warning)}\n`);
      context.stdout.write(printTemplate(output, { ...options, noHooks: !options.hooks }));
    });
}

const list = (flags: string, description: string): Option =>
  new Option(flags, description)
    .argParser((value: string, previous: readonly string[]) => [...previous, value])
    .default([], 'none');

function helmRelease(text: string): HelmVersion {
  if (text === '3' || text === '4') return text === '3' ? 3 : 4;
  throw new InvalidArgumentError('It must be 3 or 4.');
}

function render(release: string, path: string, options: TemplateOptions): HelmOutput {
  checkName(release);
  const { helm, kubeVersion, apiVersions } = options;
  const file = resolve(path);
  const isPacked = /\.(tgz|tar\.gz)$/.test(file);
  const tree = isPacked ? treeOfFile(dirname(file), basename(file)) : readChartFolder(file);
  const chart = unwrap(
    loadChart(tree, isPacked ? basename(file) : '', { dialect: goDialect, version: helm }),
  );
  return unwrap(
    renderHelm({
      chart,
      given: givenBy(options),
      release: { name: release, namespace: options.namespace, isUpgrade: options.isUpgrade ?? false },
      cluster: {
        ...(kubeVersion === undefined ? {} : { kubeVersion }),
        moreApiVersions: splitApiVersions(apiVersions),
      },
      helm,
      made: createMade({}, systemChance),
      lookups: createLookups({}),
      chance: systemChance,
      readFile: readGiven,
      skipSchema: options.skipSchemaValidation ?? false,
    }),
  );
}

const givenBy = ({ values, set, setString, setJson, setFile, setLiteral }: TemplateOptions): GivenValues => ({
  files: values.flatMap((one) => one.split(',')).map((file) => ({ file, text: readGiven(file) })),
  set,
  setString,
  setJson,
  setFile,
  setLiteral,
});

function readGiven(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : resolve(file), 'utf8');
  } catch (error) {
    const missing = errnoOf(error) === 'ENOENT';
    throw new ProblemError({
      reason: 'ValuesFileMissing',
      message: missing ? `There is no file ${file}` : `${file} cannot be read: ${errnoOf(error)}`,
    });
  }
}

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_NAME = 53;

function checkName(release: string): void {
  if (release.length <= MAX_NAME && NAME.test(release)) return;
  throw new ProblemError({
    reason: 'BadRequest',
    message: `${JSON.stringify(release)} is no name for a release`,
    remedy: `Write lower-case letters, digits and dashes, at most ${MAX_NAME}.`,
  });
}
