/** How much is shown of the end of a container's output. */
const LINES = 5;
const COLUMNS = 200;

/** Lines that say where and not what: stack frames, carets, dumped fields of an error, the version of the interpreter. */
const NOISE = [
  /^\s*at .+/,
  /^node:\w/,
  /^\s*throw /,
  /^\s*[\^~]+\s*$/,
  /^\s*[{}[\]]*\s*$/,
  /^\s*(code|requireStack|errno|syscall|url|address|port): /,
  /^Emitted 'error' event/,
  /^Node\.js v\d/,
];

/** Words with which programs introduce the error that ended them. */
const ERROR = /\b(\w*(Error|Exception)\b.*:|panic:|fatal\b|error:|cannot |not found)/i;

/** biome-ignore lint/suspicious/noControlCharactersInRegex: what a program printed must not steer the reader's terminal. */
const CONTROL = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * The lines of an output (or of a container's termination message) that explain why it ended: at most 5 of 200 characters, starting at
 * the last error if one is named, without stack frames.
 */
export function lastWords(output: string): readonly string[] {
  const lines = output
    .replace(CONTROL, '')
    .split('\n')
    .filter((line) => !NOISE.some((noise) => noise.test(line)))
    .map((line) => line.trimEnd().slice(0, COLUMNS));
  const error = lines.findLastIndex((line) => ERROR.test(line));
  return error < 0 ? lines.slice(-LINES) : lines.slice(error, error + LINES);
}
