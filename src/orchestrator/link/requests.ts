import { isObject } from '../../kube/values/equal.ts';
import { isAbsentOr, isCount, isText, objectOf, type Said } from './values.ts';

export interface PodKey {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface LogsRequest {
  readonly pod: PodKey;
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  /** RFC 3339. */
  readonly sinceTime?: string;
  readonly tailLines?: number;
  readonly limitBytes?: number;
}

export interface AttachRequest {
  readonly pod: PodKey;
  readonly container: string;
  /** Standard input comes on its channel. */
  readonly stdin: boolean;
  /** The program has a terminal; its sizes come on the channel `resize`, as `{"Width": columns, "Height": rows}`. */
  readonly tty?: boolean;
}

export interface ExecRequest extends AttachRequest {
  readonly command: readonly string[];
}

export interface PortForwardRequest {
  readonly pod: PodKey;
  readonly port: number;
}

/** A connection to a pod of a node: standard input is what goes there, standard output what comes back; each may be closed by itself. */
export interface DialRequest {
  /** Whose pod it is. */
  readonly node: string;
  /** Its uid. */
  readonly pod: string;
  /** Which address has to be the pod's. */
  readonly host: string;
  readonly port: number;
}

export interface StatsRequest {
  readonly pod: PodKey;
}

export interface ExitResult {
  readonly exitCode: number;
}

export interface StatsResult {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly containers: readonly {
    readonly container: string;
    readonly cpuNanoseconds: number;
    readonly memoryBytes: number;
    readonly processes: number;
  }[];
}

/** Of the whole machine: `cpuNanoseconds` since it has started, of all its processors. */
export interface NodeStatsResult {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly cpuNanoseconds: number;
  readonly memoryBytes: number;
}

export type NoResult = Readonly<Record<string, never>>;

/** Each kind of request: what it asks with, and what its stream ends with. Bytes in between go over the channels of the stream. */
export interface RequestKinds {
  readonly logs: { readonly request: LogsRequest; readonly result: NoResult };
  readonly stats: { readonly request: StatsRequest; readonly result: StatsResult };
  readonly nodeStats: { readonly request: object; readonly result: NodeStatsResult };
  readonly exec: { readonly request: ExecRequest; readonly result: ExitResult };
  readonly attach: { readonly request: AttachRequest; readonly result: ExitResult };
  readonly portForward: { readonly request: PortForwardRequest; readonly result: NoResult };
  readonly dial: { readonly request: DialRequest; readonly result: NoResult };
  /** A connection on which the node speaks HTTP. */
  readonly nodeProxy: { readonly request: object; readonly result: NoResult };
}
export type RequestKind = keyof RequestKinds;
export type RequestOf<K extends RequestKind> = { readonly type: K } & RequestKinds[K]['request'];
export type LinkRequest = { [K in RequestKind]: RequestOf<K> }[RequestKind];
export type ResultOf<K extends RequestKind> = RequestKinds[K]['result'];

interface KindRow<K extends RequestKind> {
  isRequest(said: Said): said is Said & RequestOf<K>;
  isResult(said: Said): said is Said & ResultOf<K>;
}

const isPod = (value: unknown): boolean =>
  isObject(value) && [value.namespace, value.name, value.uid].every(isText);
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isTime = (value: unknown): boolean => isText(value) && Number.isFinite(Date.parse(value));
const isPort = (value: unknown): boolean => isCount(value) && value > 0 && value <= 65_535;
const isExit = (said: Said): said is Said & ExitResult => isCount(said.exitCode);
const isAnything = (said: Said): said is Said & NoResult => isObject(said);
const isAttach = (said: Said): boolean =>
  isPod(said.pod) && isText(said.container) && isFlag(said.stdin) && isAbsentOr(said.tty, isFlag);

/** A kind of request is a row here, and a row of what the node does (`node/link/handlers.ts`). */
const KINDS: { readonly [K in RequestKind]: KindRow<K> } = {
  logs: {
    isRequest: (said): said is Said & RequestOf<'logs'> =>
      isPod(said.pod) &&
      isText(said.container) &&
      [said.follow, said.previous, said.timestamps].every(isFlag) &&
      isAbsentOr(said.sinceTime, isTime) &&
      [said.tailLines, said.limitBytes].every((count) => isAbsentOr(count, isCount)),
    isResult: isAnything,
  },
  stats: {
    isRequest: (said): said is Said & RequestOf<'stats'> => isPod(said.pod),
    isResult: (said): said is Said & StatsResult =>
      isCount(said.at) && Array.isArray(said.containers) && said.containers.every(isContainerStats),
  },
  nodeStats: {
    isRequest: (said): said is Said & RequestOf<'nodeStats'> => isObject(said),
    isResult: (said): said is Said & NodeStatsResult =>
      [said.at, said.cpuNanoseconds, said.memoryBytes].every(isAmount),
  },
  exec: {
    isRequest: (said): said is Said & RequestOf<'exec'> =>
      isAttach(said) && Array.isArray(said.command) && said.command.length > 0 && said.command.every(isText),
    isResult: isExit,
  },
  attach: {
    isRequest: (said): said is Said & RequestOf<'attach'> => isAttach(said),
    isResult: isExit,
  },
  portForward: {
    isRequest: (said): said is Said & RequestOf<'portForward'> => isPod(said.pod) && isPort(said.port),
    isResult: isAnything,
  },
  dial: {
    isRequest: (said): said is Said & RequestOf<'dial'> =>
      [said.node, said.pod, said.host].every(isText) && isPort(said.port),
    isResult: isAnything,
  },
  nodeProxy: {
    isRequest: (said): said is Said & RequestOf<'nodeProxy'> => isObject(said),
    isResult: isAnything,
  },
};

const isContainerStats = (value: unknown): boolean =>
  isObject(value) &&
  isText(value.container) &&
  [value.cpuNanoseconds, value.memoryBytes, value.processes].every(isAmount);

/** Nanoseconds of many processors leave the integers that are exact after a hundred days. */
const isAmount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;

const isKind = (value: unknown): value is RequestKind => isText(value) && Object.hasOwn(KINDS, value);

/** undefined for everything that is not a whole request. */
export function readRequest(payload: Buffer): LinkRequest | undefined {
  const said = objectOf(payload);
  if (!said || !isKind(said.type)) return undefined;
  return KINDS[said.type].isRequest(said) ? said : undefined;
}

/** undefined for everything that is not a result of that kind of request. */
export function readResult<K extends RequestKind>(kind: K, payload: Buffer): ResultOf<K> | undefined {
  const said = objectOf(payload);
  const row: KindRow<K> = KINDS[kind];
  return said && row.isResult(said) ? said : undefined;
}
