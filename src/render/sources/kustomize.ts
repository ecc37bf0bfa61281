import { failed, ok, ProblemError } from '../../base/errors.ts';
import { build } from '../kustomize/build.ts';
import { FILE_NAMES } from '../kustomize/kustomization/read.ts';
import type { SourceRenderer } from './source.ts';

/** A kustomization, built as `kustomize build` builds it. */
export const kustomize: SourceRenderer = {
  name: 'kustomize',
  detect({ files, path }) {
    const file = files.find((name) => FILE_NAMES.includes(name));
    return file === undefined ? undefined : { place: { file: path === '' ? file : `${path}/${file}` } };
  },
  render({ tree, path }) {
    try {
      return ok({ manifests: build(tree, path), warnings: [] });
    } catch (error) {
      if (error instanceof ProblemError) return failed(error.problem);
      throw error;
    }
  },
};
