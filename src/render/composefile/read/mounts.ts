import type { Node } from '../load/node.ts';
import { Fields } from './fields.ts';
import { memoryQuantity } from './units.ts';

/** Something that is mounted into a container. */
export interface Mount {
  readonly type: 'volume' | 'bind' | 'tmpfs';
  /** Name of a volume, or a path; absent: an anonymous volume, or none is needed. */
  readonly source?: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly subPath?: string;
  readonly propagation?: string;
  /** Of a tmpfs, a quantity. */
  readonly size?: string;
  readonly at: Node;
}

/** `volumes` of a service, short and long, and `tmpfs` (specification, 05-services.md). */
export const readMounts = (service: Fields): readonly Mount[] => [
  ...service.items('volumes').flatMap((at) => {
    const mount = at.kind === 'map' ? longMount(service, at) : shortMount(service, at);
    return mount && isAbsolute(service, mount) ? [mount] : [];
  }),
  ...service.texts('tmpfs').flatMap(({ text, at }) => tmpfs(text, at)),
];

function isAbsolute(service: Fields, { target, at }: Mount): boolean {
  if (target.startsWith('/') && target !== '/') return true;
  service.refuse(
    at,
    'volumes',
    `has the target ${JSON.stringify(target)}, which is not a path in the container`,
  );
  return false;
}

function shortMount(service: Fields, at: Node): Mount | undefined {
  const text = at.kind === 'scalar' ? String(at.value) : '';
  const parts = text.split(':');
  if (parts.length > 3 || parts.includes('') || /^[a-zA-Z]:[\\/]/.test(text))
    return service.refuse(
      at,
      'volumes',
      `has ${JSON.stringify(text)}, which is not a mount`,
      'Write it like NAME:/path, ./path:/path or ./path:/path:ro.',
    );
  const [first = '', second, options = ''] = parts;
  if (second === undefined) return { type: 'volume', target: clean(first), readOnly: false, at };
  const flags = options.split(',');
  const propagation = flags.find((flag) => /^r?(?:shared|slave|private)$/.test(flag));
  return {
    type: /^[./~]/.test(first) ? 'bind' : 'volume',
    source: first,
    target: clean(second),
    readOnly: flags.includes('ro'),
    ...(propagation ? { propagation } : {}),
    at,
  };
}

const clean = (path: string): string => path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');

function longMount(service: Fields, at: Node): Mount | undefined {
  const fields = new Fields(at, service.report, `${service.path}.volumes`);
  const type = fields.text('type') ?? 'volume';
  const target = fields.text('target');
  if (type !== 'volume' && type !== 'bind' && type !== 'tmpfs')
    return fields.refuse(at, 'type', `${JSON.stringify(type)} is not mounted`, 'Known: volume, bind, tmpfs.');
  if (target === undefined)
    return fields.refuse(at, 'target', 'is missing', 'Add the path in the container.');
  const source = fields.text('source');
  if (type === 'bind' && source === undefined)
    return fields.refuse(at, 'source', 'is missing', 'Add the path that is mounted.');
  const subPath = fields.below('volume').text('subpath');
  const size = fields.below('tmpfs').memory('size');
  const propagation = fields.below('bind').text('propagation');
  return {
    type,
    ...(source ? { source } : {}),
    target: clean(target),
    readOnly: fields.boolean('read_only') ?? false,
    ...(subPath ? { subPath } : {}),
    ...(size ? { size } : {}),
    ...(propagation ? { propagation } : {}),
    at,
  };
}

/** `/run`, or `/run:size=64m,mode=1777`. */
function tmpfs(text: string, at: Node): readonly Mount[] {
  const [target = '', options = ''] = text.split(':');
  if (!target.startsWith('/')) return [];
  const [, size] = /(?:^|,)size=(\w+)/.exec(options) ?? [];
  const quantity = size && memoryQuantity(size);
  return [
    { type: 'tmpfs', target: clean(target), readOnly: false, ...(quantity ? { size: quantity } : {}), at },
  ];
}
