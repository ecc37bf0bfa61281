import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type HelmAnswer, HelmPeer } from './peer.ts';
import { helmProgram } from './programs.ts';

const folder = join(import.meta.dirname, '..', 'fixtures', 'gotemplate');

interface Case {
  readonly template?: string;
  readonly format?: string;
  readonly args?: readonly unknown[];
  readonly output?: string;
  readonly outputBytes?: string;
  readonly error?: string;
}

interface Table {
  readonly missingKey?: string;
  readonly data?: unknown;
  readonly cases: readonly Case[];
}

/** text/template's word for what a map lacks. */
const MISSING: Readonly<Record<string, string>> = { invalid: 'default', zero: 'zero', error: 'error' };

const filesBelow = (ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort();

/** Only what a case says: the program answers more. */
const outcomeOf = ({ output, outputBytes, error }: Case | HelmAnswer): unknown =>
  error !== undefined ? { error } : outputBytes !== undefined ? { outputBytes } : { output: output ?? '' };

describe('the tables of Go templates say what Go says', () => {
  let helm: HelmPeer;
  before(function () {
    const program = helmProgram(4);
    if (program === undefined) this.skip();
    helm = new HelmPeer(program);
  });
  after(() => helm?.stop());

  for (const name of filesBelow('.json')) {
    it(name, async () => {
      const {
        cases,
        data,
        missingKey = 'zero',
      } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Table;
      const functions = name.startsWith('functions/') ? 'sprig' : 'few';
      const asked = cases.map(({ template, format, args = [] }) =>
        helm.ask(
          template === undefined
            ? { args, ...(format === undefined ? {} : { format }) }
            : {
                template,
                name: 'case.tpl',
                data: data ?? null,
                functions,
                missingKey: MISSING[missingKey] ?? '',
              },
        ),
      );
      const answers = await Promise.all(asked);
      const wrong = cases.flatMap((one, index) => {
        const [said, go] = [outcomeOf(one), outcomeOf(answers[index] ?? { millis: 0 })];
        return JSON.stringify(said) === JSON.stringify(go)
          ? []
          : [{ of: one.template ?? one.format ?? one.args, said, go }];
      });
      expect(wrong).to.deep.equal([]);
      expect(cases).to.not.be.empty;
    });
  }

  for (const name of filesBelow('.jsonl')) {
    it(name, async () => {
      const lines = readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .filter((line) => line !== '');
      const cases = lines.map(
        (line) => JSON.parse(line) as { readonly in: unknown; readonly [result: string]: unknown },
      );
      const answers = await Promise.all(
        cases.map((one) => helm.ask({ codec: name.replace('.jsonl', ''), value: one.in })),
      );
      const wrong = cases.flatMap(({ in: given, ...said }, index) => {
        const answer = answers[index]?.value as { readonly [result: string]: unknown };
        const go = Object.fromEntries(Object.keys(said).map((key) => [key, answer[key]]));
        return plain(said) === plain(go) ? [] : [{ of: given, said, go }];
      });
      expect(wrong).to.deep.equal([]);
      expect(cases).to.not.be.empty;
    });
  }
});

/** How the tables of TOML mark a float. */
const FLOAT = /^f[-+]?(?:[\d.]+(?:e[-+]\d+)?|Inf)$/;

/** As text to compare by: members in order, and floats as JSON has them. */
function plain(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === 'string' && FLOAT.test(member))
      return `f${Number(member.slice(1).replace(/Inf$/, 'Infinity'))}`;
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    const { $: type, v } = member as { readonly $?: unknown; readonly v?: unknown };
    if (type === 'float' && typeof v === 'string' && Number.isFinite(Number(v)) && v !== '-0')
      return Number(v);
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
