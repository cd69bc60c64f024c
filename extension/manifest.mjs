/** The one manifest for Chrome and Firefox, out of a brand's settings. */

/** Sizes of the icon in pixels. */
export const ICONS = [16, 32, 48, 128];

/** @param {Record<string, any>} settings @param {string} version */
export function manifest({ name, description, collector, always_on, homepage, gecko_id }, version) {
  const icons = Object.fromEntries(ICONS.map(size => [size, `icons/${size}.png`]));
  return {
    manifest_version: 3,
    name,
    default_locale: 'en',
    version,
    description,
    ...(homepage && { homepage_url: homepage }),
    icons,
    action: { default_title: name, default_icon: icons, default_popup: 'popup.html' },
    options_ui: { page: 'options.html', open_in_tab: true },
    background: { service_worker: 'background.js', scripts: ['background.js'] },
    permissions: ['activeTab', 'alarms', 'contextMenus', 'scripting', 'storage'],
    host_permissions: [...new Set([`${patternOf(collector)}`, ...always_on])],
    optional_host_permissions: ['*://*/*'],
    ...(always_on.length && { content_scripts: [{ matches: always_on, js: ['content.js'], run_at: 'document_idle' }] }),
    commands: {
      _execute_action: { suggested_key: { default: 'Alt+Shift+K' } },
      like: { suggested_key: { default: 'Alt+Shift+L' }, description: '__MSG_key__' },
    },
    incognito: 'spanning',
    minimum_chrome_version: '120',
    browser_specific_settings: {
      gecko: {
        id: gecko_id,
        strict_min_version: '140.0',
        data_collection_permissions: { required: ['browsingActivity', 'websiteContent'], optional: ['personallyIdentifyingInfo'] },
      },
      gecko_android: { strict_min_version: '142.0' },
    },
  };
}

/** A match pattern has no port. @param {string} origin */
const patternOf = origin => `${new URL(origin).protocol}//${new URL(origin).hostname}/*`;
