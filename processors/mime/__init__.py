"""Reading mail as it really is: one file an idea, all of them total (no input makes them raise).

``headers`` and ``params`` cut header blocks, ``words`` decodes RFC 2047, ``charset`` turns bytes into text, ``address`` and
``dates`` read values, ``tree`` cuts parts, ``transfer`` undoes their encoding, ``body`` chooses what is read, ``sniff`` and
``names`` say what a file is and what it is called, ``winmail`` and ``smime`` open two envelopes. ``processors.parse`` uses
them all.
"""
