"""What happens later: the clock, the jobs and the sender of deliveries."""
