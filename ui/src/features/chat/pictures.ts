/** Pictures that go with a message: which are taken, and why another is not. */
import type { ChatImage } from '../../bindings';

export const MOST_BYTES = 5 * 1024 * 1024;
export const MOST_PICTURES = 8;
export const TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;

export interface Picture { image: ChatImage; size: number }

const begins: Record<string, number[][]> = {
  'image/png': [[0x89, 0x50, 0x4e, 0x47]], 'image/jpeg': [[0xff, 0xd8, 0xff]], 'image/gif': [[0x47, 0x49, 0x46, 0x38]], 'image/webp': [[0x52, 0x49, 0x46, 0x46]],
};

/** What the bytes say they are; a name or a declared type can say anything. */
export function typeOf(bytes: Uint8Array): string | null {
  for (const type of TYPES) {
    if (begins[type]!.some((begin) => begin.every((byte, i) => bytes[i] === byte)) && (type !== 'image/webp' || String.fromCharCode(...bytes.slice(8, 12)) === 'WEBP')) return type;
  }
  return null;
}

function base64(file: Blob): Promise<string> {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => { const text = String(reader.result); done(text.slice(text.indexOf(',') + 1)); };
    reader.onerror = () => fail(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(file);
  });
}

export const sizeWords = (bytes: number) => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024)).toLocaleString('en')} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);

/** Reads a picture, or says what is wrong with it. */
export async function readPicture(file: File): Promise<Picture | string> {
  const name = file.name || 'pasted picture';
  if (file.size > MOST_BYTES) return `“${name}” has ${sizeWords(file.size)}. At most 5 MB go with a message. Make it smaller and attach it again.`;
  try {
    const type = typeOf(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
    if (type === null) return `“${name}” is no PNG, JPEG, GIF or WebP picture. It was not attached.`;
    return { image: { name, media_type: type, data: await base64(file) }, size: file.size };
  } catch {
    return `“${name}” could not be read. It may have been moved. Attach it again.`;
  }
}
