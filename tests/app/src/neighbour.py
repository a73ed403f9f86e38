"""Another program on the same screen: a file manager from which one drags, or a painter that copies a picture.

    neighbour.py drag WIDTH HEIGHT URI…   a window whose whole face can be dragged, as these addresses
    neighbour.py copy PICTURE             has a picture on the clipboard

It prints "shown" once its window is there or the clipboard is its own, then "begun", "given" and "ended WHETHER" of a drag.
"""

import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GdkPixbuf, Gtk


def say(*words):
    print(*words, flush=True)


def drag(width, height, *uris):
    box = Gtk.EventBox()
    box.add(Gtk.Label(label="files"))
    files = [Gtk.TargetEntry.new("text/uri-list", 0, 0)]
    box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, files, Gdk.DragAction.COPY)
    box.connect("drag-begin", lambda *_: say("begun"))
    box.connect("drag-data-get", lambda _box, _context, data, *_: (data.set_uris(uris), say("given")))
    # On X11 a context says nothing of whether it was taken; a failed drag is told before it ends.
    box.connect("drag-failed", lambda *_: say("failed"))
    box.connect("drag-end", lambda *_: say("ended"))
    window = Gtk.Window(title="neighbour")
    window.set_default_size(int(width), int(height))
    window.add(box)
    window.connect("map-event", lambda *_: say("shown"))
    window.show_all()


def copy(picture):
    clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
    clipboard.set_image(GdkPixbuf.Pixbuf.new_from_file(picture))
    say("shown")


kind, *arguments = sys.argv[1:]
{"drag": drag, "copy": copy}[kind](*arguments)
Gtk.main()
