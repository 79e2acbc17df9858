"""The tests of memberbot: rules, dialogues, storage on both databases, pages and the house itself."""
