// Asking a batch system or other machines costs them something: whoever asks often gets the last answer for a while.
import type { Launcher, LaunchHandle, LaunchStatus } from './port.ts';

/** The same launcher, whose status is asked at most every so many ms a handle, and anew after a change. */
export function askRarely(launcher: Launcher, everyMs: number, now = (): number => performance.now()): Launcher {
  const answers = new WeakMap<LaunchHandle, { readonly atMs: number; readonly answer: Promise<LaunchStatus> }>();
  return {
    ...launcher,
    status(handle) {
      const last = answers.get(handle);
      if (last !== undefined && now() - last.atMs < everyMs) return last.answer;
      const answer = launcher.status(handle);
      answers.set(handle, { atMs: now(), answer });
      answer.catch(() => answers.delete(handle));
      return answer;
    },
    async remove(handle) {
      answers.delete(handle);
      await launcher.remove(handle);
      answers.delete(handle);
    },
  };
}
