/** Inputs that multiply, grown from a seed: neighbours of those that are written out one by one. Every one is bounded in size. */

export type Random = () => number;

/** mulberry32: the same inputs for the same seed. */
export function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const between = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

const KEYS = ['a', 'name', '__proto__', 'constructor', '<<', 'kind', '/', '~1', '0', '', 'é', 'toString'];

/** YAML below `spec:`: anchors, aliases and merges at random, then one of them multiplied. */
export function yaml(random: Random): string {
  const levels = between(random, 2, 12);
  const width = between(random, 2, 40);
  const merge = random() < 0.3;
  const lines = [`  l0: &l0 ${merge ? '{a: 1, b: 2}' : `[${'x, '.repeat(width)}]`}`];
  for (let level = 1; level < levels; level++) {
    const below = `*l${level - 1}`;
    const content = merge
      ? `{${Array.from({ length: width }, (_, i) => `k${i}: {<<: ${below}}`).join(', ')}}`
      : pick(random, [
          `[${`${below}, `.repeat(width)}]`,
          `{${Array.from({ length: width }, (_, i) => `k${i}: ${below}`).join(', ')}}`,
          `${'['.repeat(between(random, 1, 60))}${below}${']'.repeat(60)}`,
          `{? ${below} : ${below}}`,
          `!!str ${pick(random, KEYS)}`,
        ]);
    lines.push(`  l${level}: &l${level} ${content}`);
  }
  return lines.join('\n');
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** JSON of some thousand nodes, deep or wide, with keys that are names of something else. */
export function json(random: Random, nodes: number): Json {
  const shape = between(random, 0, 4);
  const items = (count: number, make: (i: number) => Json): Json[] =>
    Array.from({ length: count }, (_, i) => make(i));
  switch (shape) {
    case 0:
      return items(nodes, (i) => i);
    case 1:
      return Object.fromEntries(items(nodes, (i) => i).map((i) => [`${pick(random, KEYS)}${i}`, 'v']));
    case 2:
      return items(nodes / 4, (i) => ({ name: `n${i % between(random, 1, 50)}`, value: 'v' }));
    case 3: {
      let value: Json = 'x';
      for (let depth = 0; depth < Math.min(nodes, 400); depth++)
        value = random() < 0.5 ? [value] : { [pick(random, KEYS)]: value };
      return value;
    }
    default:
      return items(Math.sqrt(nodes), () => items(Math.sqrt(nodes), (i) => (i % 2 ? null : 'same')));
  }
}

const FIELD = ['env', 'ports', 'volumes', 'args', 'containers', 'labels', 'tolerations'] as const;

/** A Deployment of which one list or map has thousands of entries, some of them doubled. */
export function deployment(random: Random, name: string): object {
  const count = between(random, 100, 12_000);
  const doubled = random() < 0.3;
  const many = <T>(make: (i: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => make(doubled ? i % 97 : i));
  const field = pick(random, FIELD);
  const container = (i: number) => ({
    name: `c${i}`,
    image: 'registry.example.com/a:1',
    ...(field === 'env' ? { env: many((n) => ({ name: `E${n}`, value: `$(E${n - 1})` })) } : {}),
    ...(field === 'ports'
      ? { ports: many((n) => ({ containerPort: 1 + (n % 65_000), name: `p${n}` })) }
      : {}),
    ...(field === 'args' ? { args: many((n) => `$(X${n})`) } : {}),
    ...(field === 'volumes' ? { volumeMounts: many((n) => ({ name: `v${n}`, mountPath: `/m${n}` })) } : {}),
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: {
          labels: {
            app: name,
            ...(field === 'labels' ? Object.fromEntries(many((n) => [`l${n}`, 'v'])) : {}),
          },
        },
        spec: {
          containers: field === 'containers' ? many(container).slice(0, 3_000) : [container(0)],
          ...(field === 'volumes' ? { volumes: many((n) => ({ name: `v${n}`, emptyDir: {} })) } : {}),
          ...(field === 'tolerations'
            ? { tolerations: many((n) => ({ key: `k${n}`, operator: 'Exists' })) }
            : {}),
        },
      },
    },
  };
}

/** A helper that grows what it is given and includes itself, and the template that calls it. */
export function template(random: Random): { readonly helper: string; readonly call: string } {
  const grow = pick(random, [
    '(concat v v)',
    '(printf "%s%s" v v)',
    '(toJson (list v v))',
    '(list v v v)',
    '(dict "a" v "b" v)',
    '(b64enc (toJson v))',
    '(toYaml (dict "a" v "b" v))',
  ]);
  const start = grow.startsWith('(printf') ? '"ab"' : '(list 1 2)';
  return {
    helper: `{{#*inline "g"}}{{include "g" (dict "v" ${grow})}}{{/inline}}`,
    call: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: g\ndata:\n  a: {{toJson (include "g" (dict "v" ${start}))}}\n`,
  };
}
