import { expect } from 'chai';
import { readPilotageFile } from '../../src/model/pilotagefile.ts';

const read = (rules: string) => {
  const head =
    'apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nspec:\n  environments: [{name: dev}, {name: prod}]\n';
  const file = readPilotageFile(`${head}  notifications: ${rules}\n`, []);
  return file.ok ? file.value.environments.map(({ notify }) => notify) : file.problems;
};

describe('notifications in pilotage.yaml', () => {
  it('are for all environments and for what asks for somebody, where they do not say', () => {
    const rule = [{ to: 'chat', on: ['failed', 'degraded', 'recovered', 'waiting'] }];
    expect(read('[{to: chat}]')).to.deep.equal([rule, rule]);
  });

  it('are for the environments and events that they name', () => {
    const rule = [{ to: 'chat', on: ['drift'] }];
    expect(read('[{to: chat, events: [drift], environments: [prod]}]')).to.deep.equal([undefined, rule]);
  });
});
