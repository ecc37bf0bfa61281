export const kubeconfig = (
  server: string,
  user: object = { token: 'secret' },
  cluster: object = {},
): string =>
  JSON.stringify({
    contexts: [
      { name: 'here', context: { cluster: 'c', user: 'u', namespace: 'shop' } },
      { name: 'there', context: { cluster: 'c', user: 'nobody' } },
    ],
    clusters: [{ name: 'c', cluster: { server, ...cluster } }],
    users: [{ name: 'u', user }],
    'current-context': 'here',
  });
