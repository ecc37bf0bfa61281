import { expect } from 'chai';
import { formatProblem } from '../../src/base/errors.ts';
import { readPilotageFile } from '../../src/model/pilotagefile.ts';

const read = (...environments: readonly string[]) => {
  const lines = environments.map((one) => `    - {${one}}`).join('\n');
  const text = `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata: {name: shop}\nspec:\n  environments:\n${lines}\n`;
  const file = readPilotageFile(text, []);
  return file.ok ? file.value : file.problems.map(formatProblem).join('\n');
};

describe('dependsOn between environments', () => {
  it('names others of the file, with the delivery or without', () => {
    const file = read('name: a, dependsOn: [b, shop/c]', 'name: b', 'name: c');
    expect(typeof file === 'string' ? file : file.environments[0]?.dependsOn).to.deep.equal(['b', 'shop/c']);
  });

  it('that goes round is refused with the lines of all that are in the circle', () => {
    expect(
      read('name: a, dependsOn: [b]', 'name: b, dependsOn: [shop/c]', 'name: c, dependsOn: [a]'),
    ).to.match(
      /pilotage\.yaml:6.*dependsOn goes round: a \(line 6\) → b \(line 7\) → c \(line 8\) → a \(line 6\)/,
    );
    expect(read('name: a, dependsOn: [a]')).to.match(/goes round: a \(line 6\) → a/);
  });

  it('on what is not there, or of another delivery, is refused', () => {
    expect(read('name: a, dependsOn: [b]')).to.match(
      /:6.*depends on b, which is not an environment of this file/,
    );
    expect(read('name: a, dependsOn: [pay/b]')).to.match(
      /:6.*depends on pay\/b, which is of another delivery/,
    );
    expect(read('name: a, dependsOn: b')).to.match(/must be a list/);
  });
});
