/**
 * The widgets of bits-ui that are used here. Its index reaches all forty of them, and compiling those would take longer
 * than the rest of the page; it exports no other path, hence the ones into its folder.
 */
export { ContextMenu } from '../../node_modules/bits-ui/dist/bits/context-menu/index.js';
export { Dialog } from '../../node_modules/bits-ui/dist/bits/dialog/index.js';
export { DropdownMenu } from '../../node_modules/bits-ui/dist/bits/dropdown-menu/index.js';
export { Popover } from '../../node_modules/bits-ui/dist/bits/popover/index.js';
