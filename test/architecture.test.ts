import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { importsOf, sourceFiles, tangles } from './architecture/imports.ts';
import {
  API_FOLDERS,
  FOLDERS,
  FRONT_DOOR,
  NODE_FOLDERS,
  ORCHESTRATOR_DOORS,
  PROCESS_WORDS,
  PURE,
  STAIRS,
  WINGS,
} from './architecture/walls.ts';

const src = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');

const files = sourceFiles(src);
const imports = files.flatMap((file) => importsOf(src, file));
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

  it('lets outsiders import of the orchestrator only the files that assemble it', () => {
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
    /** One object that is of no delivery: that everything is suspended. */
    const more: Readonly<Record<string, string>> = { 'sync/state/suspensions.ts': 'CONFIG_MAPS' };
    const verbs = /\.(?:apply|create|update|patch|delete)(?:<\w+>)?\(\s*([A-Z][A-Z_]*S|\w*[rR]esource)\b/g;
    const writers = files.filter((file) => relative(src, file).startsWith('sync/'));
    const broken = writers.flatMap((file) => {
      const written = [...readFileSync(file, 'utf8').matchAll(verbs)].map(([, resource = '']) => resource);
      const own = [...records, more[relative(src, file)]];
      const others = written.filter((resource) => !own.includes(resource));
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
