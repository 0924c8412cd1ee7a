/**
 * Environment variables that hold keys or passwords: user code never sees them. Those of a controller and of services are there
 * when somebody starts them and engines from the same shell.
 */
export const isSecret = (name: string): boolean =>
  /^(IPP_(CONNECTION_INFO|SESSION_KEY|CURVE_.*)|MUSTER_(KEY|CURVE_.*|NATS_PASSWORD|NATS_TOKEN|MONGODB))$/.test(name);

/** The environment for user code. */
export const withoutSecrets = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !isSecret(name)));
