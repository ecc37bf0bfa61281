import { ProblemError } from '../base/errors.ts';
import { type FileTree, readText } from '../base/filetree.ts';

/** Charts to start from, each a folder of `charts/` in this package, and what each is for. */
export const STARTERS = {
  web: 'a program that answers requests by HTTP',
  worker: 'a program that works by itself, and listens on no port',
  cronjob: 'a program that runs at set times, and ends',
  stateful: 'a program whose pods have a volume and a name each',
  static: 'a site of files, with a small server',
  'site-with-database': 'a web application, and a database with a volume',
} as const;

export type Starter = keyof typeof STARTERS;

export const isStarter = (name: string): name is Starter => Object.hasOwn(STARTERS, name);

/** The name is a label of every object, and part of their names: those of Kubernetes and of Helm's releases hold for it. */
const NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const MAX_NAME = 53;

/**
 * The files of a new chart, by path in it: those of the starter, under its own name.
 * @throws ProblemError where the name cannot be one
 */
export function chartFrom(starter: FileTree, name: string): Readonly<Record<string, string>> {
  if (!NAME.test(name) || name.length > MAX_NAME)
    throw new ProblemError({
      reason: 'BadRequest',
      message: `${JSON.stringify(name)} cannot be the name of a chart`,
      remedy: `Write lower-case letters, digits and dashes, a letter first, at most ${MAX_NAME}.`,
    });
  const files = starter.paths.map((path): [string, string] => [path, readText(starter, path) ?? '']);
  return Object.fromEntries(
    files.map(([path, text]) => [path, path === 'Chart.yaml' ? renamed(text, name) : text]),
  );
}

const renamed = (metadata: string, name: string): string =>
  metadata
    .replace(/^name: .*$/m, `name: ${name}`)
    .replace(/^description: .*$/m, `description: The chart of ${name}`);

/** The image that the values of a starter name. */
export const imageOf = (values: string): string => /^image: (\S+)$/m.exec(values)?.[1] ?? 'web';
