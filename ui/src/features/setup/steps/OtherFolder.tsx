import { useState } from 'react';
import { usePlatform } from '../../../platform/context';
import { Button } from '../../../ui/Button';
import { TextField } from '../../../ui/Field';
import { count } from '../words';

interface Props {
  busy: boolean;
  looked: string | null;
  found: number | null;
  onLook: (path: string) => void;
}

/** One more place to look at, typed or chosen. */
export function OtherFolder({ busy, looked, found, onLook }: Props) {
  const platform = usePlatform();
  const [path, setPath] = useState('');
  const look = () => { if (path.trim() !== '') onLook(path.trim()); };
  const choose = async () => {
    const picked = await platform.pickFolder(path.trim() === '' ? undefined : path.trim());
    if (picked === null) return;
    setPath(picked);
    onLook(picked);
  };
  return (
    <div className="group">
      <div className="orow wother">
        <TextField
          className="grow" label="Look in another folder" mono placeholder="~/animus" value={path} onChange={setPath} data-testid="scan-path"
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || path.trim() === '' || path.trim() === looked) return;
            event.preventDefault();
            look();
          }}
          help={looked === null || busy || found === null ? undefined : found === 0 ? 'Nothing there looks like a Sanctum.' : `${count(found, 'Sanctum', 'Sanctums')} found there.`}
        />
        <Button data-testid="scan-choose" onClick={() => void choose()}>Choose…</Button>
        <Button busy={busy} data-testid="scan-look" onClick={look} why={path.trim() === '' ? 'Type a folder first.' : null}>Look there</Button>
      </div>
    </div>
  );
}
