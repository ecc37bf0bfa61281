import { ProblemError } from '../../base/errors.ts';
import { type LoadOptions, readValues } from './load.ts';
import { SetError, type SetKind, setValues } from './strvals.ts';
import { copyValue, type HelmMap, type HelmValue, isTable, overlay } from './values.ts';

/** A values file that was given, in the order of the command line. */
export interface GivenFile {
  readonly file: string;
  readonly text: string;
}

/** Values beside those of the chart; later members are stronger, as Helm has it (pkg/cli/values/options.go). */
export interface GivenValues {
  readonly files: readonly GivenFile[];
  readonly setJson?: readonly string[];
  readonly set?: readonly string[];
  readonly setString?: readonly string[];
  /** `name=file`. */
  readonly setFile?: readonly string[];
  readonly setLiteral?: readonly string[];
  /** Overrides of our own, strongest of all. */
  readonly overrides?: HelmMap;
}

/** The text of a file that `--set-file` names. @throws ProblemError */
export type ReadFile = (file: string) => string;

/** All given values as one table. @throws ProblemError */
export function mergeGiven(given: GivenValues, options: LoadOptions, readFile: ReadFile): HelmMap {
  const files = given.files.map(({ file, text }) => readValues(text, file, options));
  // What was read is shared, and what follows changes what it sets.
  let values = copyValue(files.reduce<HelmMap>(overlay, new Map()));
  for (const text of given.setJson ?? []) values = withJson(values, text, options);
  const lines: readonly [SetKind, string, readonly string[] | undefined, ReadFile?][] = [
    ['typed', 'set', given.set],
    ['text', 'set-string', given.setString],
    ['text', 'set-file', given.setFile, readFile],
    ['literal', 'set-literal', given.setLiteral],
  ];
  for (const [kind, flag, texts, read] of lines)
    for (const text of texts ?? []) setOne(text, values, kind, flag, read);
  return given.overrides ? overlay(values, given.overrides) : values;
}

function withJson(values: HelmMap, text: string, { dialect, version }: LoadOptions): HelmMap {
  const read = (json: string): HelmValue => {
    try {
      JSON.parse(json);
    } catch {
      throw new SetError(`${json} is not JSON`);
    }
    return copyValue(dialect.yaml(json));
  };
  if (version === 4 && text.trim().startsWith('{')) {
    const whole = attempt('set-json', text, () => read(text.trim()));
    return isTable(whole) ? overlay(values, whole) : values;
  }
  setOne(text, values, 'json', 'set-json', read);
  return values;
}

function setOne(
  text: string,
  values: HelmMap,
  kind: SetKind,
  flag: string,
  read?: (text: string) => HelmValue,
): void {
  attempt(flag, text, () => setValues(text, values, kind, read));
}

function attempt<T>(flag: string, text: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof SetError)) throw error;
    throw new ProblemError({
      reason: 'BadRequest',
      message: `--${flag} ${text}: ${error.message}`,
      remedy: 'Write it as path=value; a comma within a value needs a backslash before it.',
    });
  }
}
