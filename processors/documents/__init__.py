"""Files to text with places: PDF, pictures, sheets, mails, Word. Pure over bytes and a port that recognises words in pictures.

Whatever the bytes are, ``read`` gives a Document; it runs in a process of its own that bounds its memory and time
(engine.papers), so nothing here needs to survive what a parser in C does with a hostile file.
"""
