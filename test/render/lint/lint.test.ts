import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatPlace } from '../../../src/base/place.ts';
import { systemChance } from '../../../src/render/chance.ts';
import { handlebars } from '../../../src/render/handlebars/engine.ts';
import { lint } from '../../../src/render/lint/lint.ts';
import { RULES } from '../../../src/render/lint/list.ts';
import type { Finding } from '../../../src/render/lint/rule.ts';
import { subjectOf } from '../../../src/render/lint/subject.ts';
import type { RenderRequest } from '../../../src/render/types.ts';
import { CHART, type Files, request } from '../request.ts';
import { CASES } from './cases.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const findingsIn = (files: Files, more: Partial<RenderRequest> = {}, disabled: readonly string[] = []) =>
  lint([subjectOf(request(files, more), handlebars, systemChance)], new Set(disabled));
const said = ({ place, message }: Finding): string => `${place ? `${formatPlace(place)} ` : ''}${message}`;
const of = (rule: string, findings: readonly Finding[]): readonly string[] =>
  findings.filter((finding) => finding.rule === rule).map(said);

describe('chart lint', () => {
  for (const { name } of RULES)
    it(`${name} finds what it is for, at its line, and nothing where all is well`, () => {
      const cases = CASES[name] ?? [];
      expect(cases.flatMap(({ finds }) => finds)).to.have.length.greaterThan(0);
      for (const { files, request: more, finds } of cases) {
        const found = of(name, findingsIn(files, more));
        expect(found.map((one, index) => one.slice(0, finds[index]?.length ?? one.length))).to.deep.equal(
          finds,
        );
      }
    });

  it('has a file for each rule, a line in the list and a row in docs/charts.md, and no other', () => {
    const names = RULES.map(({ name }) => name);
    const files = readdirSync(join(root, 'src/render/lint/rules')).map((file) => file.replace(/\.ts$/, ''));
    expect(files.sort()).to.deep.equal([...names].sort());
    const page = readFileSync(join(root, 'docs/charts.md'), 'utf8');
    const rows = RULES.map(({ name, severity, finds }) => `| \`${name}\` | ${severity} | ${finds} |`);
    const written = page.split('\n').filter((line) => /^\| `[\w-]+` \| (error|warning|info) \|/.test(line));
    expect(written).to.deep.equal(rows);
  });

  const WEB = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n';
  const chart = (template: string): Files => ({ 'Chart.yaml': CHART, 'templates/all.yaml': template });

  it('is silenced for a line, for a file, by an annotation, and as a whole', () => {
    const rule = 'missing-labels';
    expect(of(rule, findingsIn(chart(WEB)))).to.have.length(1);
    expect(of(rule, findingsIn(chart(WEB), {}, [rule]))).to.deep.equal([]);
    const comment = WEB.replace('metadata:', `metadata: # pilotage-lint: disable=image-tag, ${rule}`);
    expect(of(rule, findingsIn(chart(comment)))).to.deep.equal([]);
    const before = WEB.replace('metadata:', `# pilotage-lint: disable=${rule}\nmetadata:`);
    expect(of(rule, findingsIn(chart(before)))).to.deep.equal([]);
    const elsewhere = `${WEB}# pilotage-lint: disable=${rule}\n`;
    expect(of(rule, findingsIn(chart(elsewhere)))).to.have.length(1);
    const file = `${WEB}# pilotage-lint: disable-file=${rule}\n`;
    expect(of(rule, findingsIn(chart(file)))).to.deep.equal([]);
    const annotation = `${WEB}  annotations: {pilotage.dev/lint-disable: "image-tag, ${rule}"}\n`;
    expect(of(rule, findingsIn(chart(annotation)))).to.deep.equal([]);
  });

  it('places a finding of a Go template at the line of the template', () => {
    const template =
      '{{- define "x" }}\nname: web\n{{- end }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  {{- include "x" . | nindent 2 }}\n  labels: {}\n';
    expect(of('missing-labels', findingsIn(chart(template)))).to.deep.equal([
      'templates/all.yaml:9 ConfigMap web has no label app.kubernetes.io/name and no app.kubernetes.io/instance',
    ]);
  });
});
