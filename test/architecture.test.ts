import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const src = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');

/** Room → rooms that its files may import, besides their own. The stairs of docs/architecture.md. */
const STAIRS: Record<string, readonly string[]> = {
  base: [],
  kube: ['base'],
  model: ['base', 'kube'],
  git: ['base'],
  charts: ['base', 'kube'],
  health: ['base', 'kube'],
  render: ['base', 'kube', 'model', 'charts'],
  'promotion/identity': ['base'],
  'promotion/gates': ['base', 'kube', 'model', 'promotion/identity'],
  sync: ['base', 'kube', 'model', 'git', 'render', 'health', 'promotion/gates'],
  orchestrator: ['base', 'kube', 'health'],
  promotion: ['base', 'kube', 'model', 'git', 'promotion/gates', 'promotion/identity'],
  server: ['base', 'kube', 'model'],
  supervise: ['base', 'model'],
  cli: ['base', 'kube', 'model', 'charts', 'render', 'supervise', 'promotion/gates'],
};

/** Inside the orchestrator: wing → wings it may see. `link` is the wire protocol, known to both of its ends. */
const WINGS: Record<string, readonly string[]> = {
  store: [],
  api: ['store', 'link'],
  controllers: [],
  scheduler: [],
  node: ['link'],
  network: [],
  'controlplane.ts': ['store', 'api', 'controllers', 'scheduler'],
  'node.ts': ['node', 'network', 'link'],
  link: [],
};

/** Inside `orchestrator/api`: folder → what its files must not know, folders of `api`, files at its root, and the store. */
const API_FOLDERS: Record<string, readonly string[]> = {
  kinds: ['verbs', 'admission', 'auth', 'http', 'wire', 'context.ts'],
  admission: ['verbs', 'auth', 'http', 'wire'],
  verbs: ['auth', 'http', 'wire'],
  auth: ['store', 'kinds', 'verbs', 'admission', 'http', 'wire', 'context.ts', 'stored.ts'],
  wire: ['store', 'verbs', 'admission', 'auth', 'http', 'context.ts', 'stored.ts'],
  http: ['store', 'verbs', 'admission', 'context.ts', 'stored.ts'],
};

/** Inside `orchestrator/node`: folder or file → what it may see of the node, besides itself. */
const NODE_FOLDERS: Record<string, readonly string[]> = {
  runtime: [],
  'runtime/process': ['runtime'],
  spec: ['runtime'],
  probes: ['runtime'],
  pod: ['runtime', 'spec', 'probes'],
  link: ['runtime'],
  'registration.ts': [],
};

/** Words of the process runtime, which no other folder of the node may use. */
const PROCESS_WORDS = /\b(?:pids?|argv|cwd|shims?|logFile)\b/;

/** Inside a room: folder (or file at the top) → folders that it may see, besides its own. docs/architecture.md says why. */
const FOLDERS: Record<string, Record<string, readonly string[]>> = {
  git: {
    'types.ts': [],
    objects: ['types.ts'],
    pack: ['objects', 'types.ts'],
    store: ['pack', 'objects', 'types.ts'],
    tree: ['store', 'objects', 'types.ts'],
    history: ['tree', 'store', 'objects', 'types.ts'],
    'repository.ts': ['history', 'tree', 'store', 'objects', 'types.ts'],
    host: ['repository.ts', 'history', 'store', 'objects', 'types.ts'],
    transport: ['repository.ts', 'history', 'store', 'objects', 'types.ts'],
  },
  server: {
    'actions.ts': [],
    'auth.ts': [],
    'origin.ts': [],
    'refusal.ts': [],
    sinks: ['refusal.ts'],
    'routes.ts': ['actions.ts', 'refusal.ts'],
    'server.ts': ['actions.ts', 'auth.ts', 'origin.ts', 'refusal.ts', 'routes.ts', 'sinks'],
  },
  cli: {
    'context.ts': [],
    'help.ts': [],
    'gitenvironment.ts': [],
    'files.ts': [],
    daemon: ['context.ts'],
    'command.ts': ['daemon', 'context.ts'],
    output: ['context.ts'],
    init: [],
    service: [],
    backup: ['files.ts', 'gitenvironment.ts'],
    demo: ['command.ts', 'context.ts', 'gitenvironment.ts'],
    commands: [
      'command.ts',
      'context.ts',
      'files.ts',
      'daemon',
      'output',
      'init',
      'service',
      'backup',
      'demo',
    ],
    'program.ts': ['commands', 'command.ts', 'context.ts', 'help.ts'],
  },
  promotion: {
    'options.ts': [],
    history: [],
    record: ['history', 'options.ts'],
    decide: ['history', 'record', 'options.ts'],
    permit: ['history', 'record', 'options.ts'],
    act: ['history', 'record', 'decide', 'permit', 'options.ts'],
    'actions.ts': ['act', 'decide', 'permit', 'options.ts'],
    'controller.ts': ['act', 'record', 'options.ts'],
  },
  render: {
    'types.ts': [],
    'engine.ts': [],
    'key.ts': ['types.ts'],
    handlebars: ['engine.ts'],
    manifests: ['types.ts'],
    sources: ['engine.ts', 'manifests', 'key.ts', 'types.ts'],
    'render.ts': ['engine.ts', 'sources', 'manifests', 'types.ts'],
    pool: ['handlebars', 'render.ts', 'manifests', 'key.ts', 'types.ts'],
  },
  kube: {
    values: [],
    schema: ['values'],
    ownership: ['values', 'schema'],
    patch: ['values', 'schema'],
    kinds: ['values', 'schema'],
    rules: ['values', 'schema', 'kinds'],
    client: ['values', 'patch', 'kinds'],
    remote: ['values', 'client', 'kinds'],
  },
  sync: {
    'options.ts': ['source'],
    plan: [],
    source: ['plan'],
    cluster: ['plan', 'options.ts'],
    state: ['plan', 'source', 'cluster', 'options.ts'],
    history: ['plan', 'source', 'state', 'options.ts'],
    intake: ['source', 'state'],
    pass: ['intake', 'history', 'state', 'cluster', 'source', 'plan', 'options.ts'],
    'indexes.ts': ['history', 'state', 'options.ts'],
    'sync.ts': [
      'indexes.ts',
      'pass',
      'intake',
      'history',
      'state',
      'cluster',
      'source',
      'plan',
      'options.ts',
    ],
    'actions.ts': ['sync.ts', 'pass', 'intake', 'history', 'state', 'plan'],
  },
};

/** Folders of functions from values to values: they import nothing of Node. */
const PURE = ['kube/values', 'kube/ownership', 'kube/patch', 'kube/kinds', 'kube/rules'];

/** What other rooms may import of the orchestrator. */
const ORCHESTRATOR_DOORS = ['controlplane.ts', 'node.ts'];

const FRONT_DOOR = ['main.ts', 'compose', 'config.ts'];

interface Import {
  readonly from: string;
  readonly to: string;
}

function sourceFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)];
  const programs = [...text.matchAll(/ownProgram\('([^']+)'\)/g)].map(([, to = '']) => ({
    from: relative(src, file),
    to,
  }));
  const modules = specifiers.map((match) => ({
    from: relative(src, file),
    to: relative(src, normalize(join(dirname(file), match[1] ?? ''))),
  }));
  return [...modules, ...programs];
}

/** The strongly connected groups of the import graph that are cycles, each sorted (Tarjan 1972). */
function tangles(edges: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    const index = order.size;
    order.set(file, index);
    low.set(file, index);
    stack.push(file);
    for (const to of next.get(file) ?? []) {
      const reached = order.has(to) ? (stack.includes(to) ? order.get(to) : undefined) : visit(to);
      low.set(file, Math.min(low.get(file) ?? index, reached ?? index));
    }
    const lowest = low.get(file) ?? index;
    if (lowest === index) {
      const group = stack.splice(stack.indexOf(file)).sort();
      if (group.length > 1 || next.get(file)?.includes(file)) found.push(group);
    }
    return lowest;
  };
  for (const file of next.keys()) if (!order.has(file)) visit(file);
  return found.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

const files = sourceFiles(src);
const imports = files.flatMap(importsOf);
/** A folder that has a row of its own is a room; its files belong to no other. */
const roomOf = (path: string): string =>
  Object.keys(STAIRS).find((room) => room.includes('/') && path.startsWith(`${room}/`)) ??
  path.split('/')[0] ??
  '';
const wingOf = (path: string): string => path.split('/')[1] ?? '';

describe('architecture', () => {
  it('has only the rooms of the table', () => {
    const rooms = new Set(files.map((file) => roomOf(relative(src, file))));
    expect([...rooms].filter((room) => !(room in STAIRS) && !FRONT_DOOR.includes(room))).to.deep.equal([]);
  });

  it('lets a file import its own room or a room that its row lists, never upward, never a neighbour', () => {
    const broken = imports.filter(({ from, to }) => {
      const room = roomOf(from);
      if (FRONT_DOOR.includes(room) || room === roomOf(to)) return false;
      return !STAIRS[room]?.includes(roomOf(to));
    });
    expect(broken).to.deep.equal([]);
  });

  it('keeps the walls inside the orchestrator: only api sees the store, the wings do not see each other', () => {
    const broken = imports.filter(({ from, to }) => {
      if (roomOf(from) !== 'orchestrator' || roomOf(to) !== 'orchestrator') return false;
      const [a, b] = [wingOf(from), wingOf(to)];
      return a !== b && !WINGS[a]?.includes(b);
    });
    expect(broken).to.deep.equal([]);
  });

  it('keeps the walls inside the API server: a folder does not import what its row forbids', () => {
    const broken = imports.filter(({ from, to }) => {
      const [, wing, folder = ''] = from.split('/');
      const [, toWing, within = ''] = to.split('/');
      if (roomOf(from) !== 'orchestrator' || wing !== 'api' || roomOf(to) !== 'orchestrator') return false;
      return API_FOLDERS[folder]?.includes(toWing === 'api' ? within : (toWing ?? ''));
    });
    expect(broken).to.deep.equal([]);
    const folders = new Set(imports.map(({ from }) => from.split('/').slice(0, 3).join('/')));
    expect(Object.keys(API_FOLDERS).filter((name) => !folders.has(`orchestrator/api/${name}`))).to.deep.equal(
      [],
    );
  });

  it('keeps the walls inside the node: a folder sees what its row lists, and only the process runtime knows processes', () => {
    const folderOf = (path: string): string | undefined => {
      const inside = path.startsWith('orchestrator/node/') ? path.slice('orchestrator/node/'.length) : '';
      return Object.keys(NODE_FOLDERS)
        .sort((a, b) => b.length - a.length)
        .find((name) => inside === name || inside.startsWith(`${name}/`));
    };
    const broken = imports.filter(({ from, to }) => {
      const [a, b] = [folderOf(from), folderOf(to)];
      return a !== undefined && b !== undefined && a !== b && !NODE_FOLDERS[a]?.includes(b);
    });
    expect(broken).to.deep.equal([]);
    const own = files
      .map((file) => relative(src, file))
      .filter((file) => file.startsWith('orchestrator/node/'));
    expect(own.filter((file) => folderOf(file) === undefined)).to.deep.equal([]);
    const neutral = own.filter((file) => folderOf(file) !== 'runtime/process');
    const code = (file: string): string =>
      readFileSync(join(src, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(neutral.filter((file) => PROCESS_WORDS.test(code(file)))).to.deep.equal([]);
  });

  it('keeps the walls between the folders of a room', () => {
    const broken = imports.filter(({ from, to }) => {
      const folders = FOLDERS[roomOf(from)];
      const [a, b] = [wingOf(from), wingOf(to)];
      return folders && roomOf(from) === roomOf(to) && a !== b && !folders[a]?.includes(b);
    });
    expect(broken).to.deep.equal([]);
  });

  it('does no I/O in folders of pure functions', () => {
    const broken = files
      .map((file) => relative(src, file))
      .filter((file) => PURE.some((folder) => file.startsWith(`${folder}/`)))
      .filter((file) => /(?:from|import)\s*\(?\s*'node:/.test(readFileSync(join(src, file), 'utf8')));
    expect(broken).to.deep.equal([]);
  });

  it('lets outsiders import of the orchestrator only the two files that assemble it', () => {
    const broken = imports.filter(
      ({ from, to }) =>
        roomOf(from) !== 'orchestrator' &&
        roomOf(to) === 'orchestrator' &&
        !ORCHESTRATOR_DOORS.includes(wingOf(to)),
    );
    expect(broken).to.deep.equal([]);
  });

  it('composes in compose/ alone: main.ts and config.ts build nothing of the product', () => {
    const broken = imports.filter(
      ({ from, to }) =>
        ['main.ts', 'config.ts'].includes(from) &&
        !['base', 'cli', 'kube', 'model', 'supervise'].includes(roomOf(to)) &&
        !FRONT_DOOR.includes(roomOf(to)),
    );
    expect(broken).to.deep.equal([]);
  });

  it('reads the environment of the process in config.ts only', () => {
    const readers = files.filter((file) => /\bprocess\.env\b/.test(readFileSync(file, 'utf8')));
    expect(readers.map((file) => relative(src, file))).to.deep.equal(['config.ts']);
  });

  it('lets only sync/cluster write what is delivered: the rest of sync writes its own records', () => {
    const records = ['ENVIRONMENTS', 'RELEASES', 'DELIVERIES', 'SECRETS'];
    const verbs = /\.(?:apply|create|update|patch|delete)(?:<\w+>)?\(\s*([A-Z][A-Z_]*S|\w*[rR]esource)\b/g;
    const writers = files.filter((file) => relative(src, file).startsWith('sync/'));
    const broken = writers.flatMap((file) => {
      const written = [...readFileSync(file, 'utf8').matchAll(verbs)].map(([, resource = '']) => resource);
      const others = written.filter((resource) => !records.includes(resource));
      return others.length > 0 && wingOf(relative(src, file)) !== 'cluster' ? [relative(src, file)] : [];
    });
    expect(broken).to.deep.equal([]);
    const clients = imports.filter(
      ({ from, to }) => from.startsWith('sync/plan/') && to.startsWith('kube/client/'),
    );
    expect(clients).to.deep.equal([]);
  });

  it('has no cycle between files: every group that imports itself is named', () => {
    expect(tangles(imports)).to.deep.equal([]);
  });

  it('would name every tangle, not the first one only', () => {
    const edges = ['a>b', 'b>a', 'b>c', 'c>d', 'd>e', 'e>c', 'f>f', 'g>a'].map((edge) => {
      const [from = '', to = ''] = edge.split('>');
      return { from, to };
    });
    expect(tangles(edges)).to.deep.equal([['a', 'b'], ['c', 'd', 'e'], ['f']]);
  });

  it('knows the rooms on disk: every row of the table exists', () => {
    const rooms = new Set(files.map((file) => roomOf(relative(src, file))));
    expect(Object.keys(STAIRS).filter((room) => !rooms.has(room))).to.deep.equal([]);
  });
});
