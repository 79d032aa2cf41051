import { useState } from 'react';
import { usePlatform } from '../platform/context';
import { IconButton } from './Button';

/** Puts a text on the clipboard and says so. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const platform = usePlatform();
  const [copied, setCopied] = useState(false);
  return <IconButton icon={copied ? 'check' : 'copy'} label={copied ? 'Copied' : label} size="s" onClick={() => { platform.copyText(text).then(() => setCopied(true), () => setCopied(false)); }} />;
}
