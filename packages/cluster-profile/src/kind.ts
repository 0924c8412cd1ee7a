// Names of the ClusterProfile in Kubernetes; apart from the schema, which takes 50 ms to load.

export const profileKind = {
  group: 'muster.dev',
  version: 'v1alpha1',
  apiVersion: 'muster.dev/v1alpha1',
  kind: 'ClusterProfile',
  plural: 'clusterprofiles',
  singular: 'clusterprofile',
  shortName: 'mcp',
} as const;
