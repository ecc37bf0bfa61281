import { Command, Option } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import { RULES } from '../../render/lint/list.ts';
import { colorsOf, print, reportProblem } from '../command.ts';
import type { CliContext } from '../context.ts';
import { lintFolder } from '../lint/lintfolder.ts';
import { FORMATS } from '../output/findings/list.ts';
import { ownIdentities } from '../secrets/keyfile.ts';
import { overridesOf } from '../workingtreecommand.ts';

interface LintOptions {
  readonly values: readonly string[];
  readonly set: readonly string[];
  readonly format: string;
  readonly disable: readonly string[];
  readonly strict?: boolean;
}

/** As `helm lint` and linters at large have them, but for the last: a script can tell what was found from what went wrong. */
const LINT_EXIT = { clean: 0, findings: 1, failed: 2 } as const;

/** Needs no daemon: looks at charts on disk as a delivery would render them. */
export function chartLintCommand(context: CliContext, exit: (code: number) => void): Command {
  return new Command('lint')
    .description('find mistakes in charts, with all that a delivery makes of them')
    .argument('[folders...]', 'charts; or a repository, for every app in every environment', ['.'])
    .addOption(repeated('-f, --values <file>', 'a values file besides (repeatable)'))
    .addOption(repeated('--set <path=value>', 'override one value (repeatable)'))
    .addOption(repeated('--disable <rule>', 'leave a rule out (repeatable)'))
    .addOption(
      new Option('--format <format>', 'how findings are printed')
        .choices(Object.keys(FORMATS))
        .default('text'),
    )
    .option('--strict', 'fail on warnings too')
    .action(async (folders: readonly string[], options: LintOptions) => {
      try {
        const disabled = rulesOf(options.disable);
        const request = {
          ...{ disabled, values: options.values, overrides: overridesOf(options.set) },
          identities: await ownIdentities(context.surroundings.fullEnvironment),
        };
        const findings = (await Promise.all(folders.map((one) => lintFolder(one, request)))).flat();
        const format = FORMATS[options.format];
        const text = format?.({ findings, colors: colorsOf(context), version: context.surroundings.version });
        if (text) print(context, text);
        const counts = options.strict ? ['error', 'warning'] : ['error'];
        const found = findings.some(({ severity }) => counts.includes(severity));
        exit(found ? LINT_EXIT.findings : LINT_EXIT.clean);
      } catch (error) {
        reportProblem(context, error);
        exit(LINT_EXIT.failed);
      }
    });
}

const repeated = (flags: string, description: string): Option =>
  new Option(flags, description)
    .argParser((value: string, previous: readonly string[]) => [...previous, value])
    .default([], 'none');

function rulesOf(names: readonly string[]): ReadonlySet<string> {
  const known = RULES.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return new Set(names);
  throw new ProblemError({
    reason: 'BadRequest',
    message: `There is no rule ${unknown}`,
    remedy: `The rules are: ${known.join(', ')}.`,
  });
}
