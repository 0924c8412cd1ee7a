import type { JsonObject } from '@muster/protocol';

/** What a Jupyter front end asks first. */
export const kernelInfo = (banner: string): JsonObject => ({
  status: 'ok',
  protocol_version: '5.3',
  implementation: 'muster',
  implementation_version: '0.1.0',
  banner,
  help_links: [],
  language_info: {
    name: 'typescript',
    version: '',
    mimetype: 'text/typescript',
    file_extension: '.ts',
    codemirror_mode: 'typescript',
  },
});
