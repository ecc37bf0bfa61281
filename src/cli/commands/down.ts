import { Command } from 'commander';
import { takeDown } from '../../supervise/takedown.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';

export function downCommand(context: CliContext): Command {
  return new Command('down')
    .description('stop Pilotage and every pod on this machine; the data stays')
    .option('--data-dir <dir>', 'data directory of the daemon (or PILOTAGE_DATA_DIR)')
    .action(async (options: { dataDir?: string }) => {
      const dataDir = options.dataDir ?? context.surroundings.dataDir;
      const stopped = await takeDown(context, dataDir);
      print(
        context,
        stopped
          ? `Pilotage is down. Its data stays in ${dataDir}; \`pilotage up\` brings it back.`
          : `Nothing of Pilotage runs on ${dataDir}.`,
      );
    });
}
