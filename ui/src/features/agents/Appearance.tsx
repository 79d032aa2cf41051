import { useId } from 'react';
import { Avatar } from '../../app/Sidebar';
import { TextField } from '../../ui';
import { avatarProblem } from './edits';

const colors = [{ id: 1, name: 'Blue' }, { id: 2, name: 'Amber' }, { id: 3, name: 'Teal' }, { id: 4, name: 'Violet' }];

/** Colour and sign of an agent, shown as they will look. `color: null`: the app chooses. */
export function Appearance({ name, color, avatar, onColor, onAvatar }: {
  name: string; color: number | null; avatar: string; onColor: (color: number) => void; onAvatar: (text: string) => void;
}) {
  const id = useId();
  return (
    <div className="appearance">
      <fieldset className="choices-set">
        <legend className="form-label">Colour</legend>
        <div className="row swatches">
          {colors.map((one) => (
            <label key={one.id} className="swatch" data-chosen={color === one.id || undefined}>
              <input type="radio" name={id} className="sr" checked={color === one.id} onChange={() => onColor(one.id)} data-testid={`agent-color-${one.id}`} />
              <Avatar name={name || '?'} color={one.id} text={avatar.trim() || null} large /><span className="sr">{one.name}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <TextField label="Sign" value={avatar} onChange={onAvatar} maxLength={24} error={avatarProblem(avatar)} help="One or two characters or an emoji. Empty: the first letter." data-testid="agent-avatar" />
    </div>
  );
}
