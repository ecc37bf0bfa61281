import { randomBytes } from 'node:crypto';
import { failed, ok, type Problem } from '../../src/base/errors.ts';
import { readText } from '../../src/base/filetree.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import { parseDocuments } from '../../src/kube/values/yaml.ts';
import { systemChance } from '../../src/render/chance.ts';
import { createLookups } from '../../src/render/gotemplate/lookups.ts';
import { createMade } from '../../src/render/gotemplate/made.ts';
import { holdersOf } from '../../src/render/manifests/holders.ts';
import type { RenderRequest } from '../../src/render/types.ts';

/** One may stand in the name of another. */
const UNLESS = /^\$\{unless (\w+) (\S+) ([^\s}]+)\}(.*)$/s;
const LOOKUP = /\$\{lookup (\w+) ([^\s${}]*) ([^\s${}]*) (\w+)\}/g;

/**
 * Every YAML file of the app's folder as plain manifests; a file that says BROKEN is a template error. `${made NAME}` is a value that is
 * made once, `${lookup KIND NAMESPACE NAME KEY}` what an object of the cluster has under `data`,
 * `${unless KIND NAMESPACE NAME}` before a manifest that is written only where there is no such object.
 */
export async function render(request: RenderRequest) {
  const made = createMade(request.generated ?? {}, systemChance);
  const lookups = createLookups(request.lookups ?? {});
  const lookUp = (_: string, kind: string, namespace: string, name: string, key: string): string => {
    const data = lookups.ask({ apiVersion: 'v1', kind, namespace, name }).get('data');
    return data instanceof Map ? String(data.get(key)) : 'none';
  };
  const problems: Problem[] = [];
  const manifests = request.tree.paths
    .filter((path) => path.startsWith(request.path) && path !== 'pilotage.yaml' && path.endsWith('.yaml'))
    .flatMap((path) => {
      made.enter(`chart/${path.slice(request.path === '' ? 0 : request.path.length + 1)}`);
      const text = (readText(request.tree, path) ?? '')
        .replaceAll('${environment}', request.environment)
        .replace(/\$\{made (\w+)\}/g, (_, name) =>
          String(made.take(name, [], () => randomBytes(12).toString('hex'))),
        )
        .replace(LOOKUP, lookUp)
        .replace(LOOKUP, lookUp)
        .replace(UNLESS, (_, kind, namespace, name, rest) =>
          lookups.ask({ apiVersion: 'v1', kind, namespace, name }).size > 0 ? '' : rest,
        );
      if (text.includes('BROKEN')) {
        problems.push({ reason: 'TemplateError', message: 'it is broken', place: { file: path, line: 1 } });
        return [];
      }
      const documents = parseDocuments(text, path);
      if (!documents.ok) throw new Error(documents.problems[0].message);
      return documents.value.map(({ value, place }) => ({
        object: value as unknown as KubeObject,
        origin: place,
        app: request.app,
      }));
    });
  const [first, ...rest] = problems;
  const recorded = { generated: made.used(), lookups: lookups.unanswered() };
  if (recorded.lookups.length > 0) return ok({ manifests: [], warnings: [], ...recorded });
  const holders = holdersOf(recorded.generated, manifests, request.path);
  return first ? failed(first, ...rest) : ok({ manifests, warnings: [], ...recorded, holders });
}
