import type { EnvironmentReport, StatusReport } from '../../model/faces.ts';
import { formatAge, formatTable, shortRevision } from './table.ts';

/** Previews as a table, and below it who waits for a place. `columns` of the terminal: what does not fit is left out. Pure. */
export function formatPreviews(
  { deliveries }: StatusReport,
  now: number,
  columns = Number.POSITIVE_INFINITY,
): string {
  const all = deliveries.flatMap(({ environments }) => environments).filter(({ preview }) => preview);
  const waiting = deliveries.flatMap(({ name, previews }) =>
    (previews?.queue ?? []).map(
      ({ branch, since }, i) =>
        `${name}: ${branch} waits for a place since ${formatAge(since, now)}, position ${i + 1} of ${previews?.queue.length}; there may be ${previews?.max}`,
    ),
  );
  const silent = deliveries.flatMap(({ name, previews }) =>
    previews?.message ? [`${name}: ${previews.message}`] : [],
  );
  if (all.length + waiting.length + silent.length === 0)
    return 'No previews. Say in pilotage.yaml which branches have one: previews: {branches: ["feature/*"]}';
  return [...(all.length > 0 ? [tableOf(all, now, columns)] : []), ...waiting, ...silent].join('\n');
}

type Column = readonly [head: string, cell: (one: EnvironmentReport, now: number) => string];

const NAME: Column = ['PREVIEW', ({ delivery, name }) => `${delivery}/${name}`];
const BRANCH: Column = ['BRANCH', ({ branch }) => branch];
const REVISION: Column = ['REVISION', ({ deployedRevision }) => shortRevision(deployedRevision)];
const STATE: Column = ['STATE', (one) => stateOf(one)];
const LEFT: Column = ['ENDS IN', ({ preview }, now) => leftUntil(preview?.expiresAt, now)];
const URL: Column = ['URL', ({ urls }) => urls[0] ?? ''];

const TABLES: readonly (readonly Column[])[] = [
  [NAME, BRANCH, REVISION, STATE, LEFT, URL],
  [NAME, STATE, LEFT, URL],
  [NAME, STATE, LEFT],
];

function tableOf(all: readonly EnvironmentReport[], now: number, columns: number): string {
  let table = '';
  for (const cells of TABLES) {
    const rows = all.map((one) => cells.map(([, cell]) => cell(one, now)));
    table = formatTable(
      cells.map(([head]) => head),
      rows,
      2,
    );
    if (table.split('\n').every((line) => line.length <= columns)) return table;
  }
  return table;
}

const stateOf = ({ preview, health, phase }: EnvironmentReport): string =>
  preview?.asleep ? 'Asleep' : phase === 'Failed' || phase === 'Frozen' ? phase : health;

/** `2d`, in the short form of ages. */
const leftUntil = (at: string | undefined, now: number): string =>
  formatAge(new Date(now).toISOString(), Date.parse(at ?? ''));
