import { useEffect, useRef } from 'react';
import { useSettingLink } from '../features/search/use-setting-link';
import { usePlatform } from '../platform/context';
import { navigate } from './router';

/** Follows `sanctum://` links that the system hands to the app, also the one that started it. A link opens a view and changes nothing. */
export function useLinks() {
  const platform = usePlatform();
  const follow = useSettingLink();
  const now = useRef(follow);
  now.current = follow;
  useEffect(() => {
    const take = () => {
      platform.appTakeLink().then(
        (link) => { if (link !== null) now.current(link); },
        (thrown: unknown) => console.error('a link could not be taken', thrown),
      );
    };
    take();
    return platform.onChanged((event) => { if (event.topics.includes('link')) take(); });
  }, [platform]);
}

/** What the icon in the menu bar sends for an instance that needs somebody. */
const SHOW_MODULE = 'module.show:';

/** Opens the instance that was chosen at the icon in the menu bar. */
export function useShownModule() {
  const platform = usePlatform();
  useEffect(() => platform.onMenu(({ id }) => {
    if (id.startsWith(SHOW_MODULE)) navigate({ view: 'modules', tab: 'instances', id: id.slice(SHOW_MODULE.length) });
  }), [platform]);
}
