"""OpenAI: voices to text."""
