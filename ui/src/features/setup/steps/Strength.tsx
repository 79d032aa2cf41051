const WORDS = ['Very weak', 'Weak', 'Fair', 'Good', 'Strong'];

/** Strength in four bars and a word; the bars alone would say nothing to some. */
export function Strength({ level, least }: { level: number | null; least: number }) {
  if (level === null) return <p className="caption faint wstrength">At least {least} characters. A sentence is easier to remember than a riddle.</p>;
  const shown = Math.min(4, Math.max(0, Math.round(level)));
  return (
    <div className="wstrength row" role="meter" aria-label="Strength of the password" aria-valuemin={0} aria-valuemax={4} aria-valuenow={shown} aria-valuetext={WORDS[shown]}>
      <span className="wbars" data-level={shown} aria-hidden="true"><i /><i /><i /><i /></span>
      <span className="caption muted">{WORDS[shown]}</span>
    </div>
  );
}
