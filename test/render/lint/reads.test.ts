import { expect } from 'chai';
import { handlebars } from '../../../src/render/handlebars/engine.ts';
import { readsOfSource } from '../../../src/render/sources/list.ts';
import { CHART, type Files, request } from '../request.ts';

const GO = 'templates/a.yaml';
const HANDLEBARS = 'templates/a.yaml.hbs';
const VALUES = 'a: {b: {c: 1, d: 2}, e: 3}\nglobal: {g: 1, h: 2}\n';

/** File and template → paths that it reads, and paths that it does not. */
const CASES: readonly (readonly [file: string, text: string, reads: string, leaves: string])[] = [
  [GO, '{{ .Values.a.b.c }}', 'a a.b a.b.c', 'a.b.d a.e global'],
  [GO, '{{ $.Values.a.b | toYaml }}', 'a.b.c a.b.d', 'a.e'],
  [GO, '{{ if .Values.a.b }}x{{ end }}', 'a.b', 'a.b.c'],
  [GO, '{{ with .Values.a.b }}{{ .c }}{{ end }}', 'a.b.c', 'a.b.d'],
  [GO, '{{ with .Values.a.b }}{{ $.Values.a.e }}{{ end }}', 'a.e', 'a.b.d'],
  [GO, '{{ range $k, $v := .Values.a.b }}{{ $k }}{{ end }}', 'a.b.c a.b.d', 'a.e'],
  [GO, '{{ $b := .Values.a.b }}{{ $b.c }}', 'a.b.c', 'a.b.d'],
  [GO, '{{ $x := "" }}{{ if .Values.a.e }}{{ $x = .Values.a.b }}{{ end }}{{ $x.c }}', 'a.b.d', 'global'],
  [GO, '{{ index .Values "a" "b" "c" }}', 'a.b.c', 'a.b.d'],
  [GO, '{{ index .Values.a .Release.Name }}', 'a.b.d a.e', 'global'],
  [GO, '{{ hasKey .Values.a "b" }}{{ dig "b" "c" 1 .Values.a }}', 'a.b.c', 'a.b.d a.e'],
  [GO, '{{ define "x" }}{{ .Values.a.e }}{{ end }}{{ include "x" . }}', 'a.e', 'a.b'],
  [GO, '{{ define "x" }}{{ .c }}{{ end }}{{ template "x" .Values.a.b }}', 'a.b.c', 'a.b.d'],
  [GO, '{{ define "x" }}{{ .top.Values.a.e }}{{ end }}{{ include "x" (dict "top" .) }}', 'a.e', 'a.b'],
  [GO, '{{ define "x" }}{{ .Values.a.e }}{{ end }}{{ include (printf "%s" "x") . }}', 'a.e', 'a.b'],
  [GO, '{{ (.Values.a).e }}', 'a.e', 'a.b'],
  [HANDLEBARS, '{{Values.a.b.c}}', 'a.b.c', 'a.b.d'],
  [HANDLEBARS, '{{toYaml Values.a.b}}', 'a.b.c a.b.d', 'a.e'],
  [HANDLEBARS, '{{#if Values.a.b}}x{{/if}}', 'a.b', 'a.b.c'],
  [HANDLEBARS, '{{#with Values.a.b}}{{c}}{{Values.a.e}}{{/with}}', 'a.b.c a.e', 'a.b.d'],
  [HANDLEBARS, '{{#with Values.a as |x|}}{{x.b.c}}{{/with}}', 'a.b.c', 'a.b.d'],
  [HANDLEBARS, '{{#with Values.a.b}}{{../Values.a.e}}{{/with}}', 'a.e', 'a.b.d'],
  [HANDLEBARS, '{{#each Values.a.b}}{{@key}}{{/each}}', 'a.b.d', 'a.e'],
  [HANDLEBARS, '{{#*inline "x"}}{{c}}{{/inline}}{{> x Values.a.b}}', 'a.b.c', 'a.b.d'],
  [HANDLEBARS, '{{#*inline "x"}}{{Values.a.e}}{{/inline}}{{include "x"}}', 'a.e', 'a.b'],
  [HANDLEBARS, '{{lookup Values.a "e"}}{{@root.Values.global.g}}', 'a.e global.g', 'a.b global.h'],
  [HANDLEBARS, '{{image "web"}}', 'images.web', 'a'],
];

describe('which values templates read', () => {
  const readsOf = (files: Files) => {
    const reads = readsOfSource(
      request({ 'Chart.yaml': CHART, 'values.yaml': VALUES, ...files }),
      handlebars,
    );
    if (!reads?.ok) throw new Error('it is no chart');
    return reads.value;
  };
  for (const [file, text, read, left] of CASES)
    it(`${text} reads ${read}, and not ${left}`, () => {
      const reads = readsOf({ [file]: text });
      const has = (path: string): boolean => reads.has(path.split('.'));
      expect(read.split(' ').filter((path) => !has(path))).to.deep.equal([]);
      expect(left.split(' ').filter(has)).to.deep.equal([]);
    });

  it('follows values to charts below, global ones and conditions among them', () => {
    const child = 'apiVersion: v2\nname: a\nversion: 1.0.0\n';
    const reads = readsOf({
      'Chart.yaml': `${CHART}dependencies: [{name: a, version: 1.0.0, condition: a.e}, {name: db, version: 1.0.0, condition: db.enabled}]\n`,
      'charts/a/Chart.yaml': child,
      'charts/a/templates/a.yaml': '{{ .Values.b.c }}{{ .Values.global.g }}',
      'charts/db/Chart.yaml': child.replace('name: a', 'name: db'),
      'values.yaml': `${VALUES}db: {enabled: false, x: 1}\n`,
      [GO]: '{{ .Release.Name }}',
    });
    const paths = ['a.b.c', 'a.e', 'global.g', 'db.enabled', 'db.x', 'a.b.d', 'global.h'];
    expect(paths.filter((path) => reads.has(path.split('.')))).to.deep.equal(paths.slice(0, 5));
  });

  it('takes texts of values that are templates for read', () => {
    const reads = readsOf({
      [GO]: '{{ tpl .Values.text . }}',
      'values.yaml': `${VALUES}text: "{{ .Values.a.e }}"\n`,
    });
    expect([reads.has(['a', 'e']), reads.has(['a', 'b'])]).to.deep.equal([true, false]);
  });
});
