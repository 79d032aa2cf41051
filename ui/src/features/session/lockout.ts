import { useEffect, useState } from 'react';
import { PlatformError } from '../../platform/platform';

/** Seconds that a lock-out names: "retry_after_s=30" in the details, or "30 s" in the hint. */
export function lockoutSeconds(error: unknown): number {
  if (!(error instanceof PlatformError) || !/lock|too_many|throttl|wait/.test(error.code)) return 0;
  const named = error.details.map((line) => /retry_after(?:_s)?\s*[=:]\s*(\d+)/.exec(line)?.[1]).find(Boolean);
  const spoken = /(\d+)\s*(s|seconds?|min|minutes?)\b/.exec(`${error.hint} ${error.message}`);
  if (named) return Number(named);
  if (!spoken) return 0;
  return Number(spoken[1]) * (spoken[2]?.startsWith('m') ? 60 : 1);
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
