/** The walls of docs/architecture.md as tables. */

/** Room → rooms that its files may import, besides their own. The stairs of docs/architecture.md. */
export const STAIRS: Record<string, readonly string[]> = {
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
  audit: ['base', 'kube'],
  orchestrator: ['base', 'kube', 'health', 'audit'],
  promotion: ['base', 'kube', 'model', 'git', 'promotion/gates', 'promotion/identity'],
  identity: ['base', 'kube', 'model'],
  server: ['base', 'kube', 'model', 'audit'],
  supervise: ['base', 'model'],
  cli: ['base', 'kube', 'model', 'charts', 'render', 'supervise', 'promotion/gates', 'audit'],
};

/** Inside the orchestrator: wing → wings it may see. `link` is the wire protocol, known to both of its ends. */
export const WINGS: Record<string, readonly string[]> = {
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
export const API_FOLDERS: Record<string, readonly string[]> = {
  kinds: ['verbs', 'admission', 'auth', 'http', 'wire', 'context.ts'],
  admission: ['verbs', 'auth', 'http', 'wire'],
  verbs: ['auth', 'http', 'wire'],
  auth: ['store', 'kinds', 'verbs', 'admission', 'http', 'wire', 'context.ts', 'stored.ts'],
  aggregation: ['verbs', 'admission', 'http', 'context.ts', 'stored.ts'],
  wire: ['store', 'verbs', 'admission', 'auth', 'http', 'aggregation', 'context.ts', 'stored.ts'],
  http: ['store', 'verbs', 'admission', 'context.ts', 'stored.ts'],
  spdy: [
    'store',
    'kinds',
    'verbs',
    'admission',
    'auth',
    'http',
    'wire',
    'streaming',
    'link',
    'context.ts',
    'stored.ts',
    'authorization.ts',
    'types.ts',
  ],
  streaming: [
    'store',
    'kinds',
    'verbs',
    'admission',
    'auth',
    'http',
    'wire',
    'context.ts',
    'stored.ts',
    'authorization.ts',
    'types.ts',
  ],
};

/** Inside `orchestrator/node`: folder or file → what it may see of the node, besides itself. */
export const NODE_FOLDERS: Record<string, readonly string[]> = {
  runtime: [],
  'runtime/process': ['runtime'],
  spec: ['runtime'],
  probes: ['runtime'],
  pod: ['runtime', 'spec', 'probes'],
  link: ['runtime'],
  'machinestats.ts': [],
  'registration.ts': [],
};

/** Words of the process runtime, which no other folder of the node may use. */
export const PROCESS_WORDS = /\b(?:pids?|argv|cwd|shims?|logFile)\b/;

/** Inside a room: folder (or file at the top) → folders that it may see, besides its own. docs/architecture.md says why. */
export const FOLDERS: Record<string, Record<string, readonly string[]>> = {
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
    'audit.ts': [],
    'auditstream.ts': ['refusal.ts'],
    'auth.ts': [],
    'origin.ts': [],
    'refusal.ts': [],
    'fields.ts': ['refusal.ts'],
    'visibility.ts': [],
    sinks: ['refusal.ts', 'visibility.ts'],
    'routes.ts': ['actions.ts', 'fields.ts', 'refusal.ts', 'visibility.ts'],
    'identityroutes.ts': ['fields.ts', 'refusal.ts', 'routes.ts'],
    'json.ts': ['refusal.ts'],
    tls: ['origin.ts'],
    'parts.ts': ['actions.ts', 'auth.ts', 'identityroutes.ts', 'tls'],
    'sessions.ts': ['auth.ts', 'fields.ts', 'identityroutes.ts', 'parts.ts'],
    'serve.ts': [
      ...['parts.ts', 'audit.ts', 'auditstream.ts', 'identityroutes.ts', 'json.ts', 'origin.ts'],
      ...['refusal.ts', 'routes.ts', 'sessions.ts', 'sinks', 'visibility.ts'],
    ],
    'server.ts': ['parts.ts', 'serve.ts', 'tls', 'audit.ts', 'json.ts', 'refusal.ts'],
  },
  cli: {
    'context.ts': [],
    'help.ts': ['helptexts.ts'],
    'helptexts.ts': [],
    'gitenvironment.ts': [],
    'files.ts': [],
    'credentials.ts': [],
    'password.ts': [],
    'encryption.ts': ['context.ts'],
    'authorities.ts': [],
    daemon: ['context.ts', 'credentials.ts', 'authorities.ts'],
    'trust.ts': ['authorities.ts', 'context.ts', 'daemon', 'password.ts'],
    'command.ts': ['daemon', 'context.ts'],
    output: ['context.ts'],
    init: [],
    service: [],
    backup: ['files.ts', 'gitenvironment.ts'],
    demo: ['command.ts', 'context.ts', 'gitenvironment.ts'],
    commands: [
      'command.ts',
      'context.ts',
      'credentials.ts',
      'password.ts',
      'encryption.ts',
      'authorities.ts',
      'trust.ts',
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
    kinds: ['values', 'schema', 'cel'],
    cel: ['values', 'schema'],
    rules: ['values', 'schema', 'kinds', 'cel'],
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
export const PURE = ['kube/values', 'kube/cel', 'kube/ownership', 'kube/patch', 'kube/kinds', 'kube/rules'];

/** What other rooms may import of the orchestrator. */
export const ORCHESTRATOR_DOORS = ['controlplane.ts', 'node.ts'];

export const FRONT_DOOR = ['main.ts', 'compose', 'config.ts'];
