import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect, useRef, useState } from 'react';
import type { ToolTab } from '../../bindings';
import { keys } from '../../app/queries';
import { navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { Foreign, Icon, MenuButton, Tabs, visible } from '../../ui';

export function useToolTabs() {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.tools, 'tabs'], queryFn: () => platform.toolsTabs() });
}

const MENU_WIDTH = 96;

/** About how wide a tab is drawn, with the gap after it. */
export function tabWidth(tab: ToolTab): number {
  return Math.min(120, tab.title.length * 7.6) + tab.count.toLocaleString('en').length * 6.8 + 26;
}

/** Which tabs fit: Global first, SMCP last, the chosen one always; the rest go into a menu. */
export function fitTabs(tabs: ToolTab[], selected: string, room: number): { shown: ToolTab[]; rest: ToolTab[] } {
  const width = (some: ToolTab[]) => some.reduce((sum, tab) => sum + tabWidth(tab), 0);
  if (width(tabs) <= room) return { shown: tabs, rest: [] };
  const must = new Set([tabs[0]?.id, tabs[tabs.length - 1]?.id, selected]);
  let free = room - MENU_WIDTH - width(tabs.filter((tab) => must.has(tab.id)));
  const shown = tabs.filter((tab) => {
    if (must.has(tab.id)) return true;
    free -= tabWidth(tab);
    return free >= 0;
  });
  return { shown, rest: tabs.filter((tab) => !shown.includes(tab)) };
}

export function ToolTabs({ tabs, selected, panelId }: { tabs: ToolTab[]; selected: string; panelId: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(600);
  useLayoutEffect(() => {
    const node = box.current;
    if (!node) return;
    const watch = new ResizeObserver(() => setRoom(node.clientWidth));
    watch.observe(node);
    return () => watch.disconnect();
  }, []);
  const { shown, rest } = fitTabs(tabs, selected, room);
  const go = (id: string) => navigate({ view: 'tools', tab: id });
  return (
    <div className="tool-tabs" ref={box}>
      <Tabs label="Tools by where they belong" panelId={panelId} selected={selected} onSelect={go}
        tabs={shown.map((tab) => ({ id: tab.id, label: <Foreign>{tab.title}</Foreign>, count: tab.count }))} />
      {rest.length > 0 && (
        <MenuButton label={`${rest.length} more tabs`} className="btn btn-quiet btn-s" data-testid="more-tabs"
          items={rest.map((tab) => ({ id: tab.id, label: <Foreign>{tab.title}</Foreign>, text: visible(tab.title), keys: tab.count.toLocaleString('en') }))}
          onAction={go}>
          {rest.length} more<Icon name="down" />
        </MenuButton>
      )}
    </div>
  );
}
