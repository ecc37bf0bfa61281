/** Names of a compose file, the first that a folder has counts (Compose specification, 03-compose-file.md). */
export const COMPOSE_FILES = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yaml',
  'docker-compose.yml',
] as const;
