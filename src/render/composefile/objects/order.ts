import { refuse } from '../load/report.ts';
import type { Project, Service } from '../project.ts';
import { Fields } from '../read/fields.ts';

export type Condition = 'service_started' | 'service_healthy' | 'service_completed_successfully';

const CONDITIONS: readonly Condition[] = [
  'service_started',
  'service_healthy',
  'service_completed_successfully',
];

/** The services that one waits for: `depends_on`, and what it links to. Those that are optional and not active are left out. */
export function dependenciesOf(project: Project, service: Service): ReadonlyMap<string, Condition> {
  const { fields } = service;
  const found = new Map<string, Condition>();
  const depends = fields.at('depends_on');
  for (const [name, { at }] of namesIn(fields)) {
    const entry = new Fields(
      depends?.kind === 'map' ? depends.entries.get(name) : undefined,
      project.report,
      `${fields.path}.depends_on.${name}`,
    );
    const condition = entry.oneOf('condition', CONDITIONS) ?? 'service_started';
    if (project.services.has(name)) found.set(name, condition);
    else if (entry.boolean('required') !== false)
      refuse(
        project.report,
        at,
        'UnknownService',
        `${service.name} depends on ${name}, ${project.inactive.has(name) ? 'which no active profile has' : 'which is not a service'}`,
        project.inactive.has(name)
          ? 'Name its profile: COMPOSE_PROFILES in the values of the app.'
          : 'Correct the name.',
      );
  }
  return found;
}

function namesIn(fields: Fields) {
  const depends = fields.at('depends_on');
  const names =
    depends?.kind === 'map'
      ? [...depends.entries].map(([name, at]) => [name, { at }] as const)
      : fields.texts('depends_on').map(({ text, at }) => [text, { at }] as const);
  const links = fields.texts('links').map(({ text, at }) => [text.split(':')[0] ?? '', { at }] as const);
  return new Map([...links, ...names]);
}

export interface Order {
  /** Services that one of others waits for until they have ended. */
  readonly awaited: ReadonlySet<string>;
  /** How many services stand before each along the longest way: its wave. */
  readonly waves: ReadonlyMap<string, number>;
}

/** In which order services are started: one waits until those that it depends on are healthy, or have ended. */
export function orderOf(project: Project): Order {
  const needs = new Map(
    [...project.services.values()].map((one) => [one.name, dependenciesOf(project, one)]),
  );
  const awaited = [...needs.values()].flatMap((conditions) =>
    [...conditions].flatMap(([name, condition]) =>
      condition === 'service_completed_successfully' ? [name] : [],
    ),
  );
  const waves = new Map<string, number>();
  for (const service of project.services.values()) waveOf(project, service, needs, waves, []);
  return { awaited: new Set(awaited), waves };
}

type Needs = ReadonlyMap<string, ReadonlyMap<string, Condition>>;

function waveOf(
  project: Project,
  service: Service,
  needs: Needs,
  waves: Map<string, number>,
  chain: readonly string[],
): number {
  const known = waves.get(service.name);
  if (known !== undefined) return known;
  if (chain.includes(service.name)) {
    const circle = [...chain.slice(chain.indexOf(service.name)), service.name];
    refuse(
      project.report,
      service.at,
      'DependsCycle',
      `depends_on goes round: ${circle.join(' → ')}`,
      'Take one of them out.',
    );
    return 0;
  }
  const before = [...(needs.get(service.name)?.keys() ?? [])].flatMap(
    (name) => project.services.get(name) ?? [],
  );
  const depths = before.map((other) => 1 + waveOf(project, other, needs, waves, [...chain, service.name]));
  const wave = Math.max(0, ...depths);
  waves.set(service.name, wave);
  return wave;
}
