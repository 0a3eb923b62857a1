"""HubSpot: ``crm`` writes contacts, tickets and notes, ``inbox`` polls conversations, ``threads`` answers in them.

All share one ``HubSpotClient``, and with it the portal's limits; every path stands in ``paths``.
"""
