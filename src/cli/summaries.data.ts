/**
 * Arguments and description of every command, as the command itself declares them (a test compares): `pilotage --help` lists them all, and
 * loading forty commands for that takes half a second.
 */
export const SUMMARIES: Readonly<Record<string, readonly [arguments: string, description: string]>> = {
  up: ['', 'start Pilotage: git host, Kubernetes API, delivery and a node on this machine'],
  agent: ['', 'make this machine a node of a Pilotage elsewhere, and run its agent'],
  node: ['', 'further machines of the built-in cluster'],
  down: ['', 'stop Pilotage and every pod on this machine; the data stays'],
  demo: [
    '',
    'watch a whole delivery on a temporary Pilotage: push, rollout, promotion, update under load, rollback',
  ],
  init: [
    '[folder]',
    'write pilotage.yaml and a starter chart into a repository; nothing that exists is touched',
  ],
  connect: ['<delivery> [url]', 'deliver from a repository elsewhere, or say what a delivery may use'],
  webhook: [
    '<delivery>',
    'the address at which a forge says that something was pushed, so that no poll is waited for',
  ],
  notify: ['', 'the channels that notifications go to: chats, mail, webhooks, Alertmanager'],
  status: ['[environment]', 'what is deployed where, and how it is'],
  wait: [
    '<environment>',
    'wait until an environment is healthy at its wanted revision; exit code 0 when it is',
  ],
  diff: ['<environment>', 'what sync would change now; exit code 0: nothing, 1: something, 2: an error'],
  sync: ['<environment>', 'reconcile an environment now instead of at the next change'],
  history: ['<environment>', 'the releases of an environment, newest first'],
  rollback: ['<environment> [release]', 'go back to an earlier release and stay there, pinned'],
  pin: ['<environment> [revision]', 'hold an environment at a revision, whatever its branch says'],
  hold: [
    '<environment>',
    'let nothing be promoted to an environment for now; what runs there is looked after as before',
  ],
  suspend: ['[name]', 'do nothing in an environment, a delivery or anywhere, for now; what runs goes on'],
  resume: ['[name]', 'go on with what is suspended'],
  promote: [
    '<environment> [others...]',
    'bring what is tested in the environment before to this one, by a merge commit with the very same tree',
  ],
  backport: [
    '<environment>',
    'bring commits that were pushed to an environment itself to the branch that its promotions begin on',
  ],
  set: ['', 'change what the branch of an environment says, by a commit'],
  approve: [
    '<environment>',
    'approve, as who is signed in, the revision that waits to be promoted to this environment',
  ],
  reject: [
    '<environment>',
    'say that a revision is not promoted to this environment, nor a later one that has all of it',
  ],
  accept: ['<environment> [proposal]', 'put in force what a pilotage.yaml proposes for an environment'],
  confirm: ['<environment> [plan]', 'agree to what the plan of an environment would delete'],
  adopt: [
    '<environment> [objects...]',
    'show what an environment would take over of what Pilotage did not make, or let it',
  ],
  preview: ['', 'environments of branches: which there are, and how long'],
  delete: ['<environment>', 'end an environment, with what it delivered or without'],
  why: ['<environment>', 'what keeps an environment from being synced and healthy'],
  generated: ['<environment>', 'passwords, keys, certificates and the like that templates made once'],
  explain: ['<environment> <object...>', 'which line and which value a field of what is deployed comes from'],
  logs: ['<environment>', 'the logs of all pods of an environment, each line with its pod'],
  audit: ['', 'who did what: requests to the API, pushes, promotions, what was refused'],
  render: ['[folder]', 'render a working tree offline, as an environment would'],
  values: ['[folder]', 'what the templates of a chart see as values, and where each was set'],
  template: ['<release> <chart>', 'print what helm template prints of a chart, without helm'],
  chart: ['', 'make charts, and work on them'],
  image: ['', 'images: directories of the process runtime, and those that the container engine has built'],
  secrets: ['', 'secrets in git: files that only Pilotage and you can read (SOPS, age)'],
  backup: ['<folder>', 'copy what is durable into a new folder, while Pilotage runs'],
  'install-service': [
    '[up-options...]',
    'start Pilotage at boot: a systemd unit, of the machine for root, else of the user',
  ],
  restore: ['<folder>', 'make a data directory from a backup; `pilotage up` goes on from there'],
  'git-credential': ['<operation>', 'give git the token, so that no URL and no command line holds it'],
  login: [
    '[name]',
    'sign in, by name and password or at an OpenID Connect provider; what follows is done in that name, for half a day',
  ],
  logout: ['', 'end the sign-in here and at the daemon'],
  whoami: ['', 'as whom you ask, and which roles that has'],
  can: ['<verb> [what]', 'whether you may; exit code 1: no'],
  user: ['', 'accounts: who may sign in'],
  token: ['', 'keys for programs: personal ones, and robots'],
  role: ['', 'who may do what, for which deliveries and environments'],
  kubeconfig: ['', 'where the kubeconfig of the built-in cluster is, or one for a user'],
};
