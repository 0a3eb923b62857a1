"""Gmail, and any mail server that speaks IMAP and SMTP: ``inbox`` takes mail in, ``outbox`` sends it, ``sent`` looks it up."""
