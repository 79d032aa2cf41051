import { FieldMessage, Foreign, IconButton, visible } from '../../ui';
import { sizeWords } from './pictures';
import type { Pictures } from './use-pictures';

/** Small, named pictures that go with the message, each to be taken out again. */
export function PictureRow({ pictures }: { pictures: Pictures }) {
  return (
    <>
      {pictures.pictures.length > 0 && (
        <ul className="pictures" aria-label="Pictures that go with the message">
          {pictures.pictures.map(({ image, size }, i) => (
            <li key={`${image.name}${i}`} data-testid="chat-picture">
              <img src={`data:${image.media_type};base64,${image.data}`} alt="" />
              <span className="small cut"><Foreign>{image.name}</Foreign></span>
              <span className="caption faint nowrap">{sizeWords(size)}</span>
              <IconButton icon="x" size="s" label={`Take out ${visible(image.name)}`} onClick={() => pictures.remove(i)} />
            </li>
          ))}
        </ul>
      )}
      {pictures.wrong && <FieldMessage>{pictures.wrong}</FieldMessage>}
    </>
  );
}
