import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { findDaemon } from '../daemon/face.ts';

export function kubeconfigCommand(context: CliContext): Command {
  return new Command('kubeconfig')
    .description('where the kubeconfig of the built-in cluster is')
    .option('--data-dir <dir>', 'data directory of the daemon (or PILOTAGE_DATA_DIR)')
    .option('--raw', 'print the kubeconfig itself')
    .action(async (options: { dataDir?: string; raw?: boolean }) => {
      const { kubeconfig } = await findDaemon(options.dataDir ?? context.surroundings.dataDir);
      if (options.raw) return void context.stdout.write(await readFile(kubeconfig, 'utf8'));
      print(context, context.stdout.isTTY ? `export KUBECONFIG=${kubeconfig}` : kubeconfig);
    });
}
