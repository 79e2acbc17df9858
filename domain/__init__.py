"""The pure rules of the club: standard library only; time and randomness come in as arguments."""
