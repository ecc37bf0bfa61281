import { expect } from 'chai';
import type { AppEntry } from '../../src/model/deliveryfile.ts';
import { unfetched } from '../../src/model/unfetched.ts';

describe('an app whose chart is in a repository', () => {
  const app = { name: 'shop', place: { file: 'pilotage.yaml', line: 4 } } as AppEntry;
  for (const [repository, pull] of [
    ['oci://r.example.com/charts/', 'oci://r.example.com/charts/web'],
    ['https://c.example.com', 'web --repo https://c.example.com'],
  ] as const)
    it(`of ${repository} is refused at its line, with the command that fetches it`, () => {
      const { message, place, remedy } = unfetched(app, {
        type: 'repository',
        repository,
        name: 'web',
        version: '^1.2',
      });
      expect(message).to.equal(`app shop: the chart web is in ${repository}, and nothing is fetched here`);
      expect(place).to.deep.equal({ file: 'pilotage.yaml', line: 4 });
      expect(remedy).to.equal(
        `Run pilotage chart pull ${pull} --version '^1.2' --untar --destination charts and commit it, with chart: charts/web.`,
      );
    });

  it('is named without the password that its address holds', () => {
    const repository = 'https://ann:hunter2@c.example.com';
    const said = unfetched(app, { type: 'repository', repository, name: 'web', version: '1.0.0' });
    expect(JSON.stringify(said)).to.contain('--repo https://c.example.com').and.not.contain('hunter2');
  });
});
