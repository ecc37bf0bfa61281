import { resolve } from 'node:path';
import { Command } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatTable } from '../output/table.ts';
import { type Keyboard, secretAsker } from '../password.ts';
import { engineSockets } from './engine.ts';

/** Images are directories below the data directory, or the engine has them: these commands need no daemon. */
export function imageCommand(context: CliContext, stdin: Keyboard): Command {
  const dataDirOf = (options: { dataDir?: string }): string =>
    options.dataDir ?? context.surroundings.dataDir;
  const engineOf = ({ engine }: { engine?: string }) => context.images.engine(engineSockets(context, engine));
  const command = new Command('image').description(
    'images: directories of the process runtime, and those that the container engine has built',
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
    .description('what was imported or built here')
    .option('--data-dir <dir>', 'data directory of the daemon (or PILOTAGE_DATA_DIR)')
    .option(...ENGINE)
    .action(async (options: { dataDir?: string; engine?: string }) => {
      const images = await context.images.list(dataDirOf(options));
      const built = await (await engineOf(options)).list();
      const rows = [...images, ...built].map(({ reference, digest }) => [reference, digest]);
      print(context, formatTable(['IMAGE', 'DIGEST'], [['host', 'the programs of this machine'], ...rows]));
    });
  command
    .command('tag')
    .description('give an image of the engine another name')
    .argument('<image>', 'as `image list` shows it')
    .argument('<name:tag>', 'registry.example.com/shop/web:1.2')
    .option(...ENGINE)
    .action(async (source: string, target: string, options: { engine?: string }) => {
      for (const name of [source, target]) checkName(name);
      await (await engineOf(options)).tag(source, target);
      print(context, `${target} is ${source}.`);
    });
  command
    .command('push')
    .description('give an image of the engine to the registry that its name begins with')
    .argument('<name:tag>', 'registry.example.com/shop/web:1.2')
    .option('--username <name>', 'of the registry; its password is asked for, or read from standard input')
    .option(...ENGINE)
    .action(async (reference: string, { username, ...options }: { engine?: string; username?: string }) => {
      checkName(reference);
      const login =
        username === undefined
          ? undefined
          : { username, password: await secretAsker(stdin, context.stderr)('Password: ') };
      const digest = await (await engineOf(options)).push(reference, login);
      print(context, `Pushed ${reference} (${digest}).`);
    });
  return command;
}

const ENGINE = [
  '--engine <path>',
  'socket of the container engine (default: the one that is found)',
] as const;

/** Names become parts of paths of the engine's API. */
function checkName(name: string): void {
  if (/^[a-z0-9][\w./:-]*:[\w][\w.-]*$/.test(name) && !/(^|\/)\.{1,2}(\/|$)/.test(name)) return;
  throw new ProblemError({
    reason: 'BadRequest',
    message: `"${name}" is not an image name with a tag.`,
    remedy: 'Write it like registry.example.com/shop/web:1.2.',
  });
}
