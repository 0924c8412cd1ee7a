// The server's side of a login by SCRAM-SHA-256 (RFC 7677), as MongoDB speaks it.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Document } from 'mongodb';

/** User → password. */
export type Logins = Readonly<Record<string, string>>;

export interface LoginConversation {
  /** Answers `saslStart` and `saslContinue`; undefined when the login is refused. */
  answer(command: Document): Document | undefined;
  readonly isLoggedIn: boolean;
}

const iterations = 4096;

export function createLoginConversation(logins: Logins): LoginConversation {
  let user = '';
  let spoken = '';
  let nonce = '';
  let isLoggedIn = false;
  const salt = randomBytes(16);

  function begin(first: string): string {
    const [, bare = ''] = /^n,,(.*)$/.exec(first) ?? [];
    user = /n=([^,]*)/.exec(bare)?.[1] ?? '';
    nonce = `${/r=([^,]*)/.exec(bare)?.[1]}${randomBytes(18).toString('base64')}`;
    const challenge = `r=${nonce},s=${salt.toString('base64')},i=${iterations}`;
    spoken = `${bare},${challenge}`;
    return challenge;
  }
  function finish(last: string): string | undefined {
    const [, bare = '', proof = ''] = /^(.*),p=([^,]*)$/.exec(last) ?? [];
    const password = Object.hasOwn(logins, user) ? logins[user]! : undefined;
    if (password === undefined || !bare.includes(`r=${nonce}`)) return undefined;
    const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
    const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
    const signature = hmac(storedKey, `${spoken},${bare}`);
    const clientKey = Buffer.from(proof, 'base64').map((byte, i) => byte ^ signature[i]!);
    if (!createHash('sha256').update(clientKey).digest().equals(storedKey)) return undefined;
    return `v=${hmac(hmac(salted, 'Server Key'), `${spoken},${bare}`).toString('base64')}`;
  }
  return {
    get isLoggedIn() {
      return isLoggedIn;
    },
    answer(command) {
      const said = Buffer.from(command.payload as Uint8Array).toString();
      const isFirst = 'saslStart' in command;
      if (isFirst && command.mechanism !== 'SCRAM-SHA-256') return undefined;
      const payload = isFirst ? begin(said) : said === '' ? '' : finish(said);
      if (payload === undefined) return undefined;
      if (!isFirst) isLoggedIn = true;
      return { conversationId: 1, done: !isFirst, payload: Buffer.from(payload), ok: 1 };
    },
  };
}

const hmac = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest();
