import { expect } from 'chai';
import { formatProblem } from '../../src/base/errors.ts';
import type { GateGrammar } from '../../src/model/gategrammar.ts';
import { readPilotageFile } from '../../src/model/pilotagefile.ts';
import { GATE_GRAMMAR, GATES } from '../../src/promotion/gates/list.ts';

const HEAD = 'apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\n';

function read(spec: string, gates: readonly GateGrammar[] = GATE_GRAMMAR) {
  const result = readPilotageFile(`${HEAD}metadata: {name: shop}\nspec:\n${spec}`, gates);
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.value;
}

function complaints(text: string): string[] {
  const result = readPilotageFile(text, GATE_GRAMMAR);
  return result.ok ? [] : result.problems.map(formatProblem);
}

describe('pilotage.yaml', () => {
  it('gives the environments their defaults: branch by name, the root, no foreign namespaces', () => {
    const [dev, prod] = read(
      '  environments:\n    - {name: dev, branch: main}\n    - name: prod\n',
    ).environments;
    expect(dev).to.deep.include({ name: 'dev', branch: 'main', path: '', namespaces: 'own', drift: 'heal' });
    expect(prod?.branch).to.equal('prod');
    expect(dev?.place).to.deep.equal({ file: 'pilotage.yaml', line: 6 });
  });

  it('reads gates as milliseconds and counts', () => {
    const file = read(`  environments:
    - name: dev
    - name: prod
      promotion: {from: dev, auto: true, gates: {healthy: 2m, approvals: 1}}
`);
    expect(file.environments[1]?.promotion).to.deep.equal({
      from: 'dev',
      auto: true,
      gates: { healthy: 120_000, approvals: 1 },
    });
  });

  it('writes down that promotion is demanded, and nothing where it is not, as before there was such a demand', () => {
    const policyOf = (promotion: string) =>
      read(`  environments:\n    - name: dev\n    - {name: prod, promotion: ${promotion}}\n`).environments[1]
        ?.promotion;
    expect(policyOf('{from: dev, required: true}')).to.have.property('required', true);
    expect(policyOf('{from: dev, required: false}')).to.deep.equal(policyOf('{from: dev}'));
    expect(policyOf('{from: dev}')).not.to.have.property('required');
  });

  it('reads how a promotion moves its branch, and what becomes of one that fails', () => {
    const policyOf = (promotion: string) =>
      read(`  environments:\n    - name: dev\n    - {name: prod, promotion: ${promotion}}\n`).environments[1]
        ?.promotion;
    expect(policyOf('{from: dev, by: merge, onFailure: keep}')).to.deep.equal(policyOf('{from: dev}'));
    expect(policyOf('{from: dev, by: fast-forward}')).to.have.property('by', 'fast-forward');
    expect(policyOf('{from: dev, onFailure: revert}')).to.deep.include({
      onFailure: 'revert',
      within: 1_800_000,
    });
    expect(policyOf('{from: dev, onFailure: revert, within: 5m}')).to.have.property('within', 300_000);
  });

  it('reads several sources, all or any of which are needed', () => {
    const policyOf = (promotion: string) =>
      read(`  environments:\n    - name: eu\n    - name: us\n    - {name: prod, promotion: ${promotion}}\n`)
        .environments[2]?.promotion;
    expect(policyOf('{from: [eu]}')).to.deep.equal(policyOf('{from: eu}'));
    expect(policyOf('{from: [eu, us]}')).to.deep.include({ from: 'eu', alsoFrom: ['us'] });
    expect(policyOf('{from: [eu, us]}')).not.to.have.property('needs');
    expect(policyOf('{from: [eu, us], needs: any}')).to.deep.include({ alsoFrom: ['us'], needs: 'any' });
  });

  for (const [promotion, message] of [
    ['{from: []}', 'names no environment'],
    ['{from: [dev, dev]}', 'names dev twice'],
    ['{from: [dev, nowhere]}', 'names nowhere, which is not an environment'],
    ['{from: [dev, 7]}', 'must be a text'],
    ['{from: dev, needs: any}', 'from names one'],
    ['{from: [dev, prod]}', 'goes round'],
    ['{from: dev, by: rebase}', 'must be one of merge, fast-forward'],
    ['{from: dev, onFailure: rollback}', 'must be one of keep, revert'],
    ['{from: dev, within: 5m}', 'nothing is done about one'],
    ['{from: dev, onFailure: revert, within: 5}', 'must be a duration'],
  ] as const)
    it(`refuses ${promotion}, with its line`, () => {
      const spec = `  environments:\n    - name: dev\n    - name: prod\n      promotion: ${promotion}\n`;
      const [problem = ''] = complaints(`${HEAD}metadata: {name: shop}\nspec:\n${spec}`);
      expect(problem)
        .to.contain(message)
        .and.to.match(/pilotage\.yaml:[78]/);
    });

  it('names gates that it does not know yet, so that they block instead of being passed over', () => {
    const later = ['weather', 'tide'].map((name) => ({ name, schema: {} }));
    const spec = `  environments:
    - name: dev
    - name: prod
      promotion: {from: dev, gates: {weather: 30m, tide: {cron: "0 9 * * 1-5"}}}
`;
    const file = read(spec, [...GATES, ...later]);
    expect(file.environments[1]?.promotion?.unsupportedGates).to.deep.equal(['weather', 'tide']);
    expect(file.warnings.map(({ message }) => message)).to.have.length(2);
    expect(file.warnings[0]?.place?.line).to.equal(8);
  });

  it('reads apps, values and images', () => {
    const file = read(`  images: {web: {path: app, build: npm ci}}
  apps:
    - {name: db, path: ./db/}
    - name: web
      chart: charts/web
      values: [values/common.yaml, "values/\${environment}.yaml"]
      dependsOn: [db]
`);
    expect(file.images).to.deep.equal({ web: { path: 'app', build: 'npm ci' } });
    expect(file.apps?.[0]?.source).to.deep.equal({ type: 'folder', path: 'db' });
    expect(file.apps?.[1]).to.deep.include({ name: 'web', dependsOn: ['db'] });
    expect(file.apps?.[1]?.values).to.deep.equal(['values/common.yaml', 'values/${environment}.yaml']);
  });

  it('reads patches of an app, with the line of each', () => {
    const file = read(`  apps:
    - name: web
      chart: web
      patches:
        - path: ./patches/\${environment}.yaml
        - target: {kind: Deployment, name: web}
          patch: '[{op: remove, path: /spec/replicas}]'
`);
    const place = (line: number) => ({ file: 'pilotage.yaml', line });
    expect(file.apps?.[0]?.patches).to.deep.equal([
      { path: 'patches/${environment}.yaml', place: place(9) },
      {
        target: { kind: 'Deployment', name: 'web' },
        patch: '[{op: remove, path: /spec/replicas}]',
        place: place(10),
      },
    ]);
  });

  it('reads images that an engine builds, with what it is told', () => {
    const { images } = read(
      '  images: {web: {path: ., dockerfile: docker/web, target: run, args: {A: x, COUNT: 1}}}\n',
    );
    expect(images).to.deep.equal({
      web: {
        path: '',
        container: {
          dockerfile: 'docker/web',
          target: 'run',
          args: { A: 'x', COUNT: '1' },
          secrets: {},
          place: { file: 'pilotage.yaml', line: 5 },
        },
      },
    });
  });

  const refusals: readonly [why: string, spec: string, complaint: RegExp][] = [
    [
      'an unknown field',
      '  enviroments: []',
      /pilotage\.yaml:5: spec\.enviroments: is not a known field\n.*Did you mean environments/,
    ],
    [
      'a doubled environment',
      '  environments:\n    - name: dev\n    - name: dev',
      /yaml:7: .*dev is defined twice/,
    ],
    [
      'a promotion from nowhere',
      '  environments:\n    - {name: prod, promotion: {from: staging}}',
      /yaml:6: .*names staging, which is not an environment/,
    ],
    [
      'promotions in a circle',
      '  environments:\n    - {name: a, promotion: {from: b}}\n    - {name: b, promotion: {from: a}}',
      /goes round: a → b → a/,
    ],
    [
      'apps that depend in a circle',
      '  apps:\n    - {name: a, path: a, dependsOn: [a]}',
      /dependsOn goes round: a → a/,
    ],
    [
      'a dependency on no app',
      '  apps:\n    - {name: a, path: a, dependsOn: [b]}',
      /depends on b, which is not an app/,
    ],
    [
      'an app without a source',
      '  apps:\n    - {name: a}',
      /yaml:6: spec\.apps\[0\]: names neither chart nor path/,
    ],
    [
      'a patch that says nothing',
      '  apps:\n    - {name: a, path: a, patches: [{target: {kind: Job}}]}',
      /yaml:6: .*names neither path nor patch/,
    ],
    [
      'a patch in two places',
      '  apps:\n    - {name: a, path: a, patches: [{path: a, patch: "[]"}]}',
      /path and patch exclude each other/,
    ],
    [
      'a target of a patch that is misspelt',
      '  apps:\n    - {name: a, path: a, patches: [{path: a, target: {knd: Job}}]}',
      /target\.knd: is not a known field\n.*Did you mean kind/,
    ],
    [
      'a path out of the repository',
      '  apps:\n    - {name: a, path: ../x}',
      /"\.\.\/x" is outside of the repository/,
    ],
    ['a text where a list belongs', '  environments: dev', /spec\.environments: must be a list, not "dev"/],
    [
      'a duration that is none',
      '  environments:\n    - {name: dev}\n    - {name: prod, promotion: {from: dev, gates: {healthy: soon}}}',
      /must be a duration such as 30s/,
    ],
    [
      'an image that is built in two ways',
      '  images: {web: {path: a, build: make, dockerfile: Dockerfile}}',
      /yaml:5: spec\.images\.web\.build: build and dockerfile exclude each other/,
    ],
    [
      'a stage without a Dockerfile',
      '  images: {web: {path: a, target: run}}',
      /spec\.images\.web\.target: is for images with a dockerfile\n.*dockerfile: Dockerfile/,
    ],
    [
      'a Dockerfile out of the folder',
      '  images: {web: {path: a, dockerfile: ../Dockerfile}}',
      /"\.\.\/Dockerfile" is outside/,
    ],
    [
      'a build argument that is no text',
      '  images: {web: {path: a, dockerfile: Dockerfile, args: {A: [1]}}}',
      /spec\.images\.web\.args\.A: must be a text/,
    ],
    [
      'verify without what is to be verified',
      '  environments:\n    - {name: prod, verify: required}',
      /yaml:6: spec\.environments\[0\]\.verify: must be a map/,
    ],
    [
      'signatures that are neither required nor off',
      '  environments:\n    - {name: prod, verify: {signatures: true}}',
      /yaml:6: spec\.environments\[0\]\.verify\.signatures: must be one of off, required/,
    ],
    [
      'a misspelled signatures',
      '  environments:\n    - {name: prod, verify: {signature: required}}',
      /yaml:6: spec\.environments\[0\]\.verify\.signature: is not a known field\n.*Did you mean signatures/,
    ],
    [
      'a misspelled required',
      '  environments:\n    - {name: prod, verify: {signatures: require}}',
      /yaml:6: spec\.environments\[0\]\.verify\.signatures: must be one of off, required/,
    ],
    [
      'a list in place of verify',
      '  environments:\n    - {name: prod, verify: [signatures]}',
      /yaml:6: spec\.environments\[0\]\.verify: must be a map/,
    ],
    ['a name that DNS refuses', '  environments: [{name: Dev_1}]', /"Dev_1" is not a name/],
  ];
  for (const [why, spec, complaint] of refusals) {
    it(`refuses ${why}, with its file and line`, () => {
      expect(complaints(`${HEAD}metadata: {name: shop}\nspec:\n${spec}\n`).join('\n')).to.match(complaint);
    });
  }

  it('tells all problems at once', () => {
    expect(complaints(`${HEAD}spec: {x: 1, y: 2}\n`)).to.have.length(2);
  });

  it('refuses another kind of document', () => {
    expect(complaints('apiVersion: v1\nkind: ConfigMap\n').join('\n')).to.match(/apiVersion: must be one of/);
    expect(complaints('spec: {}\n').join('\n')).to.match(/has no apiVersion/);
  });

  it('tells where YAML cannot be parsed', () => {
    expect(complaints(`${HEAD}spec: {a: [\n`).join('\n')).to.match(/^pilotage\.yaml:\d+/);
  });

  it('takes an empty file as one that decides nothing', () => {
    const result = readPilotageFile('', GATE_GRAMMAR);
    expect(result.ok && result.value.environments).to.deep.equal([]);
  });
});
