import type { ToolCard } from '../../bindings';
import type { Route } from '../../app/router';

/** Where a card leads: the built-in ones of ports and Python stand for a part of the modules, every other for its own settings. */
export function placeOfCard(card: Pick<ToolCard, 'id' | 'kind' | 'name'>): Route {
  if (card.kind === 'builtin' && (card.name === 'ports' || card.name === 'python')) return { view: 'modules', tab: card.name, id: null };
  return { view: 'tool', id: card.id };
}
