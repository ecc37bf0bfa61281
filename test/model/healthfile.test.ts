import { expect } from 'chai';
import { formatProblem } from '../../src/base/errors.ts';
import { readPilotageFile } from '../../src/model/pilotagefile.ts';

const read = (health: string) =>
  readPilotageFile(
    `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
spec:
  environments: [{name: dev, branch: main}]
  health:
${health}
`,
    [],
  );

describe('health of pilotage.yaml', () => {
  it('is read, each rule with its place', () => {
    const found = read('    - {group: g.example.com, kind: Db, healthy: "object.status.phase == \'Up\'"}');
    expect(found.ok && found.value.health).to.deep.equal([
      {
        group: 'g.example.com',
        kind: 'Db',
        healthy: "object.status.phase == 'Up'",
        place: { file: 'pilotage.yaml', line: 6 },
      },
    ]);
  });

  it('names the line of a wrong expression, and the column in it', () => {
    const found = read('    - group: g.example.com\n      kind: Db\n      healthy: objekt.status.ok');
    const [problem] = found.ok ? [] : found.problems;
    expect(problem && formatProblem(problem)).to.match(
      /pilotage\.yaml:8.*spec\.health\[0\]\.healthy: at 1:1 of the expression: undeclared reference to 'objekt'/s,
    );
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['no list', '    kind: Db', /must be a list/],
    ['no kind', '    - {healthy: "true"}', /has no kind/],
    ['no state', '    - {kind: Db, message: "\'x\'"}', /says nothing of a state/],
    ['an unknown field', '    - {kind: Db, helthy: "true"}', /Did you mean healthy/],
    ['a number for a state', '    - {kind: Db, healthy: 1 + 1}', /comes to int, not bool/],
    [
      'a truth for a message',
      '    - {kind: Db, healthy: "true", message: "1 == 1"}',
      /comes to bool, not string/,
    ],
    ['a mistake of syntax', '    - {kind: Db, healthy: "object.status.(x"}', /at 1:\d+ of the expression: /],
    [
      'a kind twice',
      '    - {kind: Db, healthy: "true"}\n    - {kind: Db, degraded: "true"}',
      /has a rule already/,
    ],
    [
      'a Secret, whose content it could tell',
      '    - {kind: Secret, degraded: "true"}',
      /Secret has no rules/,
    ],
    ['a novel', `    - {kind: Db, healthy: "${'true || '.repeat(200)}true"}`, /1000 are the most/],
    [
      'too many',
      Array.from({ length: 51 }, (_, i) => `    - {kind: D${i}, healthy: "true"}`).join('\n'),
      /50 are/,
    ],
  ];
  for (const [name, text, why] of refused) {
    it(`refuses ${name}`, () => {
      const found = read(text);
      expect(found.ok ? '' : found.problems.map(formatProblem).join('\n')).to.match(why);
    });
  }
});
