import { resolve } from 'node:path';
import { Command } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatTable } from '../output/table.ts';

/** Images are plain directories below the data directory, so these commands need no daemon. */
export function imageCommand(context: CliContext): Command {
  const dataDirOf = (options: { dataDir?: string }): string =>
    options.dataDir ?? context.surroundings.dataDir;
  const command = new Command('image').description(
    'images of the process runtime: directories, addressed by content',
  );
  command
    .command('import')
    .description('make a directory available to pods under a name')
    .argument('<name:tag>', 'as the pod spec will say it: shop/web:1.2')
    .argument('<directory>', 'what the container finds in its working directory')
    .option('--data-dir <dir>', 'data directory of the daemon (or PILOTAGE_DATA_DIR)')
    .action(async (reference: string, directory: string, options: { dataDir?: string }) => {
      if (!/^[a-z0-9][a-z0-9._/-]*:[\w][\w.-]*$/.test(reference) || reference.startsWith('host:')) {
        throw new ProblemError({
          reason: 'BadRequest',
          message: `"${reference}" is not an image name with a tag.`,
          remedy:
            'Write it like shop/web:1.2; lower case, and a tag so that a pod spec says which one it means.',
        });
      }
      const digest = await context.images.import(dataDirOf(options), reference, resolve(directory));
      print(context, `Imported ${reference} (${digest}).`);
      print(context, `  next: a container with \`image: ${reference}\` and a command runs in that directory`);
    });
  command
    .command('list')
    .alias('ls')
    .description('what can be run without a container engine')
    .option('--data-dir <dir>', 'data directory of the daemon (or PILOTAGE_DATA_DIR)')
    .action(async (options: { dataDir?: string }) => {
      const images = await context.images.list(dataDirOf(options));
      const rows = images.map(({ reference, digest }) => [reference, digest]);
      print(context, formatTable(['IMAGE', 'DIGEST'], [['host', 'the programs of this machine'], ...rows]));
    });
  return command;
}
