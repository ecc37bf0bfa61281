import { expect } from 'chai';
import { statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { deployed, plainRepository, told } from './promotion.ts';

const CHART = 'apiVersion: v2\nname: bomb\nversion: 1.0.0\n';
const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\ndata:\n';
/** A helper that includes itself with twice as much each time, until memory ends. */
const doubling = (twice: string): string => `{{#*inline "d"}}{{include "d" (dict "v" ${twice})}}{{/inline}}`;
/** A helper that includes another one two times. */
const twice = (name: string, next?: string): string =>
  `{{#*inline "${name}"}}${next ? `{{include "${next}"}}`.repeat(2) : ''}{{/inline}}`;
const MEMORY = /needed more than 256 MB of memory and was stopped|larger than memory can hold/;
const STOPPED = /needed more than 256 MB of memory|larger than memory can hold|took longer than 10 s/;

/** Turns a delivery that runs into a chart with this template; its neighbour goes on delivering meanwhile. */
function pushing(
  name: string,
  template: string,
  helper: string,
  said: RegExp,
  values = 'a: 1\n',
): Attack['run'] {
  return async (target) => {
    const work = await plainRepository(target, name, '\n{name: dev, branch: main}');
    const before = await work.git('rev-parse', 'HEAD');
    await deployed(target, `${name}/dev`, before);
    await work.edit('pilotage.yaml', (text) => text.replace('path: k8s', 'chart: chart'));
    await work.write('chart/Chart.yaml', CHART);
    await work.write('chart/values.yaml', values);
    await work.write('chart/templates/_d.hbs', helper);
    await work.write('chart/templates/b.hbs', template);
    await work.commit('bomb');
    const neighbour = await plainRepository(target, `${name}-next`, '\n{name: dev, branch: main}');
    const [{ stderr }] = await Promise.all([
      work.push(),
      deployed(target, `${name}-next/dev`, await neighbour.git('rev-parse', 'HEAD')),
    ]);
    const text = told(stderr);
    expect(text).to.match(said);
    const status = await statusOf(target, name, 'dev');
    expect(status?.phase).to.equal('Failed');
    expect(status?.deployedRevision).to.equal(before);
    await work.git('checkout', '-q', before, '--', 'pilotage.yaml');
    const mended = await work.commit('mend');
    await work.push();
    await deployed(target, `${name}/dev`, mended);
    return `${said.exec(text)?.[0] ?? ''}; its neighbour was delivered meanwhile`;
  };
}

export const attacks: readonly Attack[] = [
  {
    input: 'a template that includes itself with a doubling concat',
    run: pushing(
      'tconcat',
      `${CONFIG}  a: {{include "d" (dict "v" (list 1 2))}}\n`,
      doubling('(concat v v)'),
      STOPPED,
    ),
  },
  {
    input: 'a template that doubles a text',
    run: pushing(
      'tprintf',
      `${CONFIG}  a: {{include "d" (dict "v" "ab")}}\n`,
      doubling('(printf "%s%s" v v)'),
      MEMORY,
    ),
  },
  {
    input: 'a template that encodes its output again and again',
    run: pushing(
      'tbase',
      `${CONFIG}  a: {{include "d" (dict "v" "ab")}}\n`,
      doubling('(b64enc (printf "%s%s" v v))'),
      MEMORY,
    ),
  },
  {
    input: 'a template that prints two hundred lists of ninety thousand numbers',
    run: pushing('tuntil', `${CONFIG}  a: {{toJson (list ${'(until 90000) '.repeat(200)})}}\n`, '', STOPPED),
  },
  {
    input: 'a template that loops for minutes',
    run: pushing(
      'tloop',
      `${CONFIG}  a: "{{#each (until 400)}}{{#each (until 400)}}{{#each (until 400)}}{{#if (eq (sha256sum "x") "")}}x{{/if}}{{/each}}{{/each}}{{/each}}"\n`,
      '',
      /the templates take too many steps/,
    ),
  },
  {
    input: 'helpers that call each other a billion times',
    run: pushing(
      'tcalls',
      `${CONFIG}  a: "{{include "h0"}}"\n`,
      Array.from({ length: 40 }, (_, i) => twice(`h${i}`, `h${i + 1}`)).join('') + twice('h40'),
      /took longer than 10 s and was stopped/,
    ),
  },
  {
    input: 'a template that writes an object of a million members',
    run: pushing(
      'tmembers',
      `${CONFIG}{{#each (until 1000)}}{{#each (until 200)}}  k{{@../index}}-{{@index}}: "x"\n{{/each}}{{/each}}`,
      '',
      /nodes|took longer than 10 s|memory/,
    ),
  },
  {
    input: 'a template that fails with a message of megabytes',
    run: pushing('tloud', `${CONFIG}  a: {{fail (toJson (until 90000))}}\n`, '', /Failed|failed|b\.hbs:6/),
  },
];
