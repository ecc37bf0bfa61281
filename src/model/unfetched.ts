import type { Problem } from '../base/errors.ts';
import type { AppEntry, AppSource } from './deliveryfile.ts';

/** An app whose chart is in a repository, where nobody fetches: a render on disk asks no network. */
export const unfetched = (app: AppEntry, source: Extract<AppSource, { type: 'repository' }>): Problem => ({
  reason: 'NotSupportedYet',
  message: `app ${app.name}: the chart ${source.name} is in ${withoutPassword(source.repository)}, and nothing is fetched here`,
  place: app.place,
  remedy: `Run ${pull(source)} and commit it, with chart: charts/${source.name}.`,
});

function pull({ repository: written, name, version }: Extract<AppSource, { type: 'repository' }>): string {
  const repository = withoutPassword(written);
  const isRegistry = repository.startsWith('oci://');
  const where = isRegistry ? `${repository.replace(/\/+$/, '')}/${name}` : `${name} --repo ${repository}`;
  return `pilotage chart pull ${where} --version '${version}' --untar --destination charts`;
}

/** Whoever reads a push need not see what somebody has written into an address. */
const withoutPassword = (url: string): string => url.replace(/\/\/[^/]*@/, '//');
