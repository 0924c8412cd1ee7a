// Loaded first (--import) into a program under test: says on stderr what it loads.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    process.stderr.write(`loads ${found.url}\n`);
    return found;
  },
});
