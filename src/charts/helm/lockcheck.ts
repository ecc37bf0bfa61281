import type { Problem } from '../../base/errors.ts';
import type { Dialect } from './dialect.ts';
import type { HelmChart } from './load.ts';

/** What a lock says of the dependencies that is not so: Helm renders all the same. */
export function lockDisagreements(chart: HelmChart, dialect: Dialect): Problem[] {
  const below = chart.dependencies.flatMap((child) => lockDisagreements(child, dialect));
  return [...ownDisagreements(chart, dialect), ...below];
}

function ownDisagreements({ lock, metadata, dependencies }: HelmChart, { satisfies }: Dialect): Problem[] {
  if (!lock) return [];
  const said = metadata.dependencies.flatMap(({ name, version, alias }) => {
    const locked = lock.dependencies.filter((one) => one.name === name);
    const versions = locked.map((one) => one.version).join(', ');
    if (locked.length === 0) return [`does not name ${name}, which Chart.yaml depends on`];
    if (!locked.some((one) => satisfies(one.version, version)))
      return [`says ${name} ${versions}, but Chart.yaml asks for ${version}`];
    const present = dependencies.filter((child) => child.metadata.name === name);
    const other = present.find((child) => !locked.some((one) => one.version === child.metadata.version));
    return other && alias === ''
      ? [`says ${name} ${versions}, but charts/ holds ${other.metadata.version}`]
      : [];
  });
  return said.map((one) => disagreement(lock.file, one));
}

const disagreement = (file: string, said: string): Problem => ({
  reason: 'ChartLockDisagrees',
  message: `${file.slice(file.lastIndexOf('/') + 1)} ${said}`,
  place: { file },
  remedy: 'Run pilotage chart dependency update, and commit the lock and charts/.',
});
