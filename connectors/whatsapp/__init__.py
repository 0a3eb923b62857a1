"""WhatsApp through Twilio: ``webhook`` reads what Twilio tells us, ``inbox`` finds what it could not tell, ``outbox`` writes.

Of the package ``twilio`` only the signature's validator is used. Its client has no base address to set and does not part a call
that never left from one whose answer was lost, on which everything here hangs; ``connectors.http`` does both.
"""
