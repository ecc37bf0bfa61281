/**
 * The wire between API server and node agents, known to both of its ends.
 *
 * The agent dials: `GET /pilotage/v1/nodes/<name>/link` is a WebSocket on the API's port, authenticated as `system:node:<name>`. It carries
 * any number of streams in both directions (`frame.ts`, `multiplexer.ts`), each opened by the API server with a typed request
 * (`requests.ts`), as remotedialer and konnectivity do: one connection through whatever stands between, one handshake.
 */
export const linkPath = (node: string): string => `/pilotage/v1/nodes/${encodeURIComponent(node)}/link`;

/**
 * A second WebSocket, on which the agent asks and the API server answers: connections to pods of other nodes (`dial`), each of which the API
 * server opens on the link of that node. So no node has to be reached by another; all that is carried passes through the API server.
 */
export const carryPath = (node: string): string => `/pilotage/v1/nodes/${encodeURIComponent(node)}/carry`;

/** The WebSocket subprotocol; an agent of another version is refused by it. */
export const LINK_PROTOCOL = 'v2.link.pilotage.dev';
