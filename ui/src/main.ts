import { mount } from 'svelte';
import App from './App.svelte';
import { brought, language } from './first';
import { setLanguage } from './i18n/index.svelte';
import { useCarrier } from './lib/link';
import { tauri } from './lib/tauri';
import { begin } from './state/sync.svelte';
import './style/tokens.css';
import './style/base.css';
import './style/controls.css';

if (import.meta.env.DEV && !('__TAURI_INTERNALS__' in window)) {
  (await import('./dev/scene')).playScene();
} else {
  useCarrier(tauri);
}
const spoken = setLanguage(language);
void begin(brought);
await spoken;
mount(App, { target: document.getElementById('app')! });
