/** What a chart has to say to whoever delivers it (NOTES.txt, NOTES.hbs), fit to be read on a terminal. */
export interface AppNotes {
  readonly app: string;
  readonly text: string;
}

const MOST_LINES = 30;
const LONGEST_LINE = 200;

/** A chart is not to write on terminals what moves their cursors, colours them, or renames their windows. */
const CONTROL = /(?![\n\t])\p{Cc}\[[0-9;?]*[ -/]*[@-~]|[^\P{Cc}\n\t]/gu;

/** Nothing for notes without text. Values that are secret have gone in the render. */
export function appNotes(app: string, notes: string | undefined): readonly AppNotes[] {
  const lines = (notes ?? '').replace(CONTROL, '').trim().split('\n');
  if (lines.length === 1 && lines[0] === '') return [];
  const shown = lines
    .slice(0, MOST_LINES)
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line.trimEnd()));
  const more = lines.length - MOST_LINES;
  const left = more > 0 ? [`(${more} more: pilotage render --notes)`] : [];
  return [{ app, text: [...shown, ...left].join('\n') }];
}

/** As they are announced: which app speaks, then what it says. */
export const formatNotes = (all: readonly AppNotes[]): string =>
  all.map(({ app, text }) => `notes of ${app}:\n${text.replaceAll(/^(?=.)/gm, '  ')}`).join('\n');
