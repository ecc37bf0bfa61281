import { type Command, Option } from 'commander';
import { formatProblem, ProblemError } from '../../base/errors.ts';
import type { PlanReport } from '../../model/faces.ts';
import { clientCommand, environmentPath, face, print, printJson, reportProblem } from '../command.ts';
import type { CliContext } from '../context.ts';
import type { ClientOptions } from '../daemon/face.ts';
import { packWorkingTree } from '../diff/worktree.ts';
import { formatPlan } from '../output/plan.ts';
import { planMarkdown } from '../output/planmarkdown.ts';

/** Exit codes as `kubectl diff` and `git diff --exit-code` have them. */
const DIFF_EXIT = { same: 0, changes: 1, error: 2 } as const;

interface DiffOptions extends ClientOptions {
  readonly output: 'text' | 'json' | 'markdown';
  readonly revision?: string;
  /** `true`: the folder that the command runs in. */
  readonly workingTree?: string | true;
}

export function diffCommand(context: CliContext, exit: (code: number) => void): Command {
  const output = new Option(
    '-o, --output <format>',
    'text for people, json for scripts, markdown for pull requests',
  )
    .choices(['text', 'json', 'markdown'])
    .default('text');
  return clientCommand('diff', output)
    .description('what sync would change now; exit code 0: nothing, 1: something, 2: an error')
    .argument('<environment>', 'shop/prod')
    .option('--revision <commit>', 'as if this branch or revision were wanted')
    .option('-w, --working-tree [folder]', 'as if the files of this repository were pushed, committed or not')
    .action(async (name: string, options: DiffOptions) => {
      try {
        const plan = await planOf(context, name, options);
        if (options.output === 'json') printJson(context, plan);
        else if (options.output === 'markdown') context.stdout.write(planMarkdown(plan));
        else print(context, formatPlan(plan, context.stdout.columns));
        for (const warning of plan.warnings) context.stderr.write(`warning: ${formatProblem(warning)}\n`);
        exit(plan.empty ? DIFF_EXIT.same : DIFF_EXIT.changes);
      } catch (error) {
        reportProblem(context, error);
        exit(DIFF_EXIT.error);
      }
    });
}

async function planOf(context: CliContext, name: string, options: DiffOptions): Promise<PlanReport> {
  const { revision, workingTree } = options;
  if (workingTree !== undefined && revision !== undefined)
    throw new ProblemError({
      reason: 'BadRequest',
      message: '--working-tree and --revision exclude each other.',
      remedy:
        'A revision is looked up in the repository that is delivered; a working tree is on this machine.',
    });
  const daemon = await face(context, options);
  if (workingTree === undefined) {
    const query = revision ? `?revision=${encodeURIComponent(revision)}` : '';
    return daemon.get<PlanReport>(environmentPath(name, `plan${query}`));
  }
  const folder = workingTree === true ? '.' : workingTree;
  const tree = await packWorkingTree(folder, context.surroundings.fullEnvironment);
  return daemon.post<PlanReport>(environmentPath(name, 'plan'), { tree });
}
