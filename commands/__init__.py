"""What a person types after ``daemon.py``: names, options and their help, and how results are shown.

Light to load: what a command does stands in ``console`` and is imported when it runs.
"""
