import { useEffect, useState } from 'react';
import { PlatformError } from '../../platform/platform';

/** Seconds until the next try counts; the details of `locked_until` hold that instant. */
export function lockoutSeconds(error: unknown, now = Date.now()): number {
  if (!(error instanceof PlatformError) || error.code !== 'locked_until') return 0;
  const until = error.details.map((line) => Date.parse(line)).find((at) => !Number.isNaN(at));
  return until === undefined ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}

/** Counts down after too many wrong passwords; 0 when the next try is allowed. */
export function useLockout(error: unknown): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const seconds = lockoutSeconds(error);
    setLeft(seconds);
    if (!seconds) return;
    const end = Date.now() + seconds * 1000;
    const timer = setInterval(() => {
      const rest = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      setLeft(rest);
      if (rest === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [error]);
  return left;
}
