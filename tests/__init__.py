"""The tests of memberbot: rules, dialogues, storage, pages and the house itself."""
