import type { Plugin } from 'vite';

type Node = [tag: string, attributes: Record<string, string>];

/**
 * Makes each icon of Lucide a piece of markup, which is parsed once and copied. Of itself it is data, of which elements
 * are made one by one wherever it is drawn.
 */
export function icons(): Plugin {
  return {
    name: 'carillon-icons',
    enforce: 'pre',
    transform: {
      filter: { id: /\/@lucide\/svelte\/dist\/icons\/[a-z0-9-]+\.svelte$/ },
      handler(source, id) {
        const data = /^const iconData = (.*);$/m.exec(source)?.[1];
        if (!data) throw new Error(`${id} has no drawing`);
        const { name, node } = JSON.parse(data) as { name: string; node: Node[] };
        const drawing = node.map(([tag, attributes]) => `<${tag} ${Object.entries(attributes).map(([key, value]) => `${key}="${value}"`).join(' ')} />`);
        return { code: component(name, drawing.join('')), map: null };
      },
    },
  };
}

/** All that the page says of an icon. */
function component(name: string, drawing: string): string {
  return `<script>
  let { size = 24, strokeWidth = 2, class: more, 'aria-hidden': hidden } = $props();
</script>

<svg xmlns="http://www.w3.org/2000/svg" class={['lucide', 'lucide-${name}', more]} width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width={strokeWidth} stroke-linecap="round" stroke-linejoin="round" aria-hidden={hidden}>${drawing}</svg>
`;
}
