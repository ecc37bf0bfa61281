import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { ProblemError } from '../base/errors.ts';
import { starterFiles } from '../charts/starter.ts';
import { print } from './command.ts';
import type { CliContext } from './context.ts';
import { readFolder } from './foldertree.ts';

interface InitOptions {
  readonly name?: string;
  readonly app: string;
  readonly build?: string;
  readonly command?: string;
  readonly port?: string;
}

export function initCommand(context: CliContext): Command {
  return new Command('init')
    .description('write pilotage.yaml and a starter chart into a repository; nothing that exists is touched')
    .argument('[folder]', 'the repository', '.')
    .option('--name <name>', 'of the delivery (default: the folder’s)')
    .option('--app <folder>', 'where the program is', '.')
    .option('--build <command>', 'how it is built, as in "npm ci --omit=dev"')
    .option('--command <line>', 'how it is started, as in "node server.js"')
    .option('--port <number>', 'where it listens')
    .action(async (folder: string, options: InitOptions) => {
      const root = resolve(folder);
      const name =
        options.name ??
        basename(root)
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '-')
          .replace(/^-+|-+$/g, '');
      const files = starterFiles(readFolder(join(context.surroundings.packageDir, 'charts', 'web')), {
        name: name || 'app',
        image: { path: options.app, ...(options.build ? { build: options.build } : {}) },
        ...(options.command ? { command: options.command.split(/\s+/) } : {}),
        ...(options.port ? { port: Number(options.port) } : {}),
      });
      const existing = Object.keys(files).filter((file) => existsSync(join(root, file)));
      if (existing.length > 0) {
        throw new ProblemError({
          reason: 'AlreadyExists',
          message: `${root} has ${existing.join(', ')} already; nothing was written.`,
          remedy: 'Edit what is there, or remove it first.',
        });
      }
      for (const [file, text] of Object.entries(files)) {
        await mkdir(dirname(join(root, file)), { recursive: true });
        await writeFile(join(root, file), text);
        print(context, `  wrote ${file}`);
      }
      print(
        context,
        '  next: look at pilotage.yaml, then: pilotage render && git add . && git commit && git push URL',
      );
    });
}
