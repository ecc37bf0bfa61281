import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { type Problem, ProblemError } from '../../base/errors.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { findDaemon } from '../daemon/face.ts';

export function kubeconfigCommand(context: CliContext): Command {
  return new Command('kubeconfig')
    .description('where the kubeconfig of the built-in cluster is')
    .option('--data-dir <dir>', 'data directory of the daemon (or PILOTAGE_DATA_DIR)')
    .option('--raw', 'print the kubeconfig itself')
    .action(async (options: { dataDir?: string; raw?: boolean }) => {
      const { kubeconfig, context: home } = await findDaemon(options.dataDir ?? context.surroundings.dataDir);
      if (home !== undefined) throw new ProblemError(elsewhere(home));
      if (options.raw) return void context.stdout.write(await readFile(kubeconfig, 'utf8'));
      print(context, context.stdout.isTTY ? `export KUBECONFIG=${kubeconfig}` : kubeconfig);
    });
}

const elsewhere = (home: string): Problem => ({
  reason: 'HomeElsewhere',
  message: `There is no built-in cluster: the home of this Pilotage is context ${home} of your kubeconfig.`,
  remedy: `kubectl --context ${home} …`,
});
