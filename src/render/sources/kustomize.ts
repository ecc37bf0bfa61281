import { failed } from '../../base/errors.ts';
import type { SourceRenderer } from './source.ts';

/** A kustomization: recognised, and refused until this version builds it. */
export const kustomize: SourceRenderer = {
  name: 'kustomize',
  detect({ files, path }) {
    const file = files.find((p) => /^(kustomization\.ya?ml|Kustomization)$/.test(p));
    return file === undefined ? undefined : { place: { file: path === '' ? file : `${path}/${file}` } };
  },
  render: ({ path }, _engine, place) =>
    failed({
      reason: 'Kustomization',
      message: 'This folder is a kustomization, which is not rendered yet',
      ...(place ? { place } : {}),
      remedy: `Build it into a folder of plain manifests (kubectl kustomize ${path === '' ? '.' : path} > manifests/all.yaml) and deliver that.`,
    }),
};
