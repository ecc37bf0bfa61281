import { expect } from 'chai';
import { formatProblem } from '../../src/base/errors.ts';
import { readPilotageFile } from '../../src/model/pilotagefile.ts';

const read = (rule: string, where: 'environment' | 'app' = 'environment') => {
  const own = where === 'environment' ? [`, ${rule}`, ''] : ['', `, ${rule}`];
  return readPilotageFile(
    `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
spec:
  environments: [{name: dev, branch: main${own[0]}}]
  apps: [{name: web, path: web${own[1]}}]
`,
    [],
  );
};

describe('ignore and prune of pilotage.yaml', () => {
  it('are read of an environment and of an app', () => {
    const rule =
      'prune: confirm, ignore: [{kind: Deployment, name: web, paths: [/spec/replicas], managers: [hpa]}]';
    const read1 = {
      prune: 'confirm',
      ignore: [{ kind: 'Deployment', name: 'web', paths: ['/spec/replicas'], managers: ['hpa'] }],
    };
    const [one, other] = [read(rule), read(rule, 'app')];
    expect(one.ok && one.value.environments[0]).to.deep.include(read1);
    expect(other.ok && other.value.apps?.[0]).to.deep.include(read1);
  });

  const refused: readonly [rule: string, why: RegExp][] = [
    ['prune: never', /prune.*must be one of auto, keep, confirm, not "never"/],
    ['ignore: {kind: X}', /ignore.*must be a list/],
    ['ignore: [{paths: [/a]}]', /has no kind/],
    ['ignore: [{kind: X}]', /names neither paths nor managers/],
    ['ignore: [{kind: X, path: [/a]}]', /Did you mean paths/],
    ['ignore: [{kind: X, paths: [5]}]', /must be a path/],
    ['ignore: [{kind: X, paths: [".a | keys"]}]', /\| (keys|select) is not understood/],
    ['ignore: [{kind: X, paths: [/metadata/name]}]', /says what the object is/],
    ['ignore: [{kind: X, paths: [/metadata]}]', /says what the object is/],
    ['ignore: [{kind: X, paths: [.metadata.annotations]}]', /whose the object is/],
    ['ignore: [{kind: X, paths: [/metadata/annotations/pilotage.dev~1tracking]}]', /whose the object is/],
    ['ignore: [{kind: X, managers: [pilotage]}]', /nothing would be left/],
    ['ignore: [{kind: X, managers: [""]}]', /name of a field manager/],
  ];
  for (const [rule, why] of refused)
    for (const where of ['environment', 'app'] as const)
      it(`refuses ${rule} of an ${where}, with its line`, () => {
        const file = read(rule, where);
        const text = file.ok ? 'read' : file.problems.map(formatProblem).join('\n');
        expect(text).to.match(why);
        expect(text).to.match(where === 'environment' ? /pilotage\.yaml:4/ : /pilotage\.yaml:5/);
      });
});
