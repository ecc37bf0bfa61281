import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type Git, gitIn } from './git.ts';

export interface SampleRepository {
  readonly directory: string;
  readonly git: Git;
}

/** The example application as a repository of its own below `parent`, one commit on main. */
export async function createSample(
  packageDir: string,
  parent: string,
  environment: Readonly<Record<string, string>>,
): Promise<SampleRepository> {
  const directory = join(parent, 'sample');
  const example = join(packageDir, 'examples', 'resizer');
  await cp(example, directory, {
    recursive: true,
    // Files that a developer's own trial of the example left behind are skipped; the package itself may be below a node_modules.
    filter: (source) => !relative(example, source).split(sep).includes('node_modules'),
  });
  const git = gitIn(directory, environment);
  await git.run('init', '--quiet', '--initial-branch=main');
  await git.run('add', '--all');
  await git.run('commit', '--quiet', '-m', 'Image resizer 1.0.0');
  return { directory, git };
}

/** The second commit: new code, and another limit in the configuration of every environment. */
export async function changeSample(
  sample: SampleRepository,
  version: string,
  maxPixels: number,
): Promise<void> {
  await edit(sample.directory, 'app/server.js', /const VERSION = '[^']*'/, `const VERSION = '${version}'`);
  await edit(
    sample.directory,
    'chart/values.yaml',
    /maxImageSizeInPixels: \d+/,
    `maxImageSizeInPixels: ${maxPixels}`,
  );
  await sample.git.run('commit', '--quiet', '--all', '-m', `Image resizer ${version}: larger images`);
}

async function edit(directory: string, file: string, from: RegExp, to: string): Promise<void> {
  const path = join(directory, file);
  const text = await readFile(path, 'utf8');
  if (!from.test(text)) throw new Error(`${file} of the example has nothing like ${from}`);
  await writeFile(path, text.replace(from, to));
}
