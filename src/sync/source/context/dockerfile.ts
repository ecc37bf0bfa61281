import { failed, ok, type Problem, type Result } from '../../../base/errors.ts';

/** Of a Dockerfile, what has to be known before an engine reads it, and to say afterwards where it failed. */
export interface Dockerfile {
  readonly file: string;
  readonly instructions: readonly Instruction[];
}

export interface Instruction {
  /** Where it begins, from 1. */
  readonly line: number;
  /** In capitals. */
  readonly name: string;
  /** All of it, its lines joined and its spaces single. */
  readonly text: string;
}

/** Dockerfile reference, "Overview". */
const NAMES = new Set(
  (
    'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER ' +
    'VOLUME WORKDIR'
  ).split(' '),
);

/** Here-documents belong to these alone. */
const WITH_DOCUMENTS = new Set(['ADD', 'COPY', 'RUN']);

/** Reads a Dockerfile. Reports what no engine takes: nothing in it, instructions that there are none of, and any before FROM but ARG. Pure. */
export function readDockerfile(text: string, file: string): Result<Dockerfile> {
  const instructions = instructionsOf(text);
  const problems = instructions.flatMap((instruction) => unknown(instruction, file));
  const start = instructions.find(({ name }) => name !== 'ARG');
  if (problems.length === 0 && start === undefined)
    problems.push(wrong({ file }, 'has no instructions', 'A Dockerfile begins with FROM IMAGE.'));
  else if (problems.length === 0 && start?.name !== 'FROM')
    problems.push(
      wrong(
        { file, line: start?.line ?? 1 },
        `${start?.name} stands before FROM`,
        'Name the image that it begins with first: FROM IMAGE.',
      ),
    );
  const [first, ...others] = problems;
  return first ? failed(first, ...others) : ok({ file, instructions });
}

function unknown({ name, line }: Instruction, file: string): Problem[] {
  if (NAMES.has(name)) return [];
  const shown = name.slice(0, 40);
  return [wrong({ file, line }, `"${shown}" is no instruction`, `There are ${[...NAMES].join(', ')}.`)];
}

const wrong = (place: { file: string; line?: number }, message: string, remedy: string): Problem => ({
  reason: 'DockerfileError',
  message,
  place,
  remedy: `${remedy} What runs goes on running.`,
});

function instructionsOf(text: string): readonly Instruction[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const goesOn = escapeOf(lines) === '`' ? /`[ \t]*$/ : /\\[ \t]*$/;
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    const parts: string[] = [];
    for (; at < lines.length; at++) {
      const part = lines[at] ?? '';
      // Comments and empty lines in the middle do not end an instruction.
      if (/^\s*(#|$)/.test(part)) {
        if (parts.length === 0) break;
        continue;
      }
      parts.push(part.replace(goesOn, ''));
      if (!goesOn.test(part)) break;
    }
    const whole = parts.join(' ').replace(/\s+/g, ' ').trim();
    if (whole === '') continue;
    const name = (whole.split(' ')[0] ?? '').toUpperCase();
    found.push({ line, name, text: whole });
    const documents = WITH_DOCUMENTS.has(name) ? whole.matchAll(/(?:^| )\d*<<-?(["']?)(\w+)\1/g) : [];
    for (const [, , end] of documents) {
      while (at + 1 < lines.length && lines[at + 1]?.trim() !== end) at++;
      at++;
    }
  }
  return found;
}

/** What lines are continued with: `# escape=` among the comments at the top says another. */
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const directive = /^#\s*([a-z]+)\s*=\s*(\S+)\s*$/i.exec(line);
    if (!directive) break;
    if (directive[1]?.toLowerCase() === 'escape') return directive[2] ?? '\\';
  }
  return '\\';
}

/** Names of stages, and their numbers from 0, by which a target may be named. */
export function hasTarget({ instructions }: Dockerfile, target: string): boolean {
  const stages = instructions.filter(({ name }) => name === 'FROM');
  const names = stages.map(({ text }) => / AS (\S+)$/i.exec(text)?.[1]?.toLowerCase());
  return names.includes(target.toLowerCase()) || (/^\d+$/.test(target) && Number(target) < stages.length);
}

/** Follows what an engine prints: `STEP 2/3: COPY a b`, Podman's stages before it (`[1/2] `), and Docker's `Step 2/3 : COPY a b`. */
const STEP = /^(?:\[(\d+)\/\d+\] )?step (\d+)\/\d+ ?: (.*)$/i;

export interface Progress {
  /** A line of its output. */
  tell(line: string): void;
  /** The line of the Dockerfile at which it stands, or that its last words name. */
  lineAt(words: string): number | undefined;
}

/** Where in a Dockerfile an engine is. */
export function followSteps({ instructions }: Dockerfile): Progress {
  let current: Instruction | undefined;
  return {
    tell(line) {
      const [, stage = '', number = '', written = ''] = STEP.exec(line) ?? [];
      if (number === '') return;
      const text = written.replace(/\s+/g, ' ').trim();
      const after = current ? instructions.indexOf(current) + 1 : 0;
      const candidates = instructions.slice(after);
      const byPlace =
        stage === '' ? undefined : stagesOf(instructions)[Number(stage) - 1]?.[Number(number) - 1];
      // Engines add instructions of their own at the end, and write FROM as the image that they begin with.
      current =
        byPlace ?? candidates.find((one) => one.text === text) ?? candidates.find(sameName(text)) ?? current;
    },
    lineAt(words) {
      const said = /\bline (\d+)\b/.exec(words)?.[1];
      return said === undefined ? current?.line : Number(said);
    },
  };
}

const sameName =
  (text: string) =>
  ({ name }: Instruction): boolean =>
    text.toUpperCase().startsWith(`${name} `);

function stagesOf(instructions: readonly Instruction[]): readonly (readonly Instruction[])[] {
  const stages: Instruction[][] = [];
  for (const one of instructions) {
    if (one.name === 'FROM') stages.push([]);
    stages.at(-1)?.push(one);
  }
  return stages;
}
