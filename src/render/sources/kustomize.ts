import { failed, ok, type Problem, ProblemError } from '../../base/errors.ts';
import { KUSTOMIZATION_FILES } from '../../model/kustomizationfiles.ts';
import { build } from '../kustomize/build.ts';
import { keptIfAsked } from '../manifests/keep.ts';
import { inflateFor } from './inflate.ts';
import type { SourceRenderer } from './source.ts';

/** A kustomization, built as `kustomize build` builds it. */
export const kustomize: SourceRenderer = {
  name: 'kustomize',
  detect({ files, path }) {
    const file = files.find((name) => KUSTOMIZATION_FILES.includes(name));
    return file === undefined ? undefined : { place: { file: path === '' ? file : `${path}/${file}` } };
  },
  render(request) {
    const warnings: Problem[] = [];
    try {
      const built = build(
        request.tree,
        request.path,
        inflateFor(request, (one) => warnings.push(one)),
        request.explain !== undefined,
      );
      return ok({ manifests: built.map(keptIfAsked), warnings });
    } catch (error) {
      if (error instanceof ProblemError) return failed(error.problem);
      throw error;
    }
  },
};
