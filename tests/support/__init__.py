"""What tests share: private database servers, the network guard, the browser."""
