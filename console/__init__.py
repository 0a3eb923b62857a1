"""What the commands of daemon.py do: each asks the assembly for its parts and gives back data or a sentence.

Part of the composition root. Nothing here prints; ``commands`` does.
"""
