import { useCallback } from 'react';
import { navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { useToasts } from '../../ui';

/** Follows a link to a setting. It opens a form and changes nothing; one that leads nowhere says so. */
export function useSettingLink(): (link: string, onOpened?: () => void) => void {
  const platform = usePlatform();
  const toasts = useToasts();
  return useCallback((link, onOpened) => {
    platform.settingsFind(link).then(
      (place) => { onOpened?.(); navigate({ view: 'tool', id: place.target, setting: place.id }); },
      (thrown: unknown) => toasts.fail(thrown),
    );
  }, [platform, toasts]);
}
