import { expect } from 'chai';
import { formatProblem } from '../../src/base/errors.ts';
import { readPilotageFile } from '../../src/model/pilotagefile.ts';
import { matchesBranch, previewNamespace, slugOf } from '../../src/model/previews.ts';
import { GATE_GRAMMAR } from '../../src/promotion/gates/list.ts';

const ENVIRONMENTS = '  environments: [{name: dev, branch: main}, {name: prod}]\n';

function read(previews: string, environments = ENVIRONMENTS) {
  return readPilotageFile(
    `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nspec:\n${environments}  previews:\n    ${previews}\n`,
    GATE_GRAMMAR,
  );
}

const complaint = (previews: string, environments?: string): string => {
  const result = read(previews, environments);
  return result.ok ? '' : result.problems.map(formatProblem).join('\n');
};

describe('previews in pilotage.yaml', () => {
  it('have defaults', () => {
    const result = read('branches: ["feature/*"]');
    expect(result.ok && result.value.previews).to.deep.equal({
      branches: ['feature/*'],
      pullRequests: false,
      from: 'dev',
      ttl: 3 * 86_400_000,
      max: 10,
      quota: { cpu: '2', memory: '2Gi', pods: 20 },
      secrets: [],
    });
  });

  it('read all that can be said', () => {
    const result = read(
      '{branches: ["a/**"], pullRequests: true, from: prod, values: [v.yaml], host: "x-{slug}.test.example", ttl: 1h, max: 3, idle: 5m, quota: {cpu: 500m, memory: 1.5Gi, pods: 3}, secrets: [key]}',
    );
    expect(result.ok && result.value.previews).to.deep.equal({
      branches: ['a/**'],
      pullRequests: true,
      from: 'prod',
      values: ['v.yaml'],
      host: 'x-{slug}.test.example',
      ttl: 3_600_000,
      max: 3,
      idle: 300_000,
      quota: { cpu: '500m', memory: '1.5Gi', pods: 3 },
      secrets: ['key'],
    });
  });

  for (const [what, previews, expected] of [
    [
      'a pattern that matches the branch of an environment',
      'branches: ["pr*"]',
      'matches prod, the branch of the environment prod',
    ],
    ['a pattern of everything', 'branches: ["**"]', 'matches main, the branch of the environment dev'],
    ['no branches', 'from: dev', 'names no branches'],
    ['a host without a slug', '{branches: [f/*], host: preview.test}', 'has no {slug}'],
    ['a host that is none', '{branches: [f/*], host: "{slug}_x.test"}', 'is not the name of a host'],
    ['a path as a host', '{branches: [f/*], host: "{slug}.test/x"}', 'is not the name of a host'],
    ['a time that is none', '{branches: [f/*], ttl: 3}', 'must be a duration'],
    ['a time above the maximum', '{branches: [f/*], ttl: 31d}', 'must be from 1m to 30d'],
    ['no time at all', '{branches: [f/*], ttl: 0s}', 'must be from 1m to 30d'],
    ['a number that is none', '{branches: [f/*], max: many}', 'must be a whole number'],
    ['more than the maximum', '{branches: [f/*], max: 101}', 'must be from 1 to 100'],
    ['none at all', '{branches: [f/*], max: 0}', 'must be from 1 to 100'],
    ['a quota that is none', '{branches: [f/*], quota: {cpu: lots}}', 'must be a quantity'],
    ['a list as a quota', '{branches: [f/*], quota: {memory: [1]}}', 'must be a quantity'],
    ['pods without number', '{branches: [f/*], quota: {pods: -1}}', 'must be a whole number'],
    [
      'an environment that is not there',
      '{branches: [f/*], from: staging}',
      'staging is not an environment of this file',
    ],
    ['a misspelt key', '{branchs: [f/*]}', 'Did you mean branches?'],
    ['a text where a list belongs', 'branches: f/*', 'must be a list'],
    [
      'values out of the repository',
      '{branches: [f/*], values: [../x.yaml]}',
      'is outside of the repository',
    ],
  ] as const) {
    it(`refuse ${what}, with file and line`, () => {
      expect(complaint(previews))
        .to.contain(expected)
        .and.to.match(/pilotage\.yaml:[56]/);
    });
  }

  it('take as a quota what a cluster takes, and nothing that it does not', () => {
    const taken = (resource: string, text: string): boolean =>
      complaint(`{branches: [f/*], quota: {${resource}: "${text}"}}`) === '';
    for (const text of ['2', '0.5', '500m', '2k', '1e1']) expect(taken('cpu', text), text).to.equal(true);
    for (const text of ['2Gi', '-1', '0.0005', '1u', '']) expect(taken('cpu', text), text).to.equal(false);
    for (const text of ['512Mi', '1Pi', '0.1Gi', '1E', '1e9', '512k', '1024'])
      expect(taken('memory', text), text).to.equal(true);
    for (const text of ['512K', '512m', '-1Gi', '1 Gi', '1e-999999999', '1e99999999', '9'.repeat(30)])
      expect(taken('memory', text), text).to.equal(false);
  });

  it('leave no environment a name of previews', () => {
    const environments = '  environments: [{name: dev, branch: main}, {name: preview-x}]\n';
    expect(complaint('branches: [f/*]', environments)).to.contain('preview-x is a name of previews');
  });
});

describe('branches and their names', () => {
  it('match patterns by parts of their paths', () => {
    const matching = (pattern: string) =>
      ['feature/a', 'feature/a/b', 'feature', 'xfeature/a'].filter((branch) =>
        matchesBranch(pattern, branch),
      );
    expect(matching('feature/*')).to.deep.equal(['feature/a']);
    expect(matching('feature/**')).to.deep.equal(['feature/a', 'feature/a/b']);
    expect(matching('*')).to.deep.equal(['feature']);
    expect(matchesBranch('v1.0', 'v1x0'), 'a dot is a dot').to.equal(false);
  });

  it('take no time to speak of for a pattern of many stars', () => {
    const began = performance.now();
    matchesBranch(`${'*a'.repeat(30)}b`, 'a'.repeat(200));
    expect(performance.now() - began).to.be.lessThan(1_000);
  });

  it('become labels of DNS, whatever they are called', () => {
    for (const branch of ['feature/Login Page', 'ü', '---', 'x'.repeat(250), '1', 'a--b', 'A/b_c.d'])
      expect(
        slugOf('shop', branch, () => false),
        branch,
      ).to.match(/^[a-z0-9]([-a-z0-9]{0,28}[a-z0-9])?$/);
  });

  it('have namespaces that no two of them share', () => {
    const slug = 'a-b';
    expect(previewNamespace('shop', slug, 'a/b')).not.to.equal(previewNamespace('shop', slug, 'a_b'));
  });
});
