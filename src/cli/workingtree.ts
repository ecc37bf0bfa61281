import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ProblemError, unwrap } from '../base/errors.ts';
import { type FileTree, readText } from '../base/filetree.ts';
import { appsOf, missingFolders } from '../model/apps.ts';
import type { AppEntry, DeliveryFile, EnvironmentEntry } from '../model/deliveryfile.ts';
import { PILOTAGE_FILE, readPilotageFile } from '../model/pilotagefile.ts';
import { unfetched } from '../model/unfetched.ts';
import { GATE_GRAMMAR } from '../promotion/gates/list.ts';
import { readFolder } from './init/foldertree.ts';

/** What a folder on disk, committed or not, delivers to one environment. */
export interface WorkingTree {
  readonly tree: FileTree;
  readonly delivery: string;
  readonly environment: string;
  readonly file?: DeliveryFile;
  readonly entry?: EnvironmentEntry;
  readonly apps: readonly AppEntry[];
}

/** @throws ProblemError where there is no such folder or environment, or pilotage.yaml is wrong */
export function readWorkingTree(
  folder: string,
  { environment, app }: { readonly environment: string; readonly app?: string },
): WorkingTree {
  const root = resolve(folder);
  if (!existsSync(root))
    throw new ProblemError({ reason: 'NotFound', message: `There is no folder ${root}.` });
  const tree = readFolder(root);
  const text = readText(tree, PILOTAGE_FILE);
  const file = text === undefined ? undefined : unwrap(readPilotageFile(text, GATE_GRAMMAR));
  const delivery =
    file?.name ??
    (basename(root)
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-') ||
      'app');
  const entry = file?.environments.find(({ name }) => name === environment);
  if (file && file.environments.length > 0 && !entry)
    throw new ProblemError(noEnvironment(file, environment));
  const apps = appsOf(file, tree, entry?.path ?? '', { delivery, environment });
  const [missing] = missingFolders(file, tree, apps, environment);
  if (missing) throw new ProblemError(missing);
  return {
    ...{ tree, delivery, environment },
    ...(file ? { file } : {}),
    ...(entry ? { entry } : {}),
    apps: apps.filter(({ name }) => app === undefined || name === app),
  };
}

const noEnvironment = ({ environments }: DeliveryFile, environment: string) => ({
  reason: 'NotFound',
  message: `pilotage.yaml defines no environment ${environment}.`,
  remedy: `It defines: ${environments.map(({ name }) => name).join(', ')}.`,
});

/** The folder of an app. @throws ProblemError where it comes from elsewhere */
export function folderOfApp(app: AppEntry): string {
  if (app.source.type === 'folder') return app.source.path;
  throw new ProblemError(unfetched(app, app.source));
}
