import { useState } from 'react';
import type { Finding } from '../../../bindings';
import { usePlatform } from '../../../platform/context';
import { toPlatformError } from '../../../platform/platform';
import { Banner } from '../../../ui/Banner';
import { StepFrame } from '../StepFrame';
import { planIsCurrent } from '../model';
import { Answer, hasError, localFinding } from '../parts';
import { useAccountVerdict } from '../queries';
import { useWizard } from '../wizard-context';
import { Strength } from './Strength';

const about = (findings: readonly Finding[], field: 'user' | 'password'): Finding[] =>
  findings.filter((f) => (/user|name/.test(f.code) && !/password/.test(f.code) ? 'user' : 'password') === field);

/** The administrator of this Sanctum. The password lives in this component tree until the plan is made. */
export function Account() {
  const { state, dispatch, app, defaults } = useWizard();
  const platform = usePlatform();
  const { admin_user: user, admin_email: email } = state.draft;
  const { password, password2 } = state;
  const [asked, setAsked] = useState(false);
  const [refused, setRefused] = useState<Finding[]>([]);
  const [leftRepeat, setLeftRepeat] = useState(false);
  const verdict = useAccountVerdict(user.trim(), password);
  const planned = planIsCurrent(state, defaults) && password2 === '';

  const found = [...(password === '' ? [] : (verdict.data?.findings ?? [])), ...refused];
  const userFindings = asked && user.trim() === '' ? [localFinding('A user name is needed.', 'You type it when you sign in.')] : about(found, 'user');
  const passwordFindings = asked && password === '' && !planned
    ? [localFinding('A password is needed.', `Choose one of at least ${defaults.password_min} characters.`)] : about(found, 'password');
  const differ = password2 !== '' ? password !== password2 : asked && password !== '';
  const repeatFindings = differ && (leftRepeat || asked || password2.length >= password.length)
    ? [localFinding('The two passwords differ.', 'Type the same one twice.')] : [];
  const emailFindings = asked && email !== null && !usable(email) ? [localFinding('This is not an e-mail address.', 'Correct it, or leave it empty.')] : [];
  const incomplete = user.trim() === '' || (!planned && (password === '' || password !== password2)) || (email !== null && !usable(email));
  const bad = (asked && incomplete) || (!planned && (hasError(userFindings) || hasError(passwordFindings)));

  const typed = (change: { password?: string; password2?: string }) => { setRefused([]); dispatch({ type: 'password', ...change }); };
  const next = async () => {
    setAsked(true);
    if (incomplete) return;
    if (planned) return dispatch({ type: 'next' });
    try {
      const answer = await platform.setupCheckAccount(user.trim(), password);
      if (hasError(answer.findings)) return setRefused(answer.findings);
      dispatch({ type: 'answer', change: { admin_user: user.trim() } });
      dispatch({ type: 'next' });
    } catch (error) {
      const { message, hint } = toPlatformError(error);
      setRefused([localFinding(message, hint)]);
    }
  };
  const again = state.returnTo !== null;
  return (
    <StepFrame
      id="account" title="Who will sign in here?"
      lead={`This is the account of this app, not of your computer. It is the administrator of this ${app.brand}. There is no default password, and nobody can send you a new one.`}
      sentence={planned ? 'The password is part of the plan already.' : 'Kept as an Argon2id hash only.'}
      primary={{ label: again ? 'Back to the plan' : 'Continue', onPress: next, blocked: bad ? 'Something here is missing or will not do.' : null }}
    >
      {again ? <Banner kind="info" title="Type the password again.">It is never kept, so the plan cannot be made without it.</Banner> : null}
      <div className="group">
        <div className="wcell">
          <Answer label="User name" value={user} findings={userFindings} first={user === '' || !again} data-testid="wizard-admin-user" autoComplete="username"
            onChange={(value) => { setRefused([]); dispatch({ type: 'answer', change: { admin_user: value } }); }} help="What you type to sign in." />
        </div>
        <div className="wcell wtwo">
          <div>
            <Answer secret label="Password" value={password} findings={dedupe(passwordFindings)} first={again && user !== ''} data-testid="wizard-admin-password"
              autoComplete="new-password" onChange={(value) => typed({ password: value })} />
            <Strength level={password === '' ? null : (verdict.data?.strength ?? null)} least={defaults.password_min} />
          </div>
          <Answer secret label="The same password again" value={password2} findings={repeatFindings} data-testid="wizard-admin-password2"
            autoComplete="new-password" onChange={(value) => typed({ password2: value })} onBlur={() => setLeftRepeat(true)} />
        </div>
        <div className="wcell">
          <Answer label="E-mail (optional)" type="email" value={email ?? ''} findings={emailFindings} data-testid="wizard-admin-email" autoComplete="email"
            onChange={(value) => dispatch({ type: 'answer', change: { admin_email: value.trim() === '' ? null : value.trim() } })}
            help="Only kept in the registry, beside your name. Nothing is sent there." />
        </div>
      </div>
    </StepFrame>
  );
}

const usable = (email: string): boolean => /^[^\s@]+@[^\s@]+$/.test(email);

function dedupe(findings: Finding[]): Finding[] {
  return findings.filter((f, i) => findings.findIndex((other) => other.message === f.message) === i);
}
