export interface Url {
  readonly scheme: string;
  /** With its port. */
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

const ABSOLUTE = /^([a-zA-Z][a-zA-Z0-9+.-]*):(?:\/\/(?:[^/?#@]*@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?$/;
const PATH = /^()(?:\/\/(?:[^/?#@]*@)?([^/?#]*))?(\/[^?#]*)(?:\?([^#]*))?$/;
const HOST = /^(?:\[[0-9a-fA-F:.%]+\]|[^:[\]\s<>"]*)(?::\d*)?$/;
const isControl = (character: string): boolean => character < ' ' || character === '\x7f';
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;

/** An absolute URI or an absolute path, as Go's url.ParseRequestURI reads it. */
export function parseUrl(text: string): Url | undefined {
  const match = [...text].some(isControl) ? null : (ABSOLUTE.exec(text) ?? PATH.exec(text));
  if (!match) return undefined;
  const [, scheme = '', host = '', path = '', query = ''] = match;
  const isOpaque = scheme !== '' && match[2] === undefined && !path.startsWith('/');
  if (isOpaque || !HOST.test(host) || BAD_ESCAPE.test(path)) return undefined;
  return { scheme: scheme.toLowerCase(), host, path, query };
}
