/** Every attack against the built program: `npm run test:attack`, or with words of the files to run: `npm run test:attack -- 07 tree`. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Pilotage } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { type Measured, measure } from './measure.ts';

interface Row extends Measured {
  readonly file: string;
}

const SUFFIX = '.attack.ts';

function filesFor(words: readonly string[]): readonly string[] {
  const all = readdirSync(import.meta.dirname).filter((name) => name.endsWith(SUFFIX));
  return all.filter((name) => words.length === 0 || words.some((word) => name.includes(word))).sort();
}

async function attacksOf(file: string): Promise<readonly Attack[]> {
  const loaded = (await import(pathToFileURL(join(import.meta.dirname, file)).href)) as {
    readonly attacks: readonly Attack[];
  };
  return loaded.attacks;
}

const line = ({ file, input, passed, happened, ms, memoryMb, silenceMs, inLineMs }: Row): string =>
  `${passed ? '✔' : '✘'} ${file}: ${input}\n    → ${happened}\n    ${ms} ms · peak ${memoryMb} MB · silent ${silenceMs} ms, ${inLineMs} of them in line for a processor`;

const cell = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '/').slice(0, 160);

const table = (rows: readonly Row[]): string =>
  [
    '| | attack | input | what happened | ms | MB | silent ms | in line for a processor |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map(
      ({ passed, file, input, happened, ms, memoryMb, silenceMs, inLineMs }) =>
        `| ${passed ? '✔' : '✘'} | ${file} | ${cell(input)} | ${cell(happened)} | ${ms} | ${memoryMb} | ${silenceMs} | ${inLineMs} |`,
    ),
  ].join('\n');

/** The table keeps what went wrong the first time. */
const again = (second: Measured, first: Measured): Measured => ({
  ...second,
  happened: `at the second try: ${second.happened} (the first: ${first.happened})`,
});

/** Runs attacks one after another; those that are not isolated share a daemon. */
async function runAll(files: readonly string[]): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let shared: Pilotage | undefined;
  const alone = async (attack: Attack): Promise<Measured> => {
    const own = await Pilotage.start(attack.under);
    return measure(attack, own).finally(() => own.stop());
  };
  const together = async (attack: Attack): Promise<Measured> => {
    shared ??= await Pilotage.start();
    const measured = await measure(attack, shared);
    if (measured.passed) return measured;
    // What one attack has broken is not held against the next.
    await shared.stop();
    shared = undefined;
    return measured;
  };
  try {
    for (const file of files) {
      for (const attack of await attacksOf(file)) {
        const named = (measured: Measured): Row => ({ ...measured, file: basename(file, SUFFIX) });
        const first = named(await (attack.isolated ? alone(attack) : together(attack)));
        console.log(line(first));
        // Once more, alone: what only happens behind other attacks is shown, and is not what this one is about.
        const row = first.passed ? first : named(again(await alone(attack), first));
        if (row !== first) console.log(line(row));
        rows.push(row);
      }
    }
    return rows;
  } finally {
    await shared?.stop();
  }
}

const rows = await runAll(filesFor(process.argv.slice(2)));
const failed = rows.filter(({ passed }) => !passed).length;
console.log(`\n${table(rows)}\n\n${rows.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && rows.length > 0 ? 0 : 1;
