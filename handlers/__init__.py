"""What we say: read the input, call one service, answer with a message key and plain values."""
