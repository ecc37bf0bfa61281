import { expect } from 'chai';
import { ProblemError } from '../../../src/base/errors.ts';
import type { Document } from '../../../src/render/charttest/document.ts';
import { find } from '../../../src/render/charttest/paths.ts';
import { atPath, merged } from '../../../src/render/charttest/setpath.ts';

const DOCUMENT: Document = {
  kind: 'Pod',
  metadata: { labels: { 'app.kubernetes.io/name': 'web' }, name: null },
  spec: {
    containers: [
      { name: 'web', ports: [80, 443], cpu: 2 },
      { name: 'log', ports: [], cpu: 1 },
    ],
  },
};

/** Path → what it finds. */
const FOUND: Readonly<Record<string, readonly unknown[]>> = {
  '': [DOCUMENT],
  kind: ['Pod'],
  '$.kind': ['Pod'],
  'metadata.name': [null],
  'metadata.nothing': [],
  'metadata.labels["app.kubernetes.io/name"]': ['web'],
  "metadata.labels['app.kubernetes.io/name']": ['web'],
  'spec.containers[0].name': ['web'],
  'spec.containers[-1].name': ['log'],
  'spec.containers[7].name': [],
  'spec.containers[*].name': ['web', 'log'],
  'spec.containers[0,1].cpu': [2, 1],
  'spec.containers[0].ports[0:1]': [80],
  'spec.containers[0].ports[::-1]': [443, 80],
  'spec.containers.*.cpu': [2, 1],
  '..name': [null, 'web', 'log'],
  'metadata.labels~': ['labels'],
  'metadata.labels.*~': ['app.kubernetes.io/name'],
  'spec.containers[?(@.name == "log")].cpu': [1],
  "spec.containers[?(@.name != 'log')].cpu": [2],
  'spec.containers[?(@.cpu >= 2 || @.name == "log")].name': ['web', 'log'],
  'spec.containers[?(@.cpu < 2 && !(@.name == "web"))].name': ['log'],
  'spec.containers[?(@.ports[0])].name': ['web'],
  'spec.containers[?(@.name =~ /^l/)].name': ['log'],
  '$[?(@.kind == "Pod")].kind': ['Pod'],
  '$[?(@.kind == "Job")].kind': [],
};

describe('paths of chart tests', () => {
  for (const [path, found] of Object.entries(FOUND))
    it(`${path || 'the empty path'} finds ${JSON.stringify(found).slice(0, 60)}`, () => {
      expect(find(DOCUMENT, path)).to.deep.equal(found);
    });

  for (const path of ['a[', 'a[b]', 'a[?(@.b == )]', 'a[?(@.b =~ b)]', 'a..', 'a["b]', 'a[0:1:0]'])
    it(`says of ${path} that it cannot be read`, () => {
      expect(() => find(DOCUMENT, path)).to.throw(ProblemError, /cannot be read/);
    });

  it('set makes maps and lists of a path, and refuses what is none', () => {
    expect(atPath('a.b[1].c', 1)).to.deep.equal({ a: { b: [null, { c: 1 }] } });
    expect(atPath('a[b.c/d].e', { f: 1 })).to.deep.equal({ a: { 'b.c/d': { e: { f: 1 } } } });
    expect(Object.keys(atPath('__proto__', 1))).to.deep.equal(['__proto__']);
    for (const path of ['', 'a..b', '[0]', 'a={b}', 'a[99999999]'])
      expect(() => atPath(path, 1), path).to.throw(ProblemError, 'is no path of a value');
  });

  it('set merges maps, replaces all else, and keeps null for the chart', () => {
    expect(merged({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: null }, d: [2] })).to.deep.equal({
      a: { b: null, c: 2 },
      d: [2],
    });
  });
});
