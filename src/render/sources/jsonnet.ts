import { failed } from '../../base/errors.ts';
import { plain } from './plain.ts';
import type { Folder, SourceRenderer } from './source.ts';

/** The settings of an environment of Tanka: they have a kind, and are no manifest. */
const isTanka = ({ files, read }: Folder): string | undefined =>
  files.find((file) => /(^|\/)spec\.json$/.test(file) && read(file).includes('"tanka.dev/'));

const isJsonnet = (file: string): boolean =>
  /\.(jsonnet|libsonnet)$|(^|\/)jsonnetfile\.json$/.test(file) && !file.startsWith('vendor/');

/** What is written in Jsonnet, which Pilotage does not evaluate (docs/writing-apps.md says why); not where manifests lie beside it. */
export const jsonnet: SourceRenderer = {
  name: 'jsonnet',
  detect(folder) {
    const found = isTanka(folder) ?? (plain.detect(folder) ? undefined : folder.files.find(isJsonnet));
    if (found === undefined) return undefined;
    return { place: { file: folder.path === '' ? found : `${folder.path}/${found}` } };
  },
  render: ({ path }, _engine, place) =>
    failed({
      reason: 'JsonnetNotSupported',
      message: `${path === '' ? 'The root of the repository' : path} is written in Jsonnet, which Pilotage does not evaluate`,
      ...(place ? { place } : {}),
      remedy:
        'Evaluate it before the push (jsonnet -m manifests -y …, or tk export manifests …), commit the manifests, and name their folder.',
    }),
};
