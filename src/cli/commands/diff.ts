import type { Command } from 'commander';
import { formatProblem } from '../../base/errors.ts';
import type { PlanReport } from '../../model/faces.ts';
import {
  clientCommand,
  environmentPath,
  face,
  type OutputOptions,
  print,
  printJson,
  reportProblem,
} from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatPlan } from '../output/plan.ts';

/** Exit codes as `kubectl diff` and `git diff --exit-code` have them. */
const DIFF_EXIT = { same: 0, changes: 1, error: 2 } as const;

export function diffCommand(context: CliContext, exit: (code: number) => void): Command {
  return clientCommand('diff')
    .description('what sync would change now; exit code 0: nothing, 1: something, 2: an error')
    .argument('<environment>', 'shop/prod')
    .option('--revision <commit>', 'as if this revision were wanted')
    .action(async (name: string, options: OutputOptions & { revision?: string }) => {
      try {
        const query = options.revision ? `?revision=${encodeURIComponent(options.revision)}` : '';
        const plan = await (await face(context, options)).get<PlanReport>(
          environmentPath(name, `plan${query}`),
        );
        if (options.output === 'json') printJson(context, plan);
        else print(context, formatPlan(plan));
        for (const warning of plan.warnings) context.stderr.write(`warning: ${formatProblem(warning)}\n`);
        exit(plan.empty ? DIFF_EXIT.same : DIFF_EXIT.changes);
      } catch (error) {
        reportProblem(context, error);
        exit(DIFF_EXIT.error);
      }
    });
}
