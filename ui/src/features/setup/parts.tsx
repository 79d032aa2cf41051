// Small parts that several steps share.
import type { ReactNode } from 'react';
import type { Finding, FindingLevel } from '../../bindings';
import { PasswordField, TextField, type TextFieldProps } from '../../ui/Field';
import { Glyph, Icon } from '../../ui/Icon';
import { Waiting } from '../../ui/states';
import { Foreign, Prose, visible } from '../../ui/text';

export const hasError = (findings: readonly Finding[]): boolean => findings.some((f) => f.level === 'error');

/** A finding of the form itself, before anything is asked of the app. */
export const localFinding = (message: string, hint: string): Finding => ({
  code: 'form', level: 'error', message, hint, path: null,
});

const LEVEL_WORD: Record<FindingLevel, string> = { error: 'Problem', warn: 'Warning', info: 'Note' };

/** Findings in words: what happened, what to do. Their codes are for programs and are not shown. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul className="wfindings">
      {findings.map((finding, index) => (
        <li key={`${finding.code} ${index}`} className="field-msg" data-level={finding.level}>
          {finding.level === 'info' ? <Icon name="info" /> : <Glyph word={finding.level === 'error' ? 'Error' : 'Degraded'} />}
          <span>
            <span className="sr">{LEVEL_WORD[finding.level]}: </span>
            <Prose>{finding.message}</Prose>
            {finding.hint === '' ? null : <span className="muted"> <Prose>{finding.hint}</Prose></span>}
            {finding.path === null ? null : <span className="muted mono"> <Foreign>{finding.path}</Foreign></span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

type AnswerProps = Omit<TextFieldProps, 'error'> & {
  findings?: readonly Finding[];
  /** Marks the field that the step opens in. */
  first?: boolean;
  secret?: boolean;
  'data-testid'?: string;
};

/** A field with all that was found about its value: the first problem at the field, the rest below it. */
export function Answer({ findings = [], first, secret, ...field }: AnswerProps) {
  const problem = findings.find((f) => f.level === 'error');
  const error = problem === undefined ? null : visible(`${problem.message} ${problem.hint}`.trim());
  const shared = { ...field, error, ...(first ? { 'data-first': '' } : {}) };
  return (
    <div className="wfield">
      {secret ? <PasswordField {...shared} /> : <TextField {...shared} />}
      <div aria-live="polite"><Findings findings={findings.filter((f) => f !== problem)} /></div>
    </div>
  );
}

/** A wait that says what it waits for, in the place of what it will show. */
export function WaitingRow({ children }: { children: ReactNode }) {
  return <div className="group"><div className="orow"><Waiting>{children}</Waiting></div></div>;
}
