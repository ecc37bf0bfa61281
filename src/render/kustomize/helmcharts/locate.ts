import { refuse } from '../errors.ts';
import type { Files } from '../files.ts';
import type { HelmChartArgs } from '../kustomization/fields.ts';

const HOME = 'charts';

/**
 * Where a chart may be, below the folder of the kustomization: where kustomize looks for it and puts what it pulls, or packed beside that.
 * A version of a repository has a folder of its own.
 */
export function chartPaths({
  chartHome,
  name = '',
  version = '',
  repo = '',
}: HelmChartArgs): readonly string[] {
  const home = chartHome || HOME;
  const versioned = `${home}/${name}-${version}`;
  const own =
    version !== '' && repo !== '' ? [`${versioned}/${name}`] : [`${home}/${name}`, `${home}/${name}.tgz`];
  return version === '' ? own : [...own, `${versioned}.tgz`];
}

/** The folder or archive of a chart in the repository. @throws ProblemError */
export function chartAt(args: HelmChartArgs, files: Files): string {
  const { name = '', repo = '', place } = args;
  if (name === '') throw refuse('A chart must have a name', place);
  const paths = chartPaths(args);
  for (const path of paths) {
    const found = files.inside(path, place);
    if (files.exists(found)) return found;
  }
  throw repo === '' ? missing(args, files) : elsewhere(args, files);
}

const missing = ({ name, place }: HelmChartArgs, files: Files): Error =>
  refuse(
    `There is no chart ${name} in ${files.describe()}`,
    place,
    'Add its folder there, or correct chartHome in helmGlobals: it is relative to this kustomization.',
    'ChartMissing',
  );

function elsewhere(args: HelmChartArgs, files: Files): Error {
  const { chartHome, name = '', version = '', repo = '', place } = args;
  const chart = repo.startsWith('oci://') ? `${repo.replace(/\/$/, '')}/${name}` : `${name} --repo ${repo}`;
  const folder = `${chartHome || HOME}${version === '' ? '' : `/${name}-${version}`}`;
  const pull = `pilotage chart pull ${chart}${version === '' ? '' : ` --version ${version}`} --untar --destination ${folder}`;
  return refuse(
    `The chart ${name} of ${repo} is not in this repository, and a render fetches nothing`,
    place,
    `In ${files.describe()}, run \`${pull}\`, and commit what it brings.`,
    'ChartMissing',
  );
}
