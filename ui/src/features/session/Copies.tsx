import { useQuery } from '@tanstack/react-query';
import type { RegistryCopy } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { toPlatformError } from '../../platform/platform';
import { Button, Foreign, Icon, Prose, Waiting, absolute } from '../../ui';

/** `20261120-133010` (UTC) in the operator's own time; what is not such a stamp stays as it is. */
export function madeAt(made: string): string {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(made) ?? [];
  return y ? absolute(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) : made;
}

const fileOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Copies of the registry that were made before upgrades, the latest first. Shows nothing where there is none. */
export function Copies({ onChoose }: { onChoose: (copy: RegistryCopy) => void }) {
  const platform = usePlatform();
  const query = useQuery({ queryKey: ['registry', 'copies'], queryFn: () => platform.registryCopies(), staleTime: 0, gcTime: 0 });
  if (query.isPending) return <Waiting>Looking for copies of the registry</Waiting>;
  if (query.isError) {
    return (
      <div className="row small muted" data-testid="trouble-copies-failed">
        <span className="grow">Copies could not be looked for. <Prose>{toPlatformError(query.error).message}</Prose></span>
        <Button size="s" onClick={() => void query.refetch()}>Look again</Button>
      </div>
    );
  }
  if (query.data.length === 0) return null;
  return (
    <section aria-labelledby="copies-head" data-testid="trouble-copies">
      <h2 className="form-label" id="copies-head">Copies made before an upgrade</h2>
      <ul className="group copies">
        {query.data.map((copy) => (
          <li key={copy.path} className="orow" data-testid="trouble-copy">
            <Icon name="database" />
            <div className="grow copy-facts">
              <b className="medium"><Foreign>{madeAt(copy.made)}</Foreign></b>
              <p className="caption faint mono cut" title={copy.path}><Foreign>{fileOf(copy.path)}</Foreign></p>
            </div>
            <Button size="s" aria-label={`Put the copy of ${madeAt(copy.made)} back…`} onClick={() => onChoose(copy)}>Put this copy back…</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
