import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { chartFrom, imageOf, STARTERS, type Starter } from '../../charts/starters.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { refuseExisting, writeNewFolder } from '../init/newfolder.ts';
import { readStarter, starterOption } from '../init/starters.ts';

export function chartCreateCommand(context: CliContext): Command {
  return new Command('create')
    .description(`write a chart of your own to start from\n\nStarters:\n${starters()}`)
    .argument('<folder>', 'where it is written; its last part is the name of the chart')
    .addOption(starterOption())
    .action((folder: string, { starter = 'web' }: { readonly starter?: Starter }) =>
      create(context, folder, starter),
    );
}

const starters = (): string => {
  const width = Math.max(...Object.keys(STARTERS).map((name) => name.length));
  return Object.entries(STARTERS)
    .map(([name, what]) => `  ${name.padEnd(width)}  ${what}`)
    .join('\n');
};

async function create(context: CliContext, folder: string, starter: Starter): Promise<void> {
  const output = resolve(folder);
  const files = chartFrom(readStarter(context.surroundings.packageDir, starter), basename(output));
  refuseExisting(output, 'Name another folder.');
  await writeNewFolder(output, files);
  for (const path of Object.keys(files)) print(context, `  wrote ${folder}/${path}`);
  const image = imageOf(files['values.yaml'] ?? '');
  print(context, '  next, in pilotage.yaml:');
  print(context, `    images: {${image}: {path: FOLDER}}                  # what it runs`);
  print(context, `    apps: [{name: ${basename(output)}, chart: ${folder}}]`);
}
