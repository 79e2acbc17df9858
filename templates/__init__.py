"""Message texts in every language, and how they are rendered."""
