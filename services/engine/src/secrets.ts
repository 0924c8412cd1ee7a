/** Environment variables that hold keys: user code never sees them. */
export const isSecret = (name: string): boolean => /^IPP_(CONNECTION_INFO|SESSION_KEY|CURVE_.*)$/.test(name);
