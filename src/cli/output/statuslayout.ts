import type { DeliveryReport, EnvironmentReport, StatusReport } from '../../model/faces.ts';
import { formatTable, shortRevision } from './table.ts';

/** The terminal, in characters; undefined where the output is read by something else. */
export interface Screen {
  readonly columns: number | undefined;
  readonly rows: number | undefined;
}

/** The line of the command before, and the prompt after. */
const RESERVED_ROWS = 2;
const HINT = 'all of it: pilotage why ENVIRONMENT';

export interface StatusLayout {
  readonly table: string;
  readonly notes: readonly string[];
}

/**
 * All environments on one screen: what only waits for its first promotion is folded into a line, the table gives up what the notes
 * tell, and notes are cut. Without a screen nothing is cut. Pure.
 */
export function layOut(report: StatusReport, screen: Screen): StatusLayout {
  const standing = report.deliveries.flatMap(({ environments }) =>
    environments.filter((one) => !isToCome(one)),
  );
  const { columns = Number.POSITIVE_INFINITY, rows = Number.POSITIVE_INFINITY } = screen;
  const lasting = standing.filter(({ preview }) => preview === undefined);
  const previews = standing.filter(({ preview }) => preview !== undefined);
  const tables = [
    ...(lasting.length > 0 ? [fittingTable(lasting, columns)] : []),
    ...(previews.length > 0 ? [fittingTable(previews, columns, 'PREVIEW')] : []),
  ];
  const table = tables.join('\n\n');
  const notes = report.deliveries.flatMap((delivery) => [
    ...deliveryNotes(delivery),
    ...delivery.environments.filter((one) => !isToCome(one)).flatMap(environmentNotes),
    ...toComeNote(delivery.environments.filter(isToCome)),
    ...queueNote(delivery),
  ]);
  const left = rows - RESERVED_ROWS - (table === '' ? 0 : table.split('\n').length);
  return { table, notes: fittingNotes(notes, columns, left) };
}

/** Nothing is wrong with it: its branch is made by the first promotion. */
const isToCome = ({ deployedRevision, promotion, stopped }: EnvironmentReport): boolean =>
  deployedRevision === null && promotion !== undefined && stopped?.reason === 'BranchMissing';

function toComeNote(environments: readonly EnvironmentReport[]): readonly string[] {
  const [first] = environments;
  if (first === undefined) return [];
  const names = environments.map(({ delivery, name }) => `${delivery}/${name}`).join(', ');
  return [`${names}: to come; next: pilotage promote ${first.delivery}/${first.name}`];
}

function queueNote({ name, previews }: DeliveryReport): readonly string[] {
  const waiting = previews?.queue.length ?? 0;
  if (waiting === 0) return previews?.message ? [`${name}: previews: ${previews.message}`] : [];
  const branches = waiting === 1 ? '1 branch waits' : `${waiting} branches wait`;
  return [`${name}: ${branches} for a preview: pilotage preview list`];
}

/** A delivery without environments has no row in the table, so its message follows the table. */
function deliveryNotes({ name, message, environments }: DeliveryReport): readonly string[] {
  if (message) return [`${name}: ${message}`];
  return environments.length === 0 ? [`${name}: nothing was pushed yet that could be delivered`] : [];
}

function environmentNotes({
  delivery,
  name,
  message,
  proposal,
  notTold,
}: EnvironmentReport): readonly string[] {
  return [message, proposal, notTold].flatMap((said) => (said ? [`${delivery}/${name}: ${said}`] : []));
}

type Column = readonly [head: string, cell: (environment: EnvironmentReport) => string];

const NAME: Column = ['ENVIRONMENT', ({ delivery, name }) => `${delivery}/${name}`];
const SYNC: Column = ['SYNC', ({ sync }) => sync];
const HEALTH: Column = ['HEALTH', ({ health, preview }) => (preview?.asleep ? 'Asleep' : health)];
const PHASE: Column = ['PHASE', ({ phase }) => phase];
const URL: Column = ['URL', ({ urls }) => urls[0] ?? ''];
const ADDRESS: Column = ['ADDRESS', ({ urls }) => (urls[0] ?? '').replace(/^https?:\/\//, '')];
const revision = (arrow: string): Column => [
  'REVISION',
  ({ wantedRevision, deployedRevision }) =>
    wantedRevision !== null && wantedRevision !== deployedRevision
      ? `${shortRevision(deployedRevision)}${arrow}${shortRevision(wantedRevision)}`
      : shortRevision(deployedRevision),
];

/** From all that is known to what must be; the first that fits is taken. */
const TABLES: readonly { readonly columns: readonly Column[]; readonly gap: number }[] = [
  { columns: [NAME, revision(' → '), SYNC, HEALTH, PHASE, URL], gap: 3 },
  { columns: [NAME, revision(' → '), SYNC, HEALTH, PHASE, URL], gap: 2 },
  { columns: [NAME, revision('→'), SYNC, HEALTH, PHASE, ADDRESS], gap: 2 },
  { columns: [NAME, revision('→'), SYNC, HEALTH, ADDRESS], gap: 2 },
  { columns: [NAME, revision('→'), SYNC, HEALTH], gap: 2 },
];

function fittingTable(
  environments: readonly EnvironmentReport[],
  columns: number,
  name = 'ENVIRONMENT',
): string {
  let table = '';
  for (const { columns: cells, gap } of TABLES) {
    const heads = cells.map(([head]) => (head === 'ENVIRONMENT' ? name : head));
    const rows = environments.map((environment) => cells.map(([, cell]) => cell(environment)));
    table = formatTable(heads, rows, gap);
    if (table.split('\n').every((line) => line.length <= columns)) return table;
  }
  return table
    .split('\n')
    .map((line) => cut(line, columns))
    .join('\n');
}

/** Whole where there is room for them, else the first line of each, else of as many as there is room for. */
function fittingNotes(notes: readonly string[], columns: number, rows: number): readonly string[] {
  const lines = notes.flatMap((note) => note.split('\n'));
  if (lines.length <= rows && lines.every((line) => line.length <= columns)) return notes;
  const firsts = notes.map((note) => cut(note.split('\n')[0] ?? '', columns));
  const room = Math.max(1, rows - 1);
  if (firsts.length <= room) return [...firsts, HINT];
  const shown = firsts.slice(0, Math.max(0, room - 1));
  return [...shown, `… ${firsts.length - shown.length} more`, HINT];
}

const cut = (line: string, columns: number): string =>
  line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
