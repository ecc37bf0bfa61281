import { expect } from 'chai';
import type { RunTemplate } from '../../../src/render/gotemplate/executionstate.ts';
import { createTrace } from '../../../src/render/gotemplate/trace.ts';
import { randomData } from '../../helm/grammar/data.ts';
import { written } from '../../helm/grammar/node.ts';
import { createRandom } from '../../helm/grammar/random.ts';
import { randomTemplate } from '../../helm/grammar/template.ts';
import { renderTemplate } from '../../helm/render.ts';
import { rendered } from '../request.ts';
import { treeOnDisk } from '../tree.ts';

const CASES = 80;
const EXAMPLES = new URL('../../../examples', import.meta.url).pathname;

/** Executes and records, with all of the data named. */
function recorded(): RunTemplate {
  const trace = createTrace();
  return (space, tree, data, options) => {
    trace.name(data, []);
    return trace.run(space, tree, data, options);
  };
}

describe('a render that explains itself', () => {
  it('writes what one writes that does not, and fails with the same words', () => {
    let outputs = 0;
    for (let seed = 1; seed <= CASES; seed++) {
      const random = createRandom(seed * 7919 + 1);
      const [template, data] = [written(randomTemplate(random)), randomData(random)];
      const plain = renderTemplate(template, data);
      expect(renderTemplate(template, data, recorded()), template).to.deep.equal(plain);
      if ('output' in plain) outputs += 1;
    }
    expect(outputs).to.be.above(CASES / 5);
  });

  for (const [name, path] of [
    ['helm', 'chart'],
    ['resizer', 'chart'],
    ['kustomize', 'overlays/prod'],
    ['compose', ''],
  ] as const)
    it(`has the objects of the example ${name}`, () => {
      const tree = treeOnDisk(`${EXAMPLES}/${name}`);
      const request = {
        path,
        app: name,
        images: { web: 'web:1', greeter: 'greeter:1' },
        composeImages: { counter: 'counter:1' },
      };
      const made = rendered(tree, request).generated;
      const kept = { ...request, ...(made ? { generated: made } : {}) };
      const explained = rendered(tree, { ...kept, explain: { kind: 'deployment', name } });
      expect(explained.manifests).to.deep.equal(rendered(tree, kept).manifests);
    });
});
