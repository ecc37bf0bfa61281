import { expect } from 'chai';
import type { GeneratedValues } from '../../../src/render/recorded.ts';
import { type Files, rendered } from '../request.ts';

const chart = (template: string, more: Files = {}): Files => ({
  'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  'templates/_helpers.tpl': '{{ define "none" }}{{ end }}',
  'templates/secret.yaml': template,
  ...more,
});
const secret = (body: string, name = 'db', head = 'stringData:'): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n${head}\n${body}`;
const CALL = '{{ randAlphaNum 10 }}';
const PASSWORD = `  password: ${CALL}\n`;

/** What stands at `password:` of the object `db`, and what was made. */
function passwordOf(files: Files, generated?: GeneratedValues) {
  const result = rendered(files, generated ? { generated } : {});
  const object = result.manifests.find(({ object }) => object.metadata.name === 'db')?.object;
  const text = /"password":"([^"]*)"/.exec(JSON.stringify(object))?.[1];
  if (!text) throw new Error('no password');
  return { text, generated: result.generated ?? {} };
}

const HELPERS: Files = {
  'templates/_helpers.tpl': `{{ define "random" }}${CALL}{{ end }}{{ define "all" }}${PASSWORD}{{ end }}`,
};
const more = (line: string): string => `  metrics: ${line}\n`;

/** What an edit is, and the files before and after it. */
const KEPT: readonly [string, Files, Files][] = [
  ['a call before it is added', chart(secret(PASSWORD)), chart(secret(more(CALL) + PASSWORD))],
  ['a call before it is removed', chart(secret(more(CALL) + PASSWORD)), chart(secret(PASSWORD))],
  [
    'a call before it is switched on',
    chart(secret(`{{ if false }}${more(CALL)}{{ end }}${PASSWORD}`)),
    chart(secret(`{{ if true }}${more(CALL)}{{ end }}${PASSWORD}`)),
  ],
  [
    'an object with the same key is added before it',
    chart(secret(PASSWORD)),
    chart(`${secret(PASSWORD, 'another')}---\n${secret(PASSWORD)}`),
  ],
  [
    'the same key is added below another one',
    chart(secret(PASSWORD)),
    chart(secret(`  a: |\n    password: ${CALL}\n${PASSWORD}`)),
  ],
  [
    'its block is indented otherwise',
    chart(secret(PASSWORD)),
    chart(secret(`{{/* more */}}\n      password: ${CALL}\n`)),
  ],
  [
    'an include before it is added',
    chart(secret('  password: {{ include "random" . }}\n'), HELPERS),
    chart(secret(`${more('{{ include "random" . }}')}  password: {{ include "random" . }}\n`), HELPERS),
  ],
  [
    'a call is added to the helper that has it',
    chart(secret('{{ include "all" . }}'), HELPERS),
    chart(secret('{{ include "all" . }}'), {
      'templates/_helpers.tpl': `{{ define "all" }}${more(CALL)}${PASSWORD}{{ end }}`,
    }),
  ],
  [
    'another variable is set before it',
    chart(`{{ $password := randAlphaNum 10 }}${secret('  password: {{ $password }}\n')}`),
    chart(
      `{{ $metrics := randAlphaNum 10 }}{{ $password := randAlphaNum 10 }}${secret('  password: {{ $password }}\n')}`,
    ),
  ],
  [
    'its variable is set elsewhere',
    chart(`{{ $password := randAlphaNum 10 }}${secret('  password: {{ $password }}\n')}`),
    chart(secret('  {{- $password := randAlphaNum 10 }}\n  password: {{ $password }}\n')),
  ],
  [
    'a loop has a turn more before it',
    chart(secret(`{{ range list "password" }}  {{ . }}: ${CALL}\n{{ end }}`)),
    chart(secret(`{{ range list "metrics" "password" }}  {{ . }}: ${CALL}\n{{ end }}`)),
  ],
  [
    'a loop that sets a variable has a turn more before it',
    chart(secret(`{{ range list "password" }}{{ $x := randAlphaNum 10 }}  {{ . }}: {{ $x }}\n{{ end }}`)),
    chart(
      secret(
        `{{ range list "metrics" "password" }}{{ $x := randAlphaNum 10 }}  {{ . }}: {{ $x }}\n{{ end }}`,
      ),
    ),
  ],
  [
    'what comes of it is written otherwise',
    chart(secret(PASSWORD)),
    chart(secret('  password: {{ randAlphaNum 10 | quote }}\n')),
  ],
];

describe('the value of a call of a template', () => {
  for (const [edit, before, after] of KEPT)
    it(`stays at its key when ${edit}`, () => {
      const first = passwordOf(before);
      expect(passwordOf(after, first.generated).text).equal(first.text);
    });

  it('goes to no key that is new', () => {
    const first = passwordOf(chart(secret(PASSWORD)));
    const [{ object } = { object: undefined }] = rendered(chart(secret(more(CALL) + PASSWORD)), {
      generated: first.generated,
    }).manifests;
    expect(JSON.stringify(object).split(first.text)).length(2);
  });

  it('stays when one before it on its line is renewed', () => {
    const files = chart(secret(`  password: "{{ randAlpha 10 }}:${CALL}"\n`));
    const first = passwordOf(files);
    const kept = Object.fromEntries(
      Object.entries(first.generated).filter(([, { function: name }]) => name === 'randAlphaNum'),
    );
    const [user, password] = passwordOf(files, kept).text.split(':');
    expect(first.text).contain(password).and.not.contain(user);
  });
});
