/** What a folder says about the program in it, so that `pilotage init` asks for as little as possible. */
export interface Guess {
  readonly build?: string;
  readonly command?: readonly string[];
}

/** Reads a file of the folder; undefined when it does not exist. */
export type Read = (file: string) => string | undefined;

/** The first kind of program that the folder holds. */
export const guessProgram = (read: Read): Guess =>
  [guessNode, guessPython, guessGo].map((guess) => guess(read)).find((found) => found !== undefined) ?? {};

/** `-mpip` in one word: pyenv rewrites its shims after `-m pip`, which a build may not, and fails although all is installed. */
const PIP_INSTALL =
  'python3 -mpip install --quiet --disable-pip-version-check --target vendor -r requirements.txt';

/** Packages are installed next to the program, not into an environment with absolute paths: an image is moved after it is built. */
function guessPython(read: Read): Guess | undefined {
  const file = ['app.py', 'main.py', 'server.py'].find((name) => read(name) !== undefined);
  const needs = read('requirements.txt') !== undefined;
  if (file === undefined && !needs) return undefined;
  return {
    ...(needs ? { build: PIP_INSTALL } : {}),
    ...(file ? { command: needs ? ['env', 'PYTHONPATH=vendor', 'python3', file] : ['python3', file] } : {}),
  };
}

const guessGo = (read: Read): Guess | undefined =>
  read('go.mod') !== undefined && read('main.go') !== undefined
    ? { build: 'go build -o server .', command: ['./server'] }
    : undefined;

/** A Node.js program names its start in package.json; one with dependencies is built by installing them. */
function guessNode(read: Read): Guess | undefined {
  const manifest = parse(read('package.json'));
  if (manifest === undefined) return undefined;
  const command = startOf(manifest, read);
  const needsInstall = Object.keys(manifest.dependencies ?? {}).length > 0;
  const install = read('package-lock.json') === undefined ? 'npm install' : 'npm ci';
  return {
    ...(needsInstall ? { build: `${install} --omit=dev --no-audit --no-fund` } : {}),
    ...(command ? { command } : {}),
  };
}

interface PackageJson {
  readonly main?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function parse(text: string | undefined): PackageJson | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The start script itself where it is a plain command line: signals then reach the program instead of npm. */
function startOf({ scripts, main }: PackageJson, read: Read): readonly string[] | undefined {
  const start = scripts?.start?.trim();
  if (start) return /^node [\w./@ =-]+$/.test(start) ? start.split(/\s+/) : ['npm', 'start'];
  const file = [main, 'server.js', 'index.js'].find((name) => name && read(name) !== undefined);
  return file ? ['node', file] : undefined;
}

/** The branch of `.git/HEAD`, or undefined where the folder is not a repository or its head is detached. */
export const guessBranch = (read: Read): string | undefined =>
  /^ref: refs\/heads\/(\S+)$/m.exec(read('.git/HEAD') ?? '')?.[1];
