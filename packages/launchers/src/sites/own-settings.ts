/** Engines that are started from here would inherit it: settings and secrets of this program are not theirs. */
export function withoutOwnSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isOwn = (name: string): boolean => /^(MUSTER|IPP)_/.test(name) && name !== 'MUSTER_RUN';
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isOwn(name)));
}
