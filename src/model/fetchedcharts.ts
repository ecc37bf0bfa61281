import type { AppSource } from './deliveryfile.ts';

type Reference = Extract<AppSource, { type: 'repository' }>;

/**
 * Where the files of a chart that was fetched for an app lie in the tree that is rendered. git lets no tree have a `.git`, so that nothing of
 * a repository can be taken for it.
 */
export const fetchedFolder = ({ repository, name, version }: Reference): string =>
  `.git/charts/${repository.replace('://', '/').replace(/\/+$/, '')}/${name}@${version}`;
