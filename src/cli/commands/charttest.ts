import { Command, Option } from 'commander';
import { runFolder } from '../charttest/runfolder.ts';
import { colorsOf, print, reportProblem } from '../command.ts';
import type { CliContext } from '../context.ts';
import { hasFailed } from '../output/testreports/format.ts';
import { TEST_FORMATS } from '../output/testreports/list.ts';

interface TestOptions {
  readonly file: readonly string[];
  readonly update?: boolean;
  readonly format: string;
}

/** helm-unittest's own. */
const SUITES = 'tests/*_test.yaml';

const TEST_EXIT = { passed: 0, failed: 1, notRun: 2 } as const;

/** Needs no daemon: suites of a chart on disk, in the format of helm-unittest. */
export function chartTestCommand(context: CliContext, exit: (code: number) => void): Command {
  return new Command('test')
    .description('run the tests of charts: suites as helm-unittest has them')
    .argument('[folders...]', 'charts', ['.'])
    .addOption(
      new Option(
        '-f, --file <pattern>',
        `suites, from the folder of the chart (repeatable; default: ${SUITES})`,
      )
        .argParser((value: string, previous: readonly string[]) => [...previous, value])
        .default([], 'none'),
    )
    .option('-u, --update', 'make the snapshots what is rendered now')
    .addOption(
      new Option('--format <format>', 'how results are printed')
        .choices(Object.keys(TEST_FORMATS))
        .default('text'),
    )
    .action(async (folders: readonly string[], options: TestOptions) => {
      try {
        const files = options.file.length > 0 ? options.file : [SUITES];
        const isUpdated = options.update ?? false;
        const charts = [];
        for (const folder of folders) charts.push(await runFolder(folder, { files, update: isUpdated }));
        const text = TEST_FORMATS[options.format]?.({ charts, colors: colorsOf(context), isUpdated });
        if (text) print(context, text);
        const failed = charts.some(({ suites }) => suites.some(hasFailed));
        exit(failed ? TEST_EXIT.failed : TEST_EXIT.passed);
      } catch (error) {
        reportProblem(context, error);
        exit(TEST_EXIT.notRun);
      }
    });
}
