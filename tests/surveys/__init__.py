"""Surveys: the way through them, their files, and answering them in the chat."""
