import { EVENT_ID, type Event } from 'js-yaml';
import { type Bounds, type Excess, excessAt } from './bounds.ts';

/** What a node amounts to once every alias below it stands for what it refers to. */
interface Size {
  readonly nodes: number;
  readonly bytes: number;
  /** Levels of maps and lists, itself included. */
  readonly height: number;
}

interface Frame {
  readonly anchor: string | undefined;
  readonly nodes: number;
  readonly bytes: number;
  height: number;
}

/** `circle`: an alias inside of what it refers to, which no JSON can hold. */
export type TooLarge = { readonly at: Event } & (
  | { readonly type: 'excess'; readonly excess: Excess }
  | { readonly type: 'circle' }
);

/**
 * Whether what the events of a stream expand to, all documents together, goes beyond its bounds, and where. Linear in what is written:
 * a kilobyte that refers to itself ten times on each of nine levels ("billion laughs") is a sum here, and a billion nodes in memory.
 */
export function tooLarge(source: string, events: readonly Event[], bounds: Bounds): TooLarge | undefined {
  let nodes = 0;
  let bytes = 0;
  const stack: Frame[] = [];
  const anchors = new Map<string, Size>();

  const nameOf = ({ anchorStart, anchorEnd }: { anchorStart: number; anchorEnd: number }) =>
    anchorStart < 0 ? undefined : source.slice(anchorStart, anchorEnd);
  const add = (size: Size): void => {
    nodes += size.nodes;
    bytes += size.bytes;
    const around = stack.at(-1);
    if (around) around.height = Math.max(around.height, size.height + 1);
  };
  const close = (): void => {
    const frame = stack.pop();
    if (!frame) return;
    const { anchor, height } = frame;
    if (anchor !== undefined)
      anchors.set(anchor, { nodes: nodes - frame.nodes, bytes: bytes - frame.bytes, height });
    const around = stack.at(-1);
    if (around) around.height = Math.max(around.height, height + 1);
  };

  for (const event of events) {
    let height = 0;
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        anchors.clear();
        stack.push({ anchor: undefined, nodes, bytes, height: 0 });
        break;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE:
        stack.push({ anchor: nameOf(event), nodes, bytes, height: 1 });
        nodes += 1;
        break;
      case EVENT_ID.SCALAR: {
        const size = { nodes: 1, bytes: Math.max(0, event.valueEnd - event.valueStart), height: 0 };
        const anchor = nameOf(event);
        if (anchor !== undefined) anchors.set(anchor, size);
        add(size);
        break;
      }
      case EVENT_ID.ALIAS: {
        const name = nameOf(event) ?? '';
        if (stack.some(({ anchor }) => anchor === name)) return { type: 'circle', at: event };
        const size = anchors.get(name);
        // An alias of nothing is the parser's to refuse.
        if (size) add(size);
        height = size?.height ?? 0;
        break;
      }
      case EVENT_ID.POP:
        close();
        break;
    }
    // The document itself is a frame, and no level.
    const excess = beyond(bounds, { nodes, bytes, height: stack.length - 1 + height });
    if (excess) return { type: 'excess', at: event, excess };
  }
  return undefined;
}

function beyond(bounds: Bounds, { nodes, bytes, height }: Size): Excess | undefined {
  if (nodes > bounds.nodes) return excessAt(bounds, 'nodes');
  if (bytes > bounds.bytes) return excessAt(bounds, 'bytes');
  return height > bounds.depth ? excessAt(bounds, 'depth') : undefined;
}
