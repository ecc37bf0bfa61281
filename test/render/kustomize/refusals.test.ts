import { expect } from 'chai';
import { formatProblem, ProblemError } from '../../../src/base/errors.ts';
import { tree } from '../tree.ts';
import { buildAlone } from './build.ts';
import { BOTH, CASES, WEB } from './refusals.data.ts';

/** What is said of a kustomization `k` beside these files; `lines`: its text. */
function refusal(lines: string, files: Readonly<Record<string, string>> = {}): string {
  try {
    buildAlone(tree({ ...BOTH, 'k/web.yaml': WEB, ...files, 'k/kustomization.yaml': lines }), 'k');
  } catch (error) {
    if (error instanceof ProblemError) return formatProblem(error.problem);
    throw error;
  }
  return 'nothing';
}

describe('a kustomization is refused with a sentence where it has', () => {
  for (const [title, lines, said, files] of CASES) {
    it(title, () => {
      const message = refusal(lines, files);
      if (typeof said === 'string') expect(message).to.contain(said);
      else expect(message).to.match(said);
    });
  }
});
