import type { FunctionTable } from '../values.ts';
import { define } from './define.ts';

/** path.Clean: the shortest name of the same path. Empty is `.`. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const elements: string[] = [];
  for (const element of path.split('/')) {
    if (element === '' || element === '.') continue;
    const above = elements.length === 0 || elements.at(-1) === '..';
    if (element !== '..' || (above && !rooted)) elements.push(element);
    else elements.pop();
  }
  return (rooted ? '/' : '') + elements.join('/') || '.';
}

/** path.Base: the last element, without slashes behind it. */
function base(path: string): string {
  if (path === '') return '.';
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end--;
  return end === 0 ? '/' : path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

const dir = (path: string): string => cleanPath(path.slice(0, path.lastIndexOf('/') + 1));

function ext(path: string): string {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') ? path.slice(dot) : '';
}

const onPath = (work: (path: string) => string | boolean) => define(['string'], ([path]) => work(path));
const isAbs = (path: string): boolean => path.startsWith('/');

/** Paths with slashes; the twins with `os` are those of the machine on which Helm runs, here Linux. */
export const PATHS: FunctionTable = {
  base: onPath(base),
  dir: onPath(dir),
  clean: onPath(cleanPath),
  ext: onPath(ext),
  isAbs: onPath(isAbs),
  osBase: onPath(base),
  osDir: onPath(dir),
  osClean: onPath(cleanPath),
  osExt: onPath(ext),
  osIsAbs: onPath(isAbs),
};
