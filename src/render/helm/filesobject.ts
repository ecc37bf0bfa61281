import { posix } from 'node:path';
import type { HelmVersion } from '../../charts/helm/dialect.ts';
import type { HelmFile } from '../../charts/helm/files.ts';
import { marshalYaml } from '../gotemplate/encoding/yaml/marshal.ts';
import { define } from '../gotemplate/functions/define.ts';
import { GoError, type GoMap, strings, textOf, typed, type Value } from '../gotemplate/values.ts';
import { compileGlob } from './glob.ts';

/** `.Files`: bytes by path, and methods (pkg/engine/files.go). */
export const filesObject = (files: readonly HelmFile[], helm: HelmVersion): GoMap =>
  withMethods(new Map(files.map(({ name, bytes }) => [name, bytes])), helm);

function withMethods(files: Map<string, Uint8Array>, helm: HelmVersion): GoMap {
  const bytes = (name: string): Uint8Array => files.get(name) ?? new Uint8Array();
  const written = (value: (content: Uint8Array) => string): string => {
    const data = new Map<string, Value>();
    for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
      data.set(posix.basename(name), value(content));
    return marshalYaml(typed(data, { name: 'map[string]string' })).replace(/\n$/, '');
  };
  const methods = {
    Get: define(['string'], ([name], budget) => {
      budget.spend(bytes(name).length / 64);
      return textOf(bytes(name));
    }),
    GetBytes: define(['string'], ([name]) => bytes(name)),
    Glob: define(['string'], ([pattern], budget) => {
      budget.spend(files.size);
      // What is no pattern matches everything, in Helm too.
      const matches = compileGlob(pattern) ?? (() => true);
      return withMethods(new Map([...files].filter(([name]) => matches(name))), helm);
    }),
    AsConfig: define([], () => written(textOf)),
    AsSecrets: define([], () => written((content) => Buffer.from(content).toString('base64'))),
    Lines: define(['string'], ([name]) => linesOf(files.get(name), helm)),
  };
  return typed<GoMap>(files, { name: 'engine.files', element: '[]uint8', methods });
}

function linesOf(content: Uint8Array | undefined, helm: HelmVersion): Value {
  if (!content || (helm === 3 && content.length === 0)) return strings([]);
  if (content.length === 0) throw new GoError('runtime error: index out of range [-1]');
  return strings(textOf(content).replace(/\n$/, '').split('\n'));
}
