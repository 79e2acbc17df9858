"""What we say: read the input, call one service, answer by message key."""
