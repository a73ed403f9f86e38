"""A button of the desktop's own, such as a popup or an icon in a panel.

Once it is there it prints "shown". Each click on it prints a token (xdg-activation) with which another program may
come to the front. The compositor gives it for the click, and for nothing else.
"""

import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gio, GLib, Gtk

GLib.set_prgname("panel")
notified = Gio.AppInfoCreateFlags.SUPPORTS_STARTUP_NOTIFICATION
program = Gio.AppInfo.create_from_commandline("true", "another program", notified)


def clicked(_button):
    context = Gdk.Display.get_default().get_app_launch_context()
    print("token", context.get_startup_notify_id(program, []), flush=True)


button = Gtk.Button(label="Click")
button.connect("clicked", clicked)
window = Gtk.Window(title="panel")
window.add(button)
window.connect("map-event", lambda *_: print("shown", flush=True))
if "whole-screen" in sys.argv:
    window.fullscreen()
window.show_all()
Gtk.main()
