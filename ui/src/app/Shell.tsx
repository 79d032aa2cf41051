import type { AppState } from '../bindings';

export function Shell({ state }: { state: AppState }) {
  return <main className="center-page">{state.brand}</main>;
}
