"""ClickUp: ``tasks`` writes subtasks and comments, ``changes`` tells what became of them, by polling or by webhook."""
