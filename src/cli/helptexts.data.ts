export interface Help {
  readonly group: 'Run it' | 'Deliver to it' | 'Look' | 'Act' | 'Tools';
  /** Command lines that can be typed as they are, each with what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Where they differ from: 0 done, 1 refused or failed, 2 misused. */
  readonly exitCodes?: string;
  readonly next?: string;
}

/** What `--help` says beyond the options. */
export const HELP: Readonly<Record<string, Help>> = {
  up: {
    group: 'Run it',
    examples: [
      ['pilotage up', 'in a terminal of its own; Ctrl-C leaves the pods running'],
      ['pilotage up --data-dir ./data --http 127.0.0.1:0', 'elsewhere, on any free port'],
      ['pilotage up --ephemeral', 'leaves nothing behind'],
      ['pilotage up --http 0.0.0.0:7080', 'for others too, over TLS'],
      ['pilotage up --output json', 'one JSON line when ready, for scripts'],
    ],
    next: 'git push URL/NAME.git main, with the URL that it prints',
  },
  'install-service': {
    group: 'Run it',
    examples: [
      ['pilotage install-service', 'with sudo for the machine, else for you'],
      ['pilotage install-service --print', 'what it would install'],
      ['pilotage install-service -- --http 127.0.0.1:8080', 'options of `pilotage up`'],
    ],
    next: 'pilotage status',
  },
  agent: {
    group: 'Run it',
    examples: [
      ['pilotage agent --server https://… --token … --ca-hash …', 'as `pilotage node token` prints it'],
      ['pilotage agent --data-dir /var/lib/node', 'again, once it has joined'],
    ],
    next: 'kubectl get nodes',
  },
  node: {
    group: 'Run it',
    examples: [['pilotage node token --expires 30m', 'the command for the other machine']],
    next: 'run what it prints, on the machine that is to join',
  },
  down: {
    group: 'Run it',
    examples: [['pilotage down', 'ends daemon, agent and every pod; `pilotage up` brings them back']],
  },
  demo: {
    group: 'Run it',
    examples: [
      ['pilotage demo', 'stays up until Ctrl-C'],
      ['pilotage demo --exit', 'ends by itself'],
    ],
    exitCodes: '0 every step held, 1 one did not, 130 interrupted',
  },
  init: {
    group: 'Deliver to it',
    examples: [
      ['pilotage init', 'in your repository'],
      ['pilotage init --command "python3 app.py" --port 8000', 'for what package.json does not say'],
      ['pilotage init --app app --build "npm ci --omit=dev"', 'the program is in a folder'],
      ['pilotage init --starter static', 'a site of files; `pilotage chart create --help` lists the others'],
    ],
    next: 'pilotage render, git commit, git push URL/NAME.git main',
  },
  login: {
    group: 'Tools',
    examples: [
      ['pilotage login', 'at the provider where there is one, else with your name on this machine'],
      ['pilotage login --device', 'with a browser on another machine'],
      ['pilotage login ada --server https://…', 'elsewhere'],
      ['pilotage login ada --bootstrap', 'the first administrator'],
    ],
    next: 'pilotage whoami',
  },
  logout: { group: 'Tools', examples: [['pilotage logout', 'ends it at the daemon, too']] },
  whoami: { group: 'Tools', examples: [['pilotage whoami', 'name, groups and roles']] },
  can: {
    group: 'Tools',
    examples: [
      ['pilotage can promote shop/prod', 'yes, or no and why'],
      ['pilotage can push shop', 'a branch of no environment'],
    ],
    exitCodes: '0 yes, 1 no, 2 misused',
  },
  user: {
    group: 'Tools',
    examples: [
      ['pilotage user create ada --email ada@example.com', 'asks for the password'],
      ['pilotage user bootstrap', 'the first administrator, in a browser'],
      ['pilotage user disable ada', 'and all its tokens'],
    ],
    next: 'pilotage role grant developer --user ada --delivery shop',
  },
  token: {
    group: 'Tools',
    examples: [
      ['pilotage token create laptop', 'yours, for 90 days'],
      ['pilotage token create ci --robot --delivery shop --verb get --verb promote', 'of a program'],
      ['pilotage token revoke ada.laptop', 'refused from now on'],
    ],
  },
  role: {
    group: 'Tools',
    examples: [
      ['pilotage role list', 'what each may do'],
      ['pilotage role grant approver --user bob --delivery shop --environment prod', 'there only'],
      ['pilotage role grants', 'who has which'],
    ],
  },
  connect: {
    group: 'Deliver to it',
    examples: [
      ['pilotage connect shop https://git.example.com/shop.git', 'polled from now on'],
      ['pilotage connect shop https://… --username me --token-file t', 'a private one'],
      ['pilotage connect shop git@git.example.com:shop.git', 'over ssh; prints a deploy key to paste'],
      ['pilotage connect shop --forge gitea=https://git.example --forge-token-file t', 'pull requests'],
      ['pilotage connect shop --github-app 12:345 --github-app-key-file app.pem', 'at GitHub, as an app'],
      ['pilotage connect shop --check', 'what can be read and pushed there now'],
      ['pilotage connect shop --allow-cluster prod-cluster', 'its environments may name that context'],
      ['pilotage connect shop --require-signatures signers', 'signed commits only'],
    ],
    next: 'pilotage status shop',
  },
  webhook: {
    group: 'Deliver to it',
    examples: [
      ['pilotage connect shop --webhook github', 'makes one: an address and a secret'],
      ['pilotage webhook shop', 'its address; the secret is shown when it is made'],
      ['pilotage webhook shop --test', 'whether a ping arrives and is believed'],
      ['pilotage webhook shop --rotate', 'a new secret'],
    ],
    next: 'git push to the forge, then pilotage status shop',
  },
  notify: {
    group: 'Deliver to it',
    examples: [
      ['pilotage notify add chat --slack-url-file F --for shop', 'that shop may name'],
      ['pilotage notify test chat', 'whether a message arrives'],
      ['pilotage notify list', 'and whether the last message was taken'],
    ],
    next: 'name it in pilotage.yaml: spec: {notifications: [{to: chat}]}',
  },
  status: {
    group: 'Look',
    examples: [
      ['pilotage status', 'everything'],
      ['pilotage status shop/prod', 'one environment: policy, URLs, namespace'],
      ['pilotage status --output json', 'for scripts'],
    ],
    next: 'pilotage why shop/prod, when something is not Synced and Healthy',
  },
  wait: {
    group: 'Look',
    examples: [
      ['pilotage wait shop/dev', 'until it is healthy at the revision that is wanted'],
      ['pilotage wait shop/dev --for synced --timeout 5m', ''],
      ['pilotage wait shop/dev --revision $(git rev-parse HEAD)', 'until this very commit is'],
    ],
    exitCodes: '0 it is, 1 it is not in time, and the answer says why',
  },
  diff: {
    group: 'Look',
    examples: [
      ['pilotage diff shop/prod', 'what sync would change now'],
      ['pilotage diff shop/prod --revision main', 'as if that branch or commit were wanted'],
      ['pilotage diff shop/dev -w', 'the files of this repository, before they are committed'],
      ['pilotage diff shop/prod --revision feature -o markdown', 'for a comment of a pull request'],
    ],
    exitCodes: '0 no change, 1 changes, 2 an error',
  },
  history: {
    group: 'Look',
    examples: [['pilotage history shop/prod', 'release, revision, result, cause']],
    next: 'pilotage rollback shop/prod RELEASE',
  },
  why: {
    group: 'Look',
    examples: [['pilotage why shop/prod', 'reasons, most urgent first, and the gates of its promotion']],
  },
  generated: {
    group: 'Look',
    examples: [
      ['pilotage generated shop/prod', 'what templates made once, since when, and which objects hold it'],
      ['pilotage generated shop/prod --renew randAlphaNum-1f3a9c02', 'another password, with the next sync'],
    ],
    next: 'pilotage wait shop/prod, after a renewal',
  },
  explain: {
    group: 'Look',
    examples: [
      ['pilotage explain shop/prod deployment/web spec.replicas', 'the line that wrote it, and who set it'],
      ['pilotage explain shop/prod deployment/web', 'all its fields, a line each'],
    ],
    next: 'pilotage render --explain deployment/web, before it is pushed',
  },
  audit: {
    group: 'Look',
    examples: [
      ['pilotage audit --since 2h --delivery shop/prod', 'who promoted, approved, pinned, pushed'],
      [
        'pilotage audit --object secrets --output json',
        'who read or wrote Secrets, an event of audit.k8s.io/v1 a line',
      ],
      ['pilotage audit --denied -f', 'what is refused from now on'],
    ],
  },
  logs: {
    group: 'Look',
    examples: [
      ['pilotage logs shop/prod -f', 'go on as lines are written'],
      ['pilotage logs shop/prod --tail 20 -l app=web', ''],
      ['pilotage logs shop/prod -p', 'of containers before their last restart'],
    ],
  },
  sync: {
    group: 'Act',
    examples: [
      ['pilotage sync shop/dev --dry-run=server', 'what the server says of every write; nothing is written'],
      ['pilotage sync shop/prod --wait', 'now, and wait until it is healthy'],
      ['pilotage sync shop/prod --acknowledge', 'deploy a branch that was rewritten'],
      [
        'pilotage sync shop/prod --confirm-recreate',
        'delete a workload and create it again, for a changed selector',
      ],
    ],
  },
  promote: {
    group: 'Act',
    examples: [
      ['pilotage promote shop/prod --dry-run', 'what would happen, and what is in the way'],
      ['pilotage promote shop/prod', 'a merge commit on its branch, then its rollout'],
      ['pilotage promote shop/prod billing/prod --together', 'both of them or none'],
      ['pilotage promote shop/prod --again', 'although somebody reverted it there'],
      ['pilotage promote shop/prod --retest', 'run tests once more that failed in its source'],
      ['pilotage promote shop/prod --from dev --reason "outage"', 'leaves out what is between'],
      ['pilotage promote shop/prod --skip soak --reason "CVE"', 'although that gate is closed'],
    ],
    exitCodes: '0 promoted, or nothing to do; 1 waiting for a gate, or refused',
    next: 'pilotage wait shop/prod',
  },
  backport: {
    group: 'Act',
    examples: [
      ['pilotage backport shop/prod --dry-run', 'what prod has of its own, and whether it can be brought'],
      ['pilotage backport shop/prod', 'a hotfix on prod, as a commit on the branch of dev'],
    ],
    next: 'pilotage promote shop/prod',
  },
  set: {
    group: 'Act',
    examples: [
      [
        'pilotage set image shop/dev web=registry.example.com/web:1.2',
        'a commit where the image of the container web is written',
      ],
      ['pilotage set image shop/dev web=registry.example.com/web:1.2 --dry-run', 'where that is'],
      ['pilotage role grant image-setter --user ci --environment shop/dev', 'the right to that, for CI'],
    ],
    next: 'pilotage wait shop/dev',
  },
  approve: {
    group: 'Act',
    examples: [
      ['pilotage approve shop/prod', 'as who is signed in; who wrote or pushed the change does not count'],
      ['pilotage approve shop/prod --revision 7026cec', 'this one, or nothing when another waits by now'],
    ],
    next: 'pilotage promote shop/prod',
  },
  reject: {
    group: 'Act',
    examples: [
      [
        'pilotage reject shop/prod --reason "wrong prices"',
        'what dev runs now is not promoted, nor by itself',
      ],
      ['pilotage reject shop/prod --revision 7026cec --reason "…"', 'this one'],
      ['pilotage reject shop/prod --off', 'takes it back'],
    ],
    next: 'pilotage why shop/prod',
  },
  confirm: {
    group: 'Act',
    examples: [
      ['pilotage confirm shop/prod', 'says what would be deleted, and the digest of that plan'],
      ['pilotage confirm shop/prod 3f9a1c0d2e4b5a69', 'lets exactly that be deleted'],
    ],
  },
  accept: {
    group: 'Act',
    examples: [
      ['pilotage accept shop/prod', 'says which change of its terms is proposed, and its id'],
      ['pilotage accept shop/prod 3f9a1c0d2e4b', 'puts exactly this change in force'],
    ],
    next: 'pilotage status shop/prod',
  },
  adopt: {
    group: 'Act',
    examples: [
      ['pilotage adopt shop/prod', 'reports what it would take over, from whom, and what would change'],
      ['pilotage adopt shop/prod --all', 'everything that waits for this word'],
      ['pilotage adopt shop/prod --all --from argocd', 'although Argo CD still reconciles it'],
      ['pilotage adopt shop/prod Deployment/web', 'one object, as it is there now'],
      ['pilotage adopt shop/prod --namespace shop-prod', 'all there that wait for this word'],
    ],
    next: 'pilotage wait shop/prod',
  },
  preview: {
    group: 'Act',
    examples: [
      ['pilotage preview list', 'those that there are, and who waits for a place'],
      ['pilotage preview extend shop/preview-feature-login 2d', 'it stays longer'],
      ['pilotage preview sleep shop/preview-feature-login', 'without pods, until it is woken or pushed to'],
      ['pilotage preview delete shop/preview-feature-login', 'with its namespace, until the next push'],
    ],
    next: 'pilotage status shop',
  },
  delete: {
    group: 'Act',
    examples: [
      ['pilotage delete shop/prod --orphan', 'what it delivered goes on running'],
      ['pilotage delete shop/prod --prune', 'and is deleted with it'],
    ],
    next: 'pilotage status',
  },
  rollback: {
    group: 'Act',
    examples: [
      ['pilotage rollback shop/prod --wait', 'the release before'],
      ['pilotage rollback shop/prod 3', 'release 3 of `pilotage history shop/prod`'],
    ],
    next: 'git revert and push, then: pilotage pin shop/prod --off',
  },
  pin: {
    group: 'Act',
    examples: [
      ['pilotage pin shop/prod --reason "sale until Monday"', 'at what is deployed now'],
      ['pilotage pin shop/prod --off', 'follow the branch again'],
    ],
  },
  hold: {
    group: 'Act',
    examples: [
      ['pilotage hold shop/prod --reason "audit" --until 8h', 'nothing is promoted there for 8 hours'],
      ['pilotage hold shop/prod --off', 'promotions go on'],
    ],
    next: 'pilotage why shop/prod',
  },
  suspend: {
    group: 'Act',
    examples: [
      ['pilotage suspend shop/prod --reason "migration" --until 2h', 'one environment'],
      ['pilotage suspend shop --reason "audit"', 'all of a delivery'],
      ['pilotage suspend --all --reason "incident"', 'stop the line: no cluster is written to'],
    ],
    next: 'pilotage resume shop/prod',
  },
  resume: {
    group: 'Act',
    examples: [
      ['pilotage resume shop/prod', 'to what its branch, or its pin, says'],
      ['pilotage resume --all', 'after a stop of everything'],
    ],
    next: 'pilotage wait shop/prod',
  },
  render: {
    group: 'Tools',
    examples: [
      ['pilotage render', 'this folder, for dev'],
      ['pilotage render -e prod --set replicas=5', 'for prod, with one value changed'],
      ['pilotage render -o json | jq .', 'needs no daemon'],
      ['pilotage render --explain deployment/web spec.replicas', 'which line and which value that is'],
    ],
  },
  template: {
    group: 'Tools',
    examples: [
      ['pilotage template web ./chart -f prod.yaml --set replicas=5', 'as helm template prints it'],
      ['pilotage template web web-1.2.0.tgz --include-crds', 'a packed chart, with its definitions'],
      ['pilotage template web ./chart -s templates/deployment.yaml', 'one template'],
    ],
  },
  chart: {
    group: 'Tools',
    examples: [
      ['pilotage chart create shop', 'a chart of your own to start from: a web service'],
      ['pilotage chart create nightly --starter cronjob', 'or another; --help lists them'],
      ['pilotage chart package deploy/shop --version 1.2.0', 'shop-1.2.0.tgz, for registries'],
      ['pilotage chart docs deploy/shop --write', 'the table of values in its README; --check for CI'],
      ['pilotage chart schema deploy/shop --write', 'types of values, for editors'],
      ['pilotage chart import helm ./web --output chart', 'of Go templates, where both render to the same'],
      ['pilotage chart import compose compose.yaml --output chart', 'a chart that renders to the same'],
      ['pilotage chart lint chart -f prod.yaml', 'mistakes, with file and line'],
      ['pilotage chart test chart', 'its suites, as helm-unittest has them'],
      ['pilotage chart lint --format github', 'a repository, as annotations of a pull request'],
      ['pilotage chart dependency update chart', 'into charts/, with a Chart.lock; commit both'],
      ['pilotage chart pull oci://HOST/charts/web --version ^1.2', ''],
      ['pilotage chart push web-1.2.3.tgz oci://HOST/charts', 'after: pilotage chart login HOST'],
    ],
    next: 'pilotage render',
  },
  image: {
    group: 'Tools',
    examples: [
      ['pilotage image import shop/web:1.2 ./build', 'then `image: shop/web:1.2` in a pod'],
      ['pilotage image list', ''],
      ['pilotage image tag localhost/shop/web:1f… ex.org/shop/web:1.2', 'another name, before a push'],
      ['pilotage image push ex.org/shop/web:1.2 --username ann', ''],
    ],
  },
  values: {
    group: 'Tools',
    examples: [
      ['pilotage values -e prod', 'what the chart sees in prod, and which line says so'],
      ['pilotage values -e prod --diff dev', 'only what differs'],
    ],
  },
  secrets: {
    group: 'Tools',
    examples: [
      ['pilotage secrets init shop', 'once for a repository: for whom files are sealed'],
      ['pilotage secrets edit secrets.yaml', 'opens it, has you edit it, seals it'],
      ['pilotage secrets rotate secrets.yaml', 'after somebody has left: a new key'],
    ],
  },
  'git-credential': {
    group: 'Deliver to it',
    examples: [
      ['pilotage git-credential setup', 'once: git asks Pilotage for the token from then on'],
      ['pilotage git-credential setup --server https://…', 'elsewhere, once you are signed in there'],
    ],
    next: 'git push URL/NAME.git main',
  },
  backup: {
    group: 'Tools',
    examples: [
      ['pilotage backup /backups/pilotage-$(date +%F)', 'while it runs; its key is put beside it'],
      ['pilotage backup /backups/pilotage-$(date +%F) --with-key', 'with the key to every secret in it'],
    ],
    next: 'try it: pilotage restore FOLDER --data-dir /tmp/trial',
  },
  restore: {
    group: 'Tools',
    examples: [
      ['pilotage restore /backups/pilotage-2026-05-01', 'into an empty data directory'],
      ['pilotage restore /backups/pilotage-2026-05-01 --key /safe/pilotage.key', 'its key is elsewhere'],
    ],
    next: 'pilotage up',
  },
  kubeconfig: {
    group: 'Tools',
    examples: [
      ['export KUBECONFIG=$(pilotage kubeconfig)', 'then: kubectl get pods -A'],
      ['pilotage kubeconfig --raw > ~/.kube/pilotage', ''],
    ],
  },
};

/** Columns of a help text whose reader has 80. */
